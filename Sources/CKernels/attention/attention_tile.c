// Attention of a block of query rows over one super tile of keys.
//
// Within a key tile it goes strip by strip: the scores of a strip, for one pair of variants 24 KB, stay in L1 or just
// outside from the product through the softmax to the weighted values, while a panel of keys serves the whole strip. Of
// a tile only the panels of 64 keys that some row of a register tile can see are computed, and only with the query and
// key variants that are needed there.
#include "attention/attention.h"

/// Keys first ..< last that range `r` of token `t` covers.
static void range_of(const ckernels_attention *a, int64_t t, int64_t r, int64_t *first, int64_t *last) {
  const int32_t *starts = a->starts + t * a->kind_count;
  int64_t end = a->ends[t];
  *first = starts[r];
  *last = r + 1 < a->kind_count ? MIN(starts[r + 1], end) : end;
}

/// Which panels of the tile at `base` each row tile needs; 0 if none.
static unsigned find_needs(const attending *c, const item_scratch *s, int64_t t0, int64_t t1, int64_t base) {
  int64_t rows = (t1 - t0) * c->group, tiles = tiles_of(rows);
  unsigned all = 0;
  memset(s->need, 0, sizeof(unsigned) * (size_t)((c->pairs + 1) * tiles));
  for (int64_t i = 0; i < tiles; i++) s->visible[i] = base;
  for (int64_t t = t0; t < t1; t++) {
    int64_t tile0 = (t - t0) * c->group / tile_rows, tile1 = ((t - t0 + 1) * c->group - 1) / tile_rows;
    for (int64_t r = 0; r < c->a->kind_count; r++) {
      int64_t first, last;
      range_of(c->a, t, r, &first, &last);
      first = MAX(first, base), last = MIN(last, base + tile_keys);
      if (c->pair_of[r] < 0 || first >= last) continue;
      unsigned bits = 0;
      for (int64_t p = (first - base) / 64; p <= (last - 1 - base) / 64; p++) bits |= 1u << p;
      all |= bits;
      for (int64_t i = tile0; i <= tile1; i++) {
        s->need[c->pair_of[r] * tiles + i] |= bits;
        s->need[c->pairs * tiles + i] |= bits;
        s->visible[i] = MAX(s->visible[i], last);
      }
    }
  }
  return all;
}

/// Where the keys of a tile lie: panels [16][d][16].
static const void *keys_at(const attending *c, int64_t head, int64_t variant, int64_t base) {
  const ckernels_cache *cache = c->a->cache;
  return cache->segments[base / segment_positions] + key_panel(cache, head, variant, base);
}

static const void *values_at(const attending *c, int64_t head, int64_t base) {
  const ckernels_cache *cache = c->a->cache;
  return cache->segments[base / segment_positions] + value_row(cache, head, base);
}

/// Panels of 64 keys or values, of `size` elements each, as float32; those of a float32 cache are used in place.
static const float *as_floats(const attending *c, const void *from, int64_t size, unsigned panels, float *scratch) {
  if (!c->a->cache->half) return from;
  for (int p = 0; p < panels_per_tile; p++) {
    if (panels >> p & 1) c->w->k->half_to_float((const uint16_t *)from + p * size, size, scratch + p * size);
  }
  return scratch;
}

/// One tile of keys and values, and the rows of a block that see it.
typedef struct {
  const attending *c;
  const item_scratch *s;
  int64_t head, t0, base, rows, tiles;
  const void *stored_keys[pairs_limit], *stored_values;   // keys by slot
  const float *keys[pairs_limit], *values;                // in float32; unless `direct`
  int direct;                 // few rows: float16 is converted on the way
  int turning;                // few rows: keys are rotated on the way
} tile_view;

/// Panel `p` of 64 keys of the tile, rotated for a slot.
static void rotate_panel(const tile_view *v, int32_t slot, int64_t p) {
  const attending *c = v->c;
  const ckernels_key_rotation *r = c->a->rotations[c->slot_key[slot]];
  const int64_t at = p * 64 * c->d;
  c->w->k->rotate_panels((const float *)v->stored_keys[slot] + at, turns_at(r, v->base + p * 64), c->d, r->rotary,
                         r->interleaved, 64 / panel_keys, v->s->keys[slot] + at);
}

