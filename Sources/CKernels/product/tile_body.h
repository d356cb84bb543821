#include "isa/vector_body.h"

// The register tile: up to 6 rows by 4 vectors. 24 accumulators, 4 vectors of B and one broadcast fill the 32
// registers of AVX-512; AVX2 has 16 registers of half the width, so it takes one 16-lane vector (two registers) at a
// time: 12 accumulators. One load feeds 2.4 multiply-adds (AVX-512), which keeps the load ports out of the way.
#undef TILE_VECTORS
#if LEVEL >= LEVEL_AVX512
#define TILE_VECTORS 4
#else
#define TILE_VECTORS 1
#endif

/// 16 elements of B: float32, or float16 that is converted on the way, with what comes 8 KB later asked for (one block
/// of 64 keys or values of 64 dimensions; the hardware stops at pages).
INLINE v16 NAME(load_b)(const int half, const void *b, int64_t at) {
  if (!half) return NAME(load16)((const float *)b + at);
  __builtin_prefetch((const uint16_t *)b + at + 4096, 0, 3);
  return NAME(half16)((const uint16_t *)b + at);
}

INLINE void NAME(accumulate)(const int half, const int rows, const int vectors, int64_t steps, const float *a,
                             int64_t a_row, int64_t a_step, const void *b, int64_t b_vector, int64_t b_step,
                             v16 acc[tile_rows][TILE_VECTORS]) {
  for (int64_t k = 0; k < steps; k++) {
    v16 bv[TILE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) bv[v] = NAME(load_b)(half, b, k * b_step + v * b_vector);
    UNROLL for (int r = 0; r < rows; r++) {
      v16 av = a[r * a_row];
      UNROLL for (int v = 0; v < vectors; v++) acc[r][v] = NAME(fma16)(av, bv[v], acc[r][v]);
    }
    a += a_step;
  }
}

/// One 6x64 tile of a product, over one lane (or a part of its chain). a: [step][6], b: [step][64]; `chain` holds the
/// unfinished chain between parts, `sum` the sum of finished lanes, both [6][64].
void NAME(product_tile)(int64_t steps, const float *a, const float *b, float *chain, float *sum, int flags) {
  for (int part = 0; part < 4; part += TILE_VECTORS) {
    v16 acc[tile_rows][TILE_VECTORS];
    const float *start = chain + part * 16;
    UNROLL for (int r = 0; r < tile_rows; r++) {
      UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
        acc[r][v] = flags & tile_continues ? NAME(load16)(start + r * 64 + v * 16) : (v16)0.0f;
      }
    }
    NAME(accumulate)(0, tile_rows, TILE_VECTORS, steps, a, 1, tile_rows, b + part * 16, 16, panel_outputs, acc);
    float *to = (flags & tile_ends ? sum : chain) + part * 16;
    if ((flags & (tile_ends | tile_first_lane)) == tile_ends) {
      UNROLL for (int r = 0; r < tile_rows; r++) {
        UNROLL for (int v = 0; v < TILE_VECTORS; v++) {
          NAME(store16)(to + r * 64 + v * 16, NAME(load16)(to + r * 64 + v * 16) + acc[r][v]);
        }
      }
    } else {
      UNROLL for (int r = 0; r < tile_rows; r++) {
        UNROLL for (int v = 0; v < TILE_VECTORS; v++) NAME(store16)(to + r * 64 + v * 16, acc[r][v]);
      }
    }
  }
}

INLINE void NAME(small_tile)(const int half, const int rows, const int vectors, int64_t steps, const float *a,
                             int64_t a_row, const void *b, int64_t b_vector, int64_t b_step, float *c, int64_t c_row,
                             const int adding) {
  v16 acc[tile_rows][TILE_VECTORS];
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < vectors; v++) acc[r][v] = adding ? NAME(load16)(c + r * c_row + v * 16) : (v16)0.0f;
  }
  NAME(accumulate)(half, rows, vectors, steps, a, a_row, 1, b, b_vector, b_step, acc);
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < vectors; v++) NAME(store16)(c + r * c_row + v * 16, acc[r][v]);
  }
}

