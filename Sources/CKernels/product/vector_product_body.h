#include "isa/vector_body.h"
#include "product/unpack_body.h"

// Products of few rows, straight from the stored weights. A vector register holds 8 lanes of two weight rows, so the
// chain of lane l runs over j as the contract says; PAIRS pairs of rows hide the latency of the multiply-add.

#undef PAIRS
#undef MAX_ROWS
#if LEVEL >= LEVEL_AVX512
#define PAIRS 4
#define MAX_ROWS 4
#elif LEVEL == LEVEL_AVX2 || defined(__aarch64__)
#define PAIRS 2
#define MAX_ROWS 4
#else  // a library call per multiply-add: keep the code small
#define PAIRS 1
#define MAX_ROWS 1
#endif

/// The 4 steps of 8 columns that 32 values hold, for the two weight rows `a` and `b`.
INLINE void NAME(steps4)(const int xrows, NAME(pair) a, NAME(pair) b, const float *x, int64_t stride, v16 *acc) {
  v16 w[4];
  w[0] = __builtin_shufflevector(a.low, b.low, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  w[1] = __builtin_shufflevector(a.low, b.low, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  w[2] = __builtin_shufflevector(a.high, b.high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  w[3] = __builtin_shufflevector(a.high, b.high, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  UNROLL for (int j = 0; j < 4; j++) {
    UNROLL for (int r = 0; r < xrows; r++) {
      acc[r] = NAME(fma16)(w[j], NAME(duplicate8)(x + r * stride + j * 8), acc[r]);
    }
  }
}

#if LEVEL >= LEVEL_AVX512
#include "product/pairs_avx512.h"
#elif LEVEL == LEVEL_AVX2
#include "product/rows_avx2.h"
#endif

/// Units of 32 columns that one call of `units` takes.
INLINE int NAME(units_at_once)(const int type) {
#if LEVEL > LEVEL_PORTABLE
  if (type >= ckernels_q2_k && type <= ckernels_q6_k) return 8;
#endif
  (void)type;
  return 1;
}

/// Multiply-adds of `units_at_once` units from unit `u` on, for all pairs.
INLINE void NAME(units)(const int type, const int xrows, const uint8_t *const *rows, int64_t u, const float *x,
                        int64_t stride, v16 acc[PAIRS][MAX_ROWS]) {
#if LEVEL >= LEVEL_AVX512
  // A macro, so that `part` is a constant.
#define ALL_PAIRS(f, size, part, at)                                                                                 \
  UNROLL for (int i = 0; i < PAIRS; i++) {                                                                           \
    f(xrows, rows[2 * i] + u / 8 * (size), rows[2 * i + 1] + u / 8 * (size), scales[2 * i], scales[2 * i + 1], part, \
      x + (at), stride, acc[i]);                                                                                     \
  }
  if (type >= ckernels_q2_k && type <= ckernels_q6_k) {
    float scales[2 * PAIRS][32];
    UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
      if (type == ckernels_q2_k) prepare_k2(rows[i] + u / 8 * 84, scales[i]);
      if (type == ckernels_q3_k) prepare_k3(rows[i] + u / 8 * 110, scales[i]);
      if (type == ckernels_q4_k) prepare_k4(rows[i] + u / 8 * 144, scales[i]);
      if (type == ckernels_q5_k) prepare_k4(rows[i] + u / 8 * 176, scales[i]);
      if (type == ckernels_q6_k) prepare_k6(rows[i] + u / 8 * 210, scales[i]);
    }
    if (type == ckernels_q2_k) {
      ALL_PAIRS(pairs_q2_k, 84, 0, 0) ALL_PAIRS(pairs_q2_k, 84, 1, 128)
    } else if (type == ckernels_q3_k) {
      ALL_PAIRS(pairs_q3_k, 110, 0, 0) ALL_PAIRS(pairs_q3_k, 110, 1, 128)
    } else if (type == ckernels_q4_k) {
      ALL_PAIRS(pairs_q4_k, 144, 0, 0) ALL_PAIRS(pairs_q4_k, 144, 1, 64)
      ALL_PAIRS(pairs_q4_k, 144, 2, 128) ALL_PAIRS(pairs_q4_k, 144, 3, 192)
    } else if (type == ckernels_q5_k) {
      ALL_PAIRS(pairs_q5_k, 176, 0, 0) ALL_PAIRS(pairs_q5_k, 176, 1, 64)
      ALL_PAIRS(pairs_q5_k, 176, 2, 128) ALL_PAIRS(pairs_q5_k, 176, 3, 192)
    } else {
      ALL_PAIRS(pairs_q6_k, 210, 0, 0) ALL_PAIRS(pairs_q6_k, 210, 1, 128)
    }
    return;
  }
#undef ALL_PAIRS
#elif LEVEL == LEVEL_AVX2
  const int64_t bytes = block_bytes(type);
  if (type >= ckernels_q2_k && type <= ckernels_q6_k) {
    float scales[2 * PAIRS][32];
    UNROLL for (int i = 0; i < 2 * PAIRS; i++) NAME(row_scales)(type, rows[i] + u / 8 * bytes, scales[i]);
    // Each is to be spread from memory, which costs no shuffle: the compiler must not know them.
    __asm__("" : "+m"(scales));
    UNROLL for (int unit = 0; unit < 8; unit++) {
      UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
        NAME(row_unit_k)(type, xrows, i % 2, rows[i] + u / 8 * bytes, unit, scales[i], x + 32 * unit, stride,
                         acc[i / 2]);
      }
    }
    return;
  }
  if (type >= ckernels_q8_0 && type <= ckernels_q5_1) {
    UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
      NAME(row_block)(type, xrows, i % 2, rows[i] + u * bytes, x, stride, acc[i / 2]);
    }
    return;
  }
#endif
  UNROLL for (int i = 0; i < PAIRS; i++) {
    const uint8_t *a = rows[2 * i], *b = rows[2 * i + 1];
    switch (type) {
#if LEVEL >= LEVEL_AVX512
    case ckernels_f32: pairs_f32(xrows, a + u * 128, b + u * 128, x, stride, acc[i]); break;
    case ckernels_f16: pairs_f16(xrows, a + u * 64, b + u * 64, x, stride, acc[i]); break;
    case ckernels_bf16: pairs_bf16(xrows, a + u * 64, b + u * 64, x, stride, acc[i]); break;
    case ckernels_q8_0: pairs_q8_0(xrows, a + u * 34, b + u * 34, x, stride, acc[i]); break;
    case ckernels_q4_0: pairs_q4_0(xrows, a + u * 18, b + u * 18, x, stride, acc[i]); break;
    case ckernels_q4_1: pairs_q4_1(xrows, a + u * 20, b + u * 20, x, stride, acc[i]); break;
    case ckernels_q5_0: pairs_q5_0(xrows, a + u * 22, b + u * 22, x, stride, acc[i]); break;
    case ckernels_q5_1: pairs_q5_1(xrows, a + u * 24, b + u * 24, x, stride, acc[i]); break;
#endif
    default: NAME(steps4)(xrows, NAME(unpack)(type, a, u), NAME(unpack)(type, b, u), x, stride, acc[i]); break;
    }
  }
}

/// The lanes of each weight row, added in ascending order, for row `r` of x.
INLINE void NAME(row_sums)(v16 acc[PAIRS][MAX_ROWS], const int r, float *sums) {
#if LEVEL >= LEVEL_AVX512
  // All 8 rows at once: their lanes l side by side, then vector additions.
#define LANES4(x, y, l)                                                                                              \
  __builtin_shufflevector(x, y, l, l + 8, l + 16, l + 24, l + 1, l + 9, l + 17, l + 25, l + 2, l + 10, l + 18,       \
                          l + 26, l + 3, l + 11, l + 19, l + 27)
#define LANES2(x, y, l)                                                                                              \
  __builtin_shufflevector(x, y, l, l + 1, l + 2, l + 3, l + 16, l + 17, l + 18, l + 19, l + 4, l + 5, l + 6, l + 7,  \
                          l + 20, l + 21, l + 22, l + 23)
  const v16 a0 = LANES4(acc[0][r], acc[1][r], 0), a4 = LANES4(acc[0][r], acc[1][r], 4);
  const v16 b0 = LANES4(acc[2][r], acc[3][r], 0), b4 = LANES4(acc[2][r], acc[3][r], 4);
  const v16 lanes[4] = {LANES2(a0, b0, 0), LANES2(a0, b0, 8), LANES2(a4, b4, 0), LANES2(a4, b4, 8)};
#undef LANES4
#undef LANES2
  v8 s = lanes[0].lo + lanes[0].hi;
  UNROLL for (int i = 1; i < 4; i++) s = (s + lanes[i].lo) + lanes[i].hi;
  memcpy(sums, &s, 32);
#else
  UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
    sums[i] = acc[i / 2][r][i % 2 * 8];
    UNROLL for (int l = 1; l < 8; l++) sums[i] = sums[i] + acc[i / 2][r][i % 2 * 8 + l];
  }
#endif
}

