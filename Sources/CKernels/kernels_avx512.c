/* The kernels of body/kernels.h for: avx512. */
#include "CKernels.h"

#if defined(__x86_64__)
#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#define NAME(x) x##_avx512
#define VECTORS 4
#define ISA_NAME "avx512"
#include "body/kernels.h"
#pragma clang attribute pop

const ckernels_table *ckernels_table_avx512(void) { return &table_avx512; }
#endif
