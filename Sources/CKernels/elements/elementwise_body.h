#include "isa/vector_body.h"
#include "isa/math_body.h"

void NAME(exp)(const float *x, int64_t count, float *into) {
  for (int64_t i = 0; i < count; i += 16) {
    int64_t n = MIN(count - i, 16);
    NAME(store_part)(into + i, NAME(exp16)(NAME(load_part)(x + i, n, 0.0f)), n);
  }
}

INLINE void NAME(gate_with)(const int activation, const float *x, const float *up, int64_t count, float *into) {
  for (int64_t i = 0; i < count; i += 16) {
    int64_t n = MIN(count - i, 16);
    v16 y = NAME(activate16)(NAME(load_part)(x + i, n, 0.0f), activation);
    if (up) y = y * NAME(load_part)(up + i, n, 0.0f);
    NAME(store_part)(into + i, y, n);
  }
}
void NAME(gate)(const float *x, const float *up, int64_t count, int activation, float *into) {
  switch (activation) {
  case ckernels_silu: NAME(gate_with)(ckernels_silu, x, up, count, into); break;
  case ckernels_gelu: NAME(gate_with)(ckernels_gelu, x, up, count, into); break;
  default: NAME(gate_with)(ckernels_gelu_tanh, x, up, count, into); break;
  }
}

void NAME(add)(const float *x, const float *y, int64_t count, float *into) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) NAME(store16)(into + i, NAME(load16)(x + i) + NAME(load16)(y + i));
  for (; i < count; i++) into[i] = x[i] + y[i];
}

void NAME(scale)(const float *x, float by, int64_t count, float *into) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) NAME(store16)(into + i, NAME(load16)(x + i) * by);
  for (; i < count; i++) into[i] = x[i] * by;
}

void NAME(divide)(const float *x, float by, int64_t count, float *into) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) NAME(store16)(into + i, NAME(load16)(x + i) / by);
  for (; i < count; i++) into[i] = x[i] / by;
}

void NAME(softcap)(float *x, int64_t count, float cap) {
  for (int64_t i = 0; i < count; i += 16) {
    int64_t n = MIN(count - i, 16);
    NAME(store_part)(x + i, NAME(softcap16)(NAME(load_part)(x + i, n, 0.0f), cap), n);
  }
}

/// Sum over the row of x or, with `power` 2, of (x - centre)^2: 16 lanes of double, fixed tree.
INLINE double NAME(row_sum)(const float *x, int64_t count, double centre, const int power) {
  d8 low = 0.0, high = 0.0;
  for (int64_t i = 0; i < count; i += 16) {
    v16 v = NAME(load_part)(x + i, MIN(count - i, 16), 0.0f);
    d8 a = __builtin_convertvector(v.lo, d8), b = __builtin_convertvector(v.hi, d8);
    if (power == 2) {
      a = a - centre, b = b - centre;
      if (count - i < 16) {
        for (int64_t l = count - i; l < 16; l++) {
          if (l < 8) {
            a[l] = 0;
          } else {
            b[l - 8] = 0;
          }
        }
      }
      low = __builtin_elementwise_fma(a, a, low), high = __builtin_elementwise_fma(b, b, high);
    } else {
      low = low + a, high = high + b;
    }
  }
  return NAME(sum16d)(low, high);
}

/// (x - mean) / sqrt(mean of squares + epsilon) * weight + bias; without `centred` the mean is not taken off (RMS).
void NAME(norm)(const float *x, int64_t columns, const float *weight, const float *bias, float epsilon, int centred,
                float *into) {
  double mean = centred ? NAME(row_sum)(x, columns, 0, 1) / (double)columns : 0;
  double square = NAME(row_sum)(x, columns, mean, 2) / (double)columns;
  v16 factor = (float)(1.0 / __builtin_sqrt(square + (double)epsilon)), centre = (float)mean;
  for (int64_t i = 0; i < columns; i += 16) {
    int64_t n = MIN(columns - i, 16);
    v16 v = NAME(load_part)(x + i, n, 0.0f);
    if (centred) v = v - centre;
    v = v * factor;
    if (weight) v = v * NAME(load_part)(weight + i, n, 0.0f);
    if (bias) v = v + NAME(load_part)(bias + i, n, 0.0f);
    NAME(store_part)(into + i, v, n);
  }
}

/// One row, all heads. x' = x cos - y sin, y' = y cos + x sin; products and sums rounded separately.
void NAME(rotate)(const ckernels_rotation *p, int64_t row) {
  const int64_t d = p->head_dimension, half = p->rotary_dimension / 2;
  const float *x = p->x + row * p->x_stride, *c = p->cosines + row * half, *s = p->sines + row * half;
  float *to = p->into + row * p->heads * d;
  for (int64_t h = 0; h < p->heads; h++, x += d, to += d) {
    int64_t i = 0;
    if (p->interleaved) {
      for (; i < half; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        to[2 * i] = a * c[i] - b * s[i];
        to[2 * i + 1] = b * c[i] + a * s[i];
      }
    } else {
      for (; i + 16 <= half; i += 16) {
        v16 a = NAME(load16)(x + i), b = NAME(load16)(x + half + i);
        v16 cv = NAME(load16)(c + i), sv = NAME(load16)(s + i);
        NAME(store16)(to + i, a * cv - b * sv);
        NAME(store16)(to + half + i, b * cv + a * sv);
      }
      for (; i < half; i++) {
        float a = x[i], b = x[half + i];
        to[i] = a * c[i] - b * s[i];
        to[half + i] = b * c[i] + a * s[i];
      }
    }
    for (i = 2 * half; i < d; i++) to[i] = x[i];
    if (p->row_scale) {
      float factor = p->row_scale[row];
      for (i = 0; i < d; i++) to[i] = to[i] * factor;
    }
  }
}

/// Panels of 16 keys [dimension][16], all of them turned as `rotate` turns one, to the same bits; `turns` holds for each
/// panel the cosines [rotary / 2][16], then the sines.
void NAME(rotate_panels)(const float *keys, const float *turns, int64_t dimension, int64_t rotary, int interleaved,
                         int64_t panels, float *into) {
  const int64_t half = rotary / 2, step = interleaved ? 32 : 16, apart = interleaved ? 16 : half * 16;
  for (int64_t p = 0; p < panels; p++) {
    for (int64_t i = 0; i < half; i++) {
      const int64_t at = i * step;
      v16 a = NAME(load16)(keys + at), b = NAME(load16)(keys + at + apart);
      v16 c = NAME(load16)(turns + i * 16), s = NAME(load16)(turns + (half + i) * 16);
      NAME(store16)(into + at, a * c - b * s);
      NAME(store16)(into + at + apart, b * c + a * s);
    }
    __builtin_memcpy(into + rotary * 16, keys + rotary * 16, (size_t)(dimension - rotary) * 64);
    keys += dimension * 16, turns += rotary * 16, into += dimension * 16;
  }
}