/// The last columns % 32, padded with zeros to a multiple of 8 (not 32: the contract counts the padding).
INLINE void NAME(last_columns)(const int type, const int xrows, const uint8_t *const *rows, const float *x,
                               int64_t stride, int64_t columns, v16 acc[PAIRS][MAX_ROWS]) {
  const int64_t first = columns / 32 * 32, rest = columns - first;
  float padded[MAX_ROWS][32] = {{0}};
  for (int r = 0; r < xrows; r++) memcpy(padded[r], x + r * stride + first, (size_t)rest * 4);
  UNROLL for (int i = 0; i < PAIRS; i++) {
    float wide[2][32];
    for (int h = 0; h < 2; h++) {
      NAME(pair) v = NAME(unpack_tail)(type, rows[2 * i + h], first, columns);
      NAME(store16)(wide[h], v.low);
      NAME(store16)(wide[h] + 16, v.high);
    }
    for (int64_t j = 0; j < (rest + 7) / 8; j++) {
      v16 w;
      w.lo = NAME(load8)(wide[0] + j * 8);
      w.hi = NAME(load8)(wide[1] + j * 8);
      UNROLL for (int r = 0; r < xrows; r++) {
        acc[i][r] = NAME(fma16)(w, NAME(duplicate8)(padded[r] + j * 8), acc[i][r]);
      }
    }
  }
}

