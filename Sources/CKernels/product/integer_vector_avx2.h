// Few rows in integers with AVX2: 8 stored rows at a time. Included by integer_body.h.
//
// A block of a row is one vector of 32 bytes, whose products with the bytes of the activations are added up in pairs (16
// bits) and then fours (32 bits); quants of up to 6 bits fit, those of 8 bits are multiplied as words. `gather_eight`
// adds the sums of 8 rows up so that lane i holds the sum of row i. Scales are brought into that order once per 256
// columns.

#include "product/quants_avx2.h"

/// The elements of one block: as bytes, or as words where quants have 8 bits.
typedef struct { __m256i low, high, words[2]; } NAME(elements);

INLINE NAME(elements) NAME(load_elements)(const int type, const int words, const int8_t *low, const int8_t *high) {
  NAME(elements) x = {0};
  if (type != ckernels_q8_0) {
    x.low = NAME(load32)(low);
    if (words) x.high = NAME(load32)(high);
    return x;
  }
  UNROLL for (int h = 0; h < 2; h++) {
    x.words[h] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(low + 16 * h)));
    if (words) {
      const __m256i upper = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(high + 16 * h)));
      x.words[h] = _mm256_add_epi16(x.words[h], _mm256_slli_epi16(upper, 8));
    }
  }
  return x;
}
/// Sums of products of one block: of the first 16 columns in the lower half, unless quants have 8 bits.
INLINE __m256i NAME(block_products)(const int type, const int words, const uint8_t *row, int64_t unit,
                                    NAME(elements) x) {
  if (type == ckernels_q8_0) {
    const __m128i *p = (const __m128i *)(row + unit * 34 + 2);
    return _mm256_add_epi32(_mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(p)), x.words[0]),
                            _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(p + 1)), x.words[1]));
  }
  const __m256i q = NAME(quants32)(type, row, unit);
  const __m256i low = _mm256_madd_epi16(_mm256_maddubs_epi16(q, x.low), _mm256_set1_epi16(1));
  if (!words) return low;
  return _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_maddubs_epi16(q, x.high), _mm256_set1_epi16(256)));
}
/// Adds up each vector's halves: lane i of s[h] gets the sum of half h of v[i].
INLINE void NAME(gather_eight)(const __m256i v[8], __m256i s[2]) {
  __m256i t[4], u[2];
  UNROLL for (int i = 0; i < 4; i++) {
    t[i] = _mm256_add_epi32(_mm256_unpacklo_epi32(v[2 * i], v[2 * i + 1]),
                            _mm256_unpackhi_epi32(v[2 * i], v[2 * i + 1]));
  }
  UNROLL for (int i = 0; i < 2; i++) {
    u[i] = _mm256_add_epi32(_mm256_unpacklo_epi64(t[2 * i], t[2 * i + 1]),
                            _mm256_unpackhi_epi64(t[2 * i], t[2 * i + 1]));
  }
  s[0] = _mm256_permute2x128_si256(u[0], u[1], 0x20);
  s[1] = _mm256_permute2x128_si256(u[0], u[1], 0x31);
}

