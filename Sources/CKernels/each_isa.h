// Compiles the file named by BODY once per instruction set. In a body NAME(f) is the function of that set and LEVEL its
// number. Only functions get the target attribute, so the library itself needs no compiler flag and runs everywhere.
// Deliberately without include guard.

#define LEVEL 0
#define NAME(f) ckernels_##f##_portable
#include BODY
#undef NAME
#undef LEVEL

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#define LEVEL 1
#define NAME(f) ckernels_##f##_avx2
#include BODY
#undef NAME
#undef LEVEL
#pragma clang attribute pop

#pragma clang attribute push(                                                                                        \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#define LEVEL 2
#define NAME(f) ckernels_##f##_avx512
#include BODY
#undef NAME
#undef LEVEL
#pragma clang attribute pop
#endif

#undef BODY
