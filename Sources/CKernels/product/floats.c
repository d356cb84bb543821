// Products in float32: the vector path and the tiles.
//
// Tiles: activations are packed once per call; a thread takes a panel of 64 outputs, unpacks its weights to float32
// [lane][step][64] (at 512 rows this is 2 % of the work), and then for each lane and each part of its chain (16-24 KB
// of weights, which stay in L1) runs all row tiles. The lane sums live in a buffer of the panel (in L2); the last part
// of the last lane writes a tile's results while its sums are in L1. Meanwhile the next panel's weights are read.
#include "product/floats.h"

enum { row_block_tiles = 88, chain_part = 96, vector_rows_limit = 20 };

/// The tiles of row block `b`.
static void block_tiles(int64_t tiles, int64_t b, int64_t *first, int64_t *last) {
  int64_t blocks = (tiles + row_block_tiles - 1) / row_block_tiles, size = (tiles + blocks - 1) / blocks;
  *first = MIN(b * size, tiles);
  *last = MIN(*first + size, tiles);
}

static void pack(void *context, int worker) {
  (void)worker;
  multiplication *m = context;
  for (;;) {
    int64_t group = ckernels_workers_next(m->w, &m->next);  // 8 tiles at a time
    if (group * 8 >= m->tiles) return;
    for (int64_t t = group * 8; t < MIN(group * 8 + 8, m->tiles); t++) {
      int64_t first = 0, last = 0;
      for (int64_t b = 0; last <= t; b++) block_tiles(m->tiles, b, &first, &last);
      int64_t rows = MIN(tile_rows, m->rows - t * tile_rows);
      m->w->k->pack_rows(m->x + t * tile_rows * m->x_stride, m->x_stride, rows, m->columns, last - first, t - first,
                         m->part, m->packed + first * tile_rows * m->steps * 8);
    }
  }
}

/// What a thread will read next, asked for a little at a time while it computes.
typedef struct {
  const uint8_t *next, *end;
  int64_t step;
} reading_ahead;

/// The weights of the panel that lies `distance` panels behind, in `calls` portions: most likely this thread takes it.
static reading_ahead read_ahead(const multiplication *m, const ckernels_product *p, int64_t output, int64_t distance,
                                int64_t calls) {
  reading_ahead ahead = {0};
  int64_t later = output + distance * panel_outputs;
  while (later >= p->outputs) {
    later -= (p->outputs + panel_outputs - 1) / panel_outputs * panel_outputs;
    if (++p == m->products + m->count) return ahead;
  }
  ahead.next = (const uint8_t *)p->weights + later * p->row_bytes;
  ahead.end = ahead.next + MIN(panel_outputs, p->outputs - later) * p->row_bytes;
  ahead.step = (ahead.end - ahead.next + 64 * calls - 1) / (64 * calls) * 64;
  return ahead;
}

static inline void prefetch_some(reading_ahead *ahead) {
  const uint8_t *until = ahead->end - ahead->next > ahead->step ? ahead->next + ahead->step : ahead->end;
  for (; ahead->next < until; ahead->next += 64) __builtin_prefetch(ahead->next, 0, 2);
}

/// The rows of y that a tile adds to: they were written long ago.
static void prefetch_tile(const multiplication *m, const ckernels_product *p, int64_t tile, int64_t output) {
  for (int64_t r = tile * tile_rows; r < MIN((tile + 1) * tile_rows, m->rows); r++) {
    const float *y = p->y + r * p->y_stride + output;
    for (int64_t o = 0; o < MIN(panel_outputs, p->outputs - output); o += 16) __builtin_prefetch(y + o, 1, 3);
  }
}