INLINE void NAME(transpose8)(v8 r[8]) {
  v8 a[8], b[8];
  UNROLL for (int i = 0; i < 8; i += 2) {
    a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLL for (int i = 0; i < 8; i += 4) {
    b[i] = __builtin_shufflevector(a[i], a[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    b[i + 2] = __builtin_shufflevector(a[i + 1], a[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    b[i + 3] = __builtin_shufflevector(a[i + 1], a[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  UNROLL for (int i = 0; i < 4; i++) {
    r[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    r[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
INLINE v8 NAME(floats8)(__m256i v) { return (v8)_mm256_cvtepi32_ps(v); }
/// d[at + i] becomes entry i of all rows, from 16 numbers of each row times a factor.
INLINE void NAME(turn16)(const __m128i bytes[8], const int is_signed, const float factor[8], v8 *d) {
  UNROLL for (int h = 0; h < 2; h++) {
    UNROLL for (int i = 0; i < 8; i++) {
      const __m128i b = h ? _mm_srli_si128(bytes[i], 8) : bytes[i];
      d[8 * h + i] = NAME(floats8)(is_signed ? _mm256_cvtepi8_epi32(b) : _mm256_cvtepu8_epi32(b)) * factor[i];
    }
    NAME(transpose8)(d + 8 * h);
  }
}

/// Scales and minima of 8 rows for up to 8 blocks from `unit` on: d[block * halves + half], a row per lane.
INLINE void NAME(gather_scales)(const int type, const uint8_t *const *rows, int64_t unit, int64_t blocks, v8 *d,
                                v8 *m) {
  if (type == ckernels_q4_k || type == ckernels_q5_k) {
    UNROLL for (int i = 0; i < 8; i++) {
      const uint8_t *p = rows[i] + unit / 8 * (type == ckernels_q4_k ? 144 : 176);
      const __m128i bytes = NAME(scale_bytes_k4)(p + 4);
      d[i] = NAME(floats8)(_mm256_cvtepu8_epi32(bytes)) * NAME(half)(p);
      m[i] = NAME(floats8)(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8))) * -NAME(half)(p + 2);
    }
    NAME(transpose8)(d);
    NAME(transpose8)(m);
  } else if (quant_halves(type) == 2) {
    __m128i scales[8], minima[8];
    float factor[8], factor_m[8];
    UNROLL for (int i = 0; i < 8; i++) {
      if (type == ckernels_q6_k) {
        const uint8_t *p = rows[i] + unit / 8 * 210;
        scales[i] = _mm_loadu_si128((const __m128i *)(p + 192));
        factor[i] = NAME(half)(p + 208);
      } else if (type == ckernels_q3_k) {
        const uint8_t *p = rows[i] + unit / 8 * 110;
        scales[i] = NAME(scale_bytes_k3)(p + 96);
        factor[i] = NAME(half)(p + 108);
      } else {
        const uint8_t *p = rows[i] + unit / 8 * 84;
        const __m128i both = _mm_loadu_si128((const __m128i *)p), nibble = _mm_set1_epi8(15);
        scales[i] = _mm_and_si128(both, nibble);
        minima[i] = _mm_and_si128(_mm_srli_epi16(both, 4), nibble);
        factor[i] = NAME(half)(p + 80), factor_m[i] = -NAME(half)(p + 82);
      }
    }
    NAME(turn16)(scales, type != ckernels_q2_k, factor, d);
    if (type == ckernels_q2_k) NAME(turn16)(minima, 0, factor_m, m);
  } else {
    // Blocks of 32 begin with their scale, and minimum.
    const int64_t size = block_bytes(type);
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t at = (unit + b) * size;
      if (quant_minimum(type)) {
        const __m128i both[2] = {NAME(four_doubles)(rows, at), NAME(four_doubles)(rows + 4, at)};
        const __m128i lower = _mm_set1_epi32(0xffff);
        d[b] = (v8)_mm256_cvtph_ps(_mm_packus_epi32(_mm_and_si128(both[0], lower), _mm_and_si128(both[1], lower)));
        m[b] = (v8)_mm256_cvtph_ps(_mm_packus_epi32(_mm_srli_epi32(both[0], 16), _mm_srli_epi32(both[1], 16)));
      } else {
        d[b] = (v8)_mm256_cvtph_ps(NAME(eight_words)(rows, at));
      }
    }
  }
}

/// Up to 8 outputs.
INLINE void NAME(eight_outputs)(const int type, const int words, const uint8_t *weights, int64_t row_bytes,
                                int64_t outputs, int64_t blocks, const int8_t *low, const int8_t *high,
                                const float *x_scales, const int32_t *x_sums, const float *x_weighted, int prefetch,
                                float *out) {
  const int halves = quant_halves(type), offset = type == ckernels_q8_0 ? 0 : quant_offset(type);
  const uint8_t *rows[8], *next = weights + 8 * row_bytes;
  UNROLL for (int i = 0; i < 8; i++) rows[i] = weights + MIN(i, outputs - 1) * row_bytes;
  const int64_t bytes = stored_bytes(type, 8, 1), step = prefetch ? bytes : 0;
  if (!prefetch) next = weights;
  v8 acc = 0.0f;
  for (int64_t unit = 0; unit < blocks; unit += 8) {
    const int64_t count = MIN(8, blocks - unit);
    v8 d[16], m[16];
    NAME(gather_scales)(type, rows, unit, count, d, m);
    UNROLL for (int u = 0; u < 8; u++) {
      const int64_t block = unit + u;
      if (u >= count) break;
      const NAME(elements) x = NAME(load_elements)(type, words, low + block * 32, words ? high + block * 32 : 0);
      __m256i v[8], s[2];
      UNROLL for (int i = 0; i < 8; i++) {
        // A line at a time: many at once would stall the loads.
        if (i * 64 < bytes) __builtin_prefetch(next + i * 64, 0, 2);
        v[i] = NAME(block_products)(type, words, rows[i], block, x);
      }
      next += step;
      NAME(gather_eight)(v, s);
      if (halves == 1) s[0] = _mm256_add_epi32(s[0], s[1]);
      UNROLL for (int h = 0; h < halves; h++) {
        const int at = u * halves + h;
        const int64_t total = 3 * block + (halves == 2 ? h : 2);
        const v8 scale = d[at] * x_scales[block];
        if (offset) s[h] = _mm256_sub_epi32(s[h], _mm256_set1_epi32(offset * x_sums[total]));
        acc = (v8)_mm256_fmadd_ps((__m256)scale, (__m256)NAME(floats8)(s[h]), (__m256)acc);
        if (quant_minimum(type)) {
          acc = (v8)_mm256_fmadd_ps((__m256)m[at], _mm256_set1_ps(x_weighted[total]), (__m256)acc);
        }
      }
    }
  }
  memcpy(out, &acc, 32);
}

INLINE void NAME(integer_vector_type)(const int type, const int words, const uint8_t *weights, int64_t row_bytes,
                                      int64_t outputs, int64_t blocks, const int8_t *low, const int8_t *high,
                                      const float *x_scales, const int32_t *x_sums, const float *x_weighted,
                                      int prefetch, float *out) {
  for (int64_t o = 0; o < outputs; o += 8) {
    NAME(eight_outputs)(type, words, weights + o * row_bytes, row_bytes, outputs - o, blocks, low, high, x_scales,
                        x_sums, x_weighted, prefetch, out + o);
  }
}
void NAME(integer_vector)(int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs, int64_t blocks,
                          const int8_t *low, const int8_t *high, const float *x_scales, const int32_t *x_sums,
                          const float *x_weighted, int prefetch, float *out) {
  if (high) {
    FOR_QUANTS(type, NAME(integer_vector_type), 1, weights, row_bytes, outputs, blocks, low, high, x_scales, x_sums,
               x_weighted, prefetch, out)
  } else {
    FOR_QUANTS(type, NAME(integer_vector_type), 0, weights, row_bytes, outputs, blocks, low, high, x_scales, x_sums,
               x_weighted, prefetch, out)
  }
}
