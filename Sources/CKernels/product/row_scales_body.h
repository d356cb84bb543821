// The scales of stored rows for levels with vector instructions: small numbers of one row, or halves of many rows. Needs
// vector_body.h; included by integer_body.h.

/// The 8 scales of 6 bits of a Q4_K or Q5_K block as bytes, then its 8 minima.
INLINE __m128i NAME(scale_bytes_k4)(const uint8_t *packed) {
  uint32_t s[3];
  memcpy(s, packed, 12);
  const uint64_t low = s[0] & 0x3f3f3f3f, high = (s[2] & 0x0f0f0f0f) | (s[0] >> 6 & 0x03030303) << 4;
  const uint64_t low_m = s[1] & 0x3f3f3f3f, high_m = (s[2] >> 4 & 0x0f0f0f0f) | (s[1] >> 6 & 0x03030303) << 4;
  return _mm_set_epi64x((int64_t)(low_m | high_m << 32), (int64_t)(low | high << 32));
}
/// The 16 scales of a Q3_K block as signed bytes: of 6 bits with offset 32, the low 4 in 8 bytes, the high 2 in 4.
INLINE __m128i NAME(scale_bytes_k3)(const uint8_t *packed) {
  uint64_t low;
  uint32_t high;
  memcpy(&low, packed, 8);
  memcpy(&high, packed + 8, 4);
  const uint64_t nibbles = 0x0f0f0f0f0f0f0f0f;
  __m128i s = _mm_set_epi64x((int64_t)(low >> 4 & nibbles), (int64_t)(low & nibbles));
  __m128i h = _mm_srlv_epi32(_mm_set1_epi32((int32_t)high), _mm_setr_epi32(0, 2, 4, 6));
  s = _mm_or_si128(s, _mm_slli_epi32(_mm_and_si128(h, _mm_set1_epi8(3)), 4));
  return _mm_sub_epi8(s, _mm_set1_epi8(32));
}

/// The words at `at` of 8 rows. By inserting: stores and one load of all would wait for each other.
INLINE __m128i NAME(eight_words)(const uint8_t *const *rows, int64_t at) {
  uint16_t h[8];
  UNROLL for (int i = 0; i < 8; i++) memcpy(&h[i], rows[i] + at, 2);
  return _mm_setr_epi16((short)h[0], (short)h[1], (short)h[2], (short)h[3], (short)h[4], (short)h[5], (short)h[6],
                        (short)h[7]);
}
/// The double words at `at` of 4 rows.
INLINE __m128i NAME(four_doubles)(const uint8_t *const *rows, int64_t at) {
  int32_t h[4];
  UNROLL for (int i = 0; i < 4; i++) memcpy(&h[i], rows[i] + at, 4);
  return _mm_setr_epi32(h[0], h[1], h[2], h[3]);
}
