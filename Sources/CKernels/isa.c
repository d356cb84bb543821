// The choice of instruction set at run time, and the table of its functions.
#include "common.h"

#define DECLARE(SUFFIX)                                                                                               \
  void ckernels_dequantize_##SUFFIX(int, const uint8_t *, int64_t, int64_t, float *);                                 \
  void ckernels_pack_weights_##SUFFIX(int, const uint8_t *, int64_t, int64_t, int64_t, float *);                      \
  void ckernels_pack_rows_##SUFFIX(const float *, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, float *);     \
  void ckernels_product_tile_##SUFFIX(int64_t, const float *, const float *, float *, float *, int);                  \
  void ckernels_vector_product_##SUFFIX(const ckernels_product *, const float *, int64_t, int64_t, int64_t,           \
                                        int64_t, int64_t);                                                            \
  void ckernels_tile_##SUFFIX(int64_t, int, int64_t, const float *, int64_t, const float *, int64_t, int64_t, float *, \
                     int64_t, int);                                                                                   \
  void ckernels_half_tile_##SUFFIX(int64_t, int, int64_t, const float *, int64_t, const uint16_t *, int64_t, int64_t, \
                          float *, int64_t, int);                                                                     \
  void ckernels_softmax_rows_##SUFFIX(int, float *, unsigned, float, float *, float *, float *, int64_t);             \
  void ckernels_merge_##SUFFIX(float *, float *, float *, float, float, const float *, int64_t);                      \
  void ckernels_divide_##SUFFIX(const float *, float, int64_t, float *);                                              \
  void ckernels_scale_##SUFFIX(const float *, float, int64_t, float *);                                               \
  void ckernels_half_to_float_##SUFFIX(const uint16_t *, int64_t, float *);                                           \
  void ckernels_float_to_half_##SUFFIX(const float *, int64_t, uint16_t *);                                           \
  void ckernels_transpose_keys_##SUFFIX(const float *, int64_t, int64_t, float *);                                    \
  void ckernels_exp_##SUFFIX(const float *, int64_t, float *);                                                        \
  void ckernels_norm_##SUFFIX(const float *, int64_t, const float *, const float *, float, int, float *);             \
  void ckernels_gate_##SUFFIX(const float *, const float *, int64_t, int, float *);                                   \
  void ckernels_add_##SUFFIX(const float *, const float *, int64_t, float *);                                         \
  void ckernels_softcap_##SUFFIX(float *, int64_t, float);                                                            \
  void ckernels_rotate_##SUFFIX(const ckernels_rotation *, int64_t);                                                  \
  float ckernels_log_probability_##SUFFIX(const float *, int64_t, int64_t);                                           \
  int64_t ckernels_argmax_##SUFFIX(const float *, int64_t);                                                           \
  double ckernels_spin_##SUFFIX(int64_t, const float *, const float *);                                               \
  uint64_t ckernels_read_##SUFFIX(const uint8_t *, int64_t);                                                          \
  static const kernel_table table_##SUFFIX = {                                                                        \
      .dequantize = ckernels_dequantize_##SUFFIX,           .pack_weights = ckernels_pack_weights_##SUFFIX,           \
      .pack_rows = ckernels_pack_rows_##SUFFIX,             .product_tile = ckernels_product_tile_##SUFFIX,           \
      .vector_product = ckernels_vector_product_##SUFFIX,   .tile = ckernels_tile_##SUFFIX,                           \
      .half_tile = ckernels_half_tile_##SUFFIX,                                                                       \
      .softmax_rows = ckernels_softmax_rows_##SUFFIX,       .merge = ckernels_merge_##SUFFIX,                         \
      .divide = ckernels_divide_##SUFFIX,                   .scale = ckernels_scale_##SUFFIX,                         \
      .half_to_float = ckernels_half_to_float_##SUFFIX,     .float_to_half = ckernels_float_to_half_##SUFFIX,         \
      .transpose_keys = ckernels_transpose_keys_##SUFFIX,   .exp = ckernels_exp_##SUFFIX,                             \
      .norm = ckernels_norm_##SUFFIX,                       .gate = ckernels_gate_##SUFFIX,                           \
      .add = ckernels_add_##SUFFIX,                         .softcap = ckernels_softcap_##SUFFIX,                     \
      .rotate = ckernels_rotate_##SUFFIX,                   .log_probability = ckernels_log_probability_##SUFFIX,     \
      .argmax = ckernels_argmax_##SUFFIX,                   .spin = ckernels_spin_##SUFFIX,                           \
      .read = ckernels_read_##SUFFIX,                                                                                 \
  };

DECLARE(portable)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
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

const kernel_table *kernel_table_for(int isa) {
#if defined(__x86_64__)
  if (isa == ckernels_avx512) return &table_avx512;
  if (isa == ckernels_avx2) return &table_avx2;
#endif
  (void)isa;
  return &table_portable;
}

void ckernels_dequantize(int isa, int type, const void *row, int64_t first, int64_t count, float *into) {
  kernel_table_for(isa)->dequantize(type, row, first, count, into);
}
void ckernels_exp(int isa, const float *x, int64_t count, float *into) { kernel_table_for(isa)->exp(x, count, into); }
