// Few rows in integers with AVX-512 VNNI: 16 stored rows at a time, bound by memory. Included by integer_body.h.
//
// Two blocks (64 columns) of a row are one vector of bytes, or four blocks of 4 or 5 bits are two of them. Products with
// both bytes of the activations leave 16 partial sums, and `gather_sums` adds those of 16 rows up so that lane i holds
// the sum of row i. Scales are brought into that order once per 256 columns.

/// Types of 4 or 5 bits, which are taken four blocks at a time.
static inline int in_fours(int type) {
  return (type >= ckernels_q4_0 && type <= ckernels_q5_1) || type == ckernels_q4_k || type == ckernels_q5_k;
}
/// Of those the ones whose nibbles of 32 bytes are two units; of the others 16 bytes are one unit.
static inline int unit_per_nibble(int type) { return type == ckernels_q4_k || type == ckernels_q5_k; }

#define LOAD16(p) _mm_loadu_si128((const __m128i *)(p))
#define TWICE32(p) _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(p)))
// A shift for the first unit, and one for the second.
#define SHIFTS(a, b) _mm512_inserti64x4(_mm512_set1_epi16(a), _mm256_set1_epi16(b), 1)
#define BITS(a, b) _mm512_inserti64x4(_mm512_set1_epi8((char)(a)), _mm256_set1_epi8((char)(b)), 1)

/// Units `unit` and `unit + 1` (an even unit) of a row as unsigned quants; not of Q4_K and Q5_K.
INLINE __m512i NAME(quants64)(const int type, const uint8_t *row, int64_t unit) {
  const int u = (int)(unit % 8);
  const __m512i nibble = _mm512_set1_epi8(15);
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
    const int64_t size = block_bytes(type);
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
  default: {  // q6_k
    const uint8_t *p = row + unit / 8 * 210;
    const int w = u % 4;
    __m512i low = _mm512_loadu_si512(p + 64 * (u / 4));
    if (w) low = _mm512_srli_epi16(low, 4);
    const __m512i both = TWICE32(p + 128 + 32 * (u / 4));
    __m512i high = w ? _mm512_srlv_epi16(both, SHIFTS(0, 2)) : _mm512_sllv_epi16(both, SHIFTS(4, 2));
    high = _mm512_and_si512(high, _mm512_set1_epi8(48));
    return _mm512_ternarylogic_epi32(high, low, nibble, 0xf8);  // high | (low & 15)
  }
  }
}

/// Units `unit` ... `unit + 3` (`unit` a multiple of 4) of a row of a type `in_fours`, as unsigned quants. Of Q4_K and
/// Q5_K the first and third in q[0], the second and fourth in q[1]; of the others the first 16 columns of all four, and
/// the last 16.
INLINE void NAME(quants128)(const int type, const uint8_t *row, int64_t unit, __m512i q[2]) {
  const __m512i nibble = _mm512_set1_epi8(15), sixteen = _mm512_set1_epi8(16);
  if (unit_per_nibble(type)) {
    const int u = (int)(unit % 8);
    const uint8_t *p = type == ckernels_q4_k ? row + unit / 8 * 144 + 16 : row + unit / 8 * 176 + 48;
    const __m512i both = _mm512_loadu_si512(p + 16 * u);
    q[0] = _mm512_and_si512(both, nibble);
    q[1] = _mm512_and_si512(_mm512_srli_epi16(both, 4), nibble);
    if (type == ckernels_q4_k) return;
    const __m512i bits = TWICE32(p - 32);
    q[0] = _mm512_mask_add_epi8(q[0], _mm512_test_epi8_mask(bits, BITS(1 << u, 4 << u)), q[0], sixteen);
    q[1] = _mm512_mask_add_epi8(q[1], _mm512_test_epi8_mask(bits, BITS(2 << u, 8 << u)), q[1], sixteen);
    return;
  }
  const int64_t size = block_bytes(type);
  const uint8_t *p = row + unit * size + size - 16;
  __m512i both = _mm512_broadcast_i32x4(LOAD16(p));
  both = _mm512_mask_broadcast_i32x4(both, 0x00f0, LOAD16(p + size));
  both = _mm512_mask_broadcast_i32x4(both, 0x0f00, LOAD16(p + 2 * size));
  both = _mm512_mask_broadcast_i32x4(both, 0xf000, LOAD16(p + 3 * size));
  q[0] = _mm512_and_si512(both, nibble);
  q[1] = _mm512_and_si512(_mm512_srli_epi16(both, 4), nibble);
  if (type == ckernels_q4_0 || type == ckernels_q4_1) return;
  uint64_t first = 0, last = 0;
  UNROLL for (int b = 0; b < 4; b++) {
    uint16_t halves[2];
    memcpy(halves, p + b * size - 4, 4);
    first |= (uint64_t)halves[0] << 16 * b;
    last |= (uint64_t)halves[1] << 16 * b;
  }
  q[0] = _mm512_mask_add_epi8(q[0], first, q[0], sixteen);
  q[1] = _mm512_mask_add_epi8(q[1], last, q[1], sixteen);
}

