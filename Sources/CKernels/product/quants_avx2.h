// The quants of a unit of 32 columns as one vector of bytes, with AVX2: what quants_body.h says, for types of up to 6
// bits. Included by the bodies of the vector products.

INLINE __m256i NAME(load32)(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
INLINE __m256i NAME(twice16)(const uint8_t *p) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)p));
}

/// Fifth bits, as 16 in the byte of each column.
INLINE __m256i NAME(fifth_bits)(const uint8_t *p) {
  int32_t bits;
  memcpy(&bits, p, 4);
  const __m256i byte = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  const __m256i own = _mm256_set1_epi64x((int64_t)0x8040201008040201);
  const __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(bits), byte), own);
  return _mm256_and_si256(_mm256_cmpeq_epi8(spread, own), _mm256_set1_epi8(16));
}
/// Bit `from` of each byte, moved to bit `to`, the others zero.
INLINE __m256i NAME(move_bit)(__m256i v, const int from, const int to) {
  v = from < to ? _mm256_slli_epi16(v, to - from) : _mm256_srli_epi16(v, from - to);
  return _mm256_and_si256(v, _mm256_set1_epi8((char)(1 << to)));
}

/// A unit of a row as unsigned quants of up to 6 bits.
INLINE __m256i NAME(quants32)(const int type, const uint8_t *row, int64_t unit) {
  const int u = (int)(unit % 8);
  const __m256i nibble = _mm256_set1_epi8(15);
  switch (type) {
  case ckernels_q4_0:
  case ckernels_q4_1:
  case ckernels_q5_0:
  case ckernels_q5_1: {
    const int size = type == ckernels_q4_0 ? 18 : type == ckernels_q4_1 ? 20 : type == ckernels_q5_0 ? 22 : 24;
    const uint8_t *p = row + unit * size + size - 16;
    __m256i q = _mm256_and_si256(_mm256_srlv_epi32(NAME(twice16)(p), _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4)), nibble);
    if (type == ckernels_q4_0 || type == ckernels_q4_1) return q;
    return _mm256_or_si256(q, NAME(fifth_bits)(p - 4));
  }
  case ckernels_q2_k:
  case ckernels_q3_k: {
    const uint8_t *p = type == ckernels_q2_k ? row + unit / 8 * 84 + 16 : row + unit / 8 * 110 + 32;
    __m256i q = _mm256_srli_epi16(NAME(load32)(p + 32 * (u / 4)), 2 * (u % 4));
    q = _mm256_and_si256(q, _mm256_set1_epi8(3));
    if (type == ckernels_q2_k) return q;
    return _mm256_or_si256(q, NAME(move_bit)(NAME(load32)(p - 32), u, 2));
  }
  case ckernels_q4_k:
  case ckernels_q5_k: {
    const uint8_t *p = type == ckernels_q4_k ? row + unit / 8 * 144 + 16 : row + unit / 8 * 176 + 48;
    const __m256i q = _mm256_and_si256(_mm256_srli_epi16(NAME(load32)(p + 32 * (u / 2)), 4 * (u % 2)), nibble);
    if (type == ckernels_q4_k) return q;
    return _mm256_or_si256(q, NAME(move_bit)(NAME(load32)(p - 32), u, 4));
  }
  default: {  // q6_k
    const uint8_t *p = row + unit / 8 * 210;
    const int w = u % 4;
    const __m256i low = _mm256_srli_epi16(NAME(load32)(p + 64 * (u / 4) + 32 * (w & 1)), 4 * (w >> 1));
    __m256i high = NAME(load32)(p + 128 + 32 * (u / 4));
    high = w < 2 ? _mm256_slli_epi16(high, 4 - 2 * w) : _mm256_srli_epi16(high, 2 * w - 4);
    return _mm256_or_si256(_mm256_and_si256(low, nibble), _mm256_and_si256(high, _mm256_set1_epi8(0x30)));
  }
  }
}
