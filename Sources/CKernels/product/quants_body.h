// The quants of 32 consecutive columns as unsigned bytes (quant + offset), and their scales and minima: the same
// numbers that unpack_body.h multiplies out. Needs vector_body.h and unpack_body.h.

/// Columns 32 * unit ... 32 * unit + 15 and + 16 ... + 31 of a row.
INLINE void NAME(quants)(const int type, const uint8_t *row, int64_t unit, c16x q[2]) {
  const int u = (int)(unit % 8);
  switch (type) {
  case ckernels_q8_0: {
    const uint8_t *p = row + unit * 34 + 2;
    q[0] = NAME(bytes16)(p) ^ 128, q[1] = NAME(bytes16)(p + 16) ^ 128;
    break;
  }
  case ckernels_q4_0:
  case ckernels_q4_1: {
    c16x both = NAME(bytes16)(type == ckernels_q4_0 ? row + unit * 18 + 2 : row + unit * 20 + 4);
    q[0] = both & 15, q[1] = both >> 4;
    break;
  }
  case ckernels_q5_0:
  case ckernels_q5_1: {
    const uint8_t *p = type == ckernels_q5_0 ? row + unit * 22 + 2 : row + unit * 24 + 4;
    c16x both = NAME(bytes16)(p + 4);
    q[0] = (both & 15) | NAME(bit16)(p), q[1] = (both >> 4) | NAME(bit16)(p + 2);
    break;
  }
  case ckernels_q2_k:
  case ckernels_q3_k: {
    const uint8_t *p = type == ckernels_q2_k ? row + unit / 8 * 84 + 16 : row + unit / 8 * 110 + 32;
    const uint8_t shift = (uint8_t)(2 * (u % 4)), bit = (uint8_t)u;
    UNROLL for (int h = 0; h < 2; h++) {
      q[h] = NAME(bytes16)(p + 32 * (u / 4) + 16 * h) >> shift & 3;
      if (type == ckernels_q3_k) q[h] = q[h] | (NAME(bytes16)(p - 32 + 16 * h) >> bit & 1) << 2;
    }
    break;
  }
  case ckernels_q4_k:
  case ckernels_q5_k: {
    const uint8_t *p = type == ckernels_q4_k ? row + unit / 8 * 144 + 16 : row + unit / 8 * 176 + 48;
    const uint8_t shift = (uint8_t)(4 * (u % 2)), bit = (uint8_t)u;
    UNROLL for (int h = 0; h < 2; h++) {
      q[h] = NAME(bytes16)(p + 32 * (u / 2) + 16 * h) >> shift & 15;
      if (type == ckernels_q5_k) q[h] = q[h] | (NAME(bytes16)(p - 32 + 16 * h) >> bit & 1) << 4;
    }
    break;
  }
  default: {  // q6_k
    const uint8_t *p = row + unit / 8 * 210;
    const int w = u % 4;
    const uint8_t shift = (uint8_t)(4 * (w >> 1)), high = (uint8_t)(2 * w);
    UNROLL for (int h = 0; h < 2; h++) {
      q[h] = (NAME(bytes16)(p + 64 * (u / 4) + 32 * (w & 1) + 16 * h) >> shift & 15) |
             (NAME(bytes16)(p + 128 + 32 * (u / 4) + 16 * h) >> high & 3) << 4;
    }
    break;
  }
  }
}

/// Scales and minima of a unit; of types with one per unit, only the first.
INLINE void NAME(quant_scales)(const int type, const uint8_t *row, int64_t unit, float d[2], float m[2]) {
  const int u = (int)(unit % 8);
  switch (type) {
  case ckernels_q8_0: d[0] = NAME(half)(row + unit * 34); break;
  case ckernels_q4_0: d[0] = NAME(half)(row + unit * 18); break;
  case ckernels_q5_0: d[0] = NAME(half)(row + unit * 22); break;
  case ckernels_q4_1: d[0] = NAME(half)(row + unit * 20), m[0] = NAME(half)(row + unit * 20 + 2); break;
  case ckernels_q5_1: d[0] = NAME(half)(row + unit * 24), m[0] = NAME(half)(row + unit * 24 + 2); break;
  case ckernels_q2_k: {
    const uint8_t *p = row + unit / 8 * 84;
    for (int h = 0; h < 2; h++) {
      const int s = p[2 * u + h];
      d[h] = NAME(half)(p + 80) * (float)(s & 15), m[h] = -(NAME(half)(p + 82) * (float)(s >> 4));
    }
    break;
  }
  case ckernels_q3_k: {
    const uint8_t *p = row + unit / 8 * 110;
    for (int h = 0; h < 2; h++) d[h] = NAME(half)(p + 108) * (float)NAME(scale_k3)(p + 96, 2 * u + h);
    break;
  }
  case ckernels_q4_k:
  case ckernels_q5_k: {
    const uint8_t *p = row + unit / 8 * (type == ckernels_q4_k ? 144 : 176);
    int scale, minimum;
    NAME(scale_k4)(p + 4, u, &scale, &minimum);
    d[0] = NAME(half)(p) * (float)scale, m[0] = -(NAME(half)(p + 2) * (float)minimum);
    break;
  }
  default: {  // q6_k
    const uint8_t *p = row + unit / 8 * 210;
    for (int h = 0; h < 2; h++) d[h] = NAME(half)(p + 208) * (float)((const int8_t *)(p + 192))[2 * u + h];
    break;
  }
  }
}
