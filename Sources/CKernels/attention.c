// Attention of new queries over the key/value cache.
//
// Order of summation, the same for prefill and decoding: keys in tiles of 256 at absolute positions; an online softmax
// within each super tile of 1024 keys, from a fresh state; super tiles merged in ascending order. So the bits do not
// depend on how queries are cut into blocks, and decoding may give super tiles to different threads.
//
// An item of work is a block of query rows of one key/value head (tokens x query heads that share it, about 192 rows,
// so that keys converted from float16 are used 192 times). Of a tile only the panels of 64 keys that some row of a
// register tile can see are computed, and only with the query and key variants that are needed there.
#include "cache.h"
#include "workers.h"

enum { tile_keys = 256, super_keys = 1024, panels_per_tile = 4, pairs_limit = 8, block_rows = 192, rows_limit = 256 };

typedef struct {
  ckernels_workers *w;
  const ckernels_attention *a;
  int64_t group, d, padded, block_tokens, blocks, supers;
  int64_t pairs;                       // distinct (query, key) variants
  int32_t pair_query[pairs_limit], pair_key[pairs_limit];
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
  float *s[pairs_limit];      // [rows][256], per pair
  float *keys, *values;       // one tile in float32
  float *m, *l, *o;           // state of the super tile
  float *m_all, *l_all, *o_all;
  unsigned *need;             // [pairs + 1][row tiles]: panels per pair, and of all pairs
  int64_t *visible;           // [row tiles]: end of what any row sees
} item_scratch;

static int64_t padded16(int64_t n) { return (n + 15) / 16 * 16; }

