// Few rows in integers, at the portable level: one stored row at a time. Included by integer_body.h.

/// Sum of 16 products of an unsigned byte with an element.
INLINE int32_t NAME(dot16)(c16x q, const int8_t *low, const int8_t *high) {
  b16x l, h;
  memcpy(&l, low, 16);
  i16x x = __builtin_convertvector(l, i16x);
  if (high) {
    memcpy(&h, high, 16);
    x = x + __builtin_convertvector(h, i16x) * 256;
  }
  return __builtin_reduce_add(__builtin_convertvector(q, i16x) * x);
}

INLINE void NAME(integer_vector_type)(const int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs,
                                      int64_t blocks, const int8_t *low, const int8_t *high, const float *x_scales,
                                      const int32_t *x_sums, const float *x_weighted, float *out) {
  const int32_t offset = quant_offset(type);
  for (int64_t o = 0; o < outputs; o++) {
    const uint8_t *row = weights + o * row_bytes;
    float y = 0;
    for (int64_t b = 0; b < blocks; b++) {
      c16x q[2];
      float d[2], m[2];
      NAME(quants)(type, row, b, q);
      NAME(quant_scales)(type, row, b, d, m);
      int32_t sums[2] = {NAME(dot16)(q[0], low + b * 32, high ? high + b * 32 : 0),
                         NAME(dot16)(q[1], low + b * 32 + 16, high ? high + b * 32 + 16 : 0)};
      if (quant_halves(type) == 1) sums[0] += sums[1];
      UNROLL for (int h = 0; h < quant_halves(type); h++) {
        const int64_t total = 3 * b + (quant_halves(type) == 2 ? h : 2);
        y = __builtin_fmaf(d[h] * x_scales[b], (float)(sums[h] - offset * x_sums[total]), y);
        if (quant_minimum(type)) y = __builtin_fmaf(m[h], x_weighted[total], y);
      }
    }
    out[o] = y;
  }
}
void NAME(integer_vector)(int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs, int64_t blocks,
                          const int8_t *low, const int8_t *high, const float *x_scales, const int32_t *x_sums,
                          const float *x_weighted, int prefetch, float *out) {
  (void)prefetch;
  FOR_QUANTS(type, NAME(integer_vector_type), weights, row_bytes, outputs, blocks, low, high, x_scales, x_sums,
             x_weighted, out)
}
