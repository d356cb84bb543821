// The choice of instruction set at run time, and the table of its functions.
#include "isa/common.h"

static const kernel_table table_portable = {CKERNELS_FUNCTIONS(CKERNELS_ENTRY, portable)};
#if defined(__x86_64__)
static const kernel_table table_avx2 = {CKERNELS_FUNCTIONS(CKERNELS_ENTRY, avx2)};
static const kernel_table table_avx512 = {CKERNELS_FUNCTIONS(CKERNELS_ENTRY, avx512)};
#endif

int ckernels_best_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("f16c") ||
      !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
    return ckernels_portable;
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
    return ckernels_avx512;
  }
  return ckernels_avx2;
#else
  return ckernels_portable;
#endif
}

int ckernels_has_vnni(void) {
#if defined(__x86_64__)
  return ckernels_best_isa() == ckernels_avx512 && __builtin_cpu_supports("avx512vnni");
#else
  return 0;
#endif
}

const kernel_table *ckernels_kernel_table(int isa) {
#if defined(__x86_64__)
  if (isa == ckernels_avx512) return &table_avx512;
  if (isa == ckernels_avx2) return &table_avx2;
#endif
  (void)isa;
  return &table_portable;
}

void ckernels_dequantize(int isa, int type, const void *row, int64_t first, int64_t count, float *into) {
  ckernels_kernel_table(isa)->dequantize(type, row, first, count, into);
}
void ckernels_exp(int isa, const float *x, int64_t count, float *into) {
  ckernels_kernel_table(isa)->exp(x, count, into);
}
