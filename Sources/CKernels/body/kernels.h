/* The kernels, once per instruction set: this file is included with NAME(), VECTORS and a target attribute set.
   Vector types are clang's; a fused multiply-add is one instruction where the target has it and fmaf where not,
   so that every instruction set gives the same bits. Nothing here may depend on contraction or reassociation. */

typedef float NAME(v8) __attribute__((ext_vector_type(8), aligned(4)));
typedef float NAME(v16) __attribute__((ext_vector_type(16), aligned(4)));
typedef int32_t NAME(i16) __attribute__((ext_vector_type(16), aligned(4)));
typedef _Float16 NAME(h16) __attribute__((ext_vector_type(16), aligned(2)));
typedef _Float16 NAME(h8) __attribute__((ext_vector_type(8), aligned(2)));
#define v8 NAME(v8)
#define v16 NAME(v16)
#define i16 NAME(i16)
#define h16 NAME(h16)
#define h8 NAME(h8)
#define LOAD16(p) (*(const v16 *)(p))
#define LOAD8(p) (*(const v8 *)(p))
#define STORE16(p, x) (*(v16 *)(p) = (x))
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)

static inline __attribute__((always_inline)) v16 NAME(splat)(float x) { return (v16)(x); }

/* -- products ---------------------------------------------------------------------------------------------------- */

#define TILE(R, V)                                                                                                     \
  static void NAME(tile_##R##_##V)(long k, const float *a, long rs, long cs, const float *b, long vs, long ks,         \
                                   float *c, long ldc, int mode) {                                                     \
    v16 s[R][V];                                                                                                       \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++)                                                     \
        _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++)                                                 \
            s[r][v] = mode == ckernels_chain ? LOAD16(c + r * ldc + 16 * v) : (v16){};                                 \
    for (long i = 0; i < k; i++) {                                                                                     \
      v16 w[V];                                                                                                        \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) w[v] = LOAD16(b + v * vs + i * ks);               \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                                                 \
        v16 x = NAME(splat)(a[r * rs + i * cs]);                                                                       \
        _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) s[r][v] = FMA(x, w[v], s[r][v]);                \
      }                                                                                                                \
    }                                                                                                                  \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++)                                                     \
        _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {                                               \
      float *t = c + r * ldc + 16 * v;                                                                                 \
      STORE16(t, mode == ckernels_add ? LOAD16(t) + s[r][v] : s[r][v]);                                                \
    }                                                                                                                  \
  }
#define TILES(V) TILE(1, V) TILE(2, V) TILE(3, V) TILE(4, V) TILE(5, V) TILE(6, V)
TILES(1)
#if VECTORS == 4
TILES(2) TILES(3) TILES(4)
#endif

typedef void (*NAME(tile_function))(long, const float *, long, long, const float *, long, long, float *, long, int);

static void NAME(tile)(int rows, int vectors, long k, const float *a, long rs, long cs, const float *b, long vs,
                       long ks, float *c, long ldc, int mode) {
  static const NAME(tile_function) table[VECTORS][6] = {
#define ROW(V) {NAME(tile_1_##V), NAME(tile_2_##V), NAME(tile_3_##V), NAME(tile_4_##V), NAME(tile_5_##V), NAME(tile_6_##V)}
      ROW(1),
#if VECTORS == 4
      ROW(2), ROW(3), ROW(4),
#endif
#undef ROW
  };
  for (int v = 0; v < vectors; v += VECTORS) {
    int n = vectors - v < VECTORS ? vectors - v : VECTORS;
    table[n - 1][rows - 1](k, a, rs, cs, b + v * vs, vs, ks, c + 16 * v, ldc, mode);
  }
}

static void NAME(pack_weights)(const float *w, long ld, int rows, long k, float *out) {
  long steps = k / 8;
  for (long j = 0; j < steps; j++) {
    float block[8][16] = {};
    for (int r = 0; r < rows; r++) {
      const float *p = w + r * ld + 8 * j;
      for (int l = 0; l < 8; l++) block[l][r] = p[l];
    }
    for (int l = 0; l < 8; l++) STORE16(out + (l * steps + j) * 64, LOAD16(block[l]));
  }
}

