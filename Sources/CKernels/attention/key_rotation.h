#pragma once
// Cosines and sines of one rotation of keys, laid out as a cache lays out keys: a segment of 1024 positions holds panels
// of 16 positions, a panel [rotary / 2][16] cosines, then as many sines.
#include "attention/cache.h"

struct ckernels_key_rotation {
  int64_t rotary;          // elements of a head that turn
  int32_t interleaved;
  int64_t count;           // positions
  int64_t segment_count;
  float **segments;
};

/// The panels from that of `position` to the end of its segment.
static inline const float *turns_at(const ckernels_key_rotation *r, int64_t position) {
  return r->segments[position / segment_positions] + position % segment_positions / panel_keys * panel_keys * r->rotary;
}
