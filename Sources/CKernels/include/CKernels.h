#pragma once
// The loops of the engine that Swift cannot express as well: matrix products over stored weight types, attention over a
// key/value cache, norms, activations, and the thread pool under them. Everything here is called by the Swift target
// `Kernels`, which checks sizes; nothing here checks.
//
// Numerics contract, the reason for most of the code: every output has ONE order of summation, written in fused
// multiply-adds, that does not depend on the number of rows, the cut into blocks, the threads or the instruction set.
//   product:   s_l = chain over j of fma(x[8j+l], w[8j+l], s_l), l = 0...7, then ((((((s0+s1)+s2)+s3)+s4)+s5)+s6)+s7
//   attention: score = chain over d; online softmax by tiles of 256 keys in super tiles of 1024 keys, merged in order
//   sums:      16 lanes (element i goes to lane i % 16), then a fixed tree
// Results smaller than the smallest normal number are flushed to zero (FTZ and DAZ) inside every operation.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Storage types of weights; the layouts are those of GGUF.
enum {
  ckernels_f32, ckernels_f16, ckernels_bf16, ckernels_q8_0, ckernels_q4_0, ckernels_q4_1, ckernels_q5_0, ckernels_q5_1,
  ckernels_q2_k, ckernels_q3_k, ckernels_q4_k, ckernels_q5_k, ckernels_q6_k, ckernels_iq4_nl, ckernels_iq4_xs,
  ckernels_mxfp4, ckernels_type_count
};
/// Elements in one block of a storage type, and the bytes it takes.
int64_t ckernels_block_elements(int type);
int64_t ckernels_block_bytes(int type);

/// Instruction sets, ascending. A level is usable when every lower one is.
enum { ckernels_portable, ckernels_avx2, ckernels_avx512, ckernels_isa_count };
/// The best level of this processor.
int ckernels_best_isa(void);
/// Whether the 8-bit dot products of AVX-512 VNNI are there.
int ckernels_has_vnni(void);

/// A thread pool with an instruction set and scratch memory. Calls on one object exclude each other.
typedef struct ckernels_workers ckernels_workers;
ckernels_workers *ckernels_workers_create(int threads, int isa);
void ckernels_workers_destroy(ckernels_workers *workers);

/// What an operation does while it has the pool, for a record of it.
enum {
  ckernels_work_vectors, ckernels_work_tiles, ckernels_work_pack, ckernels_work_quantize, ckernels_work_attention,
  ckernels_work_supers, ckernels_work_merges, ckernels_work_cache, ckernels_work_embedding, ckernels_work_norm,
  ckernels_work_activation, ckernels_work_sum, ckernels_work_softcap, ckernels_work_rotation,
  ckernels_work_log_probabilities, ckernels_work_measurement, ckernels_work_count
};
/// One line of a record. `value`: of a start the kind of work, and 1 << 16 more where threads share it; of an item the
/// part that it belongs to, or -1 where all threads count in one row; the item after a region's last has no work.
enum { ckernels_event_start, ckernels_event_item, ckernels_event_end };
typedef struct { int64_t nanoseconds; int32_t event, value; } ckernels_event;
/// From here on the caller alone does all work, divided as for `threads` threads, and its times are recorded; 0 ends
/// that (the events stay until the next record begins). Gives 0 when memory ends. No other caller may use the pool
/// meanwhile.
int ckernels_workers_record(ckernels_workers *workers, int threads);
/// The events of the last record; -1 as their number where memory ended.
const ckernels_event *ckernels_workers_events(const ckernels_workers *workers, int64_t *count);
/// Bytes of scratch memory that operations have asked for so far: one that all threads share, and one of each thread.
void ckernels_workers_scratch(const ckernels_workers *workers, int64_t *shared, int64_t *local);

/// What opening and closing a region costs, in nanoseconds; medians.
typedef struct {
  double open;      // from the caller's opening until another thread, which spins, begins
  double close;     // from the other thread's end until the caller goes on
  double handover;  // a line of the cache goes from one thread to another, which writes to it
  double clock;     // one look at the clock
} ckernels_region_cost;
/// Measures it with the threads of the pool; zeros but for `clock` where the caller is alone or no other thread came.
ckernels_region_cost ckernels_measure_regions(ckernels_workers *workers, int rounds);

/// One product that shares its input with others: y[r * y_stride + o] (+)= sum_k x[r][k] * w[o][k] (+ bias[o]).
typedef struct {
  const void *weights;   // `outputs` rows of `row_bytes` bytes, any alignment
  int64_t row_bytes;
  int64_t outputs;
  float *y;
  int64_t y_stride;
  const float *bias;     // or NULL
  int32_t type;
  int32_t adding;        // y += instead of y =
} ckernels_product;
/// How activations enter a product; in integers only where the weights are quantised.
enum { ckernels_compute_float32, ckernels_compute_int8, ckernels_compute_int16 };
/// All products of `x` (rows x columns, row stride x_stride). `path`: 0 chooses, 1 forces the vector path, 2 the tiles.
void ckernels_multiply(ckernels_workers *workers, const float *x, int64_t x_stride, int64_t rows, int64_t columns,
                       const ckernels_product *products, int count, int compute, int path);
/// Values `first ..< first + count` of one stored row; `first` is a multiple of 32.
void ckernels_dequantize(int isa, int type, const void *row, int64_t first, int64_t count, float *into);

void ckernels_embed(ckernels_workers *workers, const int64_t *ids, int64_t count, const void *weights,
                    int64_t row_bytes, int type, int64_t columns, float scale, float *into);