static void run_panel(multiplication *m, const ckernels_product *p, int64_t output, int64_t tile0, int64_t tile1,
                      float *scratch) {
  const kernel_table *k = m->w->k;
  float *panel = scratch, *chain = panel + m->steps * 8 * panel_outputs;
  float *sum = chain + row_block_tiles * tile_rows * panel_outputs;
  // A panel that is cut among the threads: so is the next.
  const int64_t distance = tile1 - tile0 < m->tiles ? 1 : m->w->running;
  reading_ahead ahead = read_ahead(m, p, output, distance, 8 * (tile1 - tile0));
  k->pack_weights(p->type, (const uint8_t *)p->weights + output * p->row_bytes, p->row_bytes,
                  MIN(panel_outputs, p->outputs - output), m->columns, panel);
  int64_t first, last = 0;
  for (int64_t b = 0; last < tile1; b++) {
    block_tiles(m->tiles, b, &first, &last);
    int64_t t0 = MAX(first, tile0), t1 = MIN(last, tile1), tiles = last - first;
    const float *x = m->packed + first * tile_rows * m->steps * 8;
    for (int64_t lane = 0; t0 < t1 && lane < 8; lane++) {
      for (int64_t j = 0; j < m->steps; j += m->part) {
        int64_t length = MIN(m->part, m->steps - j);
        int flags = (j ? tile_continues : 0) | (j + length == m->steps ? tile_ends : 0) | (lane ? 0 : tile_first_lane);
        const int is_last = lane == 7 && j + length == m->steps;
        const float *a = x + (lane * m->steps + j) * tile_rows * tiles;
        for (int64_t t = t0; t < t1; t++) {
          int64_t at = (t - first) * tile_rows * panel_outputs;
          if (j == 0) prefetch_some(&ahead);
          if (is_last && p->adding) prefetch_tile(m, p, t, output);
          k->product_tile(length, a + (t - first) * tile_rows * length,
                          panel + (lane * m->steps + j) * panel_outputs, chain + at, sum + at, flags);
          if (is_last) ckernels_finish_tile(m, p, t, output, panel_outputs, sum + at);
        }
      }
    }
  }
}

static void run_tiles(void *context, int worker) {
  multiplication *m = context;
  const ckernels_product *p;
  int64_t output, tile0, tile1;
  while (ckernels_next_panel(m, panel_outputs, &p, &output, &tile0, &tile1)) {
    run_panel(m, p, output, tile0, tile1, m->w->local[worker]);
  }
}

static void run_vectors(void *context, int worker) {
  multiplication *m = context;
  const ckernels_product *p;
  int64_t first, last;
  while (ckernels_next_outputs(m, worker, &p, &first, &last)) {
    m->w->k->vector_product(p, m->x, m->x_stride, m->rows, m->columns, first, last);
  }
}

static void multiply_vectors(multiplication *m) {
  ckernels_divide_outputs(m, 8);
  ckernels_workers_run(m->w, ckernels_work_vectors, m->chunk_total * m->columns * m->rows > 30000, run_vectors, m);
}

static void multiply_tiles(multiplication *m) {
  m->steps = (m->columns + 7) / 8;
  int64_t parts = (m->steps + chain_part - 1) / chain_part;
  m->part = (m->steps + parts - 1) / parts;
  m->tiles = (m->rows + tile_rows - 1) / tile_rows;
  m->packed = ckernels_workers_shared(m->w, (size_t)(m->tiles * tile_rows * m->steps * 8) * 4);
  ckernels_workers_local(m->w, (size_t)(m->steps * 8 + 2 * row_block_tiles * tile_rows) * panel_outputs * 4);
  ckernels_divide_panels(m, panel_outputs);
  int parallel = m->rows * m->columns > 4096;
  atomic_store(&m->next, 0);
  ckernels_workers_run(m->w, ckernels_work_pack, parallel, pack, m);
  atomic_store(&m->next, 0);
  ckernels_workers_run(m->w, ckernels_work_tiles, parallel, run_tiles, m);
}

void ckernels_multiply_floats(multiplication *m, int path) {
  if (path == 1 || (path == 0 && m->rows < vector_rows_limit)) {
    multiply_vectors(m);
  } else {
    multiply_tiles(m);
  }
}
