// Compiles the file named by BODY once per instruction set. In a body NAME(f) is the function of that set and LEVEL its
// level. Only functions get the target attribute, so the library itself needs no compiler flag and runs everywhere.
// With TOP_VNNI the top level has VNNI too. Deliberately without include guard.

#define LEVEL LEVEL_PORTABLE
#define NAME(f) ckernels_##f##_portable
#include BODY
#undef NAME
#undef LEVEL

#if defined(__x86_64__)
#pragma clang attribute push(TARGET_AVX2, apply_to = function)
#define LEVEL LEVEL_AVX2
#define NAME(f) ckernels_##f##_avx2
#include BODY
#undef NAME
#undef LEVEL
#pragma clang attribute pop

#if defined(TOP_VNNI)
#pragma clang attribute push(TARGET_VNNI, apply_to = function)
#define LEVEL LEVEL_VNNI
#define NAME(f) ckernels_##f##_vnni
#else
#pragma clang attribute push(TARGET_AVX512, apply_to = function)
#define LEVEL LEVEL_AVX512
#define NAME(f) ckernels_##f##_avx512
#endif
#include BODY
#undef NAME
#undef LEVEL
#pragma clang attribute pop
#endif

#undef BODY
