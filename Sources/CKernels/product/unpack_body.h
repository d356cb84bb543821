// 32 consecutive values of a stored row, as two vectors of 16. The value of an element is that of ggml's reference
// (`scale * q`, `scale * q + minimum`): scale times quant always fits 24 bits, so a fused multiply-add has the bits of
// the two separate operations. Needs vector_body.h.

typedef struct { v16 low, high; } NAME(pair);

INLINE c16x NAME(bytes16)(const uint8_t *p) { c16x v; memcpy(&v, p, 16); return v; }
INLINE v16 NAME(signed16)(b16x v) { return __builtin_convertvector(__builtin_convertvector(v, i16x), v16); }
INLINE v16 NAME(unsigned16)(c16x v) { return __builtin_convertvector(__builtin_convertvector(v, i16x), v16); }
/// Bit i of `bits` (from `first`) as 16 or 0 in lane i.
INLINE c16x NAME(bit16)(const uint8_t *p) {
  // Byte 0 in lanes 0-7, byte 1 in lanes 8-15; each lane keeps its own bit.
  const c16x select = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8_t a = p[0], b = p[1];
  const c16x spread = {a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b};
  return (c16x)((spread & select) == select) & (c16x)16;
}

/// Scale and minimum `i` (of 8) of a Q4_K or Q5_K block: 6 bits each, packed in 12 bytes.
INLINE void NAME(scale_k4)(const uint8_t *q, int i, int *scale, int *minimum) {
  if (i < 4) {
    *scale = q[i] & 63;
    *minimum = q[i + 4] & 63;
  } else {
    *scale = (q[i + 4] & 15) | (q[i - 4] >> 6) << 4;
    *minimum = (q[i + 4] >> 4) | (q[i] >> 6) << 4;
  }
}
/// Scale `i` (of 16) of a Q3_K block: 6 bits with offset 32.
INLINE int NAME(scale_k3)(const uint8_t *q, int i) {
  int low = i < 8 ? q[i] & 15 : q[i - 8] >> 4, high = q[8 + i % 4] >> (2 * (i / 4)) & 3;
  return (low | high << 4) - 32;
}

#include "product/lookup_body.h"

