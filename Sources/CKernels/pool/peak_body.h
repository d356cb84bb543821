#include "isa/vector_body.h"

// Vectors of B at a time: with 6 rows as many accumulators as registers hold, as in tile_body.h.
#undef SPIN_VECTORS
#if LEVEL >= LEVEL_AVX512
#define SPIN_VECTORS 2
#else
#define SPIN_VECTORS 1
#endif

/// `rounds` times 64 steps of a multiply-add loop with loads, 6 rows by 2 vectors: 64 * 12 * 32 operations per round.
double NAME(spin)(int64_t rounds, const float *a, const float *b) {
  v16 total = 0.0f;
  for (int part = 0; part < 2; part += SPIN_VECTORS) {
    v16 acc[6][SPIN_VECTORS];
    UNROLL for (int r = 0; r < 6; r++) {
      UNROLL for (int v = 0; v < SPIN_VECTORS; v++) acc[r][v] = 0.0f;
    }
    for (int64_t n = 0; n < rounds; n++) {
      for (int64_t k = 0; k < 64; k++) {
        v16 bv[SPIN_VECTORS];
        UNROLL for (int v = 0; v < SPIN_VECTORS; v++) bv[v] = NAME(load16)(b + k * 32 + (part + v) * 16);
        UNROLL for (int r = 0; r < 6; r++) {
          v16 av = a[k * 6 + r];
          UNROLL for (int v = 0; v < SPIN_VECTORS; v++) acc[r][v] = NAME(fma16)(av, bv[v], acc[r][v]);
        }
      }
    }
    UNROLL for (int r = 0; r < 6; r++) {
      UNROLL for (int v = 0; v < SPIN_VECTORS; v++) total = total + acc[r][v];
    }
  }
  return (double)NAME(sum16)(total);
}

/// Exclusive or of all words: as fast as memory can be read, with lines asked for ahead as the products do it.
uint64_t NAME(read)(const uint8_t *bytes, int64_t count) {
  u16x t[4] = {0, 0, 0, 0};
  for (int64_t i = 0; i + 256 <= count; i += 256) {
    UNROLL for (int v = 0; v < 4; v++) {
      u16x w;
      __builtin_prefetch(bytes + i + 4096 + v * 64, 0, 2);
      memcpy(&w, bytes + i + v * 64, 64);
      t[v] = t[v] ^ w;
    }
  }
  u16x all = t[0] ^ t[1] ^ t[2] ^ t[3];
  uint64_t result = 0;
  for (int i = 0; i < 16; i++) result ^= all[i];
  return result;
}