static void prepare_tile(tile_view *v, unsigned all) {
  const attending *c = v->c;
  unsigned panels[pairs_limit] = {0};
  for (int64_t p = 0; p < c->pairs; p++) {
    for (int64_t i = 0; i < v->tiles; i++) panels[c->pair_slot[p]] |= v->s->need[p * v->tiles + i];
  }
  for (int32_t i = 0; i < c->key_count; i++) {
    v->stored_keys[i] = keys_at(c, v->head, c->a->rotations ? 0 : c->slot_key[i], v->base);
    if (v->turning) continue;
    if (c->a->rotations) {
      for (int64_t p = 0; p < panels_per_tile; p++) {
        if (panels[i] >> p & 1) rotate_panel(v, i, p);
      }
      v->keys[i] = v->s->keys[i];
    } else if (!v->direct) {
      v->keys[i] = as_floats(c, v->stored_keys[i], 64 * c->d, panels[i], v->s->keys[i]);
    }
  }
  v->stored_values = values_at(c, v->head, v->base);
  if (!v->direct) v->values = as_floats(c, v->stored_values, 64 * c->padded, all, v->s->values);
}

/// Scores of one pair of variants for row tiles first ..< last, where they are needed. False: nowhere.
static int score(const tile_view *v, int64_t pair, int64_t first, int64_t last) {
  const attending *c = v->c;
  const unsigned *need = v->s->need + pair * v->tiles;
  const float *q = v->s->q[c->pair_query[pair]];
  const int32_t slot = c->pair_slot[pair];
  unsigned any = 0;
  for (int64_t i = first; i < last; i++) any |= need[i];
  for (int p = 0; p < panels_per_tile; p++) {
    if (!(any >> p & 1)) continue;
    for (int64_t i = first; i < last; i++) {
      if (!(need[i] >> p & 1)) continue;
      int64_t row = i * tile_rows, count = MIN(tile_rows, v->rows - row), at = p * 64 * c->d;
      float *to = v->s->s[pair] + (i - first) * tile_rows * tile_keys + p * 64;
      if (v->turning) {
        const ckernels_key_rotation *r = c->a->rotations[c->slot_key[slot]];
        c->w->k->turning_tile((int)count, q + row * c->d, c->d, (const float *)v->stored_keys[slot] + at,
                              turns_at(r, v->base + p * 64), c->d, r->rotary, r->interleaved, 64 / panel_keys, to,
                              tile_keys);
      } else if (v->direct) {
        c->w->k->half_tile(c->d, (int)count, 4, q + row * c->d, c->d, (const uint16_t *)v->stored_keys[slot] + at,
                           c->d * panel_keys, panel_keys, to, tile_keys, 0);
      } else {
        c->w->k->tile(c->d, (int)count, 4, q + row * c->d, c->d, v->keys[slot] + at, c->d * panel_keys, panel_keys, to,
                      tile_keys, 0);
      }
    }
  }
  return any != 0;
}

static void fill_none(float *p, int64_t count) {
  for (int64_t i = 0; i < count; i++) p[i] = -__builtin_inff();
}

/// Gathers the scores of one token's rows (of the strip, first_row ..< last_row) into those of pair `into`: each range
/// from its own pair, -inf elsewhere.
static void select_scores(const tile_view *v, int64_t t, int64_t first_row, int64_t last_row, int64_t into) {
  const attending *c = v->c;
  int64_t base = v->base, seen = base, end = base + tile_keys;
  for (int64_t r = 0; r < c->a->kind_count; r++) {
    int64_t first, last, pair = c->pair_of[r];
    range_of(c->a, t, r, &first, &last);
    first = MAX(first, base), last = MIN(last, end);
    if (pair < 0 || first >= last) continue;
    if (seen < first || pair != into) {
      for (int64_t g = first_row; g < last_row; g++) {
        float *to = v->s->s[into] + g * tile_keys - base;
        if (seen < first) fill_none(to + seen, first - seen);
        if (pair != into) {
          memcpy(to + first, v->s->s[pair] + g * tile_keys - base + first, (size_t)(last - first) * 4);
        }
      }
    }
    seen = last;
  }
  for (int64_t g = first_row; seen < end && g < last_row; g++) {
    fill_none(v->s->s[into] + g * tile_keys - base + seen, end - seen);
  }
}

