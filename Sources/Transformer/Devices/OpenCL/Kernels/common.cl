// What all programs share. Order of summation: fixed for each operation, whatever the number of rows. Sums of products
// are written as fused multiply-adds, and nothing else may be contracted, so that two kernels that compute the same
// value (prefill and decoding) give equal bits.
#pragma OPENCL FP_CONTRACT OFF

// e^r for |r| <= ln(2) / 2, and e^x with n = round(x / ln 2) in the exponent: the processor's series.
float exp_series(float r) {
  float q = 1.38145406e-3f;
  q = fma(q, r, 8.36874545e-3f);
  q = fma(q, r, 4.16683890e-2f);
  q = fma(q, r, 1.66665211e-1f);
  q = fma(q, r, 4.99999940e-1f);
  q = fma(q, r, 1.0f);
  return fma(q, r, 1.0f);
}
float exp_of(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -88.0f ? -88.0f : c;
  float shifted = fma(c, 1.44269504f, 12582912.0f), rounded = shifted - 12582912.0f;
  float r = fma(rounded, 2.12194440e-4f, fma(rounded, -0.693359375f, c));
  int n = as_int(shifted) - as_int(12582912.0f), low = n >> 1;
  float y = exp_series(r) * as_float((low + 127) << 23) * as_float((n - low + 127) << 23);
  return x < -87.33f ? 0.0f : y;
}
// A series where the quotient would cancel.
float tanh_of(float x) {
  float a = fabs(x), e = exp_of(-2.0f * a), large = (1.0f - e) / (1.0f + e), q = a * a;
  float p = fma(fma(fma(2.18694885e-2f, q, -5.39682540e-2f), q, 1.33333333e-1f), q, -3.33333333e-1f);
  return copysign(a < 0.3f ? fma(p * q, a, a) : large, x);
}