/// Values 32 * unit ... 32 * unit + 31 of a row.
INLINE NAME(pair) NAME(unpack)(const int type, const uint8_t *row, int64_t unit) {
  NAME(pair) out;
  switch (type) {
  case ckernels_f32: {
    const uint8_t *p = row + unit * 128;
    memcpy(&out.low, p, 64);
    memcpy(&out.high, p + 64, 64);
    break;
  }
  case ckernels_f16: {
    const uint8_t *p = row + unit * 64;
    out.low = NAME(half16)((const uint16_t *)p);
    out.high = NAME(half16)((const uint16_t *)(p + 32));
    break;
  }
  case ckernels_bf16: {
    const uint8_t *p = row + unit * 64;
    h16x low, high;
    memcpy(&low, p, 32);
    memcpy(&high, p + 32, 32);
    out.low = (v16)(__builtin_convertvector(low, u16x) << 16);
    out.high = (v16)(__builtin_convertvector(high, u16x) << 16);
    break;
  }
  case ckernels_q8_0: {
    const uint8_t *p = row + unit * 34;
    v16 d = NAME(half)(p);
    out.low = d * NAME(signed16)((b16x)NAME(bytes16)(p + 2));
    out.high = d * NAME(signed16)((b16x)NAME(bytes16)(p + 18));
    break;
  }
  case ckernels_q4_0: {
    const uint8_t *p = row + unit * 18;
    v16 d = NAME(half)(p);
    c16x q = NAME(bytes16)(p + 2);
    out.low = d * NAME(signed16)((b16x)(q & 15) - 8);
    out.high = d * NAME(signed16)((b16x)(q >> 4) - 8);
    break;
  }
  case ckernels_q4_1: {
    const uint8_t *p = row + unit * 20;
    v16 d = NAME(half)(p), m = NAME(half)(p + 2);
    c16x q = NAME(bytes16)(p + 4);
    out.low = NAME(fma16)(d, NAME(unsigned16)(q & 15), m);
    out.high = NAME(fma16)(d, NAME(unsigned16)(q >> 4), m);
    break;
  }
  case ckernels_q5_0: {
    const uint8_t *p = row + unit * 22;
    v16 d = NAME(half)(p);
    c16x q = NAME(bytes16)(p + 6);
    out.low = d * NAME(signed16)((b16x)((q & 15) | NAME(bit16)(p + 2)) - 16);
    out.high = d * NAME(signed16)((b16x)((q >> 4) | NAME(bit16)(p + 4)) - 16);
    break;
  }
  case ckernels_q5_1: {
    const uint8_t *p = row + unit * 24;
    v16 d = NAME(half)(p), m = NAME(half)(p + 2);
    c16x q = NAME(bytes16)(p + 8);
    out.low = NAME(fma16)(d, NAME(unsigned16)((q & 15) | NAME(bit16)(p + 4)), m);
    out.high = NAME(fma16)(d, NAME(unsigned16)((q >> 4) | NAME(bit16)(p + 6)), m);
    break;
  }
  case ckernels_q2_k: {
    const uint8_t *p = row + unit / 8 * 84;
    int u = (int)(unit % 8), s0 = p[2 * u], s1 = p[2 * u + 1];
    const uint8_t *q = p + 16 + 32 * (u / 4);
    uint8_t shift = (uint8_t)(2 * (u % 4));
    float d = NAME(half)(p + 80), m = NAME(half)(p + 82);
    v16 d0 = d * (float)(s0 & 15), m0 = -(m * (float)(s0 >> 4));
    v16 d1 = d * (float)(s1 & 15), m1 = -(m * (float)(s1 >> 4));
    out.low = NAME(fma16)(d0, NAME(unsigned16)(NAME(bytes16)(q) >> shift & 3), m0);
    out.high = NAME(fma16)(d1, NAME(unsigned16)(NAME(bytes16)(q + 16) >> shift & 3), m1);
    break;
  }
  case ckernels_q3_k: {
    const uint8_t *p = row + unit / 8 * 110;
    int u = (int)(unit % 8);
    const uint8_t *q = p + 32 + 32 * (u / 4);
    uint8_t shift = (uint8_t)(2 * (u % 4)), bit = (uint8_t)(1 << u);
    float d = NAME(half)(p + 108);
    v16 d0 = d * (float)NAME(scale_k3)(p + 96, 2 * u), d1 = d * (float)NAME(scale_k3)(p + 96, 2 * u + 1);
    c16x h0 = (c16x)((NAME(bytes16)(p) & bit) == 0) & 4, h1 = (c16x)((NAME(bytes16)(p + 16) & bit) == 0) & 4;
    out.low = d0 * NAME(signed16)((b16x)((NAME(bytes16)(q) >> shift & 3) - h0));
    out.high = d1 * NAME(signed16)((b16x)((NAME(bytes16)(q + 16) >> shift & 3) - h1));
    break;
  }
  case ckernels_q4_k: {
    const uint8_t *p = row + unit / 8 * 144;
    int u = (int)(unit % 8), scale, minimum;
    NAME(scale_k4)(p + 4, u, &scale, &minimum);
    const uint8_t *q = p + 16 + 32 * (u / 2);
    uint8_t shift = (uint8_t)(4 * (u % 2));
    v16 d = NAME(half)(p) * (float)scale, m = -(NAME(half)(p + 2) * (float)minimum);
    out.low = NAME(fma16)(d, NAME(unsigned16)(NAME(bytes16)(q) >> shift & 15), m);
    out.high = NAME(fma16)(d, NAME(unsigned16)(NAME(bytes16)(q + 16) >> shift & 15), m);
    break;
  }
  case ckernels_q5_k: {
    const uint8_t *p = row + unit / 8 * 176;
    int u = (int)(unit % 8), scale, minimum;
    NAME(scale_k4)(p + 4, u, &scale, &minimum);
    const uint8_t *q = p + 48 + 32 * (u / 2);
    uint8_t shift = (uint8_t)(4 * (u % 2)), bit = (uint8_t)u;
    v16 d = NAME(half)(p) * (float)scale, m = -(NAME(half)(p + 2) * (float)minimum);
    c16x h0 = (NAME(bytes16)(p + 16) >> bit & 1) << 4, h1 = (NAME(bytes16)(p + 32) >> bit & 1) << 4;
    out.low = NAME(fma16)(d, NAME(unsigned16)((NAME(bytes16)(q) >> shift & 15) | h0), m);
    out.high = NAME(fma16)(d, NAME(unsigned16)((NAME(bytes16)(q + 16) >> shift & 15) | h1), m);
    break;
  }
  case ckernels_iq4_nl:
  case ckernels_iq4_xs:
  case ckernels_mxfp4: return NAME(unpack_lookup)(type, row, unit);
  default: {  // q6_k
    const uint8_t *p = row + unit / 8 * 210;
    int u = (int)(unit % 8), w = u % 4;
    const uint8_t *q = p + 64 * (u / 4) + 32 * (w & 1), *h = p + 128 + 32 * (u / 4);
    const int8_t *scales = (const int8_t *)(p + 192) + 2 * u;
    uint8_t shift = (uint8_t)(4 * (w >> 1)), high = (uint8_t)(2 * w);
    float d = NAME(half)(p + 208);
    v16 d0 = d * (float)scales[0], d1 = d * (float)scales[1];
    c16x h0 = (NAME(bytes16)(h) >> high & 3) << 4, h1 = (NAME(bytes16)(h + 16) >> high & 3) << 4;
    out.low = d0 * NAME(signed16)((b16x)((NAME(bytes16)(q) >> shift & 15) | h0) - 32);
    out.high = d1 * NAME(signed16)((b16x)((NAME(bytes16)(q + 16) >> shift & 15) | h1) - 32);
    break;
  }
  }
  return out;
}

