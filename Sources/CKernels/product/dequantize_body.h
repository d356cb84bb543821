#include "isa/vector_body.h"
#include "product/unpack_body.h"
#include "isa/transpose_body.h"

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
  float *to = panel + unit * 4 * panel_outputs;
  const int64_t lane = steps * panel_outputs;
  if (unit * 4 + 4 <= steps) {
    UNROLL for (int k = 0; k < 16; k++) NAME(store16)(to + (k % 8) * lane + k / 8 * panel_outputs, low[k]);
    to += 2 * panel_outputs;
    UNROLL for (int k = 0; k < 16; k++) NAME(store16)(to + (k % 8) * lane + k / 8 * panel_outputs, high[k]);
    return;
  }
  for (int k = 0; k < 32 && unit * 4 + k / 8 < steps; k++) {
    NAME(store16)(to + (k % 8) * lane + k / 8 * panel_outputs, k < 16 ? low[k] : high[k - 16]);
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
