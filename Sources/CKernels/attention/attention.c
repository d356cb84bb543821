// Attention of new queries over the key/value cache: its division into items of work.
//
// Order of summation, the same for prefill and decoding: keys in tiles of 256 at absolute positions; an online softmax
// within each super tile of 1024 keys, from a fresh state; super tiles merged in ascending order. So the bits do not
// depend on how queries are cut into blocks, and decoding may give super tiles to different threads.
//
// An item is a block of query rows of one key/value head: tokens x query heads that share it, about 384 rows, so that
// keys converted from float16 are used 384 times; half of that for wide heads (a block stays in L2) or many threads, and
// down to 24 rows where there would be fewer items than threads.
#include "attention/attention.h"

static int64_t padded16(int64_t n) { return (n + 15) / 16 * 16; }

/// Where an item keeps what, from `base` on, and the bytes that it takes; without a base only those.
static size_t layout(const attending *c, float *base, item_scratch *s) {
  int64_t rows = c->block_tokens * c->group, at = 0;
  int64_t tiles = tiles_of(rows);
#define TAKE(field, type, n)                                                                                          \
  (s->field = base ? (type *)(base + at) : NULL, at += padded16((int64_t)(((n) * sizeof(type)) / 4 + 1)))
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

static void gather_queries(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1) {
  for (int64_t v = 0; v < c->queries; v++) {
    for (int64_t t = t0; t < t1; t++) {
      // The query heads of one key/value head are neighbours.
      c->w->k->scale(c->a->queries[v] + t * c->a->query_stride + head * c->group * c->d, c->a->scale, c->group * c->d,
                     s->q[v] + (t - t0) * c->group * c->d);
    }
  }
}

/// Row `row` of a block to the output: weighted sum over the sum of weights; zero where nothing is visible, NaN where a
/// score is.
static void finish_row(const attending *c, int64_t head, int64_t t0, int64_t row, const float *l, const float *o) {
  float *to = c->a->into + ((t0 + row / c->group) * c->a->heads + head * c->group + row % c->group) * c->d;
  if (l[row] == 0) {
    memset(to, 0, (size_t)c->d * 4);
  } else {
    c->w->k->divide(o + row * c->padded, l[row], c->d, to);
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
    int64_t item = ckernels_workers_next(c->w, &c->next), head, t0, t1;
    if (item >= c->blocks * c->a->cache->heads) return;
    item_of(c, item, &head, &t0, &t1);
    int64_t rows = (t1 - t0) * c->group, supers = (ckernels_block_end(c, t0, t1) + super_keys - 1) / super_keys;
    gather_queries(c, &s, head, t0, t1);
    ckernels_clear_state(s.m_all, s.l_all, s.o_all, rows, c->padded);
    for (int64_t super = 0; super < supers; super++) {
      ckernels_super_tile(c, &s, head, t0, t1, super);
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
    int64_t item = ckernels_workers_next(c->w, &c->next), head, t0, t1;
    if (item >= c->blocks * c->a->cache->heads * c->supers) return;
    item_of(c, item / c->supers, &head, &t0, &t1);
    int64_t rows = (t1 - t0) * c->group;
    gather_queries(c, &s, head, t0, t1);
    ckernels_super_tile(c, &s, head, t0, t1, item % c->supers);
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
    int64_t item = ckernels_workers_next(c->w, &c->next), head, t0, t1;
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

/// Chooses the blocks; returns the number of items.
static int64_t divide_rows(attending *c) {
  const int64_t most = c->d > 128 ? block_rows / 2 : block_rows;
  const int64_t helpers = c->w->threads - 1;
  int64_t items = 0;
  for (int64_t limit = most; limit >= most / 16; limit /= 2) {
    const int is_enough = limit >= most / 2 ? items >= 4 * c->w->threads : items * c->supers >= 2 * helpers;
    if (is_enough) break;
    c->block_tokens = MIN(c->a->rows, MAX(1, limit / c->group));
    c->blocks = (c->a->rows + c->block_tokens - 1) / c->block_tokens;
    items = c->blocks * c->a->cache->heads;
  }
  return items;
}

void ckernels_attend(ckernels_workers *w, const ckernels_attention *a) {
  attending c = {.w = w, .a = a, .group = a->heads / a->cache->heads, .d = a->cache->dimension,
                 .padded = a->cache->padded};
  if (!a->rows) return;
  find_pairs(&c);
  const int64_t end = ckernels_block_end(&c, 0, a->rows);
  c.supers = MAX(1, (end + super_keys - 1) / super_keys);
  const int64_t items = divide_rows(&c);
  c.state = c.block_tokens * c.group * (c.padded + 2);
  c.split = w->threads > 1 && c.supers > 1 && items < 4 * w->threads;
  int parallel = items * c.supers > 1 && a->rows * a->heads * end * c.d > 50000;
  item_scratch s;
  ckernels_workers_enter(w);
  ckernels_workers_local(w, layout(&c, NULL, &s));
  if (c.split) {
    c.partial = ckernels_workers_shared(w, (size_t)(items * c.supers * c.state) * 4);
    ckernels_workers_run(w, ckernels_work_supers, parallel, run_supers, &c);
    atomic_store(&c.next, 0);
    ckernels_workers_run(w, ckernels_work_merges, parallel && a->rows > 8, run_merges, &c);
  } else {
    ckernels_workers_run(w, ckernels_work_attention, parallel, run_blocks, &c);
  }
  ckernels_workers_leave(w);
}
