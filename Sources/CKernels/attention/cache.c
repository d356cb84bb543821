// Storing keys and values.
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "attention/cache.h"
#include "pool/workers.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#if !defined(MAP_ANONYMOUS)
#define MAP_ANONYMOUS MAP_ANON
#endif

static int64_t segment_bytes(const ckernels_cache *c) {
  return key_bytes(c) + c->heads * segment_positions * c->padded * cache_element(c);
}

ckernels_cache *ckernels_cache_create(int64_t heads, int64_t dimension, int64_t variants, int half) {
  ckernels_cache *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->heads = heads;
  c->dimension = dimension;
  c->padded = (dimension + 15) / 16 * 16;
  c->variants = variants;
  c->half = half;
  return c;
}

// Segments of all layers lie side by side in blocks of large pages. With small ones every 4 KB of keys cost a walk
// through the page tables, two-fold in a virtual machine: decoding at depth was a third slower.

/// Segments of one size. A block whose segments are all free is idle: it waits for the next sequence, which then meets
/// pages that are there (a first touch costs up to 3 % of a prefill). All idle ones go back to the system before a new
/// block is made, since none of them can serve what is asked for, and with `ckernels_cache_drop_idle`.
typedef struct block {
  struct block *next;
  uint8_t *memory;         // what was mapped
  size_t mapped;
  uint8_t *base;           // aligned
  size_t segment;          // bytes
  int64_t count, fresh;    // segments; those from `fresh` on were never handed out
  int64_t used, free_count;
  int64_t *free_list;
  int large;               // on large pages
} block;

static pthread_mutex_t blocks_lock = PTHREAD_MUTEX_INITIALIZER;
static block *blocks;
static const size_t large_page = 2 << 20, block_bytes = 32 << 20;

static void drop_idle(void) {
  for (block **at = &blocks; *at;) {
    block *b = *at;
    if (b->used == 0) {
      *at = b->next;
      munmap(b->memory, b->mapped);
      free(b->free_list);
      free(b);
    } else {
      at = &b->next;
    }
  }
}

void ckernels_cache_drop_idle(void) {
  pthread_mutex_lock(&blocks_lock);
  drop_idle();
  pthread_mutex_unlock(&blocks_lock);
}

int64_t ckernels_cache_idle_bytes(void) {
  int64_t bytes = 0;
  pthread_mutex_lock(&blocks_lock);
  for (block *b = blocks; b; b = b->next) bytes += b->used ? 0 : (int64_t)b->mapped;
  pthread_mutex_unlock(&blocks_lock);
  return bytes;
}

static block *add_block(size_t segment, int large) {
  block *b = calloc(1, sizeof *b);
  if (!b) return NULL;
  b->segment = segment;
  b->large = large;
  b->count = (int64_t)MAX(1, block_bytes / segment);
  b->mapped = (size_t)b->count * segment + large_page;
  b->free_list = calloc((size_t)b->count, sizeof(int64_t));
  void *p = mmap(NULL, b->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED || !b->free_list) {
    if (p != MAP_FAILED) munmap(p, b->mapped);
    free(b->free_list);
    free(b);
    return NULL;
  }
  b->memory = p;
  b->base = (uint8_t *)(((uintptr_t)p + large_page - 1) / large_page * large_page);
#if defined(__linux__)
  if (large) madvise(b->base, (size_t)b->count * segment, MADV_HUGEPAGE);
#endif
  b->next = blocks;
  blocks = b;
  return b;
}

/// A segment. The system gives pages only when they are touched, so it is not cleared, and may hold what another
/// sequence or model left: attention reads only what was stored (the contract of `ckernels_attend`), or discards it.
static uint8_t *take_segment(size_t bytes, int large) {
  pthread_mutex_lock(&blocks_lock);
  block *b = blocks;
  while (b && (b->segment != bytes || b->large != large || b->used == b->count)) b = b->next;
  if (!b) {
    drop_idle();
    b = add_block(bytes, large);
  }
  uint8_t *segment = NULL;
  if (b) {
    b->used++;
    segment = b->base + (size_t)(b->free_count ? b->free_list[--b->free_count] : b->fresh++) * bytes;
  }
  pthread_mutex_unlock(&blocks_lock);
  return segment;
}

static void give_segment(uint8_t *segment) {
  pthread_mutex_lock(&blocks_lock);
  block **at = &blocks;
  while (segment < (*at)->base || segment >= (*at)->base + (size_t)(*at)->count * (*at)->segment) at = &(*at)->next;
  block *b = *at;
  b->free_list[b->free_count++] = (int64_t)((size_t)(segment - b->base) / b->segment);
  b->used--;
  pthread_mutex_unlock(&blocks_lock);
}

void ckernels_cache_release(ckernels_cache *c, int64_t position) {
  int64_t keep = (position + segment_positions - 1) / segment_positions;
  while (c->count > keep) give_segment(c->segments[--c->count]);
}

void ckernels_cache_destroy(ckernels_cache *c) {
  ckernels_cache_release(c, 0);
  free(c->segments);
  free(c);
}

int64_t ckernels_cache_bytes(const ckernels_cache *c) { return c->count * segment_bytes(c); }
int64_t ckernels_cache_capacity(const ckernels_cache *c) { return c->count * segment_positions; }

