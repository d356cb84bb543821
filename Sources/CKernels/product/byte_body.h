#include "isa/vector_body.h"
#include "isa/transpose_body.h"

INLINE v16 NAME(absolute)(v16 v) { return (v16)((i16x)v & (i16x)(INT32_MAX)); }

void NAME(quantize_bytes)(const float *x, int64_t stride, int64_t rows, int64_t height, int64_t columns, int8_t *bytes,
                          float *scales, int32_t *sums) {
  const v16 shifter = 12582912.0f;  // adding it rounds to the nearest integer, ties to even
  for (int64_t block = 0; block < columns / 32; block++) {
    for (int64_t r = 0; r < height; r++) {
      v16 a = 0.0f, b = 0.0f;
      if (r < rows) a = NAME(load16)(x + r * stride + block * 32), b = NAME(load16)(x + r * stride + block * 32 + 16);
      v16 top = NAME(absolute)(a), other = NAME(absolute)(b);
      float largest = NAME(max16)(NAME(select16)(other > top, other, top));
      float inverse = largest > 0 ? 127.0f / largest : 0.0f;
      i16x qa = (i16x)(a * inverse + shifter) - (i16x)shifter, qb = (i16x)(b * inverse + shifter) - (i16x)shifter;
      b16x ba = __builtin_convertvector(qa, b16x), bb = __builtin_convertvector(qb, b16x);
      int8_t *to = bytes + (block * 8 * height + r) * 4;
      for (int k = 0; k < 4; k++) {
        memcpy(to + k * height * 4, (int8_t *)&ba + 4 * k, 4);
        memcpy(to + (k + 4) * height * 4, (int8_t *)&bb + 4 * k, 4);
      }
      scales[block * height + r] = largest / 127.0f;
      sums[block * height + r] = __builtin_reduce_add(qa + qb);
    }
  }
}

/// The 32 quants of a block as unsigned bytes.
INLINE void NAME(unsigned_bytes)(const int type, const uint8_t *block, uint8_t *to) {
  if (type == ckernels_q8_0) {
    for (int half = 0; half < 2; half++) {
      c16x q;
      memcpy(&q, block + 2 + 16 * half, 16);
      q = q ^ 128;
      memcpy(to + 16 * half, &q, 16);
    }
  } else {
    c16x q;
    memcpy(&q, block + (type == ckernels_q4_0 ? 2 : 4), 16);
    c16x low = q & 15, high = q >> 4;
    memcpy(to, &low, 16);
    memcpy(to + 16, &high, 16);
  }
}

INLINE void NAME(pack_bytes_type)(const int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs,
                                  int64_t columns, uint8_t *panel, float *scales, float *minima) {
  const int64_t blocks = columns / 32, size = type == ckernels_q8_0 ? 34 : type == ckernels_q4_0 ? 18 : 20;
  for (int64_t o = 0; o < byte_outputs; o += 16) {
    for (int64_t block = 0; block < blocks; block += 2) {
      const int two = block + 1 < blocks;
      v16 r[16];
      UNROLL for (int i = 0; i < 16; i++) {
        uint8_t bytes[64] = {0};
        float d[2] = {0, 0}, m[2] = {0, 0};
        if (o + i < outputs) {
          const uint8_t *at = rows + (o + i) * row_bytes + block * size;
          NAME(unsigned_bytes)(type, at, bytes);
          d[0] = NAME(half)(at);
          if (type == ckernels_q4_1) m[0] = NAME(half)(at + 2);
          if (two) {
            NAME(unsigned_bytes)(type, at + size, bytes + 32);
            d[1] = NAME(half)(at + size);
            if (type == ckernels_q4_1) m[1] = NAME(half)(at + size + 2);
          }
        }
        memcpy(&r[i], bytes, 64);
        for (int h = 0; h <= two; h++) {
          scales[(block + h) * byte_outputs + o + i] = d[h];
          if (type == ckernels_q4_1) minima[(block + h) * byte_outputs + o + i] = m[h];
        }
      }
      NAME(transpose16)(r);
      for (int k = 0; k < 8 * (1 + two); k++) memcpy(panel + ((block * 8 + k) * byte_outputs + o) * 4, &r[k], 64);
    }
  }
}
void NAME(pack_bytes)(int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns,
                      uint8_t *panel, float *scales, float *minima) {
  if (type == ckernels_q8_0) {
    NAME(pack_bytes_type)(ckernels_q8_0, rows, row_bytes, outputs, columns, panel, scales, minima);
  } else if (type == ckernels_q4_0) {
    NAME(pack_bytes_type)(ckernels_q4_0, rows, row_bytes, outputs, columns, panel, scales, minima);
  } else {
    NAME(pack_bytes_type)(ckernels_q4_1, rows, row_bytes, outputs, columns, panel, scales, minima);
  }
}