static size_t layout(const attending *c, float *base, item_scratch *s) {
  int64_t rows = c->block_tokens * c->group, at = 0;
  int64_t tiles = (rows + tile_rows - 1) / tile_rows;
#define TAKE(field, type, n) (s->field = (type *)(base + at), at += padded16((int64_t)(((n) * sizeof(type)) / 4 + 1)))
  for (int64_t i = 0; i < c->queries; i++) TAKE(q[i], float, rows * c->d);
  for (int64_t i = 0; i < c->pairs; i++) TAKE(s[i], float, rows * tile_keys);
  TAKE(keys, float, tile_keys * c->d);
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
  int64_t rows = (t1 - t0) * c->group, tiles = (rows + tile_rows - 1) / tile_rows;
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

/// Scores of one pair of variants, where they are needed.
static void score(const attending *c, const item_scratch *s, int64_t head, int64_t pair, int64_t rows, int64_t base) {
  int64_t tiles = (rows + tile_rows - 1) / tile_rows;
  const unsigned *need = s->need + pair * tiles;
  unsigned any = 0;
  for (int64_t i = 0; i < tiles; i++) any |= need[i];
  if (!any) return;
  const void *stored = keys_at(c, head, c->pair_key[pair], base);
  const float *q = s->q[c->pair_query[pair]];
  int direct = c->a->cache->half && tiles == 1;
  const float *keys = direct ? NULL : as_floats(c, stored, 64 * c->d, any, s->keys);
  for (int p = 0; p < panels_per_tile; p++) {
    for (int64_t i = 0; i < tiles; i++) {
      if (!(need[i] >> p & 1)) continue;
      int64_t row = i * tile_rows, count = MIN(tile_rows, rows - row);
      float *to = s->s[pair] + row * tile_keys + p * 64;
      if (direct) {
        c->w->k->half_tile(c->d, (int)count, 4, q, c->d, (const uint16_t *)stored + p * 64 * c->d, c->d * panel_keys,
                           panel_keys, to, tile_keys, 0);
      } else {
        c->w->k->tile(c->d, (int)count, 4, q + row * c->d, c->d, keys + p * 64 * c->d, c->d * panel_keys, panel_keys,
                      to, tile_keys, 0);
      }
    }
  }
}

static void fill_none(float *p, int64_t count) {
  for (int64_t i = 0; i < count; i++) p[i] = -__builtin_inff();
}

/// Gathers the scores of one token's rows into those of pair `into`: each range from its own pair, -inf elsewhere.
static void select_scores(const attending *c, const item_scratch *s, int64_t t, int64_t row, int64_t into,
                          int64_t base) {
  int64_t seen = base, end = base + tile_keys;
  for (int64_t r = 0; r < c->a->kind_count; r++) {
    int64_t first, last, pair = c->pair_of[r];
    range_of(c->a, t, r, &first, &last);
    first = MAX(first, base), last = MIN(last, end);
    if (pair < 0 || first >= last) continue;
    for (int64_t g = row; g < row + c->group; g++) {
      float *to = s->s[into] + g * tile_keys - base;
      if (seen < first) fill_none(to + seen, first - seen);
      if (pair != into) {
        memcpy(to + first, s->s[pair] + g * tile_keys - base + first, (size_t)(last - first) * 4);
      }
    }
    seen = last;
  }
  for (int64_t g = row; seen < end && g < row + c->group; g++) {
    fill_none(s->s[into] + g * tile_keys - base + seen, end - seen);
  }
}

static void weigh_values(const attending *c, const item_scratch *s, const float *weights, int64_t head, int64_t rows,
                         int64_t base, unsigned all) {
  int64_t tiles = (rows + tile_rows - 1) / tile_rows, vectors = c->padded / 16;
  const void *stored = values_at(c, head, base);
  int direct = c->a->cache->half && tiles == 1;
  const float *values = direct ? NULL : as_floats(c, stored, 64 * c->padded, all, s->values);
  for (int p = 0; p < panels_per_tile; p++) {
    for (int64_t i = 0; i < tiles; i++) {
      if (!(s->need[c->pairs * tiles + i] >> p & 1)) continue;
      // Not beyond what is visible: what lies there may be memory of an abandoned continuation.
      int64_t row = i * tile_rows, count = MIN(tile_rows, rows - row), at = p * 64 * c->padded;
      int64_t steps = MIN(64, s->visible[i] - base - p * 64);
      const float *w = weights + row * tile_keys + p * 64;
      float *to = s->o + row * c->padded;
      if (direct) {
        c->w->k->half_tile(steps, (int)count, vectors, w, tile_keys, (const uint16_t *)stored + at, 16, c->padded, to,
                           c->padded, 1);
      } else {
        c->w->k->tile(steps, (int)count, vectors, w, tile_keys, values + at, 16, c->padded, to, c->padded, 1);
      }
    }
  }
}

static void one_tile(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1, int64_t base) {
  unsigned all = find_needs(c, s, t0, t1, base);
  if (!all) return;
  int64_t rows = (t1 - t0) * c->group, tiles = (rows + tile_rows - 1) / tile_rows, into = -1;
  for (int64_t p = 0; p < c->pairs; p++) {
    score(c, s, head, p, rows, base);
    for (int64_t i = 0; into < 0 && i < tiles; i++) into = s->need[p * tiles + i] ? p : -1;
  }
  for (int64_t t = t0; t < t1; t++) select_scores(c, s, t, (t - t0) * c->group, into, base);
  for (int64_t r = 0; r < rows; r++) {
    c->w->k->softmax_row(s->s[into] + r * tile_keys, s->need[c->pairs * tiles + r / tile_rows], c->a->softcap, s->m + r,
                         s->l + r, s->o + r * c->padded, c->padded);
  }
  weigh_values(c, s, s->s[into], head, rows, base, all);
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
    int64_t p = 0;
    while (p < c->pairs && (c->pair_query[p] != a->kinds[r].query || c->pair_key[p] != a->kinds[r].key)) p++;
    if (p == c->pairs) {
      c->pair_query[p] = a->kinds[r].query;
      c->pair_key[p] = a->kinds[r].key;
      c->pairs++;
      c->queries = MAX(c->queries, a->kinds[r].query + 1);
    }
    c->pair_of[r] = (int32_t)p;
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
