// AVX-512 only: the weights of two rows a and b, 8 of each per vector, and their multiply-adds. Written by hand
// because this decides the speed of decoding: memory gives 10-25 GB/s per thread, so a 4-bit weight has to be unpacked
// in about a tenth of a nanosecond. Included by vector_product_body.h.
//
// Bytes are spread to 32-bit lanes by a byte shuffle inside each 128-bit quarter; so `quarters` first brings the bytes
// of step j to quarter 0 (a, lanes 0-3), 1 (a, 4-7), 2 (b, 0-3), 3 (b, 4-7). Quants of 4 bits then select from a table
// of 16 values (of the K types one per row, with scale and minimum applied); larger ones are converted and scaled.

#include <immintrin.h>

/// Multiply-adds of one step of 8 columns.
INLINE void step_rows(const int xrows, __m512 w, const float *x, int64_t stride, v16 *acc) {
  UNROLL for (int r = 0; r < xrows; r++) {
    acc[r] = __builtin_elementwise_fma((v16)w, (v16)_mm512_broadcast_f32x8(_mm256_loadu_ps(x + r * stride)), acc[r]);
  }
}

/// 32 bytes of each row, arranged so that dword j of every quarter belongs to step j.
INLINE __m512i quarters(const uint8_t *a, const uint8_t *b) {
  const __m512i order = _mm512_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
  __m512i both = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)a));
  both = _mm512_inserti64x4(both, _mm256_loadu_si256((const __m256i *)b), 1);
  return _mm512_permutexvar_epi32(order, both);
}
/// The bytes of step j, each in byte `place` of its lane, zeros elsewhere.
INLINE __m512i spread(__m512i q, const int j, const int place) {
  const int32_t zero = (int32_t)0x80808080, shift = 8 * place, keep = (int32_t)~(0xffu << (8 * place));
#define LANE(i) ((zero & keep) | ((4 * j + (i)) << shift))
  return _mm512_shuffle_epi8(q, _mm512_broadcast_i32x4(_mm_setr_epi32(LANE(0), LANE(1), LANE(2), LANE(3))));
#undef LANE
}
/// x in lanes 0-7, y in lanes 8-15.
INLINE __m512 halves(float x, float y) { return _mm512_mask_broadcastss_ps(_mm512_set1_ps(x), 0xff00, _mm_set_ss(y)); }
/// Bit 4 set in the bytes of row b: selects its table in `_mm512_permutex2var_ps`.
INLINE __m512i row_bit(void) {
  return _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi8(16), 1);
}
INLINE __m512 counting(float from) {
  const __m512 n = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_add_ps(n, _mm512_set1_ps(from));
}
/// (q & 15) | bit of row b.
INLINE __m512i nibbles(__m512i q) { return _mm512_ternarylogic_epi32(q, _mm512_set1_epi8(15), row_bit(), 0xea); }

