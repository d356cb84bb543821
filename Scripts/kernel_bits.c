// Prints one hash per kernel and case, of results on seeded inputs: equal lines are equal bits. Built for each
// architecture by check_aarch64.sh. Usage: kernel_bits LEVEL THREADS
#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static uint64_t next(void) {  // splitmix64
  uint64_t z = (state += 0x9e3779b97f4a7c15ull);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return z ^ z >> 31;
}
/// -1 to 1, with 24 bits: exact in every arithmetic.
static float uniform(void) { return (float)((int64_t)(next() >> 40) - (1 << 23)) / (float)(1 << 23); }
static float *floats(int64_t count) {
  float *values = malloc((size_t)count * 4);
  for (int64_t i = 0; i < count; i++) values[i] = uniform();
  return values;
}
static void print(const char *name, const void *data, int64_t bytes) {
  uint64_t hash = 0xcbf29ce484222325ull;  // FNV-1a
  for (int64_t i = 0; i < bytes; i++) hash = (hash ^ ((const uint8_t *)data)[i]) * 0x100000001b3ull;
  printf("%s %016llx\n", name, (unsigned long long)hash);
}
/// Random blocks of a type whose values are finite and of ordinary size.
static uint8_t *weights(int type, int64_t rows, int64_t columns, int64_t *row_bytes) {
  int64_t elements = ckernels_block_elements(type), bytes = ckernels_block_bytes(type);
  int64_t unit = elements < 32 ? 32 : elements, unit_bytes = bytes * (unit / elements);
  int64_t units = rows * columns / unit;
  uint8_t *data = malloc((size_t)(units * unit_bytes));
  float values[256];
  for (int64_t u = 0; u < units; u++) {
    uint8_t *at = data + u * unit_bytes;
    int good = 0;
    for (int64_t i = 0; i < unit && type == ckernels_f32; i++) ((float *)at)[i] = uniform();
    if (type == ckernels_f32) continue;
    for (int tries = 0; tries < 100000 && !good; tries++) {
      for (int64_t i = 0; i < unit_bytes; i++) at[i] = (uint8_t)next();
      // Half the exponent's bits off: blocks of ordinary size are common enough to wait for.
      if (type == ckernels_f16 || type == ckernels_bf16) {
        for (int64_t i = 1; i < unit_bytes; i += 2) at[i] = (uint8_t)((at[i] & 0x83) | 0x38);
      }
      ckernels_dequantize(ckernels_portable, type, at, 0, unit, values);
      good = 1;
      for (int64_t i = 0; i < unit; i++) good = good && fabsf(values[i]) < 1000;
    }
    if (!good) {
      fprintf(stderr, "no ordinary block of type %d\n", type);
      exit(1);
    }
  }
  *row_bytes = units / rows * unit_bytes;
  return data;
}

static void products(ckernels_workers *workers, int isa) {
  enum { columns = 512, outputs = 130, most = 37 };
  float *x = floats(most * columns), *y = malloc(most * outputs * 4), *bias = floats(outputs);
  float *row = malloc(columns * 4);
  char name[64];
  for (int type = 0; type < ckernels_type_count; type++) {
    int64_t row_bytes;
    uint8_t *w = weights(type, outputs, columns, &row_bytes);
    ckernels_dequantize(isa, type, w, 0, columns, row);
    snprintf(name, sizeof name, "dequantize type=%d", type);
    print(name, row, columns * 4);
    for (int compute = 0; compute < (type > ckernels_bf16 ? 3 : 1); compute++) {
      for (int rows = 1; rows <= most; rows += 12) {
        for (int path = 1; path <= 2; path++) {
          memset(y, 0, most * outputs * 4);
          ckernels_product p = {w, row_bytes, outputs, y, outputs, bias, type, 0};
          ckernels_multiply(workers, x, columns, rows, columns, &p, 1, compute, path);
          snprintf(name, sizeof name, "multiply type=%d compute=%d rows=%d path=%d", type, compute, rows, path);
          print(name, y, rows * outputs * 4);
        }
      }
    }
    free(w);
  }
}