/// Values `first ..< columns` (fewer than 32) of a row of single-element blocks, then zeros.
INLINE NAME(pair) NAME(unpack_tail)(const int type, const uint8_t *row, int64_t first, int64_t columns) {
  uint8_t bytes[128] = {0};
  int64_t size = type == ckernels_f32 ? 4 : 2;
  memcpy(bytes, row + first * size, (size_t)((columns - first) * size));
  return NAME(unpack)(type, bytes, 0);
}

/// Calls `f(type, ...)` with a constant type, so that the switch above vanishes.
#undef FOR_TYPE
#define FOR_TYPE(type, f, ...)                                                                                        \
  switch (type) {                                                                                                    \
  case ckernels_f32: f(ckernels_f32, __VA_ARGS__); break;                                                            \
  case ckernels_f16: f(ckernels_f16, __VA_ARGS__); break;                                                            \
  case ckernels_bf16: f(ckernels_bf16, __VA_ARGS__); break;                                                          \
  case ckernels_q8_0: f(ckernels_q8_0, __VA_ARGS__); break;                                                          \
  case ckernels_q4_0: f(ckernels_q4_0, __VA_ARGS__); break;                                                          \
  case ckernels_q4_1: f(ckernels_q4_1, __VA_ARGS__); break;                                                          \
  case ckernels_q5_0: f(ckernels_q5_0, __VA_ARGS__); break;                                                          \
  case ckernels_q5_1: f(ckernels_q5_1, __VA_ARGS__); break;                                                          \
  case ckernels_q2_k: f(ckernels_q2_k, __VA_ARGS__); break;                                                          \
  case ckernels_q3_k: f(ckernels_q3_k, __VA_ARGS__); break;                                                          \
  case ckernels_q4_k: f(ckernels_q4_k, __VA_ARGS__); break;                                                          \
  case ckernels_q5_k: f(ckernels_q5_k, __VA_ARGS__); break;                                                          \
  case ckernels_iq4_nl: f(ckernels_iq4_nl, __VA_ARGS__); break;                                                      \
  case ckernels_iq4_xs: f(ckernels_iq4_xs, __VA_ARGS__); break;                                                      \
  case ckernels_mxfp4: f(ckernels_mxfp4, __VA_ARGS__); break;                                                        \
  default: f(ckernels_q6_k, __VA_ARGS__); break;                                                                     \
  }
