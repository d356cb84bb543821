// Attention of new queries over the key/value cache.
//
// Order of summation, the same for prefill and decoding: keys in tiles of 256 at absolute positions; an online softmax
// within each super tile of 1024 keys, from a fresh state; super tiles merged in ascending order. So the bits do not
// depend on how queries are cut into blocks, and decoding may give super tiles to different threads.
//
// An item of work is a block of query rows of one key/value head (tokens x query heads that share it, about 384 rows,
// so that keys converted from float16 are used 384 times). Within a key tile it goes strip by strip: the scores of a
// strip stay in L1 from the product through the softmax to the weighted values, while a panel of keys serves the whole
// strip. Of a tile only the panels of 64 keys that some row of a register tile can see are computed, and only with the
// query and key variants that are needed there.
#include "cache.h"
#include "workers.h"

enum { tile_keys = 256, super_keys = 1024, panels_per_tile = 4, pairs_limit = 8, block_rows = 384, strip_tiles = 4 };

typedef struct {
  ckernels_workers *w;
  const ckernels_attention *a;
  int64_t group, d, padded, block_tokens, blocks, supers;
  int64_t pairs;                       // distinct (query, key) variants
  int32_t pair_query[pairs_limit], pair_slot[pairs_limit];
  int64_t key_count;                   // key variants in use: slots
  int32_t slot_key[pairs_limit];
  int32_t pair_of[64];                 // per range; -1 masked
  int64_t queries;                     // query variants
  int split;                           // items are (block, super tile)
  float *partial;                      // split: per item [rows_per_block][padded + 2]
  int64_t state;                       // floats of one partial state
  _Atomic int64_t next;
} attending;

/// Scratch of one item.
typedef struct {
  float *q[pairs_limit];      // [rows][d], scaled, per query variant
  float *s[pairs_limit];      // [strip rows][256], per pair
  float *keys[pairs_limit];   // one tile in float32, per key variant
  float *values;
  float *m, *l, *o;           // state of the super tile
  float *m_all, *l_all, *o_all;
  unsigned *need;             // [pairs + 1][row tiles]: panels per pair, and of all pairs
  int64_t *visible;           // [row tiles]: end of what any row sees
} item_scratch;

static int64_t padded16(int64_t n) { return (n + 15) / 16 * 16; }

static int64_t tiles_of(int64_t rows) { return (rows + tile_rows - 1) / tile_rows; }

static size_t layout(const attending *c, float *base, item_scratch *s) {
  int64_t rows = c->block_tokens * c->group, at = 0;
  int64_t tiles = tiles_of(rows);
#define TAKE(field, type, n) (s->field = (type *)(base + at), at += padded16((int64_t)(((n) * sizeof(type)) / 4 + 1)))
  for (int64_t i = 0; i < c->queries; i++) TAKE(q[i], float, rows * c->d);
  for (int64_t i = 0; i < c->pairs; i++) TAKE(s[i], float, strip_tiles * tile_rows * tile_keys);
  for (int64_t i = 0; i < c->key_count; i++) TAKE(keys[i], float, tile_keys * c->d);
  TAKE(values, float, tile_keys * c->padded);
  TAKE(m, float, rows);
  TAKE(l, float, rows);
  TAKE(o, float, rows * c->padded);
  TAKE(m_all, float, rows);
  TAKE(l_all, float, rows);
  TAKE(o_all, float, rows * c->padded);
  TAKE(need, unsigned, (c->pairs + 1) * tiles);
  TAKE(visible, int64_t, tiles);
#undef TAKE
  return (size_t)at * 4;
}

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
} tile_view;