static void NAME(pack_rows)(const float *x, long ld, int rows, long columns, long k, float *out) {
  long steps = k / 8;
  for (int r = 0; r < 6; r++) {
    const float *p = x + r * ld;
    for (long i = 0; i < k; i++) out[((i % 8) * steps + i / 8) * 6 + r] = r < rows && i < columns ? p[i] : 0;
  }
}

static void NAME(dots)(const float *w, long ld, int rows, long k, const float *x, long xs, int count, float *sums,
                       int first, int last, float *y, long ys) {
  for (int m = 0; m < count; m++) {
    v8 s[8];
    float *kept = sums + m * 64;
    for (int r = 0; r < 8; r++) s[r] = first ? (v8){} : LOAD8(kept + 8 * r);
    const float *p = x + m * xs;
    if (rows == 8) {
      for (long i = 0; i < k; i += 8) {
        v8 v = LOAD8(p + i);
        _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) s[r] = FMA(LOAD8(w + r * ld + i), v, s[r]);
      }
    } else {
      for (int r = 0; r < rows; r++)
        for (long i = 0; i < k; i += 8) s[r] = FMA(LOAD8(w + r * ld + i), LOAD8(p + i), s[r]);
    }
    if (last) {
      for (int r = 0; r < rows; r++) {
        float t = s[r][0];
        for (int l = 1; l < 8; l++) t += s[r][l];
        y[m * ys + r] = t;
      }
    } else {
      for (int r = 0; r < 8; r++) *(v8 *)(kept + 8 * r) = s[r];
    }
  }
}

/* -- elementary functions ---------------------------------------------------------------------------------------- */

/* e^x: x = n ln 2 + r, |r| <= ln 2 / 2, a polynomial of degree 6 in r; 0 below -87.3, relative error below 2e-7. */
static inline __attribute__((always_inline)) v16 NAME(exp16)(v16 x) {
  v16 high = NAME(splat)(88.3762626647949f), low = NAME(splat)(-87.3365478515625f);
  i16 under = x < low;
  v16 t = x > high ? high : x;
  t = under ? low : t;
  v16 magic = NAME(splat)(12582912.0f);
  v16 n = FMA(t, NAME(splat)(1.44269504088896341f), magic) - magic;
  v16 r = FMA(n, NAME(splat)(-0.693145751953125f), t);
  r = FMA(n, NAME(splat)(-1.42860682030941723212e-6f), r);
  v16 p = NAME(splat)(1.9875691500e-4f);
  p = FMA(p, r, NAME(splat)(1.3981999507e-3f));
  p = FMA(p, r, NAME(splat)(8.3334519073e-3f));
  p = FMA(p, r, NAME(splat)(4.1665795894e-2f));
  p = FMA(p, r, NAME(splat)(1.6666665459e-1f));
  p = FMA(p, r, NAME(splat)(5.0000001201e-1f));
  p = FMA(p * r, r, r) + 1.0f;
  i16 e = (__builtin_convertvector(n, i16) + 127) << 23;
  v16 y = p * __builtin_bit_cast(v16, e);
  return under ? (v16){} : y;
}

/* Sum of 16 lanes in a fixed tree. */
static inline __attribute__((always_inline)) float NAME(sum16)(v16 x) {
  float a[8], b[4];
  for (int i = 0; i < 8; i++) a[i] = x[i] + x[i + 8];
  for (int i = 0; i < 4; i++) b[i] = a[i] + a[i + 4];
  return (b[0] + b[2]) + (b[1] + b[3]);
}

static inline __attribute__((always_inline)) v16 NAME(tail16)(const float *x, long n, float fill) {
  v16 t = NAME(splat)(fill);
  for (long i = 0; i < n; i++) t[i] = x[i];
  return t;
}

static void NAME(exp)(const float *x, long n, float *y) {
  long i = 0;
  for (; i + 16 <= n; i += 16) STORE16(y + i, NAME(exp16)(LOAD16(x + i)));
  if (i < n) {
    v16 t = NAME(exp16)(NAME(tail16)(x + i, n - i, 0));
    for (long j = i; j < n; j++) y[j] = t[j - i];
  }
}