static void elements(ckernels_workers *workers, int isa) {
  enum { rows = 7, columns = 300, count = rows * columns };
  float *x = floats(count), *up = floats(count), *weight = floats(columns), *bias = floats(columns);
  float *into = malloc(count * 4), *wide = floats(count);
  for (int i = 0; i < count; i++) wide[i] *= 90;
  ckernels_exp(isa, wide, count, into), print("exp", into, count * 4);
  ckernels_norm(workers, x, rows, columns, weight, NULL, 1e-5f, 0, into), print("norm", into, count * 4);
  ckernels_norm(workers, x, rows, columns, weight, bias, 1e-5f, 1, into), print("norm centred", into, count * 4);
  for (int activation = 0; activation < 3; activation++) {
    char name[32];
    snprintf(name, sizeof name, "gate activation=%d", activation);
    ckernels_gate(workers, x, up, count, activation, into), print(name, into, count * 4);
  }
  ckernels_add(workers, x, up, count, into), print("add", into, count * 4);
  ckernels_softcap(workers, into, count, 30), print("softcap", into, count * 4);
  int64_t targets[rows] = {0, 299, 3, 77, 150, 8, 1};
  ckernels_log_probabilities(workers, wide, rows, columns, targets, into), print("log_probabilities", into, rows * 4);
  int64_t highest = ckernels_argmax(workers, wide, count);
  print("argmax", &highest, 8);
  float *cosines = floats(rows * 16), *sines = floats(rows * 16), *scales = floats(rows);
  for (int interleaved = 0; interleaved < 2; interleaved++) {
    ckernels_rotation rotation = {x, columns, rows, 4, 64, 32, cosines, sines, scales, into, interleaved};
    ckernels_rotate(workers, &rotation);
    print(interleaved ? "rotate interleaved" : "rotate", into, rows * 4 * 64 * 4);
  }
}

static void attention(ckernels_workers *workers) {
  enum { heads = 4, stored = 2, positions = 700, rows = 33 };
  for (int dimension = 64; dimension <= 128; dimension += 64) {
    for (int half = 0; half < 2; half++) {
      ckernels_cache *cache = ckernels_cache_create(stored, dimension, 2, half);
      float *keys = floats(positions * stored * dimension), *values = floats(positions * stored * dimension);
      for (int variant = 0; variant < 2; variant++) {
        if (!ckernels_cache_store_keys(workers, cache, keys, stored * dimension, positions, 0, variant)) exit(1);
      }
      if (!ckernels_cache_store_values(workers, cache, values, stored * dimension, positions, 0)) exit(1);
      float *near = floats(rows * heads * dimension), *far = floats(rows * heads * dimension);
      const float *queries[2] = {near, far};
      // As Self-Extend does: far keys grouped, the last 100 exact.
      ckernels_kind kinds[2] = {{1, 1, 0}, {0, 0, 0}};
      int32_t starts[rows * 2], ends[rows];
      for (int r = 0; r < rows; r++) {
        ends[r] = positions - rows + r + 1;
        starts[2 * r] = 0;
        starts[2 * r + 1] = ends[r] - 100;
      }
      float *into = malloc(rows * heads * dimension * 4);
      for (int cap = 0; cap < 2; cap++) {
        ckernels_attention job = {queries, heads * dimension, rows, heads, cache, kinds, 2, starts, ends,
                                  0.125f,  cap ? 50.0f : 0,   into};
        ckernels_attend(workers, &job);
        char name[64];
        snprintf(name, sizeof name, "attend dimension=%d half=%d cap=%d", dimension, half, cap);
        print(name, into, rows * heads * dimension * 4);
      }
      ckernels_cache_destroy(cache);
    }
  }
}

int main(int count, char **words) {
  int isa = count > 1 ? atoi(words[1]) : ckernels_best_isa(), threads = count > 2 ? atoi(words[2]) : 1;
  if (isa > ckernels_best_isa()) {
    fprintf(stderr, "this processor has no level %d\n", isa);
    return 2;
  }
  ckernels_workers *workers = ckernels_workers_create(threads, isa);
  if (!workers) return 1;
  state = 1, products(workers, isa);
  state = 2, elements(workers, isa);
  state = 3, attention(workers);
  ckernels_workers_destroy(workers);
  return 0;
}