void ckernels_norm(ckernels_workers *workers, const float *x, int64_t rows, int64_t columns, const float *weight,
                   const float *bias, float epsilon, int centred, float *into);
enum { ckernels_silu, ckernels_gelu, ckernels_gelu_tanh };
/// into = activation(x) * up, or activation(x) where `up` is NULL.
void ckernels_gate(ckernels_workers *workers, const float *x, const float *up, int64_t count, int activation,
                   float *into);
void ckernels_add(ckernels_workers *workers, const float *x, const float *y, int64_t count, float *into);
void ckernels_softcap(ckernels_workers *workers, float *x, int64_t count, float cap);
/// Exponentials, for tests.
void ckernels_exp(int isa, const float *x, int64_t count, float *into);
/// Natural logarithm of the softmax of each row at its target; NaN where a logit of the row is NaN
/// or positive infinity.
void ckernels_log_probabilities(ckernels_workers *workers, const float *logits, int64_t rows, int64_t columns,
                                const int64_t *targets, float *into);
/// Lowest index of the largest value; -1 where a value is NaN or positive infinity.
int64_t ckernels_argmax(ckernels_workers *workers, const float *x, int64_t count);

typedef struct {
  const float *x;          // row stride x_stride
  int64_t x_stride, rows, heads, head_dimension, rotary_dimension;
  const float *cosines, *sines;  // [rows][rotary_dimension / 2]
  const float *row_scale;        // [rows] or NULL
  float *into;                   // [rows][heads * head_dimension]
  int32_t interleaved;           // pairs (2i, 2i+1) instead of (i, i + rotary_dimension / 2)
} ckernels_rotation;
void ckernels_rotate(ckernels_workers *workers, const ckernels_rotation *rotation);

/// Keys and values of one layer.
typedef struct ckernels_cache ckernels_cache;
ckernels_cache *ckernels_cache_create(int64_t heads, int64_t dimension, int64_t variants, int half);
void ckernels_cache_destroy(ckernels_cache *cache);
/// Takes the memory of the positions below `positions`, so that storing them cannot fail. Returns 0 when memory ends.
int ckernels_cache_reserve(ckernels_cache *cache, int64_t positions);
/// Row r of `keys` (heads * dimension values) becomes position `position + r` of a variant. Returns 0 when memory ends.
int ckernels_cache_store_keys(ckernels_workers *workers, ckernels_cache *cache, const float *keys, int64_t stride,
                              int64_t rows, int64_t position, int64_t variant);
int ckernels_cache_store_values(ckernels_workers *workers, ckernels_cache *cache, const float *values, int64_t stride,
                                int64_t rows, int64_t position);
/// Gives up the segments that lie wholly at or beyond `position`. Their memory stays with the process for the next
/// sequence, until a segment of another kind needs new memory or `ckernels_cache_drop_idle` is called.
void ckernels_cache_release(ckernels_cache *cache, int64_t position);
/// Gives the memory that no cache uses back to the system.
void ckernels_cache_drop_idle(void);
/// Bytes that the function above would give back.
int64_t ckernels_cache_idle_bytes(void);
int64_t ckernels_cache_bytes(const ckernels_cache *cache);
/// Positions for which memory is held.
int64_t ckernels_cache_capacity(const ckernels_cache *cache);

/// Cosines and sines of one rotation of keys by position, for a cache that keeps each key once, not rotated.
typedef struct ckernels_key_rotation ckernels_key_rotation;
ckernels_key_rotation *ckernels_key_rotation_create(int64_t rotary_dimension, int interleaved);
void ckernels_key_rotation_destroy(ckernels_key_rotation *rotation);
/// Takes the memory of the positions below `positions`, so that appending them cannot fail. Returns 0 when memory ends.
int ckernels_key_rotation_reserve(ckernels_key_rotation *rotation, int64_t positions);
/// The next `rows` positions: [rows][rotary_dimension / 2] cosines, and as many sines. Returns 0 when memory ends.
int ckernels_key_rotation_append(ckernels_key_rotation *rotation, const float *cosines, const float *sines,
                                 int64_t rows);
/// Positions that were appended.
int64_t ckernels_key_rotation_count(const ckernels_key_rotation *rotation);

typedef struct { int32_t query, key, masked; } ckernels_kind;
typedef struct {
  const float *const *queries;  // per query variant, row stride query_stride
  int64_t query_stride, rows, heads;
  const ckernels_cache *cache;
  // Per key variant: the cache is in float32 and keeps keys once, as they are. NULL: it keeps each key variant, rotated.
  const ckernels_key_rotation *const *rotations;
  const ckernels_kind *kinds;   // one per range
  int64_t kind_count;
  const int32_t *starts;        // [rows][kind_count]
  const int32_t *ends;          // [rows]
  float scale;
  float softcap;                // 0: none
  float *into;                  // [rows][heads * dimension]
} ckernels_attention;
/// Keys of all positions that the ranges cover, and values of all positions below the highest end, must be stored.
void ckernels_attend(ckernels_workers *workers, const ckernels_attention *attention);

typedef struct { double flops_single, flops_all, bytes_single, bytes_all; } ckernels_peak;
/// Measures for about `seconds`: fused multiply-adds with loads, and reads of memory, with one thread and with all.
ckernels_peak ckernels_measure_peak(ckernels_workers *workers, double seconds);
/// Multiply-adds of all threads for about `seconds`, in operations per second; needs no memory.
double ckernels_measure_flops(ckernels_workers *workers, double seconds);

#ifdef __cplusplus
}
#endif
