#pragma once
// Memory of keys and values. A segment holds 1024 positions: keys as [head][variant][panel of 16][dimension][16], so
// that a tile of scores loads 16 keys as one vector; values as [head][position][padded dimension].

#include "isa/common.h"

enum { segment_positions = 1024, panel_keys = 16 };

struct ckernels_cache {
  int64_t heads, dimension, padded, variants;
  int half;                // float16 instead of float32
  int64_t count;           // segments
  uint8_t **segments;
};

static inline int64_t cache_element(const ckernels_cache *c) { return c->half ? 2 : 4; }
/// Byte offset of the panel of keys that holds `position` (in its segment).
static inline int64_t key_panel(const ckernels_cache *c, int64_t head, int64_t variant, int64_t position) {
  int64_t panel = position % segment_positions / panel_keys;
  return ((head * c->variants + variant) * (segment_positions / panel_keys) + panel) * c->dimension * panel_keys *
         cache_element(c);
}
static inline int64_t key_bytes(const ckernels_cache *c) {
  return c->heads * c->variants * segment_positions * c->dimension * cache_element(c);
}
/// Byte offset of the values of `position`, in its segment.
static inline int64_t value_row(const ckernels_cache *c, int64_t head, int64_t position) {
  return key_bytes(c) + (head * segment_positions + position % segment_positions) * c->padded * cache_element(c);
}
