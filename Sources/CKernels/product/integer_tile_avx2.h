// The register tile of products in integers with AVX2. Included by integer_body.h.
//
// 6 rows by 2 vectors of 8 outputs: 12 sums, 2 vectors of weights and one broadcast fill the 16 registers, so the loop
// over steps stays a loop (unrolled, the compiler keeps weights on the stack instead) and outputs stay in memory.
// A step is one multiplication, `vpmaddwd` of words or `vpmaddubsw` of bytes, and one addition. The latter's sums of two
// products have 16 bits and would saturate: bytes are added up in 16 bits only as long as they fit, `byte_steps`.

#define NO_UNROLL _Pragma("clang loop unroll(disable)")

/// Steps of 4 bytes whose sums fit 16 bits: 2 * 127 * largest quant * steps < 2^15. Quants of 8 bits go as two nibbles.
static inline int NAME(byte_steps)(const int type) {
  switch (type) {
  case ckernels_q6_k: return 2;
  case ckernels_q5_0:
  case ckernels_q5_1:
  case ckernels_q5_k:
  case ckernels_q2_k:    // these two: a scale for 4 steps
  case ckernels_q3_k: return 4;
  default: return 8;
  }
}

INLINE __m256i NAME(four_bytes)(const uint8_t *x) {
  int32_t step;
  memcpy(&step, x, 4);
  return _mm256_set1_epi32(step);
}
INLINE __m256i NAME(vector)(const uint8_t *w) { return _mm256_loadu_si256((const __m256i *)w); }

/// Words: sums of `steps` steps in 32 bits. Bytes: in 16 bits.
INLINE void NAME(step_sums)(const int words, const int rows, const int steps, const uint8_t *x, const uint8_t *w,
                            __m256i s[tile_rows][2]) {
  UNROLL for (int r = 0; r < rows; r++) s[r][0] = s[r][1] = _mm256_setzero_si256();
  NO_UNROLL for (int k = 0; k < steps; k++) {
    const __m256i w0 = NAME(vector)(w + k * integer_outputs * 4), w1 = NAME(vector)(w + k * integer_outputs * 4 + 32);
    UNROLL for (int r = 0; r < rows; r++) {
      const __m256i xv = NAME(four_bytes)(x + (k * tile_rows + r) * 4);
      if (words) {
        s[r][0] = _mm256_add_epi32(s[r][0], _mm256_madd_epi16(w0, xv));
        s[r][1] = _mm256_add_epi32(s[r][1], _mm256_madd_epi16(w1, xv));
      } else {
        s[r][0] = _mm256_add_epi16(s[r][0], _mm256_maddubs_epi16(w0, xv));
        s[r][1] = _mm256_add_epi16(s[r][1], _mm256_maddubs_epi16(w1, xv));
      }
    }
  }
}
/// Quants of 8 bits: their amounts times elements with their signs, of which two products fit 16 bits: 2 * 128 * 127.
INLINE void NAME(sign_sums)(const int rows, const uint8_t *x, const uint8_t *w, __m256i s[tile_rows][2]) {
  const __m256i one = _mm256_set1_epi16(1), offset = _mm256_set1_epi8((char)128);
  UNROLL for (int r = 0; r < rows; r++) s[r][0] = s[r][1] = _mm256_setzero_si256();
  NO_UNROLL for (int k = 0; k < 8; k++) {
    __m256i q[2], amount[2];
    UNROLL for (int v = 0; v < 2; v++) {
      q[v] = _mm256_xor_si256(NAME(vector)(w + k * integer_outputs * 4 + 32 * v), offset);
      amount[v] = _mm256_abs_epi8(q[v]);
    }
    UNROLL for (int r = 0; r < rows; r++) {
      const __m256i xv = NAME(four_bytes)(x + (k * tile_rows + r) * 4);
      UNROLL for (int v = 0; v < 2; v++) {
        const __m256i pairs = _mm256_maddubs_epi16(amount[v], _mm256_sign_epi8(xv, q[v]));
        s[r][v] = _mm256_add_epi32(s[r][v], _mm256_madd_epi16(pairs, one));
      }
    }
  }
}

/// The sums of all columns of one scale. `fit` steps of bytes are added up in 16 bits; 0 means words.
INLINE void NAME(scale_sums)(const int fit, const int eight, const int rows, const int steps, const uint8_t *x,
                             const uint8_t *w, __m256i s[tile_rows][2]) {
  if (!fit) {
    NAME(step_sums)(1, rows, steps, x, w, s);
    return;
  }
  if (eight) {
    NAME(sign_sums)(rows, x, w, s);
    return;
  }
  const __m256i one = _mm256_set1_epi16(1);
  UNROLL for (int k = 0; k < steps; k += fit) {
    __m256i part[tile_rows][2];
    NAME(step_sums)(0, rows, fit, x + k * tile_rows * 4, w + k * integer_outputs * 4, part);
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < 2; v++) {
        const __m256i sum = _mm256_madd_epi16(part[r][v], one);
        s[r][v] = k ? _mm256_add_epi32(s[r][v], sum) : sum;
      }
    }
  }
}