/// Segments up to `positions`.
int ckernels_cache_reserve(ckernels_cache *c, int64_t positions) {
  int64_t count = (positions + segment_positions - 1) / segment_positions;
  if (count <= c->count) return 1;
  uint8_t **segments = realloc(c->segments, (size_t)count * sizeof *segments);
  if (!segments) return 0;
  c->segments = segments;
  while (c->count < count) {
    // A short sequence fills a few panels all over its one segment: with large pages it would hold all of it.
    uint8_t *segment = take_segment((size_t)segment_bytes(c), c->count > 0);
    if (!segment) return 0;
    c->segments[c->count++] = segment;
  }
  return 1;
}

typedef struct {
  ckernels_workers *w;
  ckernels_cache *cache;
  const float *x;
  int64_t stride, rows, position, variant, groups;
  _Atomic int64_t next;
} storing;

/// One panel of keys, or the part of it that is given: rows first ..< last of one head.
static void store_panel(const storing *s, int64_t head, int64_t first, int64_t last) {
  const ckernels_cache *c = s->cache;
  int64_t position = s->position + first, slot = position % panel_keys;
  uint8_t *panel = c->segments[position / segment_positions] + key_panel(c, head, s->variant, position);
  const float *x = s->x + first * s->stride + head * c->dimension;
  const kernel_table *k = s->w->k;
  float buffer[256 * panel_keys];
  if (last - first == panel_keys && c->dimension <= 256) {
    float *to = c->half ? buffer : (float *)panel;
    k->transpose_keys(x, s->stride, c->dimension, to);
    if (c->half) k->float_to_half(buffer, c->dimension * panel_keys, (uint16_t *)panel);
    return;
  }
  for (int64_t r = 0; r < last - first; r++) {
    for (int64_t d0 = 0; d0 < c->dimension; d0 += 256) {
      const int64_t count = MIN(256, c->dimension - d0), at = d0 * panel_keys + slot + r;
      const float *from = x + r * s->stride + d0;
      uint16_t halves[256];
      if (c->half) k->float_to_half(from, count, halves);
      for (int64_t d = 0; d < count; d++) {
        if (c->half) {
          ((uint16_t *)panel)[at + d * panel_keys] = halves[d];
        } else {
          ((float *)panel)[at + d * panel_keys] = from[d];
        }
      }
    }
  }
}

/// Asks for the panels of one position. A key is spread over as many cache lines as it has dimensions, and at depth
/// they have left every cache since the last token: stores alone would wait for them one after another.
static void prefetch_panels(const storing *s) {
  const ckernels_cache *c = s->cache;
  for (int64_t h = 0; h < c->heads; h++) {
    const uint8_t *panel = c->segments[s->position / segment_positions] + key_panel(c, h, s->variant, s->position);
    const int64_t bytes = c->dimension * panel_keys * cache_element(c);
    for (int64_t b = 0; b < bytes; b += 64) __builtin_prefetch(panel + b, 1);
  }
}

static void store_key_groups(void *context, int worker) {
  (void)worker;
  storing *s = context;
  if (s->rows == 1) prefetch_panels(s);
  for (;;) {
    int64_t group = ckernels_workers_next(s->w, &s->next);
    if (group >= s->groups) return;
    int64_t start = s->position / panel_keys * panel_keys + group * panel_keys;
    int64_t first = MAX(start - s->position, 0), last = MIN(start + panel_keys - s->position, s->rows);
    for (int64_t h = 0; h < s->cache->heads; h++) store_panel(s, h, first, last);
  }
}

static void store_value_groups(void *context, int worker) {
  (void)worker;
  storing *s = context;
  const ckernels_cache *c = s->cache;
  for (;;) {
    int64_t group = ckernels_workers_next(s->w, &s->next);
    if (group >= s->groups) return;
    for (int64_t r = group * panel_keys; r < MIN((group + 1) * panel_keys, s->rows); r++) {
      int64_t position = s->position + r;
      for (int64_t h = 0; h < c->heads; h++) {
        const float *x = s->x + r * s->stride + h * c->dimension;
        uint8_t *to = c->segments[position / segment_positions] + value_row(c, h, position);
        if (c->half) {
          s->w->k->float_to_half(x, c->dimension, (uint16_t *)to);
        } else {
          memcpy(to, x, (size_t)c->dimension * 4);
        }
      }
    }
  }
}

static int store(storing *s, void (*work)(void *, int)) {
  if (!s->rows) return 1;
  if (!ckernels_cache_reserve(s->cache, s->position + s->rows)) return 0;
  s->groups = (s->position + s->rows - 1) / panel_keys - s->position / panel_keys + 1;
  ckernels_workers_enter(s->w);
  ckernels_workers_run(s->w, ckernels_work_cache, s->rows * s->cache->heads * s->cache->dimension > 16384, work, s);
  ckernels_workers_leave(s->w);
  return 1;
}

int ckernels_cache_store_keys(ckernels_workers *w, ckernels_cache *c, const float *keys, int64_t stride, int64_t rows,
                              int64_t position, int64_t variant) {
  storing s = {.w = w, .cache = c, .x = keys, .stride = stride, .rows = rows, .position = position, .variant = variant};
  return store(&s, store_key_groups);
}

int ckernels_cache_store_values(ckernels_workers *w, ckernels_cache *c, const float *values, int64_t stride,
                                int64_t rows, int64_t position) {
  storing s = {.w = w, .cache = c, .x = values, .stride = stride, .rows = rows, .position = position};
  return store(&s, store_value_groups);
}