INLINE void pairs_f32(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  UNROLL for (int j = 0; j < 4; j++) {
    __m512 w = _mm512_castps256_ps512(_mm256_loadu_ps((const float *)(a + 32 * j)));
    step_rows(xrows, _mm512_insertf32x8(w, _mm256_loadu_ps((const float *)(b + 32 * j)), 1), x + 8 * j, stride, acc);
  }
}
INLINE __m256i halves16(const uint8_t *a, const uint8_t *b) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)a)),
                                 _mm_loadu_si128((const __m128i *)b), 1);
}
INLINE void pairs_f16(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  UNROLL for (int j = 0; j < 4; j++) {
    step_rows(xrows, _mm512_cvtph_ps(halves16(a + 16 * j, b + 16 * j)), x + 8 * j, stride, acc);
  }
}
INLINE void pairs_bf16(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  UNROLL for (int j = 0; j < 4; j++) {
    __m512i w = _mm512_slli_epi32(_mm512_cvtepu16_epi32(halves16(a + 16 * j, b + 16 * j)), 16);
    step_rows(xrows, _mm512_castsi512_ps(w), x + 8 * j, stride, acc);
  }
}
/// Two halves of each row (scale, minimum) as floats: a's in elements 0 and 1, b's in 2 and 3.
INLINE __m128 two_halves(const uint8_t *a, const uint8_t *b) {
  int32_t x, y;
  memcpy(&x, a, 4);
  memcpy(&y, b, 4);
  return _mm_cvtph_ps(_mm_insert_epi32(_mm_cvtsi32_si128(x), y, 1));
}
/// The first half of each row: a's in lanes 0-7, b's in lanes 8-15.
INLINE __m512 scales2(const uint8_t *a, const uint8_t *b, __m128 factor) {
  uint16_t x, y;
  memcpy(&x, a, 2);
  memcpy(&y, b, 2);
  __m128 d = _mm_mul_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(x | y << 16)), factor);
  return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
                               _mm512_castps128_ps512(d));
}
INLINE void pairs_q8_0(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  // A byte in the top of its lane is the quant times 2^24; the scale takes that back, exactly.
  __m512 d = scales2(a, b, _mm_set1_ps(0x1p-24f));
  __m512i q = quarters(a + 2, b + 2);
  UNROLL for (int j = 0; j < 4; j++) {
    step_rows(xrows, _mm512_mul_ps(d, _mm512_cvtepi32_ps(spread(q, j, 3))), x + 8 * j, stride, acc);
  }
}
/// 32 4-bit quants per row in 16 bytes (low nibbles first), as values quant + `from` of the 4 steps. The permutation
/// looks at the low 4 bits of a lane only, so that the two bytes of a lane need shifts but no masks.
INLINE void quants4(const uint8_t *a, const uint8_t *b, const float from, __m512 *w) {
  __m512i q = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)a));
  q = _mm512_mask_broadcast_i32x4(q, 0xff00, _mm_loadu_si128((const __m128i *)b));
  // Lane l of a row's eight: byte l (steps 0 and 2), then byte l + 8 (steps 1 and 3).
#define LANE(l) ((l) | ((l) + 8) << 8)
  q = _mm512_shuffle_epi8(q, _mm512_setr_epi32(LANE(0), LANE(1), LANE(2), LANE(3), LANE(4), LANE(5), LANE(6), LANE(7),
                                               LANE(0), LANE(1), LANE(2), LANE(3), LANE(4), LANE(5), LANE(6), LANE(7)));
#undef LANE
  const __m512 values = counting(from);
  w[0] = _mm512_permutexvar_ps(q, values);
  w[1] = _mm512_permutexvar_ps(_mm512_srli_epi32(q, 8), values);
  w[2] = _mm512_permutexvar_ps(_mm512_srli_epi32(q, 4), values);
  w[3] = _mm512_permutexvar_ps(_mm512_srli_epi32(q, 12), values);
}
INLINE void pairs_q4_0(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  __m512 d = scales2(a, b, _mm_set1_ps(1)), w[4];
  quants4(a + 2, b + 2, -8, w);
  UNROLL for (int j = 0; j < 4; j++) step_rows(xrows, _mm512_mul_ps(d, w[j]), x + 8 * j, stride, acc);
}
INLINE void pairs_q4_1(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  const __m512i first = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2);
  __m512 both = _mm512_castps128_ps512(two_halves(a, b)), d = _mm512_permutexvar_ps(first, both), w[4];
  __m512 m = _mm512_permutexvar_ps(_mm512_add_epi32(first, _mm512_set1_epi32(1)), both);
  quants4(a + 4, b + 4, 0, w);
  UNROLL for (int j = 0; j < 4; j++) step_rows(xrows, _mm512_fmadd_ps(d, w[j], m), x + 8 * j, stride, acc);
}