#if LEVEL == LEVEL_PORTABLE
/// Sums of 4 products for 16 outputs: plain integers.
INLINE i16x NAME(dot4)(i16x sum, const uint8_t *w, const int8_t *x) {
  for (int o = 0; o < 16; o++) {
    for (int i = 0; i < 4; i++) sum[o] += w[4 * o + i] * x[i];
  }
  return sum;
}
#elif LEVEL == LEVEL_AVX2
/// 16-bit sums of pairs would overflow with 8-bit weights, so weights go as two nibbles.
INLINE i16x NAME(dot4)(i16x sum, const uint8_t *w, const int8_t *x) {
  int32_t four;
  memcpy(&four, x, 4);
  const __m256i xv = _mm256_set1_epi32(four), low = _mm256_set1_epi8(15);
  __m256i part[2];
  UNROLL for (int h = 0; h < 2; h++) {
    __m256i q = _mm256_loadu_si256((const __m256i *)(w + 32 * h));
    __m256i a = _mm256_maddubs_epi16(_mm256_and_si256(q, low), xv);
    __m256i b = _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(q, 4), low), xv);
    part[h] = _mm256_add_epi32(_mm256_madd_epi16(a, _mm256_set1_epi16(1)), _mm256_madd_epi16(b, _mm256_set1_epi16(16)));
  }
  i16x v;
  memcpy(&v, part, 64);
  return sum + v;
}
#else
INLINE i16x NAME(dot4)(i16x sum, const uint8_t *w, const int8_t *x) {
  int32_t four;
  memcpy(&four, x, 4);
  return (i16x)_mm512_dpbusd_epi32((__m512i)sum, _mm512_loadu_si512(w), _mm512_set1_epi32(four));
}
#endif

#undef BYTE_VECTORS
#if LEVEL >= LEVEL_AVX512
#define BYTE_VECTORS 2
#else
#define BYTE_VECTORS 1
#endif

INLINE void NAME(byte_rows)(const int rows, const int minimum, int64_t blocks, const int8_t *x, const float *x_scales,
                            const int32_t *x_sums, const uint8_t *panel, const float *scales, const float *minima,
                            int32_t offset, float *out) {
  for (int part = 0; part < 2; part += BYTE_VECTORS) {
    v16 acc[tile_rows][BYTE_VECTORS];
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < BYTE_VECTORS; v++) acc[r][v] = 0.0f;
    }
    for (int64_t b = 0; b < blocks; b++) {
      const int8_t *xb = x + b * 8 * tile_rows * 4;
      const uint8_t *wb = panel + b * 8 * byte_outputs * 4 + part * 64;
      i16x sum[tile_rows][BYTE_VECTORS];
      UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < BYTE_VECTORS; v++) sum[r][v] = -offset * x_sums[b * tile_rows + r];
      }
      UNROLL for (int k = 0; k < 8; k++) {
        UNROLL for (int r = 0; r < rows; r++) {
          UNROLL for (int v = 0; v < BYTE_VECTORS; v++) {
            sum[r][v] = NAME(dot4)(sum[r][v], wb + k * byte_outputs * 4 + v * 64, xb + (k * tile_rows + r) * 4);
          }
        }
      }
      UNROLL for (int v = 0; v < BYTE_VECTORS; v++) {
        v16 d = NAME(load16)(scales + b * byte_outputs + (part + v) * 16);
        UNROLL for (int r = 0; r < rows; r++) {
          v16 both = d * x_scales[b * tile_rows + r];
          acc[r][v] = NAME(fma16)(both, __builtin_convertvector(sum[r][v], v16), acc[r][v]);
          if (minimum) {
            float s = x_scales[b * tile_rows + r] * (float)x_sums[b * tile_rows + r];
            acc[r][v] = NAME(fma16)(NAME(load16)(minima + b * byte_outputs + (part + v) * 16), (v16)s, acc[r][v]);
          }
        }
      }
    }
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < BYTE_VECTORS; v++) {
        NAME(store16)(out + r * byte_outputs + (part + v) * 16, acc[r][v]);
      }
    }
  }
}

void NAME(byte_tile)(int rows, int64_t blocks, const int8_t *x, const float *x_scales, const int32_t *x_sums,
                     const uint8_t *panel, const float *scales, const float *minima, int32_t offset, float *out) {
#define RUN(ROWS)                                                                                                     \
  if (minima) {                                                                                                       \
    NAME(byte_rows)(ROWS, 1, blocks, x, x_scales, x_sums, panel, scales, minima, offset, out);                        \
  } else {                                                                                                            \
    NAME(byte_rows)(ROWS, 0, blocks, x, x_scales, x_sums, panel, scales, minima, offset, out);                        \
  }
  if (rows == 1) {
    RUN(1)
  } else if (rows == 2) {
    RUN(2)
  } else {
    RUN(tile_rows)
  }
#undef RUN
}

