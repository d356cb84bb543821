#include "isa/vector_body.h"
#include "isa/transpose_body.h"
#include "product/unpack_body.h"
#include "product/quants_body.h"

INLINE v16 NAME(absolute)(v16 v) { return (v16)((i16x)v & (i16x)(INT32_MAX)); }

/// A block of 32 activations as integers of at most `most`, whose scale is returned.
INLINE float NAME(round_block)(const float *x, const float most, i16x q[2]) {
  const v16 shifter = 12582912.0f;  // adding it rounds to the nearest integer, ties to even
  v16 a = NAME(load16)(x), b = NAME(load16)(x + 16);
  v16 top = NAME(absolute)(a), other = NAME(absolute)(b);
  float largest = NAME(max16)(NAME(select16)(other > top, other, top));
  // Below that the reciprocal would be infinite; a comparison with NaN is false.
  float inverse = largest > 0x1p-100f ? most / largest : 0.0f;
  q[0] = (i16x)(a * inverse + shifter) - (i16x)shifter;
  q[1] = (i16x)(b * inverse + shifter) - (i16x)shifter;
  if (__builtin_reduce_or((a != a) | (b != b)) || largest == __builtin_inff()) {
    q[0] = q[1] = 0;
    return __builtin_nanf("");
  }
  return largest / most;
}

INLINE void NAME(quantize_bits)(const int bits, const float *x, int64_t stride, int64_t rows, int64_t height,
                                int64_t columns, uint8_t *elements, float *scales, int32_t *sums, float *weighted) {
  const int steps = bits;  // 8 of 4 elements, or 16 of 2
  const float zeros[32] = {0};
  for (int64_t block = 0; block < columns / 32; block++) {
    for (int64_t r = 0; r < height; r++) {
      i16x q[2];
      const float scale = NAME(round_block)(r < rows ? x + r * stride + block * 32 : zeros, bits == 8 ? 127 : 32639, q);
      const int32_t first = __builtin_reduce_add(q[0]), second = __builtin_reduce_add(q[1]);
      const int32_t three[3] = {first, second, first + second};
      scales[block * height + r] = scale;
      for (int i = 0; i < 3; i++) {
        sums[(block * 3 + i) * height + r] = three[i];
        weighted[(block * 3 + i) * height + r] = scale * (float)three[i];
      }
      uint8_t *to = elements + (block * steps * height + r) * 4;
      UNROLL for (int h = 0; h < 2; h++) {
        if (bits == 8) {
          b16x b = __builtin_convertvector(q[h], b16x);
          for (int k = 0; k < 4; k++) memcpy(to + (h * 4 + k) * height * 4, (int8_t *)&b + 4 * k, 4);
        } else {
          h16x w = __builtin_convertvector((u16x)q[h], h16x);
          for (int k = 0; k < 8; k++) memcpy(to + (h * 8 + k) * height * 4, (uint16_t *)&w + 2 * k, 4);
        }
      }
    }
  }
}
void NAME(quantize)(int bits, const float *x, int64_t stride, int64_t rows, int64_t height, int64_t columns,
                    void *elements, float *scales, int32_t *sums, float *weighted) {
  if (bits == 8) {
    NAME(quantize_bits)(8, x, stride, rows, height, columns, elements, scales, sums, weighted);
  } else {
    NAME(quantize_bits)(16, x, stride, rows, height, columns, elements, scales, sums, weighted);
  }
}

