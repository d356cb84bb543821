// Few rows in integers with AVX-512 VNNI: 16 stored rows at a time, bound by memory. Included by integer_body.h.
//
// Two blocks (64 columns) of a row are one vector of bytes, whose products with both bytes of the activations leave 16
// partial sums of 4 columns. `gather_sums` adds those of 16 rows up so that lane i holds the sum of row i. Scales are
// brought into that order once per 256 columns.

/// Units `unit` and `unit + 1` (an even unit) of a row as unsigned quants.
INLINE __m512i NAME(quants64)(const int type, const uint8_t *row, int64_t unit) {
  const int u = (int)(unit % 8);
  const __m512i nibble = _mm512_set1_epi8(15);
#define LOAD16(p) _mm_loadu_si128((const __m128i *)(p))
#define TWICE32(p) _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(p)))
  // A shift for the first unit, and one for the second.
#define SHIFTS(a, b) _mm512_inserti64x4(_mm512_set1_epi16(a), _mm256_set1_epi16(b), 1)
#define BITS(a, b) _mm512_inserti64x4(_mm512_set1_epi8((char)(a)), _mm256_set1_epi8((char)(b)), 1)
  switch (type) {
  case ckernels_q8_0: {
    const uint8_t *p = row + unit * 34 + 2;
    __m512i q = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)p));
    q = _mm512_inserti64x4(q, _mm256_loadu_si256((const __m256i *)(p + 34)), 1);
    return _mm512_xor_si512(q, _mm512_set1_epi8((char)128));
  }
  case ckernels_q4_0:
  case ckernels_q4_1:
  case ckernels_q5_0:
  case ckernels_q5_1: {
    const int size = type == ckernels_q4_0 ? 18 : type == ckernels_q4_1 ? 20 : type == ckernels_q5_0 ? 22 : 24;
    const uint8_t *p = row + unit * size + size - 16;
    __m512i q = _mm512_mask_broadcast_i32x4(_mm512_broadcast_i32x4(LOAD16(p)), 0xff00, LOAD16(p + size));
    const __m512i shifts = _mm512_set_epi64(0x0004000400040004, 0x0004000400040004, 0, 0, 0x0004000400040004,
                                            0x0004000400040004, 0, 0);
    q = _mm512_and_si512(_mm512_srlv_epi16(q, shifts), nibble);
    if (type == ckernels_q4_0 || type == ckernels_q4_1) return q;
    uint32_t a, b;
    memcpy(&a, p - 4, 4);
    memcpy(&b, p - 4 + size, 4);
    return _mm512_mask_add_epi8(q, (uint64_t)b << 32 | a, q, _mm512_set1_epi8(16));
  }
  case ckernels_q2_k:
  case ckernels_q3_k: {
    const uint8_t *p = type == ckernels_q2_k ? row + unit / 8 * 84 + 16 : row + unit / 8 * 110 + 32;
    __m512i q = _mm512_srlv_epi16(TWICE32(p + 32 * (u / 4)), SHIFTS(2 * (u % 4), 2 * (u % 4) + 2));
    q = _mm512_and_si512(q, _mm512_set1_epi8(3));
    if (type == ckernels_q2_k) return q;
    const __mmask64 set = _mm512_test_epi8_mask(TWICE32(p - 32), BITS(1 << u, 2 << u));
    return _mm512_mask_add_epi8(q, set, q, _mm512_set1_epi8(4));
  }
  case ckernels_q4_k:
  case ckernels_q5_k: {
    const uint8_t *p = type == ckernels_q4_k ? row + unit / 8 * 144 + 16 : row + unit / 8 * 176 + 48;
    __m512i q = _mm512_and_si512(_mm512_srlv_epi16(TWICE32(p + 16 * u), SHIFTS(0, 4)), nibble);
    if (type == ckernels_q4_k) return q;
    const __mmask64 set = _mm512_test_epi8_mask(TWICE32(p - 32), BITS(1 << u, 2 << u));
    return _mm512_mask_add_epi8(q, set, q, _mm512_set1_epi8(16));
  }
  default: {  // q6_k
    const uint8_t *p = row + unit / 8 * 210;
    const int w = u % 4;
    __m512i low = _mm512_loadu_si512(p + 64 * (u / 4));
    if (w) low = _mm512_srli_epi16(low, 4);
    __m512i high = _mm512_srlv_epi16(TWICE32(p + 128 + 32 * (u / 4)), SHIFTS(2 * w, 2 * w + 2));
    high = _mm512_slli_epi16(_mm512_and_si512(high, _mm512_set1_epi8(3)), 4);
    return _mm512_ternarylogic_epi32(high, low, nibble, 0xf8);  // high | (low & 15)
  }
  }
