// Rotations of keys that a cache keeps as they are. Attention turns a tile of keys when it needs one: each key is kept
// once however many rotations a method has, and the tables serve all layers and heads.
#include "attention/key_rotation.h"
#include <stdlib.h>

ckernels_key_rotation *ckernels_key_rotation_create(int64_t rotary_dimension, int interleaved) {
  ckernels_key_rotation *r = calloc(1, sizeof *r);
  if (!r) return NULL;
  r->rotary = rotary_dimension;
  r->interleaved = interleaved;
  return r;
}

void ckernels_key_rotation_destroy(ckernels_key_rotation *r) {
  for (int64_t i = 0; i < r->segment_count; i++) free(r->segments[i]);
  free(r->segments);
  free(r);
}

int64_t ckernels_key_rotation_count(const ckernels_key_rotation *r) { return r->count; }

int ckernels_key_rotation_reserve(ckernels_key_rotation *r, int64_t positions) {
  const int64_t count = (positions + segment_positions - 1) / segment_positions;
  if (count <= r->segment_count) return 1;
  float **segments = realloc(r->segments, (size_t)count * sizeof *segments);
  if (!segments) return 0;
  r->segments = segments;
  while (r->segment_count < count) {
    // Zeros: a panel is turned whole, also where its last positions are not there yet.
    const size_t bytes = (size_t)(MAX(r->rotary, 1) * segment_positions) * sizeof(float);
    float *segment = aligned_alloc(64, bytes);
    if (!segment) return 0;
    memset(segment, 0, bytes);
    r->segments[r->segment_count++] = segment;
  }
  return 1;
}

int ckernels_key_rotation_append(ckernels_key_rotation *r, const float *cosines, const float *sines, int64_t rows) {
  if (!ckernels_key_rotation_reserve(r, r->count + rows)) return 0;
  const int64_t half = r->rotary / 2;
  for (int64_t row = 0; row < rows; row++) {
    const int64_t position = r->count + row;
    float *panel = (float *)turns_at(r, position) + position % panel_keys;
    for (int64_t i = 0; i < half; i++) {
      panel[i * panel_keys] = cosines[row * half + i];
      panel[(half + i) * panel_keys] = sines[row * half + i];
    }
  }
  r->count += rows;
  return 1;
}