static float NAME(log_sum_exp)(const float *x, long n, float *max_out) {
  float m = x[0];
  for (long i = 1; i < n; i++) m = x[i] > m ? x[i] : m;
  v16 s = {};
  long i = 0;
  for (; i + 16 <= n; i += 16) s += NAME(exp16)(LOAD16(x + i) - m);
  if (i < n) s += NAME(exp16)(NAME(tail16)(x + i, n - i, -__builtin_inff()) - m);
  *max_out = m;
  return NAME(sum16)(s);
}

static void NAME(rms_norm)(const float *x, long n, const float *weight, float epsilon, float *y) {
  v16 s = {};
  long i = 0;
  for (; i + 16 <= n; i += 16) s = FMA(LOAD16(x + i), LOAD16(x + i), s);
  if (i < n) {
    v16 t = NAME(tail16)(x + i, n - i, 0);
    s = FMA(t, t, s);
  }
  float f = 1.0f / __builtin_sqrtf(NAME(sum16)(s) / (float)n + epsilon);
  for (i = 0; i < n; i++) y[i] = x[i] * f * weight[i];
}

static void NAME(layer_norm)(const float *x, long n, const float *weight, const float *bias, float epsilon, float *y) {
  v16 s = {};
  long i = 0;
  for (; i + 16 <= n; i += 16) s += LOAD16(x + i);
  if (i < n) s += NAME(tail16)(x + i, n - i, 0);
  float mean = NAME(sum16)(s) / (float)n;
  s = (v16){};
  for (i = 0; i + 16 <= n; i += 16) {
    v16 d = LOAD16(x + i) - mean;
    s = FMA(d, d, s);
  }
  if (i < n) {
    v16 d = NAME(tail16)(x + i, n - i, mean) - mean;
    s = FMA(d, d, s);
  }
  float f = 1.0f / __builtin_sqrtf(NAME(sum16)(s) / (float)n + epsilon);
  for (i = 0; i < n; i++) {
    float t = (x[i] - mean) * f * weight[i];
    y[i] = bias ? t + bias[i] : t;
  }
}

/* tanh by e^(2|x|); near 0 a series, where the quotient would lose digits. */
static inline __attribute__((always_inline)) v16 NAME(tanh16)(v16 x) {
  v16 a = x < 0 ? -x : x;
  v16 c = a > 10.0f ? NAME(splat)(10.0f) : a;
  v16 q = 1.0f - 2.0f / (NAME(exp16)(c + c) + 1.0f);
  v16 z = a * a;
  v16 p = FMA(z, NAME(splat)(-17.0f / 315.0f), NAME(splat)(2.0f / 15.0f));
  p = FMA(z, p, NAME(splat)(-1.0f / 3.0f));
  v16 small = FMA(a * z, p, a);
  v16 t = a < 0.2f ? small : q;
  return x < 0 ? -t : t;
}

/* erf by Abramowitz and Stegun 7.1.26 refined: the series near 0, 1 - poly * e^(-x^2) beyond; error below 2e-7. */
static inline __attribute__((always_inline)) v16 NAME(erf16)(v16 x) {
  v16 a = x < 0 ? -x : x;
  v16 t = 1.0f / FMA(a, NAME(splat)(0.3275911f), NAME(splat)(1.0f));
  v16 p = NAME(splat)(1.061405429f);
  p = FMA(p, t, NAME(splat)(-1.453152027f));
  p = FMA(p, t, NAME(splat)(1.421413741f));
  p = FMA(p, t, NAME(splat)(-0.284496736f));
  p = FMA(p, t, NAME(splat)(0.254829592f));
  v16 y = 1.0f - p * t * NAME(exp16)(-(a * a));
  v16 z = a * a;
  v16 s = FMA(z, NAME(splat)(-1.0f / 1320.0f), NAME(splat)(1.0f / 216.0f));
  s = FMA(z, s, NAME(splat)(-1.0f / 42.0f));
  s = FMA(z, s, NAME(splat)(0.1f));
  s = FMA(z, s, NAME(splat)(-1.0f / 3.0f));
  s = FMA(z, s, NAME(splat)(1.0f));
  y = a < 0.5f ? a * s * 1.1283791670955126f : y;
  return x < 0 ? -y : y;
}