/// Adds the values of the tile, weighted, to the rows of row tiles first ..< last.
static void weigh_values(const tile_view *v, const float *weights, int64_t first, int64_t last) {
  const attending *c = v->c;
  const unsigned *need = v->s->need + c->pairs * v->tiles;
  int64_t vectors = c->padded / 16;
  for (int p = 0; p < panels_per_tile; p++) {
    for (int64_t i = first; i < last; i++) {
      if (!(need[i] >> p & 1)) continue;
      // Not beyond what is visible: what was not stored there may be anything, and a weight of 0 does not hide NaN.
      int64_t row = i * tile_rows, count = MIN(tile_rows, v->rows - row), at = p * 64 * c->padded;
      int64_t steps = MIN(64, v->s->visible[i] - v->base - p * 64);
      const float *w = weights + (i - first) * tile_rows * tile_keys + p * 64;
      float *to = v->s->o + row * c->padded;
      if (v->direct) {
        c->w->k->half_tile(steps, (int)count, vectors, w, tile_keys, (const uint16_t *)v->stored_values + at, 16,
                           c->padded, to, c->padded, 1);
      } else {
        c->w->k->tile(steps, (int)count, vectors, w, tile_keys, v->values + at, 16, c->padded, to, c->padded, 1);
      }
    }
  }
}

static void one_strip(const tile_view *v, int64_t first, int64_t last) {
  const attending *c = v->c;
  const item_scratch *s = v->s;
  int64_t row0 = first * tile_rows, row1 = MIN(last * tile_rows, v->rows), into = -1;
  for (int64_t p = 0; p < c->pairs; p++) {
    if (score(v, p, first, last) && into < 0) into = p;
  }
  if (into < 0) return;
  for (int64_t t = row0 / c->group; t * c->group < row1; t++) {
    select_scores(v, v->t0 + t, MAX(t * c->group, row0) - row0, MIN((t + 1) * c->group, row1) - row0, into);
  }
  for (int64_t i = first; i < last; i++) {
    int64_t row = i * tile_rows;
    c->w->k->softmax_rows((int)MIN(tile_rows, v->rows - row), s->s[into] + (row - row0) * tile_keys,
                          s->need[c->pairs * v->tiles + i], c->a->softcap, s->m + row, s->l + row,
                          s->o + row * c->padded, c->padded);
  }
  weigh_values(v, s->s[into], first, last);
}

static void one_tile(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1, int64_t base) {
  unsigned all = find_needs(c, s, t0, t1, base);
  if (!all) return;
  int64_t rows = (t1 - t0) * c->group, tiles = tiles_of(rows);
  tile_view v = {.c = c, .s = s, .head = head, .t0 = t0, .base = base, .rows = rows, .tiles = tiles,
                 .direct = c->a->cache->half && tiles == 1, .turning = c->a->rotations && tiles == 1};
  prepare_tile(&v, all);
  for (int64_t i = 0; i < tiles; i += strip_tiles) one_strip(&v, i, MIN(i + strip_tiles, tiles));
}

int64_t ckernels_block_end(const attending *c, int64_t t0, int64_t t1) {
  int64_t end = 0;
  for (int64_t t = t0; t < t1; t++) end = MAX(end, c->a->ends[t]);
  return end;
}

void ckernels_clear_state(float *m, float *l, float *o, int64_t rows, int64_t padded) {
  fill_none(m, rows);
  memset(l, 0, (size_t)rows * 4);
  memset(o, 0, (size_t)(rows * padded) * 4);
}

void ckernels_super_tile(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1,
                         int64_t super) {
  int64_t end = ckernels_block_end(c, t0, t1);
  ckernels_clear_state(s->m, s->l, s->o, (t1 - t0) * c->group, c->padded);
  for (int64_t base = super * super_keys; base < MIN((super + 1) * super_keys, end); base += tile_keys) {
    one_tile(c, s, head, t0, t1, base);
  }
}
