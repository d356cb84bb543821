#pragma once
// The levels of instruction sets by name, and what the compiler may use at each. `LEVEL` is the one that a body is
// being compiled for (see each_isa.h); they ascend, so that a body may ask `LEVEL >= LEVEL_AVX512`.

#define LEVEL_PORTABLE 0
#define LEVEL_AVX2 1
#define LEVEL_AVX512 2
#define LEVEL_VNNI 3  // AVX-512 with the dot products of bytes; only the products in integers have it

#define TARGET_AVX2 __attribute__((target("avx2,fma,f16c,bmi,bmi2")))
#define TARGET_AVX512                                                                                                 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi,bmi2")))
#define TARGET_VNNI                                                                                                   \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512vnni,avx2,fma,f16c,bmi,bmi2")))
