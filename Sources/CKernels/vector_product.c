// Products of few rows (decoding): reads each stored weight once, no packing.
#include "common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "vector_product_body.h"
#include "each_isa.h"
