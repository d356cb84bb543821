#include "vector_body.h"
#include "unpack_body.h"

// Products of few rows, straight from the stored weights. A vector register holds 8 lanes of two weight rows, so the
// chain of lane l runs over j as the contract says; PAIRS pairs of rows hide the latency of the multiply-add.

#undef PAIRS
#undef MAX_ROWS
#if LEVEL == 2
#define PAIRS 4
#define MAX_ROWS 4
#elif LEVEL == 1 || defined(__aarch64__)
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

INLINE float NAME(sum8)(v16 v, const int half) {
  float s = v[half * 8];
  UNROLL for (int l = 1; l < 8; l++) s = s + v[half * 8 + l];
  return s;
}

/// Weight rows first ..< last of a product for `xrows` rows of x.
INLINE void NAME(vector_rows)(const int type, const int xrows, const ckernels_product *p, const float *x,
                              int64_t stride, int64_t columns, int64_t first, int64_t last, float *y) {
  const int64_t units = columns / 32, rest = columns % 32;
  for (int64_t o = first; o < last; o += 2 * PAIRS) {
    const uint8_t *rows[2 * PAIRS];
    UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
      rows[i] = (const uint8_t *)p->weights + MIN(o + i, last - 1) * p->row_bytes;
    }
    v16 acc[PAIRS][MAX_ROWS];
    UNROLL for (int i = 0; i < PAIRS; i++) {
      UNROLL for (int r = 0; r < xrows; r++) acc[i][r] = 0.0f;
    }
    for (int64_t u = 0; u < units; u++) {
      UNROLL for (int i = 0; i < PAIRS; i++) {
        NAME(steps4)(xrows, NAME(unpack)(type, rows[2 * i], u), NAME(unpack)(type, rows[2 * i + 1], u), x + u * 32,
                     stride, acc[i]);
      }
    }
    if (rest) {
      // The last columns, padded with zeros to a multiple of 8 (not 32: the contract counts the padding).
      float padded[MAX_ROWS][32] = {{0}};
      for (int r = 0; r < xrows; r++) memcpy(padded[r], x + r * stride + units * 32, (size_t)rest * 4);
      for (int i = 0; i < PAIRS; i++) {
        float wide[2][32];
        for (int h = 0; h < 2; h++) {
          NAME(pair) v = NAME(unpack_tail)(type, rows[2 * i + h], units * 32, columns);
          NAME(store16)(wide[h], v.low);
          NAME(store16)(wide[h] + 16, v.high);
        }
        for (int64_t j = 0; j < (rest + 7) / 8; j++) {
          v16 w;
          w.lo = NAME(load8)(wide[0] + j * 8);
          w.hi = NAME(load8)(wide[1] + j * 8);
          for (int r = 0; r < xrows; r++) acc[i][r] = NAME(fma16)(w, NAME(duplicate8)(padded[r] + j * 8), acc[i][r]);
        }
      }
    }
    UNROLL for (int r = 0; r < xrows; r++) {
      UNROLL for (int i = 0; i < 2 * PAIRS; i++) {
        float total = NAME(sum8)(acc[i / 2][r], i % 2);
        if (o + i < last) {
          float *to = y + r * p->y_stride + o + i;
          if (p->bias) total = total + p->bias[o + i];
          *to = p->adding ? *to + total : total;
        }
      }
    }
  }
}

INLINE void NAME(vector_type)(const int type, const ckernels_product *p, const float *x, int64_t stride,
                              int64_t rows, int64_t columns, int64_t first, int64_t last) {
  float *y = p->y;
#if MAX_ROWS == 4
  for (; rows >= 4; rows -= 4, x += 4 * stride, y += 4 * p->y_stride) {
    NAME(vector_rows)(type, 4, p, x, stride, columns, first, last, y);
  }
  if (rows >= 2) {
    NAME(vector_rows)(type, 2, p, x, stride, columns, first, last, y);
    rows -= 2, x += 2 * stride, y += 2 * p->y_stride;
  }
#endif
  for (; rows; rows--, x += stride, y += p->y_stride) {
    NAME(vector_rows)(type, 1, p, x, stride, columns, first, last, y);
  }
}

void NAME(vector_product)(const ckernels_product *p, const float *x, int64_t stride, int64_t rows, int64_t columns,
                          int64_t first, int64_t last) {
  FOR_TYPE(p->type, NAME(vector_type), p, x, stride, rows, columns, first, last)
}