#undef TILE_CASE
#undef TILE_ROWS
#define TILE_CASE(ROWS, VECTORS)                                                                                      \
  case (ROWS) * 8 + (VECTORS):                                                                                        \
    if (adding) {                                                                                                    \
      NAME(small_tile)(half, ROWS, VECTORS, steps, a, a_row, b, b_vector, b_step, c, c_row, 1);                       \
    } else {                                                                                                         \
      NAME(small_tile)(half, ROWS, VECTORS, steps, a, a_row, b, b_vector, b_step, c, c_row, 0);                       \
    }                                                                                                                \
    break;
#if LEVEL >= LEVEL_AVX512
#define TILE_ROWS(ROWS) TILE_CASE(ROWS, 1) TILE_CASE(ROWS, 2) TILE_CASE(ROWS, 3) TILE_CASE(ROWS, 4)
#else
#define TILE_ROWS(ROWS) TILE_CASE(ROWS, 1)
#endif

INLINE void NAME(any_tile)(const int half, int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row,
                           const void *b, int64_t b_vector, int64_t b_step, float *c, int64_t c_row, int adding) {
  while (vectors > 0) {
    int now = (int)MIN(vectors, TILE_VECTORS);
    switch (rows * 8 + now) { TILE_ROWS(1) TILE_ROWS(2) TILE_ROWS(3) TILE_ROWS(4) TILE_ROWS(5) TILE_ROWS(6) }
    vectors -= now;
    b = (const uint8_t *)b + now * b_vector * (half ? 2 : 4);
    c += now * 16;
  }
}

/// c[r][v] (+)= chain over k of a[r][k] * b[k][v]: `rows` <= 6, any number of vectors.
void NAME(tile)(int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row, const float *b,
                int64_t b_vector, int64_t b_step, float *c, int64_t c_row, int adding) {
  NAME(any_tile)(0, steps, rows, vectors, a, a_row, b, b_vector, b_step, c, c_row, adding);
}

/// The same with B in float16, for few rows (decoding): converting on the way spares a pass through the caches.
void NAME(half_tile)(int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row, const uint16_t *b,
                     int64_t b_vector, int64_t b_step, float *c, int64_t c_row, int adding) {
  NAME(any_tile)(1, steps, rows, vectors, a, a_row, b, b_vector, b_step, c, c_row, adding);
}

// Scores of a few rows with keys that are turned on the way, `rotate_panels` and `tile` in one and to the same bits: in
// decoding the tile waits for its chains of multiply-adds, and the turning finds room there.
#undef TURN_VECTORS
#if LEVEL >= LEVEL_AVX512
#define TURN_VECTORS 2
#else
#define TURN_VECTORS 1
#endif

INLINE void NAME(add_products)(const int rows, const float *q, int64_t q_row, const v16 b[TURN_VECTORS],
                               v16 acc[tile_rows][TURN_VECTORS]) {
  UNROLL for (int r = 0; r < rows; r++) {
    v16 qv = q[r * q_row];
    UNROLL for (int v = 0; v < TURN_VECTORS; v++) acc[r][v] = NAME(fma16)(qv, b[v], acc[r][v]);
  }
}

INLINE void NAME(few_turned)(const int rows, const float *q, int64_t q_row, const float *keys, const float *turns,
                             int64_t dimension, int64_t rotary, const int interleaved, float *c, int64_t c_row) {
  const int64_t half = rotary / 2, step = interleaved ? 32 : 16, apart = interleaved ? 16 : half * 16;
  const int64_t panel = dimension * 16, turn = rotary * 16;
  v16 acc[tile_rows][TURN_VECTORS], x[TURN_VECTORS], y[TURN_VECTORS];
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < TURN_VECTORS; v++) acc[r][v] = 0.0f;
  }
  for (int64_t i = 0; i < half; i++) {
    UNROLL for (int v = 0; v < TURN_VECTORS; v++) {
      const float *k = keys + v * panel + i * step, *t = turns + v * turn + i * 16;
      v16 a = NAME(load16)(k), b = NAME(load16)(k + apart), cv = NAME(load16)(t), sv = NAME(load16)(t + half * 16);
      x[v] = a * cv - b * sv;
      y[v] = b * cv + a * sv;
    }
    NAME(add_products)(rows, q + (interleaved ? 2 * i : i), q_row, x, acc);
    if (interleaved) NAME(add_products)(rows, q + 2 * i + 1, q_row, y, acc);
  }
  // The other halves come after all the first: turned once more, for the sum goes through the elements in order.
  for (int64_t i = 0; !interleaved && i < half; i++) {
    UNROLL for (int v = 0; v < TURN_VECTORS; v++) {
      const float *k = keys + v * panel + i * 16, *t = turns + v * turn + i * 16;
      y[v] = NAME(load16)(k + apart) * NAME(load16)(t) + NAME(load16)(k) * NAME(load16)(t + half * 16);
    }
    NAME(add_products)(rows, q + half + i, q_row, y, acc);
  }
  for (int64_t i = rotary; i < dimension; i++) {
    UNROLL for (int v = 0; v < TURN_VECTORS; v++) x[v] = NAME(load16)(keys + v * panel + i * 16);
    NAME(add_products)(rows, q + i, q_row, x, acc);
  }
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < TURN_VECTORS; v++) NAME(store16)(c + r * c_row + v * 16, acc[r][v]);
  }
}