INLINE void NAME(pack_quants_type)(const int type, const int bits, const uint8_t *rows, int64_t row_bytes,
                                   int64_t outputs, int64_t columns, uint8_t *panel, float *scales, float *minima) {
  const int64_t blocks = columns / 32;
  const int halves = quant_halves(type);
  for (int64_t o = 0; o < integer_outputs; o += 16) {
    for (int64_t block = 0; block < blocks; block++) {
      v16 r[16], d[2], m[2];
      UNROLL for (int i = 0; i < 16; i++) {
        c16x q[2] = {0, 0};
        float di[2] = {0, 0}, mi[2] = {0, 0};
        if (o + i < outputs) {
          const uint8_t *row = rows + (o + i) * row_bytes;
          NAME(quants)(type, row, block, q);
          NAME(quant_scales)(type, row, block, di, mi);
        }
        if (bits == 16) {
          const h16x offset = (uint16_t)quant_offset(type);
          h16x w[2] = {__builtin_convertvector(q[0], h16x) - offset, __builtin_convertvector(q[1], h16x) - offset};
          if (o + i >= outputs) w[0] = w[1] = 0;
          memcpy(&r[i], w, 64);
        } else {
          memcpy(&r[i], q, 32);
          memset((uint8_t *)&r[i] + 32, 0, 32);
        }
        UNROLL for (int h = 0; h < halves; h++) d[h][i] = di[h], m[h][i] = mi[h];
      }
      UNROLL for (int h = 0; h < halves; h++) {
        NAME(store16)(scales + (block * halves + h) * integer_outputs + o, d[h]);
        if (quant_minimum(type)) NAME(store16)(minima + (block * halves + h) * integer_outputs + o, m[h]);
      }
      NAME(transpose16)(r);
      for (int k = 0; k < bits; k++) memcpy(panel + ((block * bits + k) * integer_outputs + o) * 4, &r[k], 64);
    }
  }
}
void NAME(pack_quants)(int bits, int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns,
                       void *panel, float *scales, float *minima) {
  if (bits == 8) {
    FOR_QUANTS(type, NAME(pack_quants_type), 8, rows, row_bytes, outputs, columns, panel, scales, minima)
  } else {
    FOR_QUANTS(type, NAME(pack_quants_type), 16, rows, row_bytes, outputs, columns, panel, scales, minima)
  }
}

#if LEVEL == LEVEL_AVX2
#include "product/integer_tile_avx2.h"
#else
// dot(bits, sum, w, x): sums of 4 products of bytes, or 2 of words, for 16 outputs.
#if LEVEL == LEVEL_PORTABLE
INLINE i16x NAME(dot)(const int bits, i16x sum, const uint8_t *w, const uint8_t *x) {
  for (int o = 0; o < 16; o++) {
    if (bits == 8) {
      for (int i = 0; i < 4; i++) sum[o] += w[4 * o + i] * (int8_t)x[i];
    } else {
      int16_t a[2], b[2];
      memcpy(a, w + 4 * o, 4);
      memcpy(b, x, 4);
      sum[o] += a[0] * b[0] + a[1] * b[1];
    }
  }
  return sum;
}
#else
INLINE i16x NAME(dot)(const int bits, i16x sum, const uint8_t *w, const uint8_t *x) {
  int32_t step;
  memcpy(&step, x, 4);
  const __m512i wv = _mm512_loadu_si512(w), xv = _mm512_set1_epi32(step);
  if (bits == 8) return (i16x)_mm512_dpbusd_epi32((__m512i)sum, wv, xv);
  // By name: clang 21 makes a multiplication and an addition of the intrinsic, which takes a quarter longer.
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(wv), "v"(xv));
  return sum;
}
#endif

#undef INTEGER_VECTORS
#if LEVEL >= LEVEL_AVX512
#define INTEGER_VECTORS 2
#else
#define INTEGER_VECTORS 1
#endif

/// The sums of one scale's columns of a block: from step `from` to step `to`.
INLINE void NAME(integer_sums)(const int bits, const int offset, const int rows, const int from, const int to,
                               const uint8_t *x, const int32_t *x_sums, const uint8_t *w,
                               i16x sum[tile_rows][INTEGER_VECTORS]) {
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < INTEGER_VECTORS; v++) sum[r][v] = bits == 8 && offset ? -offset * x_sums[r] : 0;
  }
  UNROLL for (int k = from; k < to; k++) {
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < INTEGER_VECTORS; v++) {
        sum[r][v] = NAME(dot)(bits, sum[r][v], w + k * integer_outputs * 4 + v * 64, x + (k * tile_rows + r) * 4);
      }
    }
  }
}

