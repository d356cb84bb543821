// Four-bit numbers that are indices into a table of 16 values: IQ4_NL, IQ4_XS and MXFP4. Included by unpack_body.h.

/// The values of IQ4_NL and IQ4_XS: closer together near zero, where most weights are.
#define IQ4_VALUES {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}
/// The values of a four-bit float with two bits of exponent and one of fraction, doubled.
#define MXFP4_VALUES {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}

/// Entry `q` of a table in each lane; the upper half of `q` is zero.
INLINE v16 NAME(lookup16)(b16x table, c16x q) {
#if LEVEL > 0
  return NAME(signed16)((b16x)_mm_shuffle_epi8((__m128i)table, (__m128i)q));
#else
  b16x v;
  for (int i = 0; i < 16; i++) v[i] = table[q[i]];
  return NAME(signed16)(v);
#endif
}

/// Half of 2^(e - 127), because the table holds doubled values; 0 and 1 give subnormal numbers.
INLINE float NAME(half_power)(uint8_t e) {
  uint32_t bits = e < 2 ? 0x00200000u << e : (uint32_t)(e - 1) << 23;
  float v;
  memcpy(&v, &bits, 4);
  return v;
}

/// Values 32 * unit ... 32 * unit + 31 of a row of one of the three types.
INLINE NAME(pair) NAME(unpack_lookup)(const int type, const uint8_t *row, int64_t unit) {
  const b16x iq4 = IQ4_VALUES, mxfp4 = MXFP4_VALUES;
  const uint8_t *p;
  float d;
  if (type == ckernels_iq4_nl) {
    p = row + unit * 18 + 2;
    d = NAME(half)(p - 2);
  } else if (type == ckernels_mxfp4) {
    p = row + unit * 17 + 1;
    d = NAME(half_power)(p[-1]);
  } else {
    // IQ4_XS: scale, two high bits of eight scales, four low bits of them, numbers.
    const uint8_t *block = row + unit / 8 * 136;
    int u = (int)(unit % 8);
    int high = (block[2 + u / 4] >> (2 * (u % 4))) & 3, low = (block[4 + u / 2] >> (4 * (u % 2))) & 15;
    p = block + 8 + 16 * u;
    d = NAME(half)(block) * (float)((low | high << 4) - 32);
  }
  const b16x table = type == ckernels_mxfp4 ? mxfp4 : iq4;
  c16x q = NAME(bytes16)(p);
  NAME(pair) out = {d * NAME(lookup16)(table, q & 15), d * NAME(lookup16)(table, q >> 4)};
  return out;
}

#undef IQ4_VALUES
#undef MXFP4_VALUES
