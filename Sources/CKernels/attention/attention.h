#pragma once
// Attention: what a call, an item of work and its scratch are. attention.c cuts a call into items, attention_tile.c
// computes them.
#include "attention/key_rotation.h"
#include "pool/workers.h"

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

/// Scratch of one item: a block of `rows` query rows of one key/value head.
typedef struct {
  float *q[pairs_limit];      // [rows][d], scaled, per query variant
  float *s[pairs_limit];      // [strip rows][256], per pair
  float *keys[pairs_limit];   // one tile, converted or rotated, per key variant
  float *values;
  float *m, *l, *o;           // state of the super tile
  float *m_all, *l_all, *o_all;
  unsigned *need;             // [pairs + 1][row tiles]: panels per pair, and of all pairs
  int64_t *visible;           // [row tiles]: end of what any row sees
} item_scratch;

static inline int64_t tiles_of(int64_t rows) { return (rows + tile_rows - 1) / tile_rows; }
/// The highest key that tokens t0 ..< t1 see, plus 1.
int64_t ckernels_block_end(const attending *c, int64_t t0, int64_t t1);
/// State before any key.
void ckernels_clear_state(float *m, float *l, float *o, int64_t rows, int64_t padded);
/// Tokens t0 ..< t1 of one key/value head over the keys of one super tile, into `s->m`, `l` and `o`.
void ckernels_super_tile(const attending *c, const item_scratch *s, int64_t head, int64_t t0, int64_t t1,
                         int64_t super);
