#pragma once
// Every function that exists once per instruction set, with its signature: written here and nowhere else. The list
// makes the table of functions, its instances, and the declarations that the bodies are held to.

#include "CKernels.h"

/// K(level, result, name, parameters) for each function.
#define CKERNELS_FUNCTIONS(K, LEVEL)                                                                                  \
  /* dequantize_body.h: stored weights to float32, panels, half precision */                                          \
  K(LEVEL, void, dequantize, (int type, const uint8_t *row, int64_t first, int64_t count, float *into))               \
  K(LEVEL, void, pack_weights,                                                                                        \
    (int type, const uint8_t *rows, int64_t row_bytes, int64_t outputs, int64_t columns, float *panel))               \
  K(LEVEL, void, half_to_float, (const uint16_t *x, int64_t count, float *into))                                      \
  K(LEVEL, void, float_to_half, (const float *x, int64_t count, uint16_t *into))                                      \
  K(LEVEL, void, transpose_keys, (const float *x, int64_t stride, int64_t dimension, float *panel))                   \
  /* tile_body.h: register tiles of products and attention */                                                         \
  K(LEVEL, void, pack_rows,                                                                                           \
    (const float *x, int64_t stride, int64_t rows, int64_t columns, int64_t tiles, int64_t tile, int64_t block,       \
     float *packed))                                                                                                  \
  K(LEVEL, void, product_tile, (int64_t steps, const float *a, const float *b, float *chain, float *sum, int flags))  \
  K(LEVEL, void, tile,                                                                                                \
    (int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row, const float *b, int64_t b_vector,       \
     int64_t b_step, float *c, int64_t c_row, int adding))                                                            \
  K(LEVEL, void, half_tile,                                                                                           \
    (int64_t steps, int rows, int64_t vectors, const float *a, int64_t a_row, const uint16_t *b, int64_t b_vector,    \
     int64_t b_step, float *c, int64_t c_row, int adding))                                                            \
  K(LEVEL, void, turning_tile,                                                                                        \
    (int rows, const float *q, int64_t q_row, const float *keys, const float *turns, int64_t dimension,               \
     int64_t rotary, int interleaved, int64_t panels, float *c, int64_t c_row))                                       \
  /* vector_product_body.h: few rows over stored weights */                                                           \
  K(LEVEL, void, vector_product,                                                                                      \
    (const ckernels_product *p, const float *x, int64_t stride, int64_t rows, int64_t columns, int64_t first,         \
     int64_t last))                                                                                                   \
  /* softmax_body.h */                                                                                                \
  K(LEVEL, void, softmax_rows,                                                                                        \
    (int rows, float *scores, unsigned panels, float cap, float *maximum, float *sum, float *out,                     \
     int64_t dimension))                                                                                              \
  K(LEVEL, void, merge,                                                                                               \
    (float *maximum, float *sum, float *out, float maximum2, float sum2, const float *out2, int64_t dimension))       \
  K(LEVEL, float, log_probability, (const float *x, int64_t count, int64_t target))                                   \
  K(LEVEL, int64_t, argmax, (const float *x, int64_t count))                                                          \
  /* elementwise_body.h */                                                                                            \
  K(LEVEL, void, divide, (const float *x, float by, int64_t count, float *into))                                      \
  K(LEVEL, void, scale, (const float *x, float by, int64_t count, float *into))                                       \
  K(LEVEL, void, exp, (const float *x, int64_t count, float *into))                                                   \
  K(LEVEL, void, norm,                                                                                                \
    (const float *x, int64_t columns, const float *weight, const float *bias, float epsilon, int centred,             \
     float *into))                                                                                                    \
  K(LEVEL, void, gate, (const float *x, const float *up, int64_t count, int activation, float *into))                 \
  K(LEVEL, void, add, (const float *x, const float *y, int64_t count, float *into))                                   \
  K(LEVEL, void, softcap, (float *x, int64_t count, float cap))                                                       \
  K(LEVEL, void, rotate, (const ckernels_rotation *p, int64_t row))                                                   \
  K(LEVEL, void, rotate_panels,                                                                                       \
    (const float *keys, const float *turns, int64_t dimension, int64_t rotary, int interleaved, int64_t panels,       \
     float *into))                                                                                                    \
  /* peak_body.h */                                                                                                   \
  K(LEVEL, double, spin, (int64_t rounds, const float *a, const float *b))                                            \
  K(LEVEL, uint64_t, read, (const uint8_t *bytes, int64_t count))

// How a list is used.
#define CKERNELS_FIELD(LEVEL, RESULT, NAME, PARAMETERS) RESULT(*NAME) PARAMETERS;
#define CKERNELS_DECLARE(LEVEL, RESULT, NAME, PARAMETERS) RESULT ckernels_##NAME##_##LEVEL PARAMETERS;
#define CKERNELS_ENTRY(LEVEL, RESULT, NAME, PARAMETERS) .NAME = ckernels_##NAME##_##LEVEL,

/// The functions of one instruction set.
typedef struct {
  CKERNELS_FUNCTIONS(CKERNELS_FIELD, )
} kernel_table;
CKERNELS_FUNCTIONS(CKERNELS_DECLARE, portable)
#if defined(__x86_64__)
CKERNELS_FUNCTIONS(CKERNELS_DECLARE, avx2)
CKERNELS_FUNCTIONS(CKERNELS_DECLARE, avx512)
#endif

const kernel_table *ckernels_kernel_table(int isa);
