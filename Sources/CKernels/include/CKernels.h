#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stored types of weights, numbered for this library only. */
enum {
  ckernels_f32, ckernels_f16, ckernels_bf16, ckernels_q8_0, ckernels_q4_0, ckernels_q4_1, ckernels_q5_0, ckernels_q5_1,
  ckernels_q2_K, ckernels_q3_K, ckernels_q4_K, ckernels_q5_K, ckernels_q6_K
};

/* What a tile does with the sums it has made. */
enum { ckernels_assign, ckernels_add, ckernels_chain };

/* One item of attention: the query rows of one key/value head, all keys of some super tiles. See body/attention.h. */
typedef struct {
  int rows;                 /* query rows: tokens x query heads of the group */
  int dimension;            /* padded head dimension, a multiple of 16 */
  int range_count;          /* consecutive ranges of keys per row */
  int query_variants;
  int half;                 /* keys and values are float16 */
  const int32_t *range_query, *range_key, *range_masked;
  const int32_t *starts;    /* [rows][range_count] */
  const int32_t *ends;      /* [rows] */
  const float *const *queries; /* per query variant: [rows][dimension], scaled */
  const void *const *keys;  /* per segment and key variant: panels [64][dimension][16]; index segment * key_variants + variant */
  int key_variants;
  const void *const *values; /* per segment: [1024][dimension] */
  float softcap;            /* 0 for none */
  float *scratch;           /* ckernels_attention_scratch(rows, dimension) floats */
} ckernels_attention_item;

/* One table of functions per instruction set; all of them give the same bits. */
typedef struct {
  const char *name;
  /* c[r][n] for r < rows <= 6 and n < 16 * vectors <= 64: a chain of fused multiply-adds over i < k of
     a[r * rs + i * cs] * b[(n / 16) * vs + i * ks + n % 16]. */
  void (*tile)(int rows, int vectors, long k, const float *a, long rs, long cs, const float *b, long vs, long ks,
               float *c, long ldc, int mode);
  /* `count` values of a stored row, from its start; count is a multiple of the type's block. */
  void (*dequantize)(int type, const uint8_t *source, long count, float *out);
  /* 16 of the 64 columns of [lane][k / 8][64], from up to 16 rows of k floats, stride ld; missing rows are zero. */
  void (*pack_weights)(const float *w, long ld, int rows, long k, float *out);
  /* [lane][k / 8][6] from up to 6 rows of k floats. */
  void (*pack_rows)(const float *x, long ld, int rows, long columns, long k, float *out);
  /* y[m][o] for o < rows (at most 8) and m < count, lane-8 order; w: rows of k floats, ld apart. */
  void (*dots)(const float *w, long ld, int rows, long k, const float *x, long xs, int count, float *sums, int first,
               int last, float *y, long ys);
  void (*rms_norm)(const float *x, long n, const float *weight, float epsilon, float *y);
  void (*layer_norm)(const float *x, long n, const float *weight, const float *bias, float epsilon, float *y);
  void (*gate)(const float *gate, const float *up, long n, int activation, float *y);
  void (*rotate)(const float *x, int dimension, int rotary, int interleaved, const float *cosines, const float *sines,
                 float scale, float *y);
  void (*exp)(const float *x, long n, float *y);
  float (*log_sum_exp)(const float *x, long n, float *max_out);
  void (*attention_super)(const ckernels_attention_item *item, int super, float *m, float *l, float *o);
  void (*attention_merge)(int rows, int dimension, float *mt, float *lt, float *ot, const float *m, const float *l,
                          const float *o);
  void (*to_half)(const float *x, long n, uint16_t *y);
  void (*softcap)(float *x, long n, float cap);
} ckernels_table;

/* The table for an instruction set (0 portable, 1 AVX2, 2 AVX-512), or NULL where this machine has not got it. */
const ckernels_table *ckernels_table_for(int instruction_set);

long ckernels_attention_scratch(int rows, int dimension);

/* The nearest float16 of a float, as its bits. */
uint16_t ckernels_half(float x);

/* Flush-to-zero: sets it and returns the old state; restores a state. Denormals cost a hundredfold. */
uint32_t ckernels_flush_denormals(void);
void ckernels_restore_denormals(uint32_t state);

/* A moment of waiting inside a spinning loop. */
void ckernels_pause(void);

/* Fused multiply-adds with loads for calibration; returns a value so that it is not removed. */
float ckernels_calibrate(const ckernels_table *table, long repetitions, float *scratch);

/* Sum of 64-bit words, to measure how fast memory is read. */
uint64_t ckernels_read(const uint64_t *words, long count);

#ifdef __cplusplus
}
#endif