/// c[r][key] = chain over i of q[r][i] * key[i], turned: `rows` <= 6, `panels` of 16 keys, an even number.
void NAME(turning_tile)(int rows, const float *q, int64_t q_row, const float *keys, const float *turns,
                        int64_t dimension, int64_t rotary, int interleaved, int64_t panels, float *c, int64_t c_row) {
  for (int64_t p = 0; p < panels; p += TURN_VECTORS) {
    switch (rows * 2 + (interleaved ? 1 : 0)) {
#define TURNED(ROWS, INTERLEAVED)                                                                                     \
  case (ROWS) * 2 + (INTERLEAVED):                                                                                    \
    NAME(few_turned)(ROWS, q, q_row, keys, turns, dimension, rotary, INTERLEAVED, c, c_row);                          \
    break;
      TURNED(1, 0) TURNED(2, 0) TURNED(3, 0) TURNED(4, 0) TURNED(5, 0) TURNED(6, 0)
      TURNED(1, 1) TURNED(2, 1) TURNED(3, 1) TURNED(4, 1) TURNED(5, 1) TURNED(6, 1)
#undef TURNED
    }
    keys += TURN_VECTORS * dimension * 16, turns += TURN_VECTORS * rotary * 16, c += TURN_VECTORS * 16;
  }
}

/// Rows of activations as [lane][step][6] per tile of 6 rows, the tiles of one part of the steps side by side (so that
/// the inner loop of the product walks through memory): part p of lane l begins at (l * steps + p * block) * 6 * tiles.
void NAME(pack_rows)(const float *x, int64_t stride, int64_t rows, int64_t columns, int64_t tiles, int64_t tile,
                     int64_t block, float *packed) {
  int64_t steps = (columns + 7) / 8;
  for (int64_t first = 0; first < steps; first += block) {
    int64_t length = MIN(block, steps - first);
    for (int64_t j = 0; j < length; j++) {
      v8 v[8] = {0};
      int64_t k = (first + j) * 8;
      if (rows == tile_rows && k + 8 <= columns) {
        UNROLL for (int r = 0; r < tile_rows; r++) v[r] = NAME(load8)(x + r * stride + k);
      } else {
        for (int r = 0; r < rows; r++) memcpy(&v[r], x + r * stride + k, (size_t)MIN(8, columns - k) * 4);
      }
      // 8x8 transpose: lanes become rows.
      v8 a[8], b[8];
      UNROLL for (int i = 0; i < 8; i += 2) {
        a[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
      }
      UNROLL for (int i = 0; i < 8; i += 4) {
        b[i] = __builtin_shufflevector(a[i], a[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        b[i + 1] = __builtin_shufflevector(a[i], a[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        b[i + 2] = __builtin_shufflevector(a[i + 1], a[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        b[i + 3] = __builtin_shufflevector(a[i + 1], a[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
      }
      UNROLL for (int l = 0; l < 8; l++) {
        v8 w = l < 4 ? __builtin_shufflevector(b[l % 4], b[l % 4 + 4], 0, 1, 2, 3, 8, 9, 10, 11)
                     : __builtin_shufflevector(b[l % 4], b[l % 4 + 4], 4, 5, 6, 7, 12, 13, 14, 15);
        float *to = packed + (l * steps + first) * tile_rows * tiles + (tile * length + j) * tile_rows;
        memcpy(to, &w, tile_rows * 4);
      }
    }
  }
}
