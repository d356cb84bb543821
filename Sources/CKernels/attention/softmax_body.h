#include "isa/vector_body.h"
#include "isa/math_body.h"

/// Up to 6 rows of scores of one key tile [rows][256] join the online softmax: `scores` become weights exp(s - m),
/// `sum` and `out` [rows][dimension] are rescaled. Only panels (of 64 keys) of the mask are looked at. A row with no
/// visible key keeps its bits. First the maxima of all rows, so that one vector of exponentials rescales them all.
void NAME(softmax_rows)(int rows, float *scores, unsigned panels, float cap, float *maximum, float *sum, float *out,
                        int64_t dimension) {
  const v16 none = -__builtin_inff();
  v16 before = 0.0f, after = 0.0f;
  for (int r = 0; r < rows; r++) {
    v16 top[4] = {none, none, none, none};
    for (int p = 0; p < 4; p++) {
      if (!(panels >> p & 1)) continue;
      UNROLL for (int i = 0; i < 4; i++) {
        float *at = scores + r * 256 + p * 64 + i * 16;
        v16 s = NAME(load16)(at);
        if (cap != 0) {
          s = NAME(select16)(s == none, none, NAME(softcap16)(s, (v16)cap));
          NAME(store16)(at, s);
        }
        top[i] = NAME(select16)(s > top[i], s, top[i]);
      }
    }
    UNROLL for (int i = 1; i < 4; i++) top[0] = NAME(select16)(top[i] > top[0], top[i], top[0]);
    float m = NAME(max16)(top[0]);
    before[r] = maximum[r];
    after[r] = m == -__builtin_inff() ? m : m > maximum[r] ? m : maximum[r];
  }
  v16 alphas = NAME(exp_negative)(before - after);
  for (int r = 0; r < rows; r++) {
    float *row = scores + r * 256, m = after[r], alpha = alphas[r];
    if (m == -__builtin_inff()) {
      for (int p = 0; p < 4; p++) {
        if (!(panels >> p & 1)) continue;
        // No maximum, but a NaN: the sum keeps it.
        for (int i = 0; i < 64; i++) {
          if (row[p * 64 + i] != row[p * 64 + i]) sum[r] = row[p * 64 + i];
        }
        memset(row + p * 64, 0, 256);
      }
      continue;
    }
    v16 total[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int p = 0; p < 4; p++) {
      if (!(panels >> p & 1)) continue;
      UNROLL for (int i = 0; i < 4; i++) {
        float *at = row + p * 64 + i * 16;
        v16 w = NAME(exp_negative)(NAME(load16)(at) - m);
        NAME(store16)(at, w);
        total[i] = total[i] + w;
      }
    }
    sum[r] = __builtin_fmaf(sum[r], alpha, NAME(sum16)((total[0] + total[1]) + (total[2] + total[3])));
    maximum[r] = m;
    if (alpha != 1.0f) {
      float *to = out + r * dimension;
      for (int64_t d = 0; d < dimension; d += 16) NAME(store16)(to + d, NAME(load16)(to + d) * alpha);
    }
  }
}

/// The state of a later super tile joins that of the earlier ones.
void NAME(merge)(float *maximum, float *sum, float *out, float maximum2, float sum2, const float *out2,
                 int64_t dimension) {
  // A sum without a maximum is zero, or NaN.
  if (maximum2 == -__builtin_inff() || *maximum == -__builtin_inff()) *sum = *sum + sum2;
  if (maximum2 == -__builtin_inff()) return;
  if (*maximum == -__builtin_inff()) {
    *maximum = maximum2;
    memcpy(out, out2, (size_t)dimension * 4);
    return;
  }
  float m = maximum2 > *maximum ? maximum2 : *maximum;
  float a = NAME(exp_negative)((v16)(*maximum - m))[0], b = NAME(exp_negative)((v16)(maximum2 - m))[0];
  *sum = __builtin_fmaf(sum2, b, *sum * a);
  *maximum = m;
  for (int64_t d = 0; d < dimension; d += 16) {
    NAME(store16)(out + d, NAME(fma16)(NAME(load16)(out2 + d), (v16)b, NAME(load16)(out + d) * a));
  }
}

/// The largest of `count` values; false where one is NaN or positive infinity, or all are negative infinity.
INLINE int NAME(largest)(const float *x, int64_t count, float *into) {
  v16 top = -__builtin_inff(), zero = 0.0f;
  for (int64_t i = 0; i < count; i += 16) {
    v16 v = NAME(load_part)(x + i, MIN(count - i, 16), -__builtin_inff());
    top = NAME(select16)(v > top, v, top);
    zero = zero + NAME(select16)(v < -__FLT_MAX__, (v16)0.0f, v) * 0.0f;
  }
  *into = NAME(max16)(top);
  return *into > -__builtin_inff() && NAME(sum16)(zero) == 0;
}

/// log softmax at `target`; the sum of exponentials in 16 lanes of double.
float NAME(log_probability)(const float *x, int64_t count, int64_t target) {
  float m;
  if (!NAME(largest)(x, count, &m)) return __builtin_nanf("");
  d8 low = 0.0, high = 0.0;
  for (int64_t i = 0; i < count; i += 16) {
    int64_t n = MIN(count - i, 16);
    v16 v = NAME(load_part)(x + i, n, -__builtin_inff());
    v16 e = NAME(exp_negative)(v - m);
    low = low + __builtin_convertvector(e.lo, d8);
    high = high + __builtin_convertvector(e.hi, d8);
  }
  return (float)(((double)x[target] - (double)m) - __builtin_log(NAME(sum16d)(low, high)));
}

int64_t NAME(argmax)(const float *x, int64_t count) {
  float m;
  if (!NAME(largest)(x, count, &m)) return -1;
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    if (__builtin_reduce_or(NAME(load16)(x + i) == m)) break;
  }
  for (; i < count; i++) {
    if (x[i] == m) return i;
  }
  return 0;
}