INLINE void NAME(integer_rows)(const int fit, const int eight, const int halves, const int minimum, const int rows,
                               int offset, int64_t blocks, const uint8_t *x, const float *x_scales,
                               const int32_t *x_sums, const float *x_weighted, const uint8_t *panel,
                               const float *scales, const float *minima, int continues, float *out) {
  const int steps = fit ? 8 : 16, per_scale = steps / halves;
  for (int part = 0; part < 2; part++) {
    float *to = out + part * 16;
    if (!continues) {
      UNROLL for (int r = 0; r < rows; r++) NAME(store16)(to + r * integer_outputs, (v16)0.0f);
    }
    for (int64_t i = 0; i < blocks * halves; i++) {
      const int64_t b = i / halves, total = (halves == 2 ? 3 * b + i % 2 : 3 * b + 2) * tile_rows;
      __m256i s[tile_rows][2];
      NAME(scale_sums)(fit, eight, rows, per_scale, x + i * per_scale * tile_rows * 4,
                       panel + i * per_scale * integer_outputs * 4 + part * 64, s);
      const float *d = scales + i * integer_outputs + part * 16, *m = minima + i * integer_outputs + part * 16;
      UNROLL for (int r = 0; r < rows; r++) {
        const v8 xs = x_scales[b * tile_rows + r], weighted = minimum ? x_weighted[total + r] : 0;
        const __m256i base = _mm256_set1_epi32(fit && !eight && !minimum ? offset * x_sums[total + r] : 0);
        UNROLL for (int v = 0; v < 2; v++) {
          float *y = to + r * integer_outputs + 8 * v;
          v8 acc = NAME(load8)(y);
          if (fit && !eight && !minimum) s[r][v] = _mm256_sub_epi32(s[r][v], base);
          acc = (v8)_mm256_fmadd_ps((__m256)(NAME(load8)(d + 8 * v) * xs), _mm256_cvtepi32_ps(s[r][v]), (__m256)acc);
          if (minimum) acc = (v8)_mm256_fmadd_ps((__m256)NAME(load8)(m + 8 * v), (__m256)weighted, (__m256)acc);
          memcpy(y, &acc, 32);
        }
      }
    }
  }
}

INLINE void NAME(integer_kind)(const int fit, const int eight, const int halves, const int minimum, int rows,
                               int offset, int64_t blocks, const void *x, const float *x_scales, const int32_t *x_sums,
                               const float *x_weighted, const void *panel, const float *scales, const float *minima,
                               int continues, float *out) {
  // Rows that are missing are zeros, and `out` has room for them.
  if (rows <= 3) {
    NAME(integer_rows)(fit, eight, halves, minimum, 3, offset, blocks, x, x_scales, x_sums, x_weighted, panel, scales,
                       minima, continues, out);
  } else {
    NAME(integer_rows)(fit, eight, halves, minimum, tile_rows, offset, blocks, x, x_scales, x_sums, x_weighted, panel,
                       scales, minima, continues, out);
  }
}
void NAME(integer_tile)(int bits, int type, int rows, int64_t blocks, const void *x, const float *x_scales,
                        const int32_t *x_sums, const float *x_weighted, const void *panel, const float *scales,
                        const float *minima, int continues, float *out) {
  const int offset = quant_offset(type), kind = quant_halves(type) * 2 + quant_minimum(type);
  const int fit = bits == 8 ? NAME(byte_steps)(type) : 0;
#define RUN(FIT, EIGHT, HALVES, MINIMUM)                                                                              \
  NAME(integer_kind)(FIT, EIGHT, HALVES, MINIMUM, rows, offset, blocks, x, x_scales, x_sums, x_weighted, panel,      \
                     scales, minima, continues, out)
  switch (fit * 8 + kind) {
  case 2: RUN(0, 0, 1, 0); break;
  case 3: RUN(0, 0, 1, 1); break;
  case 4: RUN(0, 0, 2, 0); break;
  case 5: RUN(0, 0, 2, 1); break;
  case 16 + 4: RUN(2, 0, 2, 0); break;
  case 32 + 2: RUN(4, 0, 1, 0); break;
  case 32 + 3: RUN(4, 0, 1, 1); break;
  case 32 + 4: RUN(4, 0, 2, 0); break;
  case 32 + 5: RUN(4, 0, 2, 1); break;
  case 64 + 3: RUN(8, 0, 1, 1); break;
  default:
    if (type == ckernels_q8_0) {
      RUN(8, 1, 1, 0);
    } else {
      RUN(8, 0, 1, 0);
    }
  }
#undef RUN
}
#undef NO_UNROLL
