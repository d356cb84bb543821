/* Which instruction sets this machine has, and the small machine-dependent helpers. */
#include "CKernels.h"
#include <stddef.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

const ckernels_table *ckernels_table_portable(void);
const ckernels_table *ckernels_table_avx2(void);
const ckernels_table *ckernels_table_avx512(void);

const ckernels_table *ckernels_table_for(int instruction_set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (instruction_set == 2) return avx512 ? ckernels_table_avx512() : NULL;
  if (instruction_set == 1) return avx2 ? ckernels_table_avx2() : NULL;
#else
  if (instruction_set != 0) return NULL;
#endif
  return ckernels_table_portable();
}

long ckernels_attention_scratch(int rows, int dimension) { return 2L * rows * 256 + 2L * 256 * dimension; }

uint32_t ckernels_flush_denormals(void) {
#if defined(__x86_64__)
  uint32_t old = _mm_getcsr();
  _mm_setcsr(old | 0x8040);
  return old;
#else
  return 0;
#endif
}

void ckernels_restore_denormals(uint32_t state) {
#if defined(__x86_64__)
  _mm_setcsr(state);
#else
  (void)state;
#endif
}

void ckernels_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

float ckernels_calibrate(const ckernels_table *table, long repetitions, float *scratch) {
  for (long i = 0; i < repetitions; i++)
    table->tile(6, 4, 256, scratch, 256, 1, scratch + 6 * 256, 16, 64, scratch + 6 * 256 + 64 * 256, 64, ckernels_assign);
  return scratch[6 * 256 + 64 * 256];
}

uint64_t ckernels_read(const uint64_t *words, long count) {
  uint64_t a = 0, b = 0, c = 0, d = 0;
  for (long i = 0; i + 4 <= count; i += 4) {
    a ^= words[i];
    b ^= words[i + 1];
    c ^= words[i + 2];
    d ^= words[i + 3];
  }
  return a ^ b ^ c ^ d;
}

#if defined(__x86_64__)
__attribute__((target("f16c"))) static uint16_t half_f16c(float x) { return (uint16_t)_cvtss_sh(x, 0); }
#endif

uint16_t ckernels_half(float x) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("f16c")) return half_f16c(x);
#endif
  _Float16 h = (_Float16)x;
  uint16_t bits;
  __builtin_memcpy(&bits, &h, 2);
  return bits;
}