#undef LOAD16
#undef TWICE32
#undef SHIFTS
#undef BITS
}

/// Scales (d * scale) and negated minima of the 8 sub-blocks of a Q4_K or Q5_K block: lanes 0-7, lanes 8-15.
INLINE v16 NAME(scales_k4)(const uint8_t *block) {
  uint32_t both;
  memcpy(&both, block, 4);
  const __m128i bytes = NAME(scale_bytes_k4)(block + 4);
  // The second half with its sign turned.
  const __m128 halves = _mm_cvtph_ps(_mm_cvtsi32_si128((int32_t)(both ^ 0x80000000)));
  const __m512i first = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const __m512 factors = _mm512_permutexvar_ps(first, _mm512_castps128_ps512(halves));
  return (v16)_mm512_mul_ps(factors, _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes)));
}

/// The quants of one block in the lower half, zeros in the upper.
INLINE __m512i NAME(quants32)(const int type, const uint8_t *row, int64_t unit) {
  c16x q[2];
  NAME(quants)(type, row, unit, q);
  __m256i v;
  memcpy(&v, q, 32);
  return _mm512_zextsi256_si512(v);
}

/// Scales and minima of 16 rows for up to 8 blocks from `unit` on: d[block * halves + half], a row per lane.
INLINE void NAME(gather_scales)(const int type, const uint8_t *const *rows, int64_t unit, int64_t blocks, v16 *d,
                                v16 *m) {
  if (type == ckernels_q4_k || type == ckernels_q5_k) {
    UNROLL for (int i = 0; i < 16; i++) {
      d[i] = NAME(scales_k4)(rows[i] + unit / 8 * (type == ckernels_q4_k ? 144 : 176));
    }
    NAME(transpose16)(d);
    UNROLL for (int i = 0; i < 8; i++) m[i] = d[8 + i];
  } else if (type == ckernels_q6_k) {
    UNROLL for (int i = 0; i < 16; i++) {
      const uint8_t *p = rows[i] + unit / 8 * 210;
      b16x s;
      memcpy(&s, p + 192, 16);
      d[i] = NAME(signed16)(s) * NAME(half)(p + 208);
    }
    NAME(transpose16)(d);
  } else if (type == ckernels_q2_k) {
    UNROLL for (int i = 0; i < 16; i++) {
      const uint8_t *p = rows[i] + unit / 8 * 84;
      const c16x s = NAME(bytes16)(p);
      d[i] = NAME(unsigned16)(s & 15) * NAME(half)(p + 80);
      m[i] = NAME(unsigned16)(s >> 4) * -NAME(half)(p + 82);
    }
    NAME(transpose16)(d);
    NAME(transpose16)(m);
  } else if (type == ckernels_q3_k) {
    UNROLL for (int i = 0; i < 16; i++) {
      const uint8_t *p = rows[i] + unit / 8 * 110;
      d[i] = NAME(signed16)((b16x)NAME(scale_bytes_k3)(p + 96)) * NAME(half)(p + 108);
    }
    NAME(transpose16)(d);
  } else {
    // Blocks of 32 begin with their scale, and minimum.
    const int64_t size = type == ckernels_q8_0   ? 34
                         : type == ckernels_q4_0 ? 18
                         : type == ckernels_q4_1 ? 20
                         : type == ckernels_q5_0 ? 22
                                                 : 24;
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t at = (unit + b) * size;
      if (quant_minimum(type)) {
        __m512i both = _mm512_castsi128_si512(NAME(four_doubles)(rows, at));
        both = _mm512_inserti32x4(both, NAME(four_doubles)(rows + 4, at), 1);
        both = _mm512_inserti32x4(both, NAME(four_doubles)(rows + 8, at), 2);
        both = _mm512_inserti32x4(both, NAME(four_doubles)(rows + 12, at), 3);
        d[b] = (v16)_mm512_cvtph_ps(_mm512_cvtepi32_epi16(both));
        m[b] = (v16)_mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(both, 16)));
      } else {
        d[b] = (v16)_mm512_cvtph_ps(_mm256_setr_m128i(NAME(eight_words)(rows, at), NAME(eight_words)(rows + 8, at)));
      }
    }
  }
}