/// Five bits: the fifth one of column 8 j + l is bit 8 j + l of a word, and goes to lane l of step j.
INLINE void add_fifth_bits(const uint8_t *a, const uint8_t *b, __m512 *w) {
  uint32_t x, y;
  memcpy(&x, a, 4);
  memcpy(&y, b, 4);
  UNROLL for (int j = 0; j < 4; j++) {
    const __mmask16 set = (__mmask16)((x >> 8 * j & 255) | (y >> 8 * j & 255) << 8);
    w[j] = _mm512_mask_add_ps(w[j], set, w[j], _mm512_set1_ps(16));
  }
}
INLINE void pairs_q5_0(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  __m512 d = scales2(a, b, _mm_set1_ps(1)), w[4];
  quants4(a + 6, b + 6, -16, w);
  add_fifth_bits(a + 2, b + 2, w);
  UNROLL for (int j = 0; j < 4; j++) step_rows(xrows, _mm512_mul_ps(d, w[j]), x + 8 * j, stride, acc);
}
INLINE void pairs_q5_1(const int xrows, const uint8_t *a, const uint8_t *b, const float *x, int64_t stride, v16 *acc) {
  const __m512i first = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2);
  __m512 both = _mm512_castps128_ps512(two_halves(a, b)), d = _mm512_permutexvar_ps(first, both), w[4];
  __m512 m = _mm512_permutexvar_ps(_mm512_add_epi32(first, _mm512_set1_epi32(1)), both);
  quants4(a + 8, b + 8, 0, w);
  add_fifth_bits(a + 4, b + 4, w);
  UNROLL for (int j = 0; j < 4; j++) step_rows(xrows, _mm512_fmadd_ps(d, w[j], m), x + 8 * j, stride, acc);
}

/// Scales (d * scale) and negated minima of the 8 sub-blocks of a Q4_K or Q5_K block: [8], [8].
INLINE void prepare_k4(const uint8_t *block, float *scales) {
  uint32_t s[3];
  memcpy(s, block + 4, 12);
  uint64_t low = s[0] & 0x3f3f3f3f, high = (s[2] & 0x0f0f0f0f) | (s[0] >> 6 & 0x03030303) << 4;
  uint64_t low_m = s[1] & 0x3f3f3f3f, high_m = (s[2] >> 4 & 0x0f0f0f0f) | (s[1] >> 6 & 0x03030303) << 4;
  uint16_t d, m;
  memcpy(&d, block, 2);
  memcpy(&m, block + 2, 2);
  __m256 df = _mm256_set1_ps(_cvtsh_ss(d)), mf = _mm256_set1_ps(-_cvtsh_ss(m));
  __m256i sc = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)(low | high << 32)));
  __m256i mn = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)(low_m | high_m << 32)));
  _mm256_storeu_ps(scales, _mm256_mul_ps(df, _mm256_cvtepi32_ps(sc)));
  _mm256_storeu_ps(scales + 8, _mm256_mul_ps(mf, _mm256_cvtepi32_ps(mn)));
}
/// Scales of the 16 sub-blocks of a Q6_K block.
INLINE void prepare_k6(const uint8_t *block, float *scales) {
  uint16_t d;
  memcpy(&d, block + 208, 2);
  __m512i s = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(block + 192)));
  _mm512_storeu_ps(scales, _mm512_mul_ps(_mm512_set1_ps(_cvtsh_ss(d)), _mm512_cvtepi32_ps(s)));
}

