// AVX2 only: the weights of a row, 8 columns per vector, for the float32 products of few rows. Written by hand, as
// pairs_avx512.h is. Included by vector_product_body.h.
//
// A weight is quant * scale + base in one fused multiply-add, where the base is the minimum or undoes the offset of the
// unsigned quant; the latter is exact (unpack_body.h), so the bits are those of scale * (quant - offset).

#include "product/quants.h"
#include "product/quants_avx2.h"
#include "product/row_scales_body.h"

/// Bytes of the 32 columns, double word j of each half belonging to step j.
INLINE __m256i NAME(by_steps)(__m256i q) {
  return _mm256_permutevar8x32_epi32(q, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7));
}
/// What is to be added to the quant of a type so that `spread` need not convert it, and the base takes it back exactly:
/// byte 0x43 over a byte q < 128 is the upper half of the float 128 + q.
INLINE int NAME(lifted)(const int type) { return quant_minimum(type) ? 0 : 128; }
/// Bytes in the order of `by_steps` as numbers of the 4 steps, `lifted`. Numbers below 16 are looked up, as the two
/// upper bytes of their floats (the lower ones are zero); larger ones are converted.
INLINE void NAME(spread)(const int type, __m256i q, v8 w[4]) {
  if (type == ckernels_q5_1 || type == ckernels_q5_k) {
    UNROLL for (int j = 0; j < 4; j++) {
      const int32_t first = (int32_t)0x80808000 + 4 * j;
      const __m128i own = _mm_setr_epi32(first, first + 1, first + 2, first + 3);
      w[j] = (v8)_mm256_cvtepi32_ps(_mm256_shuffle_epi8(q, _mm256_broadcastsi128_si256(own)));
    }
    return;
  }
  __m256i top = _mm256_set1_epi8(0x43), second = q;
  if (!NAME(lifted)(type)) {
    const __m128i tops = _mm_setr_epi8(0, 0x3f, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41,
                                       0x41, 0x41);
    const __m128i seconds = _mm_setr_epi8(0, (char)0x80, 0, 0x40, (char)0x80, (char)0xa0, (char)0xc0, (char)0xe0, 0,
                                          0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70);
    top = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(tops), q);
    second = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(seconds), q);
  }
  const __m256i zero = _mm256_setzero_si256();
  const __m256i early = _mm256_unpacklo_epi8(second, top), late = _mm256_unpackhi_epi8(second, top);
  w[0] = (v8)_mm256_unpacklo_epi16(zero, early), w[1] = (v8)_mm256_unpackhi_epi16(zero, early);
  w[2] = (v8)_mm256_unpacklo_epi16(zero, late), w[3] = (v8)_mm256_unpackhi_epi16(zero, late);
}
INLINE v8 NAME(weigh)(v8 scale, v8 quant, v8 base) { return __builtin_elementwise_fma(scale, quant, base); }
INLINE v8 NAME(splat8)(float a) { return (v8)a; }
INLINE v8 NAME(half8)(const uint8_t *p) {
  int16_t h;
  memcpy(&h, p, 2);
  return (v8)_mm256_cvtph_ps(_mm_set1_epi16(h));
}

/// Multiply-adds of one step of a row: of the first of a pair, or of the second.
INLINE void NAME(row_step)(const int xrows, const int second, v8 w, const float *x, int64_t stride, v16 *acc) {
  UNROLL for (int r = 0; r < xrows; r++) {
    const v8 xv = NAME(load8)(x + r * stride);
    if (second) {
      acc[r].hi = __builtin_elementwise_fma(w, xv, acc[r].hi);
    } else {
      acc[r].lo = __builtin_elementwise_fma(w, xv, acc[r].lo);
    }
  }
}
/// 8 bytes as double words.
INLINE __m256i NAME(eight_bytes)(const uint8_t *p) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p));
}
INLINE v8 NAME(number)(__m256i q) { return (v8)_mm256_cvtepi32_ps(q); }