#undef LOAD16
#undef TWICE32
#undef SHIFTS
#undef BITS

/// The first 16 bytes of the 256 columns at `at` of 16 rows, turned: v[k] has double word k of row i in lane i.
INLINE void NAME(turn_heads)(const uint8_t *const *rows, int64_t at, __m512i v[4]) {
  __m512i a[4], b[4];
  UNROLL for (int i = 0; i < 4; i++) {
    a[i] = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(rows[i] + at)));
    a[i] = _mm512_inserti32x4(a[i], _mm_loadu_si128((const __m128i *)(rows[4 + i] + at)), 1);
    a[i] = _mm512_inserti32x4(a[i], _mm_loadu_si128((const __m128i *)(rows[8 + i] + at)), 2);
    a[i] = _mm512_inserti32x4(a[i], _mm_loadu_si128((const __m128i *)(rows[12 + i] + at)), 3);
  }
  UNROLL for (int i = 0; i < 2; i++) {
    b[i] = _mm512_unpacklo_epi32(a[2 * i], a[2 * i + 1]);
    b[2 + i] = _mm512_unpackhi_epi32(a[2 * i], a[2 * i + 1]);
  }
  UNROLL for (int i = 0; i < 2; i++) {
    v[2 * i] = _mm512_unpacklo_epi64(b[2 * i], b[2 * i + 1]);
    v[2 * i + 1] = _mm512_unpackhi_epi64(b[2 * i], b[2 * i + 1]);
  }
}
/// Byte `k` of each lane, of which it has four, as a number.
INLINE v16 NAME(lane_byte)(__m512i v, const int k) {
  if (k < 3) v = _mm512_and_si512(k ? _mm512_srli_epi32(v, 8 * k) : v, _mm512_set1_epi32(255));
  return (v16)_mm512_cvtepi32_ps(k == 3 ? _mm512_srli_epi32(v, 24) : v);
}
/// Scales and negated minima of the 8 blocks of 32 columns of Q4_K or Q5_K, for 16 rows.
INLINE void NAME(scales_k4)(const uint8_t *const *rows, int64_t at, v16 *d, v16 *m) {
  __m512i v[4];
  NAME(turn_heads)(rows, at, v);
  const v16 scale = (v16)_mm512_cvtph_ps(_mm512_cvtepi32_epi16(v[0]));
  const v16 minimum = -(v16)_mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(v[0], 16)));
  const __m512i six = _mm512_set1_epi8(63), four = _mm512_set1_epi8(15), two = _mm512_set1_epi8(48);
  // The upper two bits of blocks 4 to 7 stand above the six of blocks 0 to 3.
  const __m512i low[2] = {_mm512_and_si512(v[1], six), _mm512_and_si512(v[2], six)};
  const __m512i high[2] = {_mm512_or_si512(_mm512_and_si512(v[3], four),
                                           _mm512_and_si512(_mm512_srli_epi32(v[1], 2), two)),
                           _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi32(v[3], 4), four),
                                           _mm512_and_si512(_mm512_srli_epi32(v[2], 2), two))};
  UNROLL for (int k = 0; k < 4; k++) {
    d[k] = NAME(lane_byte)(low[0], k) * scale;
    m[k] = NAME(lane_byte)(low[1], k) * minimum;
    d[4 + k] = NAME(lane_byte)(high[0], k) * scale;
    m[4 + k] = NAME(lane_byte)(high[1], k) * minimum;
  }
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
  if (unit_per_nibble(type)) {
    NAME(scales_k4)(rows, unit / 8 * block_bytes(type), d, m);
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
    const int64_t size = block_bytes(type);
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

/// Sums of neighbouring double words of two rows.
INLINE __m512i NAME(join2)(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
}
/// Lane i of s[q] becomes the sum of quarter q of row i, of 16 rows with t[i] = join2(row 2 i, row 2 i + 1).
INLINE void NAME(gather_sums)(const __m512i t[8], __m512i s[4]) {
  __m512i u[4];
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

/// One row of activations: its bytes, and what blocks of it are multiplied with.
typedef struct {
  const int8_t *low, *high;
  const float *scales;
  const int32_t *sums;
  const float *weighted;
} NAME(activations);

/// The multiply-adds of one block's sums, of all columns or of its halves.
INLINE v16 NAME(add_block)(const int type, v16 acc, const __m512i *sums, int64_t block, const v16 *d, const v16 *m,
                           const NAME(activations) *x) {
  UNROLL for (int h = 0; h < quant_halves(type); h++) {
    const int64_t total = 3 * block + (quant_halves(type) == 2 ? h : 2);
    const i16x sum = (i16x)sums[h] - quant_offset(type) * x->sums[total];
    acc = NAME(fma16)(d[h] * x->scales[block], __builtin_convertvector(sum, v16), acc);
    if (quant_minimum(type)) acc = NAME(fma16)(m[h], (v16)x->weighted[total], acc);
  }
  return acc;
}

/// Sums of products of `count` vectors of a row's quants with activations, in each lane four of a vector; the high bytes
/// count 256 times.
INLINE __m512i NAME(dots)(const int words, const int count, const __m512i *q, const __m512i *low,
                          const __m512i *high) {
  __m512i v = _mm512_setzero_si512();
  if (words) {
    UNROLL for (int i = 0; i < count; i++) v = _mm512_dpbusd_epi32(v, q[i], high[i]);
    v = _mm512_slli_epi32(v, 8);
  }
  UNROLL for (int i = 0; i < count; i++) v = _mm512_dpbusd_epi32(v, q[i], low[i]);
  return v;
}

/// The bytes of four blocks in the order of `quants128`.
INLINE void NAME(activations128)(const int type, const int8_t *bytes, __m512i x[2]) {
  const __m512i a = _mm512_loadu_si512(bytes), b = _mm512_loadu_si512(bytes + 64);
  const int by_unit = unit_per_nibble(type);
  x[0] = by_unit ? _mm512_shuffle_i64x2(a, b, 0x44) : _mm512_shuffle_i32x4(a, b, 0x88);
  x[1] = by_unit ? _mm512_shuffle_i64x2(a, b, 0xee) : _mm512_shuffle_i32x4(a, b, 0xdd);
}

/// Asks for line `i` of the `bytes` at `next`, if it is one of them. A line per row that is multiplied: many at once
/// would stall the loads.
INLINE void NAME(ask)(const uint8_t *next, const int64_t bytes, const int i) {
  if (i * 64 < bytes) __builtin_prefetch(next + i * 64, 0, 2);
}

/// Four blocks of 16 rows of a type `in_fours`. `next`: what is asked for meanwhile.
INLINE v16 NAME(four_blocks)(const int type, const int words, const uint8_t *const *rows, int64_t block, const v16 *d,
                             const v16 *m, const NAME(activations) *x, const uint8_t *next, v16 acc) {
  const int64_t bytes = stored_bytes(type, 16, 4);
  const int by_unit = unit_per_nibble(type);
  __m512i low[2], high[2], t[2][8], s[2][4];
  NAME(activations128)(type, x->low + block * 32, low);
  if (words) NAME(activations128)(type, x->high + block * 32, high);
  UNROLL for (int i = 0; i < 16; i += 2) {
    __m512i q[2], v[2][2];
    UNROLL for (int r = 0; r < 2; r++) {
      NAME(ask)(next, bytes, i + r);
      NAME(ask)(next, bytes, 16 + i + r);
      NAME(quants128)(type, rows[i + r], block, q);
      if (by_unit) {
        UNROLL for (int k = 0; k < 2; k++) v[k][r] = NAME(dots)(words, 1, q + k, low + k, high + k);
      } else {
        v[0][r] = NAME(dots)(words, 2, q, low, high);
      }
    }
    UNROLL for (int k = 0; k <= by_unit; k++) t[k][i / 2] = NAME(join2)(v[k][0], v[k][1]);
  }
  UNROLL for (int k = 0; k <= by_unit; k++) NAME(gather_sums)(t[k], s[k]);
  UNROLL for (int b = 0; b < 4; b++) {
    const __m512i sum = by_unit ? _mm512_add_epi32(s[b % 2][b / 2 * 2], s[b % 2][b / 2 * 2 + 1]) : s[0][b];
    acc = NAME(add_block)(type, acc, &sum, block + b, d + b, m + b, x);
  }
  return acc;
}

/// Two blocks of 16 rows, or the last one.
INLINE v16 NAME(two_blocks)(const int type, const int words, const uint8_t *const *rows, int64_t block, const int two,
                            const v16 *d, const v16 *m, const NAME(activations) *x, const uint8_t *next, v16 acc) {
  const int64_t bytes = stored_bytes(type, 16, 2);
  const int halves = quant_halves(type);
  __m512i low, high, t[8], s[4];
  low = two ? _mm512_loadu_si512(x->low + block * 32)
            : _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)(x->low + block * 32)));
  if (words) {
    high = two ? _mm512_loadu_si512(x->high + block * 32)
               : _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)(x->high + block * 32)));
  }
  UNROLL for (int i = 0; i < 16; i += 2) {
    __m512i v[2];
    UNROLL for (int r = 0; r < 2; r++) {
      NAME(ask)(next, bytes, i + r);
      NAME(ask)(next, bytes, 16 + i + r);
      const __m512i q = two ? NAME(quants64)(type, rows[i + r], block) : NAME(quants32)(type, rows[i + r], block);
      v[r] = NAME(dots)(words, 1, &q, &low, &high);
    }
    t[i / 2] = NAME(join2)(v[0], v[1]);
  }
  NAME(gather_sums)(t, s);
  UNROLL for (int b = 0; b < 2; b++) {
    if (b > two) break;
    if (halves == 1) s[2 * b] = _mm512_add_epi32(s[2 * b], s[2 * b + 1]);
    acc = NAME(add_block)(type, acc, s + 2 * b, block + b, d + b * halves, m + b * halves, x);
  }
  return acc;
}

