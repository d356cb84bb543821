#pragma once
// The functions of the 8-bit path, once per level: portable, AVX2, AVX-512 with VNNI (without VNNI, AVX-512 uses AVX2).
#include "isa/common.h"

enum { byte_outputs = 32 };  // outputs of one panel

/// K(level, result, name, parameters) for each function.
///
/// `quantize_bytes`: one tile of `height` rows, of which `rows` exist: bytes [block][8][height][4], scales
/// [block][height], sums of quants [block][height]. Rows that are missing are zeros.
/// `pack_bytes`: 32 rows of weights: unsigned bytes (quant + offset) [block][8][32][4], scales and minima [block][32].
/// `byte_tile`: out[6][32] for `rows` rows; `minima` NULL where the type has none.
#define CKERNELS_BYTE_FUNCTIONS(K, LEVEL)                                                                             \
  K(LEVEL, void, quantize_bytes,                                                                                      \
    (const float *x, int64_t stride, int64_t rows, int64_t height, int64_t columns, int8_t *bytes, float *scales,     \
     int32_t *sums))                                                                                                  \
  K(LEVEL, void, pack_bytes,                                                                                          \
    (int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns, uint8_t *panel,              \
     float *scales, float *minima))                                                                                   \
  K(LEVEL, void, byte_tile,                                                                                           \
    (int rows, int64_t blocks, const int8_t *x, const float *x_scales, const int32_t *x_sums, const uint8_t *panel,   \
     const float *scales, const float *minima, int32_t offset, float *out))
/// The function that only VNNI has: out[16] for one row (quantised with height 1) and up to 16 rows of stored weights.
#define CKERNELS_BYTE_VECTOR(K, LEVEL)                                                                                \
  K(LEVEL, void, byte_vector,                                                                                         \
    (int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs, int64_t blocks, const int8_t *x,           \
     const float *x_scales, const int32_t *x_sums, int prefetch, float *out))

typedef struct {
  CKERNELS_BYTE_FUNCTIONS(CKERNELS_FIELD, )
  CKERNELS_BYTE_VECTOR(CKERNELS_FIELD, )  // NULL: use panels
} byte_table;
CKERNELS_BYTE_FUNCTIONS(CKERNELS_DECLARE, portable)
#if defined(__x86_64__)
CKERNELS_BYTE_FUNCTIONS(CKERNELS_DECLARE, avx2)
CKERNELS_BYTE_FUNCTIONS(CKERNELS_DECLARE, vnni)
CKERNELS_BYTE_VECTOR(CKERNELS_DECLARE, vnni)
#endif

const byte_table *ckernels_byte_table(int isa, int vnni);