/// Adds up each vector's quarters: s[q] gets, in lane i, the sum of quarter q of v[i].
INLINE void NAME(gather_sums)(__m512i v[16], __m512i s[4]) {
  __m512i t[8], u[4];
  UNROLL for (int i = 0; i < 8; i++) {
    t[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]),
                            _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]));
  }
  // Quarter q of u[i]: the sums of rows 4 i ... 4 i + 3.
  UNROLL for (int i = 0; i < 4; i++) {
    u[i] = _mm512_add_epi32(_mm512_unpacklo_epi64(t[2 * i], t[2 * i + 1]),
                            _mm512_unpackhi_epi64(t[2 * i], t[2 * i + 1]));
  }
  const __m512i a = _mm512_shuffle_i32x4(u[0], u[1], 0x88), b = _mm512_shuffle_i32x4(u[0], u[1], 0xdd);
  const __m512i c = _mm512_shuffle_i32x4(u[2], u[3], 0x88), e = _mm512_shuffle_i32x4(u[2], u[3], 0xdd);
  s[0] = _mm512_shuffle_i32x4(a, c, 0x88);
  s[1] = _mm512_shuffle_i32x4(b, e, 0x88);
  s[2] = _mm512_shuffle_i32x4(a, c, 0xdd);
  s[3] = _mm512_shuffle_i32x4(b, e, 0xdd);
}

INLINE void NAME(integer_vector_type)(const int type, const int words, const uint8_t *weights, int64_t row_bytes,
                                      int64_t outputs, int64_t blocks, const int8_t *low, const int8_t *high,
                                      const float *x_scales, const int32_t *x_sums, const float *x_weighted,
                                      int prefetch, float *out) {
  const int halves = quant_halves(type), offset = quant_offset(type);
  const uint8_t *rows[16], *next = weights + 16 * row_bytes;
  UNROLL for (int i = 0; i < 16; i++) rows[i] = weights + MIN(i, outputs - 1) * row_bytes;
  const int64_t ahead = prefetch ? (16 * row_bytes * 8 + blocks - 1) / blocks : 0;
  v16 acc = 0.0f;
  for (int64_t unit = 0; unit < blocks; unit += 8) {
    const int64_t count = MIN(8, blocks - unit);
    for (int64_t i = 0; i < ahead; i += 64) __builtin_prefetch(next + i, 0, 2);
    next += ahead;
    v16 d[16], m[16];
    NAME(gather_scales)(type, rows, unit, count, d, m);
    UNROLL for (int pair = 0; pair < 4; pair++) {
      const int64_t block = unit + 2 * pair;
      if (2 * pair >= count) break;
      const int two = 2 * pair + 1 < count;
      const __m512i xl = two ? _mm512_loadu_si512(low + block * 32)
                             : _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)(low + block * 32)));
      __m512i v[16], s[4], xh = xl;
      if (words) {
        xh = two ? _mm512_loadu_si512(high + block * 32)
                 : _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)(high + block * 32)));
      }
      UNROLL for (int i = 0; i < 16; i++) {
        const __m512i q = two ? NAME(quants64)(type, rows[i], block) : NAME(quants32)(type, rows[i], block);
        v[i] = _mm512_setzero_si512();
        if (words) v[i] = _mm512_slli_epi32(_mm512_dpbusd_epi32(v[i], q, xh), 8);
        v[i] = _mm512_dpbusd_epi32(v[i], q, xl);
      }
      NAME(gather_sums)(v, s);
      UNROLL for (int b = 0; b < 2; b++) {
        if (b > two) break;
        if (halves == 1) s[2 * b] = _mm512_add_epi32(s[2 * b], s[2 * b + 1]);
        UNROLL for (int h = 0; h < halves; h++) {
          const int at = (2 * pair + b) * halves + h;
          const int64_t total = 3 * (block + b) + (halves == 2 ? h : 2);
          const i16x sum = (i16x)s[2 * b + h] - offset * x_sums[total];
          acc = NAME(fma16)(d[at] * x_scales[block + b], __builtin_convertvector(sum, v16), acc);
          if (quant_minimum(type)) acc = NAME(fma16)(m[at], (v16)x_weighted[total], acc);
        }
      }
    }
  }
  NAME(store16)(out, acc);
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