/// A block of 32 columns that begins with its scale, and minimum. Of an infinite scale, which no file of a converter has, the
/// numbers are not those of the other levels (infinity minus infinity where they have infinity).
INLINE void NAME(row_block)(const int type, const int xrows, const int second, const uint8_t *block, const float *x,
                            int64_t stride, v16 *acc) {
  v8 scale, base = 0.0f, w[4];
  if (quant_minimum(type)) {
    int32_t both;
    memcpy(&both, block, 4);
    const __m256 turns = _mm256_cvtph_ps(_mm_set1_epi32(both));
    scale = (v8)_mm256_moveldup_ps(turns), base = (v8)_mm256_movehdup_ps(turns);
  } else {
    scale = NAME(half8)(block);
  }
  switch (type) {
  case ckernels_q8_0:
    UNROLL for (int j = 0; j < 4; j++) {
      const __m256i q = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(block + 2 + 8 * j)));
      NAME(row_step)(xrows, second, scale * NAME(number)(q), x + 8 * j, stride, acc);
    }
    return;
  case ckernels_q4_0:
  case ckernels_q4_1: {
    // The last 16 columns are high nibbles, 16 times as large where they are, which their scale undoes.
    const v8 sixteenth = scale * 0.0625f;
    const uint8_t *p = block + (type == ckernels_q4_0 ? 2 : 4);
    if (type == ckernels_q4_0) base = scale * -8.0f;
    UNROLL for (int j = 0; j < 4; j++) {
      const __m256i q = _mm256_and_si256(NAME(eight_bytes)(p + 8 * (j % 2)), _mm256_set1_epi32(j < 2 ? 15 : 240));
      NAME(row_step)(xrows, second, NAME(weigh)(j < 2 ? scale : sixteenth, NAME(number)(q), base), x + 8 * j, stride,
                     acc);
    }
    return;
  }
  default:
    if (type == ckernels_q5_0) base = scale * (float)-(quant_offset(type) + NAME(lifted)(type));
    NAME(spread)(type, NAME(by_steps)(NAME(quants32)(type, block, 0)), w);
    UNROLL for (int j = 0; j < 4; j++) {
      NAME(row_step)(xrows, second, NAME(weigh)(scale, w[j], base), x + 8 * j, stride, acc);
    }
  }
}

/// Scales of a K type's block of 256 columns in `scales`, the bases behind them from 16 on.
INLINE void NAME(row_scales)(const int type, const uint8_t *block, float *scales) {
  const float offset = (float)-(quant_offset(type) + NAME(lifted)(type));
  __m128i s, m = _mm_setzero_si128();
  if (type == ckernels_q4_k || type == ckernels_q5_k) {
    s = NAME(scale_bytes_k4)(block + 4);
    v8 d = NAME(half8)(block) * NAME(number)(_mm256_cvtepu8_epi32(s));
    // Odd units of Q4_K are high nibbles, 16 times as large where they are.
    if (type == ckernels_q4_k) d = d * (v8){1, 0.0625f, 1, 0.0625f, 1, 0.0625f, 1, 0.0625f};
    const v8 base = -NAME(half8)(block + 2) * NAME(number)(_mm256_cvtepu8_epi32(_mm_srli_si128(s, 8)));
    memcpy(scales, &d, 32);
    memcpy(scales + 16, &base, 32);
    return;
  }
  v8 factor, factor_m = 0.0f;
  if (type == ckernels_q2_k) {
    const __m128i nibble = _mm_set1_epi8(15);
    s = _mm_loadu_si128((const __m128i *)block);
    m = _mm_and_si128(_mm_srli_epi16(s, 4), nibble);
    s = _mm_and_si128(s, nibble);
    factor = NAME(half8)(block + 80), factor_m = -NAME(half8)(block + 82);
  } else if (type == ckernels_q3_k) {
    s = NAME(scale_bytes_k3)(block + 96);
    factor = NAME(half8)(block + 108);
  } else {
    s = _mm_loadu_si128((const __m128i *)(block + 192));
    factor = NAME(half8)(block + 208);
  }
  UNROLL for (int h = 0; h < 2; h++) {
    const v8 d = factor * NAME(number)(_mm256_cvtepi8_epi32(h ? _mm_srli_si128(s, 8) : s));
    const v8 base = type == ckernels_q2_k
                        ? factor_m * NAME(number)(_mm256_cvtepi8_epi32(h ? _mm_srli_si128(m, 8) : m))
                        : d * offset;
    memcpy(scales + 8 * h, &d, 32);
    memcpy(scales + 16 + 8 * h, &base, 32);
  }
}
INLINE void NAME(row_unit_k)(const int type, const int xrows, const int second, const uint8_t *block, const int unit,
                             const float *scales, const float *x, int64_t stride, v16 *acc) {
  const int halves = quant_halves(type);
  v8 w[4];
  if (type != ckernels_q4_k) NAME(spread)(type, NAME(by_steps)(NAME(quants32)(type, block, unit)), w);
  UNROLL for (int j = 0; j < 4; j++) {
    const int at = unit * halves + (halves == 2 ? j / 2 : 0);
    if (type == ckernels_q4_k) {
      const __m256i q = NAME(eight_bytes)(block + 16 + 32 * (unit / 2) + 8 * j);
      w[j] = NAME(number)(_mm256_and_si256(q, _mm256_set1_epi32(unit % 2 ? 240 : 15)));
    }
    w[j] = NAME(weigh)(NAME(splat8)(scales[at]), w[j], NAME(splat8)(scales[16 + at]));
    NAME(row_step)(xrows, second, w[j], x + 8 * j, stride, acc);
  }
}
