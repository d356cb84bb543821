// Stored weights to float32: rows, panels for the product tiles; keys to panels; half precision.
#include "isa/common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "product/dequantize_body.h"
#include "isa/each_isa.h"
