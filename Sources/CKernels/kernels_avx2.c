/* The kernels of body/kernels.h for: avx2. */
#include "CKernels.h"

#if defined(__x86_64__)
#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(x) x##_avx2
#define VECTORS 1
#define ISA_NAME "avx2"
#include "body/kernels.h"
#pragma clang attribute pop

const ckernels_table *ckernels_table_avx2(void) { return &table_avx2; }
#endif