static inline __attribute__((always_inline)) v16 NAME(activate16)(v16 x, int activation) {
  switch (activation) {
  case 0: return x / (1.0f + NAME(exp16)(-x));
  case 1: return 0.5f * x * (1.0f + NAME(erf16)(x * 0.70710678118654752f));
  default: {
    v16 inner = 0.79788456080286536f * FMA(x * x * x, NAME(splat)(0.044715f), x);
    return 0.5f * x * (1.0f + NAME(tanh16)(inner));
  }
  }
}

/* y = act(gate) * up; up may be NULL. */
static void NAME(gate)(const float *gate, const float *up, long n, int activation, float *y) {
  long i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 a = NAME(activate16)(LOAD16(gate + i), activation);
    STORE16(y + i, up ? a * LOAD16(up + i) : a);
  }
  if (i < n) {
    v16 a = NAME(activate16)(NAME(tail16)(gate + i, n - i, 0), activation);
    for (long j = i; j < n; j++) y[j] = up ? a[j - i] * up[j] : a[j - i];
  }
}

static void NAME(softcap)(float *x, long n, float cap) {
  long i = 0;
  for (; i + 16 <= n; i += 16) STORE16(x + i, cap * NAME(tanh16)(LOAD16(x + i) / cap));
  if (i < n) {
    v16 t = cap * NAME(tanh16)(NAME(tail16)(x + i, n - i, 0) / cap);
    for (long j = i; j < n; j++) x[j] = t[j - i];
  }
}

static void NAME(rotate)(const float *x, int dimension, int rotary, int interleaved, const float *cosines,
                         const float *sines, float scale, float *y) {
  int half = rotary / 2;
  for (int i = 0; i < half; i++) {
    int p = interleaved ? 2 * i : i, q = interleaved ? 2 * i + 1 : i + half;
    float a = x[p] * scale, b = x[q] * scale;
    y[p] = __builtin_fmaf(-b, sines[i], a * cosines[i]);
    y[q] = __builtin_fmaf(a, sines[i], b * cosines[i]);
  }
  for (int i = rotary; i < dimension; i++) y[i] = x[i] * scale;
}

static void NAME(to_half)(const float *x, long n, uint16_t *y) {
  long i = 0;
  for (; i + 8 <= n; i += 8) *(h8 *)(y + i) = __builtin_convertvector(LOAD8(x + i), h8);
  for (; i < n; i++) ((_Float16 *)y)[i] = (_Float16)x[i];
}

static inline __attribute__((always_inline)) void NAME(from_half)(const uint16_t *x, long n, float *y) {
  long i = 0;
  for (; i + 16 <= n; i += 16) STORE16(y + i, __builtin_convertvector(*(const h16 *)(x + i), v16));
  for (; i < n; i++) y[i] = (float)((const _Float16 *)x)[i];
}

#include "dequantize.h"
#include "attention.h"

static const ckernels_table NAME(table) = {
    .name = ISA_NAME,
    .tile = NAME(tile),
    .dequantize = NAME(dequantize),
    .pack_weights = NAME(pack_weights),
    .pack_rows = NAME(pack_rows),
    .dots = NAME(dots),
    .rms_norm = NAME(rms_norm),
    .layer_norm = NAME(layer_norm),
    .gate = NAME(gate),
    .rotate = NAME(rotate),
    .exp = NAME(exp),
    .log_sum_exp = NAME(log_sum_exp),
    .attention_super = NAME(attention_super),
    .attention_merge = NAME(attention_merge),
    .to_half = NAME(to_half),
    .softcap = NAME(softcap),
};

#undef v8
#undef v16
#undef i16
#undef h16
#undef h8
#undef LOAD16
#undef LOAD8
#undef STORE16
#undef FMA
#undef TILE
#undef TILES
