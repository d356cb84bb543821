// Products of few rows (decoding): reads each stored weight once, no packing.
#include "isa/common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "product/vector_product_body.h"
#include "isa/each_isa.h"