/// Scales and negated minima of the 16 sub-blocks of a Q2_K block: [16], [16].
INLINE void prepare_k2(const uint8_t *block, float *scales) {
  uint16_t d, m;
  memcpy(&d, block + 80, 2);
  memcpy(&m, block + 82, 2);
  const __m128i s = _mm_loadu_si128((const __m128i *)block), nibble = _mm_set1_epi8(15);
  const __m512 sc = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_and_si128(s, nibble)));
  const __m512 mn = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_and_si128(_mm_srli_epi16(s, 4), nibble)));
  _mm512_storeu_ps(scales, _mm512_mul_ps(_mm512_set1_ps(_cvtsh_ss(d)), sc));
  _mm512_storeu_ps(scales + 16, _mm512_mul_ps(_mm512_set1_ps(-_cvtsh_ss(m)), mn));
}
/// Scales of the 16 sub-blocks of a Q3_K block: 6 bits with offset 32, the low 4 in 8 bytes, the high 2 in 4.
INLINE void prepare_k3(const uint8_t *block, float *scales) {
  uint64_t low;
  uint32_t high;
  uint16_t d;
  memcpy(&low, block + 96, 8);
  memcpy(&high, block + 104, 4);
  memcpy(&d, block + 108, 2);
  const uint64_t nibbles = 0x0f0f0f0f0f0f0f0f;
  const __m128i s = _mm_set_epi64x((int64_t)(low >> 4 & nibbles), (int64_t)(low & nibbles));
  const __m128i h = _mm_srlv_epi32(_mm_set1_epi32((int32_t)high), _mm_setr_epi32(0, 2, 4, 6));
  const __m128i q = _mm_or_si128(s, _mm_slli_epi32(_mm_and_si128(h, _mm_set1_epi8(3)), 4));
  const __m512i v = _mm512_cvtepi8_epi32(_mm_sub_epi8(q, _mm_set1_epi8(32)));
  _mm512_storeu_ps(scales, _mm512_mul_ps(_mm512_set1_ps(_cvtsh_ss(d)), _mm512_cvtepi32_ps(v)));
}

