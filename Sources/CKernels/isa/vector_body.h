// Loads, stores, fused multiply-add, fixed-order sums and half precision for 16 lanes. No include guard: included by
// each body.

INLINE v16 NAME(load16)(const float *p) { v16 v; memcpy(&v, p, 64); return v; }
INLINE v8 NAME(load8)(const float *p) { v8 v; memcpy(&v, p, 32); return v; }
INLINE void NAME(store16)(float *p, v16 v) { memcpy(p, &v, 64); }
INLINE v16 NAME(fma16)(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
INLINE v16 NAME(splat16)(float a) { v16 v = a; return v; }
/// The first `count` <= 16 values, then `rest`.
INLINE v16 NAME(load_part)(const float *p, int64_t count, float rest) {
  if (count == 16) return NAME(load16)(p);  // a constant size, else memcpy is a call
  v16 v = rest;
  memcpy(&v, p, (size_t)count * 4);
  return v;
}
INLINE void NAME(store_part)(float *p, v16 v, int64_t count) {
  if (count == 16) {
    NAME(store16)(p, v);
  } else {
    memcpy(p, &v, (size_t)count * 4);
  }
}
INLINE v16 NAME(duplicate8)(const float *p) {
  v8 v = NAME(load8)(p);
  return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
}
/// mask ? a : b by bits; the mask is all ones or all zeros per lane.
INLINE v16 NAME(select16)(i16x mask, v16 a, v16 b) { return mask ? a : b; }

/// The fixed tree: lane i + lane i+8, then +4, +2, +1.
INLINE float NAME(sum16)(v16 v) {
  v8 a = v.lo + v.hi;
  float b0 = a[0] + a[4], b1 = a[1] + a[5], b2 = a[2] + a[6], b3 = a[3] + a[7];
  return (b0 + b2) + (b1 + b3);
}
INLINE double NAME(sum16d)(d8 low, d8 high) {
  d8 a = low + high;
  double b0 = a[0] + a[4], b1 = a[1] + a[5], b2 = a[2] + a[6], b3 = a[3] + a[7];
  return (b0 + b2) + (b1 + b3);
}
INLINE float NAME(max16)(v16 v) {
  v8 a = v.lo > v.hi ? v.lo : v.hi;
  v4 b = a.lo > a.hi ? a.lo : a.hi;
  float c = b[0] > b[2] ? b[0] : b[2], d = b[1] > b[3] ? b[1] : b[3];
  return c > d ? c : d;
}

/// IEEE half to float, exactly, by integer arithmetic: multiplying by a power of two, the usual trick, would lose the
/// subnormals to DAZ.
INLINE float NAME(half1)(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 0x3ff, bits;
  if (exponent == 31) {
    bits = 0x7f800000 | mantissa << 13 | (mantissa ? 0x400000 : 0);
  } else if (exponent) {
    bits = (exponent + 112) << 23 | mantissa << 13;
  } else if (mantissa) {
    uint32_t shift = (uint32_t)__builtin_clz(mantissa) - 21;
    bits = (113 - shift) << 23 | ((mantissa << shift & 0x3ff) << 13);
  } else {
    bits = 0;
  }
  bits |= sign;
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
/// Float to half, to nearest even, by integer arithmetic. Subnormal floats count as zero (DAZ), as in the instruction.
INLINE uint16_t NAME(to_half1)(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
  if (magnitude >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (magnitude < 0x33000001) return (uint16_t)sign;
  uint32_t shift = 13, value = magnitude;
  if (magnitude < 0x38800000) {
    shift = 126 - (magnitude >> 23);
    value = (magnitude & 0x7fffff) | 0x800000;
  } else {
    value -= 112u << 23;
  }
  uint32_t half = value >> shift, rest = value & ((1u << shift) - 1), middle = 1u << (shift - 1);
  half += rest > middle || (rest == middle && (half & 1));
  return (uint16_t)(sign | half);
}

#if LEVEL >= LEVEL_AVX512
INLINE v16 NAME(half16)(const uint16_t *p) { return (v16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
INLINE void NAME(to_half16)(v16 v, uint16_t *p) {
  _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph((__m512)v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
INLINE float NAME(half)(const uint8_t *p) { uint16_t h; memcpy(&h, p, 2); return _cvtsh_ss(h); }
#elif LEVEL == LEVEL_AVX2
INLINE v16 NAME(half16)(const uint16_t *p) {
  v16 v;
  v.lo = (v8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
  v.hi = (v8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8)));
  return v;
}
INLINE void NAME(to_half16)(v16 v, uint16_t *p) {
  _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph((__m256)v.lo, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  _mm_storeu_si128((__m128i *)(p + 8), _mm256_cvtps_ph((__m256)v.hi, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
INLINE float NAME(half)(const uint8_t *p) { uint16_t h; memcpy(&h, p, 2); return _cvtsh_ss(h); }
#else
INLINE v16 NAME(half16)(const uint16_t *p) {
  float f[16];
  for (int i = 0; i < 16; i++) { uint16_t h; memcpy(&h, (const uint8_t *)p + 2 * i, 2); f[i] = NAME(half1)(h); }
  return NAME(load16)(f);
}
INLINE void NAME(to_half16)(v16 v, uint16_t *p) {
  for (int i = 0; i < 16; i++) p[i] = NAME(to_half1)(v[i]);
}
INLINE float NAME(half)(const uint8_t *p) { uint16_t h; memcpy(&h, p, 2); return NAME(half1)(h); }
#endif