/// Outputs o ..< last, at most 2 * PAIRS, of a product for `xrows` rows of x.
INLINE void NAME(vector_rows)(const int type, const int xrows, const ckernels_product *p, const float *x,
                              int64_t stride, int64_t columns, int64_t o, int64_t last, float *y, int prefetch) {
  const int64_t units = columns / 32, rest = columns % 32;
  const uint8_t *rows[2 * PAIRS];
  UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
    rows[i] = (const uint8_t *)p->weights + MIN(o + i, last - 1) * p->row_bytes;
  }
  v16 acc[PAIRS][MAX_ROWS];
  UNROLL for (int i = 0; i < PAIRS; i++) {
    UNROLL for (int r = 0; r < xrows; r++) acc[i][r] = 0.0f;
  }
  // The next group of rows lies behind this one: asking for it now spares a wait at the start of each row, which the
  // hardware does not foresee.
  const int at_once = NAME(units_at_once)(type);
  const uint8_t *next = rows[0] + 2 * PAIRS * p->row_bytes;
  const int64_t ahead = prefetch && units ? 2 * PAIRS * p->row_bytes * at_once / units : 0;
  for (int64_t u = 0; u < units; u += at_once) {
    for (int64_t b = 0; b < ahead; b += 64) __builtin_prefetch(next + b, 0, 2);
    next += ahead;
    NAME(units)(type, xrows, rows, u, x + u * 32, stride, acc);
  }
  if (rest) NAME(last_columns)(type, xrows, rows, x, stride, columns, acc);
  UNROLL for (int r = 0; r < xrows; r++) {
    float sums[2 * PAIRS];
    NAME(row_sums)(acc, r, sums);
    UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
      float total = sums[i];
      if (o + i < last) {
        float *to = y + r * p->y_stride + o + i;
        if (p->bias) total = total + p->bias[o + i];
        *to = p->adding ? *to + total : total;
      }
    }
  }
}

INLINE void NAME(vector_type)(const int type, const ckernels_product *p, const float *x, int64_t stride,
                              int64_t rows, int64_t columns, int64_t first, int64_t last) {
  // All rows of x with one group of outputs before the next: the weights are then in the first cache.
  for (int64_t o = first; o < last; o += 2 * PAIRS) {
    const int64_t end = MIN(o + 2 * PAIRS, last);
    int64_t r = 0;
#if MAX_ROWS == 4
    for (; r + 4 <= rows; r += 4) {
      NAME(vector_rows)(type, 4, p, x + r * stride, stride, columns, o, end, p->y + r * p->y_stride, r == 0);
    }
    if (r + 2 <= rows) {
      NAME(vector_rows)(type, 2, p, x + r * stride, stride, columns, o, end, p->y + r * p->y_stride, r == 0);
      r += 2;
    }
#endif
    for (; r < rows; r++) {
      NAME(vector_rows)(type, 1, p, x + r * stride, stride, columns, o, end, p->y + r * p->y_stride, r == 0);
    }
  }
}

void NAME(vector_product)(const ckernels_product *p, const float *x, int64_t stride, int64_t rows, int64_t columns,
                          int64_t first, int64_t last) {
  FOR_TYPE(p->type, NAME(vector_type), p, x, stride, rows, columns, first, last)
}
