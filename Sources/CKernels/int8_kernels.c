// The functions of the 8-bit path. Its levels are portable, AVX2 and AVX-512 with VNNI; AVX-512 alone uses AVX2.
#include "int8.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LEVEL 0
#define NAME(f) ckernels_##f##_portable
#include "int8_body.h"
#undef NAME
#undef LEVEL
static const byte_table bytes_portable = {ckernels_quantize_bytes_portable, ckernels_pack_bytes_portable,
                                          ckernels_byte_tile_portable, 0};

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#define LEVEL 1
#define NAME(f) ckernels_##f##_avx2
#include "int8_body.h"
#undef NAME
#undef LEVEL
#pragma clang attribute pop
static const byte_table bytes_avx2 = {ckernels_quantize_bytes_avx2, ckernels_pack_bytes_avx2,
                                      ckernels_byte_tile_avx2, 0};

#pragma clang attribute push(                                                                                         \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512vnni,avx2,fma,f16c,bmi,bmi2"))),         \
    apply_to = function)
#define LEVEL 2
#define NAME(f) ckernels_##f##_vnni
#include "int8_body.h"
#undef NAME
#undef LEVEL
#pragma clang attribute pop
static const byte_table bytes_vnni = {ckernels_quantize_bytes_vnni, ckernels_pack_bytes_vnni,
                                      ckernels_byte_tile_vnni, ckernels_byte_vector_vnni};
#endif

const byte_table *byte_table_for(int isa, int vnni) {
#if defined(__x86_64__)
  if (vnni) return &bytes_vnni;
  if (isa >= ckernels_avx2) return &bytes_avx2;
#endif
  (void)isa;
  (void)vnni;
  return &bytes_portable;
}
