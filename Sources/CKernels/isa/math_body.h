// exp, tanh and the activations for 16 lanes: one sequence of fused multiply-adds, so equal bits everywhere.
// Needs vector_body.h.

/// e^r for |r| <= ln(2) / 2: 1 + r + r^2 q(r), q of degree 4 with least largest relative error (3e-9).
INLINE v16 NAME(exp_series)(v16 r) {
  v16 q = 1.38145406e-3f;
  q = NAME(fma16)(q, r, (v16)8.36874545e-3f);
  q = NAME(fma16)(q, r, (v16)4.16683890e-2f);
  q = NAME(fma16)(q, r, (v16)1.66665211e-1f);
  q = NAME(fma16)(q, r, (v16)4.99999940e-1f);
  q = NAME(fma16)(q, r, (v16)1.0f);
  return NAME(fma16)(q, r, (v16)1.0f);
}
/// x = n ln 2 + r (Cody-Waite, ln 2 in two parts). Adding 1.5 * 2^23 rounds to an integer, held in the low bits.
#undef EXP_REDUCE
#define EXP_REDUCE(x, r)                                                                                              \
  const v16 shifter = 12582912.0f;                                                                                   \
  v16 shifted = NAME(fma16)(x, (v16)1.44269504088896341f, shifter), rounded = shifted - shifter;                     \
  v16 r = NAME(fma16)(rounded, (v16)2.12194440e-4f, NAME(fma16)(rounded, (v16)-0.693359375f, x))

/// e^x, relative error below 1.2e-7. Exactly 0 below -87.33 (where it would be subnormal), infinite above 88.73.
INLINE v16 NAME(exp16)(v16 x) {
  v16 clamped = NAME(select16)(x > 89.0f, (v16)89.0f, x);
  clamped = NAME(select16)(clamped < -88.0f, (v16)-88.0f, clamped);
  EXP_REDUCE(clamped, r);
  // Times 2^n in two steps, because n = 128 has no float of its own.
  i16x n = (i16x)shifted - (i16x)shifter, half = n >> 1;
  v16 y = NAME(exp_series)(r) * (v16)((half + 127) << 23) * (v16)((n - half + 127) << 23);
  return NAME(select16)(x < -87.33f, (v16)0.0f, y);
}
/// e^x for x <= 0, exactly 0 below -87. For the weights of a softmax: n goes straight into the exponent (what the
/// shifter adds leaves the word on the left), and what the series makes of numbers below -87 is thrown away.
INLINE v16 NAME(exp_negative)(v16 x) {
  EXP_REDUCE(x, r);
  v16 y = (v16)((u16x)NAME(exp_series)(r) + ((u16x)shifted << 23));
  return NAME(select16)(x < -87.0f, (v16)0.0f, y);
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
