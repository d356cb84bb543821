// exp, tanh and the activations for 16 lanes: one sequence of fused multiply-adds, so equal bits everywhere.
// Needs vector_body.h.

/// e^x, relative error below 2e-7 (measured 9e-8). Cody-Waite reduction by ln 2 in two parts, then the Taylor series
/// of degree 7 (|r| <= 0.347, remainder 3e-9). Below -87.33 the result is exactly 0 (it would be subnormal), above
/// 88.72 infinite.
INLINE v16 NAME(exp16)(v16 x) {
  const v16 shifter = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, held in the low bits
  v16 clamped = NAME(select16)(x > 89.0f, (v16)89.0f, x);
  clamped = NAME(select16)(clamped < -88.0f, (v16)-88.0f, clamped);
  v16 shifted = NAME(fma16)(clamped, (v16)1.44269504088896341f, shifter);
  v16 n = shifted - shifter;
  v16 r = NAME(fma16)(n, (v16)-0.693359375f, clamped);
  r = NAME(fma16)(n, (v16)2.12194440e-4f, r);
  v16 p = 1.98412698e-4f;
  p = NAME(fma16)(p, r, (v16)1.38888889e-3f);
  p = NAME(fma16)(p, r, (v16)8.33333333e-3f);
  p = NAME(fma16)(p, r, (v16)4.16666667e-2f);
  p = NAME(fma16)(p, r, (v16)1.66666667e-1f);
  p = NAME(fma16)(p, r, (v16)0.5f);
  p = NAME(fma16)(p, r, (v16)1.0f);
  p = NAME(fma16)(p, r, (v16)1.0f);
  // Times 2^n in two steps, because n = 128 has no float of its own.
  i16x exponent = (i16x)shifted - (i16x)shifter, half = exponent >> 1;
  v16 y = p * (v16)((half + 127) << 23) * (v16)((exponent - half + 127) << 23);
  y = NAME(select16)(x < -87.33f, (v16)0.0f, y);
  y = NAME(select16)(x > 88.7228f, (v16)__builtin_inff(), y);
  return NAME(select16)(x != x, x, y);
}

/// tanh: series where the quotient would cancel, else (1 - e) / (1 + e) with e = exp(-2|x|).
INLINE v16 NAME(tanh16)(v16 x) {
  i16x sign = (i16x)x & (i16x)(INT32_MIN);
  v16 a = (v16)((i16x)x & (i16x)(INT32_MAX));
  v16 e = NAME(exp16)(a * -2.0f);
  v16 large = ((v16)1.0f - e) / ((v16)1.0f + e);
  v16 q = a * a, p = 2.18694885e-2f;
  p = NAME(fma16)(p, q, (v16)-5.39682540e-2f);
  p = NAME(fma16)(p, q, (v16)1.33333333e-1f);
  p = NAME(fma16)(p, q, (v16)-3.33333333e-1f);
  v16 small = NAME(fma16)(p * q, a, a);
  return (v16)((i16x)NAME(select16)(a < 0.3f, small, large) | sign);
}

INLINE v16 NAME(softcap16)(v16 x, v16 cap) { return cap * NAME(tanh16)(x / cap); }
INLINE v16 NAME(silu16)(v16 x) { return x / ((v16)1.0f + NAME(exp16)(-x)); }
/// 0.5 x (1 + tanh(u)) = x / (1 + exp(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3).
INLINE v16 NAME(gelu_tanh16)(v16 x) {
  v16 u = x * NAME(fma16)(x * x, (v16)(2.0f * 0.7978845608f * 0.044715f), (v16)(2.0f * 0.7978845608f));
  return x / ((v16)1.0f + NAME(exp16)(-u));
}
/// x Phi(x), with erfc by Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7).
INLINE v16 NAME(gelu16)(v16 x) {
  v16 z = (v16)((i16x)x & (i16x)(INT32_MAX)) * 0.70710678118654752f;
  v16 t = (v16)1.0f / NAME(fma16)((v16)0.3275911f, z, (v16)1.0f);
  v16 p = 1.061405429f;
  p = NAME(fma16)(p, t, (v16)-1.453152027f);
  p = NAME(fma16)(p, t, (v16)1.421413741f);
  p = NAME(fma16)(p, t, (v16)-0.284496736f);
  p = NAME(fma16)(p, t, (v16)0.254829592f);
  v16 tail = p * t * NAME(exp16)(-(z * z)) * 0.5f;
  return x * NAME(select16)(x < 0.0f, tail, (v16)1.0f - tail);
}
INLINE v16 NAME(activate16)(v16 x, const int activation) {
  if (activation == ckernels_silu) return NAME(silu16)(x);
  if (activation == ckernels_gelu) return NAME(gelu16)(x);
  return NAME(gelu_tanh16)(x);
}
