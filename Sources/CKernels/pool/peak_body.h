#include "isa/vector_body.h"

/// `rounds` times 64 steps of the 12-accumulator multiply-add loop with loads: 64 * 12 * 32 operations per round.
double NAME(spin)(int64_t rounds, const float *a, const float *b) {
  v16 acc[12];
  UNROLL for (int i = 0; i < 12; i++) acc[i] = 0.0f;
  for (int64_t n = 0; n < rounds; n++) {
    for (int64_t k = 0; k < 64; k++) {
      v16 b0 = NAME(load16)(b + k * 32), b1 = NAME(load16)(b + k * 32 + 16);
      UNROLL for (int r = 0; r < 6; r++) {
        v16 av = a[k * 6 + r];
        acc[2 * r] = NAME(fma16)(av, b0, acc[2 * r]);
        acc[2 * r + 1] = NAME(fma16)(av, b1, acc[2 * r + 1]);
      }
    }
  }
  v16 total = 0.0f;
  UNROLL for (int i = 0; i < 12; i++) total = total + acc[i];
  return (double)NAME(sum16)(total);
}

/// Exclusive or of all words: as fast as memory can be read.
uint64_t NAME(read)(const uint8_t *bytes, int64_t count) {
  u16x t[4] = {0, 0, 0, 0};
  for (int64_t i = 0; i + 256 <= count; i += 256) {
    UNROLL for (int v = 0; v < 4; v++) {
      u16x w;
      memcpy(&w, bytes + i + v * 64, 64);
      t[v] = t[v] ^ w;
    }
  }
  u16x all = t[0] ^ t[1] ^ t[2] ^ t[3];
  uint64_t result = 0;
  for (int i = 0; i < 16; i++) result ^= all[i];
  return result;
}
