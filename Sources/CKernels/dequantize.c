// Stored weights to float32: rows, panels for the product tiles; keys to panels; half precision.
#include "common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "dequantize_body.h"
#include "each_isa.h"
