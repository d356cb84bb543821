#pragma once
// Vector types and the macros with which one body is compiled once per instruction set (see each_isa.h).
//
// Vectors are the compiler's own (`ext_vector_type`): a 16-lane operation becomes one 512-bit instruction, two 256-bit
// ones, or scalar code, and always the same arithmetic. Separate multiplications and additions are never fused by the
// compiler (contract off); where fusing is meant the code says so.

#include <stdint.h>
#include <string.h>
#include "CKernels.h"

#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

typedef float v4 __attribute__((ext_vector_type(4)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v16 __attribute__((ext_vector_type(16)));
typedef double d8 __attribute__((ext_vector_type(8)));
typedef int32_t i16x __attribute__((ext_vector_type(16)));    // 16 lanes of 32 bits
typedef uint32_t u16x __attribute__((ext_vector_type(16)));
typedef uint16_t h16x __attribute__((ext_vector_type(16)));   // 16 lanes of 16 bits
typedef int8_t b16x __attribute__((ext_vector_type(16)));     // 16 lanes of 8 bits
typedef uint8_t c16x __attribute__((ext_vector_type(16)));

/// The functions of one instruction set.
typedef struct {
  void (*dequantize)(int type, const uint8_t *row, int64_t first, int64_t count, float *into);
  void (*pack_weights)(int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns,
                       float *panel);
  void (*pack_rows)(const float *x, int64_t stride, int64_t rows, int64_t columns, int64_t tiles, int64_t tile,
                    int64_t block, float *packed);
  void (*product_tile)(int64_t steps, const float *a, const float *b, float *chain, float *sum, int flags);
  void (*vector_product)(const ckernels_product *p, const float *x, int64_t stride, int64_t rows, int64_t columns,
                         int64_t first, int64_t last);
  void (*tile)(int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row, const float *b,
               int64_t b_vector, int64_t b_step, float *c, int64_t c_row, int adding);
  void (*half_tile)(int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row, const uint16_t *b,
                    int64_t b_vector, int64_t b_step, float *c, int64_t c_row, int adding);
  void (*softmax_rows)(int rows, float *scores, unsigned panels, float cap, float *maximum, float *sum, float *out,
                       int64_t dimension);
  void (*merge)(float *maximum, float *sum, float *out, float maximum2, float sum2, const float *out2,
                int64_t dimension);
  void (*divide)(const float *x, float by, int64_t count, float *into);
  void (*scale)(const float *x, float by, int64_t count, float *into);
  void (*half_to_float)(const uint16_t *x, int64_t count, float *into);
  void (*float_to_half)(const float *x, int64_t count, uint16_t *into);
  void (*transpose_keys)(const float *x, int64_t stride, int64_t dimension, float *panel);
  void (*exp)(const float *x, int64_t count, float *into);
  void (*norm)(const float *x, int64_t columns, const float *weight, const float *bias, float epsilon, int centred,
               float *into);
  void (*gate)(const float *x, const float *up, int64_t count, int activation, float *into);
  void (*add)(const float *x, const float *y, int64_t count, float *into);
  void (*softcap)(float *x, int64_t count, float cap);
  void (*rotate)(const ckernels_rotation *rotation, int64_t row);
  float (*log_probability)(const float *x, int64_t count, int64_t target);
  int64_t (*argmax)(const float *x, int64_t count);
  double (*spin)(int64_t rounds, const float *a, const float *b);
  uint64_t (*read)(const uint8_t *bytes, int64_t count);
} kernel_table;

/// Rows of one product tile, outputs of one panel of weights.
enum { tile_rows = 6, panel_outputs = 64 };
/// Flags of `product_tile`.
enum { tile_continues = 1, tile_ends = 2, tile_first_lane = 4 };

const kernel_table *kernel_table_for(int isa);