INLINE void NAME(integer_vector_type)(const int type, const int words, const uint8_t *weights, int64_t row_bytes,
                                      int64_t outputs, int64_t blocks, const NAME(activations) *x, int prefetch,
                                      float *out) {
  const int halves = quant_halves(type);
  const uint8_t *rows[16];
  UNROLL for (int i = 0; i < 16; i++) rows[i] = weights + MIN(i, outputs - 1) * row_bytes;
  // Two groups ahead where so much surely stays in the second cache, else one. For the second row of activations the
  // weights are there, and the same few lines are asked for again, which costs less than to ask whether.
  const uint8_t *next = prefetch ? weights + (row_bytes <= 8192 ? 32 : 16) * row_bytes : weights;
  const int64_t step = prefetch ? stored_bytes(type, 16, 2) : 0;
  v16 acc = 0.0f;
  for (int64_t unit = 0; unit < blocks; unit += 8) {
    const int64_t count = MIN(8, blocks - unit);
    v16 d[16], m[16];
    NAME(gather_scales)(type, rows, unit, count, d, m);
    int64_t done = 0;
    UNROLL for (int at = 0; at < 8; at += 4) {
      if (!in_fours(type) || at + 4 > count) break;
      acc = NAME(four_blocks)(type, words, rows, unit + at, d + at, m + at, x, next, acc);
      next += 2 * step, done = at + 4;
    }
    UNROLL for (int at = 0; at < 8; at += 2) {
      if (at < done) continue;
      if (unit_per_nibble(type) || at >= count) break;  // those have 8 blocks
      acc = NAME(two_blocks)(type, words, rows, unit + at, at + 1 < count, d + at * halves, m + at * halves, x, next,
                             acc);
      next += step;
    }
  }
  NAME(store16)(out, acc);
}
void NAME(integer_vector)(int type, const uint8_t *weights, int64_t row_bytes, int64_t outputs, int64_t blocks,
                          const int8_t *low, const int8_t *high, const float *x_scales, const int32_t *x_sums,
                          const float *x_weighted, int prefetch, float *out) {
  const NAME(activations) x = {low, high, x_scales, x_sums, x_weighted};
  if (high) {
    FOR_QUANTS(type, NAME(integer_vector_type), 1, weights, row_bytes, outputs, blocks, &x, prefetch, out)
  } else {
    FOR_QUANTS(type, NAME(integer_vector_type), 0, weights, row_bytes, outputs, blocks, &x, prefetch, out)
  }
}