static void prepare_tile(tile_view *v, unsigned all) {
  const attending *c = v->c;
  unsigned panels[pairs_limit] = {0};
  for (int64_t p = 0; p < c->pairs; p++) {
    for (int64_t i = 0; i < v->tiles; i++) panels[c->pair_slot[p]] |= v->s->need[p * v->tiles + i];
  }
  for (int64_t i = 0; i < c->key_count; i++) {
    v->stored_keys[i] = keys_at(c, v->head, c->slot_key[i], v->base);
    if (!v->direct) v->keys[i] = as_floats(c, v->stored_keys[i], 64 * c->d, panels[i], v->s->keys[i]);
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
      if (v->direct) {
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

/// Gathers the scores of one token's rows first ..< last of the strip into those of pair `into`: each range from its own
/// pair, -inf elsewhere.
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
      // Not beyond what is visible: what lies there may be memory of an abandoned continuation.
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
                 .direct = c->a->cache->half && tiles == 1};
  prepare_tile(&v, all);
  for (int64_t i = 0; i < tiles; i += strip_tiles) one_strip(&v, i, MIN(i + strip_tiles, tiles));
}

static int64_t block_end(const attending *c, int64_t t0, int64_t t1) {
  int64_t end = 0;
  for (int64_t t = t0; t < t1; t++) end = MAX(end, c->a->ends[t]);
  return end;
}

static void clear(float *m, float *l, float *o, int64_t rows, int64_t padded) {
  fill_none(m, rows);
  memset(l, 0, (size_t)rows * 4);
  memset(o, 0, (size_t)(rows * padded) * 4);
}

static void gather_queries(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1) {
  for (int64_t v = 0; v < c->queries; v++) {
    for (int64_t t = t0; t < t1; t++) {
      // The query heads of one key/value head are neighbours.
      c->w->k->scale(c->a->queries[v] + t * c->a->query_stride + head * c->group * c->d, c->a->scale, c->group * c->d,
                     s->q[v] + (t - t0) * c->group * c->d);
    }
  }
}

static void super_tile(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1, int64_t super) {
  int64_t end = block_end(c, t0, t1);
  clear(s->m, s->l, s->o, (t1 - t0) * c->group, c->padded);
  for (int64_t base = super * super_keys; base < MIN((super + 1) * super_keys, end); base += tile_keys) {
    one_tile(c, s, head, t0, t1, base);
  }
}

/// Row `row` of a block to the output: weighted sum over the sum of weights; zero where nothing is visible.
static void finish_row(const attending *c, int64_t head, int64_t t0, int64_t row, const float *l, const float *o) {
  float *to = c->a->into + ((t0 + row / c->group) * c->a->heads + head * c->group + row % c->group) * c->d;
  if (l[row] > 0) {
    c->w->k->divide(o + row * c->padded, l[row], c->d, to);
  } else {
    memset(to, 0, (size_t)c->d * 4);
  }
}

static void item_of(const attending *c, int64_t item, int64_t *head, int64_t *t0, int64_t *t1) {
  *head = item % c->a->cache->heads;
  // The last blocks see the most keys: first.
  int64_t block = c->blocks - 1 - item / c->a->cache->heads;
  *t0 = block * c->block_tokens;
  *t1 = MIN(*t0 + c->block_tokens, c->a->rows);
}

/// Whole blocks: all super tiles in order, in one thread.
static void run_blocks(void *context, int worker) {
  attending *c = context;
  const kernel_table *k = c->w->k;
  item_scratch s;
  layout(c, c->w->local[worker], &s);
  for (;;) {
    int64_t item = atomic_fetch_add(&c->next, 1), head, t0, t1;
    if (item >= c->blocks * c->a->cache->heads) return;
    item_of(c, item, &head, &t0, &t1);
    int64_t rows = (t1 - t0) * c->group, supers = (block_end(c, t0, t1) + super_keys - 1) / super_keys;
    gather_queries(c, &s, head, t0, t1);
    clear(s.m_all, s.l_all, s.o_all, rows, c->padded);
    for (int64_t super = 0; super < supers; super++) {
      super_tile(c, &s, head, t0, t1, super);
      for (int64_t r = 0; r < rows; r++) {
        k->merge(s.m_all + r, s.l_all + r, s.o_all + r * c->padded, s.m[r], s.l[r], s.o + r * c->padded, c->padded);
      }
    }
    for (int64_t r = 0; r < rows; r++) finish_row(c, head, t0, r, s.l_all, s.o_all);
  }
}

static void run_supers(void *context, int worker) {
  attending *c = context;
  item_scratch s;
  layout(c, c->w->local[worker], &s);
  for (;;) {
    int64_t item = atomic_fetch_add(&c->next, 1), head, t0, t1;
    if (item >= c->blocks * c->a->cache->heads * c->supers) return;
    item_of(c, item / c->supers, &head, &t0, &t1);
    int64_t rows = (t1 - t0) * c->group;
    gather_queries(c, &s, head, t0, t1);
    super_tile(c, &s, head, t0, t1, item % c->supers);
    float *to = c->partial + item * c->state;
    memcpy(to, s.m, (size_t)rows * 4);
    memcpy(to + rows, s.l, (size_t)rows * 4);
    memcpy(to + 2 * rows, s.o, (size_t)(rows * c->padded) * 4);
  }
}

static void run_merges(void *context, int worker) {
  (void)worker;
  attending *c = context;
  for (;;) {
    int64_t item = atomic_fetch_add(&c->next, 1), head, t0, t1;
    if (item >= c->blocks * c->a->cache->heads) return;
    item_of(c, item, &head, &t0, &t1);
    int64_t rows = (t1 - t0) * c->group;
    float *all = c->partial + item * c->supers * c->state;
    for (int64_t i = 1; i < c->supers; i++) {
      const float *one = all + i * c->state;
      for (int64_t r = 0; r < rows; r++) {
        c->w->k->merge(all + r, all + rows + r, all + 2 * rows + r * c->padded, one[r], one[rows + r],
                       one + 2 * rows + r * c->padded, c->padded);
      }
    }
    for (int64_t r = 0; r < rows; r++) finish_row(c, head, t0, r, all + rows, all + 2 * rows);
  }
}

/// Ranges with the same variants share their scores.
static void find_pairs(attending *c) {
  const ckernels_attention *a = c->a;
  for (int64_t r = 0; r < a->kind_count; r++) {
    c->pair_of[r] = -1;
    if (a->kinds[r].masked) continue;
    int32_t slot = 0, p = 0;
    while (slot < c->key_count && c->slot_key[slot] != a->kinds[r].key) slot++;
    if (slot == c->key_count) c->slot_key[c->key_count++] = a->kinds[r].key;
    while (p < c->pairs && (c->pair_query[p] != a->kinds[r].query || c->pair_slot[p] != slot)) p++;
    if (p == c->pairs) {
      c->pair_query[p] = a->kinds[r].query;
      c->pair_slot[p] = slot;
      c->pairs++;
      c->queries = MAX(c->queries, a->kinds[r].query + 1);
    }
    c->pair_of[r] = p;
  }
}

void ckernels_attend(ckernels_workers *w, const ckernels_attention *a) {
  attending c = {.w = w, .a = a, .group = a->heads / a->cache->heads, .d = a->cache->dimension,
                 .padded = a->cache->padded};
  if (!a->rows) return;
  find_pairs(&c);
  // Wide heads: fewer rows, so that a block stays in L2.
  c.block_tokens = MIN(a->rows, MAX(1, (c.d > 128 ? block_rows / 2 : block_rows) / c.group));
  c.blocks = (a->rows + c.block_tokens - 1) / c.block_tokens;
  int64_t end = block_end(&c, 0, a->rows), items = c.blocks * a->cache->heads;
  c.supers = MAX(1, (end + super_keys - 1) / super_keys);
  c.state = c.block_tokens * c.group * (c.padded + 2);
  c.split = w->threads > 1 && c.supers > 1 && items < 4 * w->threads;
  int parallel = items * c.supers > 1 && a->rows * a->heads * end * c.d > 50000;
  item_scratch s;
  workers_enter(w);
  workers_local(w, layout(&c, NULL, &s));
  if (c.split) {
    c.partial = workers_shared(w, (size_t)(items * c.supers * c.state) * 4);
    workers_run(w, parallel, run_supers, &c);
    atomic_store(&c.next, 0);
    workers_run(w, parallel && a->rows > 8, run_merges, &c);
  } else {
    workers_run(w, parallel, run_blocks, &c);
  }
  workers_leave(w);
}