#if LEVEL >= LEVEL_AVX512
/// 16 bytes of each of 4 rows.
INLINE __m512i NAME(four_rows)(const uint8_t *const *rows, int64_t at) {
  __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(rows[0] + at)));
  v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(rows[4] + at)), 1);
  v = _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(rows[8] + at)), 2);
  return _mm512_inserti32x4(v, _mm_loadu_si128((const __m128i *)(rows[12] + at)), 3);
}
/// The words at `at` of 8 rows.
INLINE __m128i NAME(eight_words)(const uint8_t *const *rows, int64_t at) {
  uint16_t h[8];
  UNROLL for (int i = 0; i < 8; i++) memcpy(&h[i], rows[i] + at, 2);
  return _mm_setr_epi16((short)h[0], (short)h[1], (short)h[2], (short)h[3], (short)h[4], (short)h[5], (short)h[6],
                        (short)h[7]);
}
INLINE v16 NAME(sixteen_halves)(const uint8_t *const *rows, int64_t at) {
  return (v16)_mm512_cvtph_ps(_mm256_setr_m128i(NAME(eight_words)(rows, at), NAME(eight_words)(rows + 8, at)));
}

/// Straight from the stored weights: vector i holds 16 bytes of rows i, i+4, i+8, i+12, so that adding the partial sums
/// within each quarter, as in a 4x4 transposition, leaves the 16 outputs in order.
INLINE void NAME(byte_vector_type)(const int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs,
                                   int64_t blocks, const int8_t *x, const float *x_scales, const int32_t *x_sums,
                                   int prefetch, float *out) {
  const int64_t size = type == ckernels_q8_0 ? 34 : type == ckernels_q4_0 ? 18 : 20;
  const int32_t offset = type == ckernels_q8_0 ? 128 : type == ckernels_q4_0 ? 8 : 0;
  const uint8_t *rows[16], *next = weights + 16 * row_bytes;
  UNROLL for (int i = 0; i < 16; i++) rows[i] = weights + MIN(i, outputs - 1) * row_bytes;
  v16 acc = 0.0f;
  for (int64_t b = 0; b < blocks; b++) {
    const int64_t at = b * size;
    if (prefetch) {
      UNROLL for (int64_t i = 0; i < 16 * size; i += 64) __builtin_prefetch(next + b * 16 * size + i, 0, 2);
    }
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(x + b * 32)));
    const __m512i high = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(x + b * 32 + 16)));
    __m512i sum[4];
    UNROLL for (int i = 0; i < 4; i++) {
      __m512i a, c;
      if (type == ckernels_q8_0) {
        const __m512i sign = _mm512_set1_epi8((char)128);
        a = _mm512_xor_si512(NAME(four_rows)(rows + i, at + 2), sign);
        c = _mm512_xor_si512(NAME(four_rows)(rows + i, at + 18), sign);
      } else {
        const __m512i nibble = _mm512_set1_epi8(15);
        __m512i q = NAME(four_rows)(rows + i, at + (type == ckernels_q4_0 ? 2 : 4));
        a = _mm512_and_si512(q, nibble);
        c = _mm512_and_si512(_mm512_srli_epi16(q, 4), nibble);
      }
      sum[i] = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(_mm512_setzero_si512(), a, low), c, high);
    }
    __m512i s = _mm512_add_epi32(_mm512_unpacklo_epi32(sum[0], sum[1]), _mm512_unpackhi_epi32(sum[0], sum[1]));
    __m512i t = _mm512_add_epi32(_mm512_unpacklo_epi32(sum[2], sum[3]), _mm512_unpackhi_epi32(sum[2], sum[3]));
    s = _mm512_add_epi32(_mm512_unpacklo_epi64(s, t), _mm512_unpackhi_epi64(s, t));
    i16x total = (i16x)s - offset * x_sums[b];
    v16 both = NAME(sixteen_halves)(rows, at) * x_scales[b];
    acc = NAME(fma16)(both, __builtin_convertvector(total, v16), acc);
    if (type == ckernels_q4_1) {
      acc = NAME(fma16)(NAME(sixteen_halves)(rows, at + 2), (v16)(x_scales[b] * (float)x_sums[b]), acc);
    }
  }
  NAME(store16)(out, acc);
}
void NAME(byte_vector)(int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs, int64_t blocks,
                       const int8_t *x, const float *x_scales, const int32_t *x_sums, int prefetch, float *out) {
#define RUN(TYPE) NAME(byte_vector_type)(TYPE, weights, row_bytes, outputs, blocks, x, x_scales, x_sums, prefetch, out)
  if (type == ckernels_q8_0) {
    RUN(ckernels_q8_0);
  } else if (type == ckernels_q4_0) {
    RUN(ckernels_q4_0);
  } else {
    RUN(ckernels_q4_1);
  }
#undef RUN
}
#endif
