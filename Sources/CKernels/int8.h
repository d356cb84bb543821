#pragma once
// The 8-bit path (Compute.int8). Activations are rounded to 8 bits per block of 32 columns (scale = largest / 127), the
// products of quants are summed exactly in integers, and an output is one chain over the blocks in ascending order:
//   y = fma(dw * dx, sum of qw * qx, y), and for a type with minimum then y = fma(mw, dx * sum of qx, y).
// Integers are exact and the chain is fixed, so here too the bits do not depend on rows, threads or instruction set.

#include "common.h"

enum { byte_outputs = 32 };  // outputs of one panel

typedef struct {
  /// One tile of `height` rows, of which `rows` exist: bytes [block][8][height][4], scales [block][height], sums of
  /// quants [block][height]. Rows that are missing are zeros.
  void (*quantize)(const float *x, int64_t stride, int64_t rows, int64_t height, int64_t columns, int8_t *bytes,
                   float *scales, int32_t *sums);
  /// 32 rows of weights: unsigned bytes (quant + offset) [block][8][32][4], scales and minima [block][32].
  void (*pack)(int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns, uint8_t *panel,
               float *scales, float *minima);
  /// out[6][32] for `rows` rows; `minima` NULL where the type has none.
  void (*tile)(int rows, int64_t blocks, const int8_t *x, const float *x_scales, const int32_t *x_sums,
               const uint8_t *panel, const float *scales, const float *minima, int32_t offset, float *out);
  /// out[16] for one row (quantised with height 1) and up to 16 rows of stored weights; NULL: use panels.
  void (*vector)(int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t blocks, const int8_t *x,
                 const float *x_scales, const int32_t *x_sums, int prefetch, float *out);
} byte_table;

const byte_table *byte_table_for(int isa, int vnni);
/// What is added to a quant of this type to make it unsigned; -1 if the type has no 8-bit path.
static inline int32_t byte_offset(int type) {
  return type == ckernels_q8_0 ? 128 : type == ckernels_q4_0 ? 8 : type == ckernels_q4_1 ? 0 : -1;
}
