#pragma once
// The functions of the products in integers, once per level: portable, AVX2, AVX-512 with VNNI (without VNNI, AVX-512
// uses AVX2).
#include "isa/common.h"
#include "product/quants.h"

enum { integer_outputs = 32 };  // outputs of one panel

/// K(level, result, name, parameters) for each function. Elements of 8 bits go in fours and those of 16 in twos: a
/// `step` is 4 bytes of each row or output, `steps` per block of 32 columns are 8 or 16.
///
/// `quantize`: one tile of `height` rows, of which `rows` exist: elements [block][step][height], scales
/// [block][height], sums of quants [block][3][height]: of the first 16 columns, the others, all 32; and `weighted`, the
/// same times the scale. Rows that are missing are zeros. A block with a NaN has NaN as scale.
/// `pack_quants`: 32 rows of weights: [block][step][32], of 8 bits with the offset and of 16 without; scales and minima
/// [block][halves][32].
/// `integer_tile`: out[6][32] for `rows` rows, which `continues` the chains of earlier blocks; `minima` are those of a
/// type that has them.
/// `integer_vector`: out[16] for one row (quantised with height 1) and up to 16 rows of stored weights. `low` and
/// `high` are the bytes of its elements; with 8 bits `high` is NULL.
#define CKERNELS_INTEGER_FUNCTIONS(K, LEVEL)                                                                          \
  K(LEVEL, void, quantize,                                                                                            \
    (int bits, const float *x, int64_t stride, int64_t rows, int64_t height, int64_t columns, void *elements,         \
     float *scales, int32_t *sums, float *weighted))                                                                  \
  K(LEVEL, void, pack_quants,                                                                                         \
    (int bits, int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns, void *panel,       \
     float *scales, float *minima))                                                                                   \
  K(LEVEL, void, integer_tile,                                                                                        \
    (int bits, int type, int rows, int64_t blocks, const void *x, const float *x_scales, const int32_t *x_sums,       \
     const float *x_weighted, const void *panel, const float *scales, const float *minima, int continues,             \
     float *out))                                                                                                     \
  K(LEVEL, void, integer_vector,                                                                                      \
    (int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs, int64_t blocks, const int8_t *low,         \
     const int8_t *high, const float *x_scales, const int32_t *x_sums, const float *x_weighted, int prefetch,          \
     float *out))

typedef struct {
  CKERNELS_INTEGER_FUNCTIONS(CKERNELS_FIELD, )
} integer_table;
CKERNELS_INTEGER_FUNCTIONS(CKERNELS_DECLARE, portable)
#if defined(__x86_64__)
CKERNELS_INTEGER_FUNCTIONS(CKERNELS_DECLARE, avx2)
CKERNELS_INTEGER_FUNCTIONS(CKERNELS_DECLARE, vnni)
#endif

const integer_table *ckernels_integer_table(int isa, int vnni);

/// Calls `f(type, ...)` with a constant type.
#define FOR_QUANTS(type, f, ...)                                                                                      \
  switch (type) {                                                                                                    \
  case ckernels_q8_0: f(ckernels_q8_0, __VA_ARGS__); break;                                                          \
  case ckernels_q4_0: f(ckernels_q4_0, __VA_ARGS__); break;                                                          \
  case ckernels_q4_1: f(ckernels_q4_1, __VA_ARGS__); break;                                                          \
  case ckernels_q5_0: f(ckernels_q5_0, __VA_ARGS__); break;                                                          \
  case ckernels_q5_1: f(ckernels_q5_1, __VA_ARGS__); break;                                                          \
  case ckernels_q2_k: f(ckernels_q2_k, __VA_ARGS__); break;                                                          \
  case ckernels_q3_k: f(ckernels_q3_k, __VA_ARGS__); break;                                                          \
  case ckernels_q4_k: f(ckernels_q4_k, __VA_ARGS__); break;                                                          \
  case ckernels_q5_k: f(ckernels_q5_k, __VA_ARGS__); break;                                                          \
  default: f(ckernels_q6_k, __VA_ARGS__); break;                                                                     \
  }