INLINE void NAME(integer_rows)(const int bits, const int halves, const int minimum, const int rows, const int offset,
                               int64_t blocks, const uint8_t *x, const float *x_scales, const int32_t *x_sums,
                               const float *x_weighted, const uint8_t *panel, const float *scales, const float *minima,
                               int continues, float *out) {
  const int steps = bits;
  for (int part = 0; part < 2; part += INTEGER_VECTORS) {
    v16 acc[tile_rows][INTEGER_VECTORS];
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < INTEGER_VECTORS; v++) {
        acc[r][v] = continues ? NAME(load16)(out + r * integer_outputs + (part + v) * 16) : (v16)0.0f;
      }
    }
    for (int64_t b = 0; b < blocks; b++) {
      const uint8_t *xb = x + b * steps * tile_rows * 4, *wb = panel + b * steps * integer_outputs * 4 + part * 64;
      const float *xs = x_scales + b * tile_rows;
      UNROLL for (int h = 0; h < halves; h++) {
        const int64_t total = (3 * b + (halves == 2 ? h : 2)) * tile_rows;
        i16x sum[tile_rows][INTEGER_VECTORS];
        const int from = steps / halves * h;
        NAME(integer_sums)(bits, offset, rows, from, from + steps / halves, xb, x_sums + total, wb, sum);
        UNROLL for (int v = 0; v < INTEGER_VECTORS; v++) {
          const int64_t at = (b * halves + h) * integer_outputs + (part + v) * 16;
          const v16 d = NAME(load16)(scales + at);
          UNROLL for (int r = 0; r < rows; r++) {
            acc[r][v] = NAME(fma16)(d * xs[r], __builtin_convertvector(sum[r][v], v16), acc[r][v]);
            if (minimum) acc[r][v] = NAME(fma16)(NAME(load16)(minima + at), (v16)x_weighted[total + r], acc[r][v]);
          }
        }
      }
    }
    UNROLL for (int r = 0; r < rows; r++) {
      UNROLL for (int v = 0; v < INTEGER_VECTORS; v++) {
        NAME(store16)(out + r * integer_outputs + (part + v) * 16, acc[r][v]);
      }
    }
  }
}

INLINE void NAME(integer_kind)(const int bits, const int halves, const int minimum, int rows, int offset,
                               int64_t blocks, const void *x, const float *x_scales, const int32_t *x_sums,
                               const float *x_weighted, const void *panel, const float *scales, const float *minima,
                               int continues, float *out) {
#define RUN(ROWS)                                                                                                     \
  NAME(integer_rows)(bits, halves, minimum, ROWS, offset, blocks, x, x_scales, x_sums, x_weighted, panel, scales, \
                     minima, continues, out)
  if (rows == 1) {
    RUN(1);
  } else if (rows == 2) {
    RUN(2);
  } else {
    RUN(tile_rows);
  }
#undef RUN
}
void NAME(integer_tile)(int bits, int type, int rows, int64_t blocks, const void *x, const float *x_scales,
                        const int32_t *x_sums, const float *x_weighted, const void *panel, const float *scales,
                        const float *minima, int continues, float *out) {
  const int offset = quant_offset(type), kind = quant_halves(type) * 2 + quant_minimum(type);
#define RUN(BITS, HALVES, MINIMUM)                                                                                    \
  NAME(integer_kind)(BITS, HALVES, MINIMUM, rows, offset, blocks, x, x_scales, x_sums, x_weighted, panel, scales,    \
                     minima, continues, out)
  switch (kind + (bits == 16 ? 8 : 0)) {
  case 2: RUN(8, 1, 0); break;
  case 3: RUN(8, 1, 1); break;
  case 4: RUN(8, 2, 0); break;
  case 5: RUN(8, 2, 1); break;
  case 10: RUN(16, 1, 0); break;
  case 11: RUN(16, 1, 1); break;
  case 12: RUN(16, 2, 0); break;
  default: RUN(16, 2, 1); break;
  }
#undef RUN
}

#endif

#if LEVEL > LEVEL_PORTABLE
#include "product/row_scales_body.h"
#endif
#if LEVEL >= LEVEL_VNNI
#include "product/integer_vector_vnni.h"
#elif LEVEL == LEVEL_AVX2
#include "product/integer_vector_avx2.h"
#else
#include "product/integer_vector.h"
#endif