/// Four units (128 columns) of Q2_K: `part` of the block.
INLINE void pairs_q2_k(const int xrows, const uint8_t *a, const uint8_t *b, const float *sa, const float *sb,
                       const int part, const float *x, int64_t stride, v16 *acc) {
  __m512i q = quarters(a + 16 + 32 * part, b + 16 + 32 * part);
  UNROLL for (int w = 0; w < 4; w++) {
    __m512i set = _mm512_and_si512(_mm512_srli_epi16(q, (unsigned)(2 * w)), _mm512_set1_epi8(3));
    UNROLL for (int j = 0; j < 4; j++) {
      const int s = 8 * part + 2 * w + j / 2;
      __m512 v = _mm512_fmadd_ps(halves(sa[s], sb[s]), _mm512_cvtepi32_ps(spread(set, j, 0)),
                                 halves(sa[16 + s], sb[16 + s]));
      step_rows(xrows, v, x + 32 * w + 8 * j, stride, acc);
    }
  }
}
/// Four units of Q3_K. w = d (q - 4), one exact multiply-add.
INLINE void pairs_q3_k(const int xrows, const uint8_t *a, const uint8_t *b, const float *sa, const float *sb,
                       const int part, const float *x, int64_t stride, v16 *acc) {
  __m512i q = quarters(a + 32 + 32 * part, b + 32 + 32 * part), h = quarters(a, b);
  UNROLL for (int w = 0; w < 4; w++) {
    const int u = 4 * part + w;
    __m512i low = _mm512_and_si512(_mm512_srli_epi16(q, (unsigned)(2 * w)), _mm512_set1_epi8(3));
    __m512i bit = u <= 2 ? _mm512_slli_epi16(h, (unsigned)(2 - u)) : _mm512_srli_epi16(h, (unsigned)(u - 2));
    __m512i set = _mm512_ternarylogic_epi32(bit, _mm512_set1_epi8(4), low, 0xea);
    UNROLL for (int j = 0; j < 4; j++) {
      const int s = 8 * part + 2 * w + j / 2;
      __m512 d = halves(sa[s], sb[s]);
      __m512 v = _mm512_fmadd_ps(d, _mm512_cvtepi32_ps(spread(set, j, 0)), _mm512_mul_ps(d, _mm512_set1_ps(-4)));
      step_rows(xrows, v, x + 32 * w + 8 * j, stride, acc);
    }
  }
}
/// Two units (64 columns) of Q4_K: `pair` of the block.
INLINE void pairs_q4_k(const int xrows, const uint8_t *a, const uint8_t *b, const float *sa, const float *sb,
                       const int pair, const float *x, int64_t stride, v16 *acc) {
  __m512i q = quarters(a + 16 + 32 * pair, b + 16 + 32 * pair);
  UNROLL for (int half = 0; half < 2; half++) {
    const int u = 2 * pair + half;
    __m512 ta = _mm512_fmadd_ps(_mm512_set1_ps(sa[u]), counting(0), _mm512_set1_ps(sa[8 + u]));
    __m512 tb = _mm512_fmadd_ps(_mm512_set1_ps(sb[u]), counting(0), _mm512_set1_ps(sb[8 + u]));
    __m512i set = nibbles(half ? _mm512_srli_epi16(q, 4) : q);
    UNROLL for (int j = 0; j < 4; j++) {
      step_rows(xrows, _mm512_permutex2var_ps(ta, spread(set, j, 0), tb), x + 32 * half + 8 * j, stride, acc);
    }
  }
}
INLINE void pairs_q5_k(const int xrows, const uint8_t *a, const uint8_t *b, const float *sa, const float *sb,
                       const int pair, const float *x, int64_t stride, v16 *acc) {
  __m512i q = quarters(a + 48 + 32 * pair, b + 48 + 32 * pair), h = quarters(a + 16, b + 16);
  UNROLL for (int half = 0; half < 2; half++) {
    const int u = 2 * pair + half;
    __m512 d = halves(sa[u], sb[u]), m = halves(sa[8 + u], sb[8 + u]);
    // Bit u of h to bit 4; the other bits are masked away.
    __m512i bit = u <= 4 ? _mm512_slli_epi16(h, (unsigned)(4 - u)) : _mm512_srli_epi16(h, (unsigned)(u - 4));
    __m512i low = half ? _mm512_srli_epi16(q, 4) : q;
    low = _mm512_and_si512(low, _mm512_set1_epi8(15));
    __m512i set = _mm512_ternarylogic_epi32(bit, _mm512_set1_epi8(16), low, 0xea);
    UNROLL for (int j = 0; j < 4; j++) {
      __m512 w = _mm512_fmadd_ps(d, _mm512_cvtepi32_ps(spread(set, j, 0)), m);
      step_rows(xrows, w, x + 32 * half + 8 * j, stride, acc);
    }
  }
}
/// Four units (128 columns) of Q6_K: `part` of the block. w = d (q - 32), one exact multiply-add.
INLINE void pairs_q6_k(const int xrows, const uint8_t *a, const uint8_t *b, const float *sa, const float *sb,
                       const int part, const float *x, int64_t stride, v16 *acc) {
  __m512i h = quarters(a + 128 + 32 * part, b + 128 + 32 * part);
  UNROLL for (int w = 0; w < 4; w++) {
    __m512i q = quarters(a + 64 * part + 32 * (w & 1), b + 64 * part + 32 * (w & 1));
    __m512i low = _mm512_and_si512(w >= 2 ? _mm512_srli_epi16(q, 4) : q, _mm512_set1_epi8(15));
    __m512i high = w < 2 ? _mm512_slli_epi16(h, (unsigned)(4 - 2 * w)) : _mm512_srli_epi16(h, (unsigned)(2 * w - 4));
    __m512i set = _mm512_ternarylogic_epi32(high, _mm512_set1_epi8(0x30), low, 0xea);
    UNROLL for (int j = 0; j < 4; j++) {
      const int s = 8 * part + 2 * w + j / 2;
      __m512 d = halves(sa[s], sb[s]);
      __m512 v = _mm512_fmadd_ps(d, _mm512_cvtepi32_ps(spread(set, j, 0)), _mm512_mul_ps(d, _mm512_set1_ps(-32)));
      step_rows(xrows, v, x + 32 * w + 8 * j, stride, acc);
    }
  }
}
