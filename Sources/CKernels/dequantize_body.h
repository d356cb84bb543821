#include "vector_body.h"
#include "unpack_body.h"

INLINE void NAME(dequantize_type)(const int type, const uint8_t *row, int64_t first, int64_t count, float *into) {
  int64_t k = 0;
  for (; k + 32 <= count; k += 32) {
    NAME(pair) v = NAME(unpack)(type, row, (first + k) / 32);
    NAME(store16)(into + k, v.low);
    NAME(store16)(into + k + 16, v.high);
  }
  if (k == count) return;
  float rest[32];
  NAME(pair) v = type <= ckernels_bf16 ? NAME(unpack_tail)(type, row, first + k, first + count)
                                       : NAME(unpack)(type, row, (first + k) / 32);
  NAME(store16)(rest, v.low);
  NAME(store16)(rest + 16, v.high);
  memcpy(into + k, rest, (size_t)(count - k) * 4);
}

void NAME(dequantize)(int type, const uint8_t *row, int64_t first, int64_t count, float *into) {
  FOR_TYPE(type, NAME(dequantize_type), row, first, count, into)
}

INLINE v16 NAME(shuffle_low)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}
INLINE v16 NAME(shuffle_high)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}
INLINE v16 NAME(pairs_low)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
}
INLINE v16 NAME(pairs_high)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}
INLINE v16 NAME(quarters_even)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}
INLINE v16 NAME(quarters_odd)(v16 a, v16 b) {
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}
/// Transposes 16 vectors of 16 in place: first inside each 4x4 of 128 bits, then the 4x4 of such quarters.
INLINE void NAME(transpose16)(v16 r[16]) {
  v16 t[16];
  UNROLL for (int i = 0; i < 16; i += 4) {
    v16 a = NAME(shuffle_low)(r[i], r[i + 1]), b = NAME(shuffle_high)(r[i], r[i + 1]);
    v16 c = NAME(shuffle_low)(r[i + 2], r[i + 3]), d = NAME(shuffle_high)(r[i + 2], r[i + 3]);
    t[i] = NAME(pairs_low)(a, c);
    t[i + 1] = NAME(pairs_high)(a, c);
    t[i + 2] = NAME(pairs_low)(b, d);
    t[i + 3] = NAME(pairs_high)(b, d);
  }
  // t[4q + c] holds, for rows 4q...4q+3, column c of each quarter.
  UNROLL for (int c = 0; c < 4; c++) {
    v16 a = NAME(quarters_even)(t[c], t[4 + c]), b = NAME(quarters_odd)(t[c], t[4 + c]);
    v16 e = NAME(quarters_even)(t[8 + c], t[12 + c]), f = NAME(quarters_odd)(t[8 + c], t[12 + c]);
    r[c] = NAME(quarters_even)(a, e);
    r[4 + c] = NAME(quarters_even)(b, f);
    r[8 + c] = NAME(quarters_odd)(a, e);
    r[12 + c] = NAME(quarters_odd)(b, f);
  }
}

/// 16 rows, 32 columns from 32 * unit: to panel[(l * steps + j) * 64 + row], k = 8 j + l.
INLINE void NAME(pack_unit)(const int type, const uint8_t *rows, int64_t row_bytes, int64_t count, int64_t unit,
                            int64_t columns, int64_t steps, float *panel) {
  v16 low[16], high[16];
  const int tail = (unit + 1) * 32 > columns;
  for (int r = 0; r < 16; r++) {
    if (r >= count) {
      low[r] = high[r] = 0.0f;
      continue;
    }
    NAME(pair) v = tail ? NAME(unpack_tail)(type, rows + r * row_bytes, unit * 32, columns)
                        : NAME(unpack)(type, rows + r * row_bytes, unit);
    low[r] = v.low;
    high[r] = v.high;
  }
  NAME(transpose16)(low);
  NAME(transpose16)(high);
  int64_t j = unit * 4;
  for (int k = 0; k < 32 && j + k / 8 < steps; k++) {
    NAME(store16)(panel + ((k % 8) * steps + j + k / 8) * panel_outputs, k < 16 ? low[k] : high[k - 16]);
  }
}

INLINE void NAME(pack_type)(const int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns,
                            float *panel) {
  int64_t steps = (columns + 7) / 8, units = (columns + 31) / 32;
  for (int64_t o = 0; o < panel_outputs; o += 16) {
    int64_t count = outputs - o < 0 ? 0 : outputs - o;
    for (int64_t unit = 0; unit < units; unit++) {
      NAME(pack_unit)(type, rows + o * row_bytes, row_bytes, count, unit, columns, steps, panel + o);
    }
  }
}

/// 64 rows of weights as float32 panel [lane][step][64]; missing rows and columns are zeros.
void NAME(pack_weights)(int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns,
                        float *panel) {
  FOR_TYPE(type, NAME(pack_type), rows, row_bytes, outputs, columns, panel)
}

/// 16 keys of `dimension` values as panel [dimension][16].
void NAME(transpose_keys)(const float *x, int64_t stride, int64_t dimension, float *panel) {
  int64_t d = 0;
  for (; d + 16 <= dimension; d += 16) {
    v16 r[16];
    UNROLL for (int i = 0; i < 16; i++) r[i] = NAME(load16)(x + i * stride + d);
    NAME(transpose16)(r);
    UNROLL for (int i = 0; i < 16; i++) NAME(store16)(panel + (d + i) * 16, r[i]);
  }
  for (; d < dimension; d++) {
    for (int i = 0; i < 16; i++) panel[d * 16 + i] = x[i * stride + d];
  }
}

void NAME(half_to_float)(const uint16_t *x, int64_t count, float *into) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) NAME(store16)(into + i, NAME(half16)(x + i));
  for (; i < count; i++) into[i] = NAME(half)((const uint8_t *)(x + i));
}

void NAME(float_to_half)(const float *x, int64_t count, uint16_t *into) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) NAME(to_half16)(NAME(load16)(x + i), into + i);
  for (; i < count; i++) into[i] = NAME(to_half1)(x[i]);
}
