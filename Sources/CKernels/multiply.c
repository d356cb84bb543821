// Matrix products: the choice between the vector path and the tiles, the blocking, the division among threads.
//
// Tiles: activations are packed once per call; a thread takes a panel of 64 outputs, unpacks its weights to float32
// [lane][step][64] (at 512 rows this is 2 % of the work), and then for each lane and each part of its chain (16-24 KB
// of weights, which stay in L1) runs all row tiles. The lane sums live in a buffer of the panel (in L2).
#include "workers.h"

enum { row_block_tiles = 88, chain_part = 96, vector_rows_limit = 20 };

typedef struct {
  ckernels_workers *w;
  const float *x;
  int64_t x_stride, rows, columns, steps, part, tiles;
  const ckernels_product *products;
  int count;
  float *packed;
  int64_t panels, whole, pieces;   // tiles: panels 0 ..< whole in one piece, the rest in `pieces` pieces
  int64_t chunk;                   // vector path: outputs per item
  _Atomic int64_t next;
} multiplication;

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
    int64_t group = atomic_fetch_add(&m->next, 1);  // 8 tiles at a time
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

/// Finished sums of one tile to y, with bias and residual.
static void finish(const multiplication *m, const ckernels_product *p, int64_t tile, int64_t output, const float *sum) {
  int64_t rows = MIN(tile_rows, m->rows - tile * tile_rows), outputs = MIN(panel_outputs, p->outputs - output);
  for (int64_t r = 0; r < rows; r++) {
    float *y = p->y + (tile * tile_rows + r) * p->y_stride + output;
    const float *s = sum + r * panel_outputs;
    if (p->bias) {
      for (int64_t o = 0; o < outputs; o++) {
        float v = s[o] + p->bias[output + o];
        y[o] = p->adding ? y[o] + v : v;
      }
    } else if (p->adding) {
      for (int64_t o = 0; o < outputs; o++) y[o] = y[o] + s[o];
    } else {
      memcpy(y, s, (size_t)outputs * 4);
    }
  }
}

static void run_panel(multiplication *m, const ckernels_product *p, int64_t output, int64_t tile0, int64_t tile1,
                      float *scratch) {
  const kernel_table *k = m->w->k;
  float *panel = scratch, *chain = panel + m->steps * 8 * panel_outputs;
  float *sum = chain + row_block_tiles * tile_rows * panel_outputs;
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
        const float *a = x + (lane * m->steps + j) * tile_rows * tiles;
        for (int64_t t = t0; t < t1; t++) {
          int64_t at = (t - first) * tile_rows * panel_outputs;
          k->product_tile(length, a + (t - first) * tile_rows * length,
                          panel + (lane * m->steps + j) * panel_outputs, chain + at, sum + at, flags);
        }
      }
    }
    for (int64_t t = t0; t < t1; t++) finish(m, p, t, output, sum + (t - first) * tile_rows * panel_outputs);
  }
}

static void run_tiles(void *context, int worker) {
  multiplication *m = context;
  for (;;) {
    int64_t item = atomic_fetch_add(&m->next, 1), panel = item, piece = 0, pieces = 1;
    if (item >= m->whole) {
      panel = m->whole + (item - m->whole) / m->pieces;
      piece = (item - m->whole) % m->pieces;
      pieces = m->pieces;
    }
    if (panel >= m->panels) return;
    const ckernels_product *p = m->products;
    for (int64_t of; panel >= (of = (p->outputs + panel_outputs - 1) / panel_outputs); p++) panel -= of;
    run_panel(m, p, panel * panel_outputs, m->tiles * piece / pieces, m->tiles * (piece + 1) / pieces,
              m->w->local[worker]);
  }
}

static void run_vectors(void *context, int worker) {
  (void)worker;
  multiplication *m = context;
  for (;;) {
    int64_t item = atomic_fetch_add(&m->next, 1);
    const ckernels_product *p = m->products;
    for (;; p++) {
      if (p == m->products + m->count) return;
      int64_t of = (p->outputs + m->chunk - 1) / m->chunk;
      if (item < of) break;
      item -= of;
    }
    m->w->k->vector_product(p, m->x, m->x_stride, m->rows, m->columns, item * m->chunk,
                            MIN((item + 1) * m->chunk, p->outputs));
  }
}

static void multiply_vectors(multiplication *m, int64_t outputs) {
  // Items of about 1/8 of a thread's share, in whole groups of 8 outputs.
  m->chunk = MAX(8, outputs / (m->w->threads * 8) / 8 * 8);
  workers_run(m->w, outputs * m->columns * m->rows > 30000, run_vectors, m);
}

static void multiply_tiles(multiplication *m) {
  m->steps = (m->columns + 7) / 8;
  int64_t parts = (m->steps + chain_part - 1) / chain_part;
  m->part = (m->steps + parts - 1) / parts;
  m->tiles = (m->rows + tile_rows - 1) / tile_rows;
  m->packed = workers_shared(m->w, (size_t)(m->tiles * tile_rows * m->steps * 8) * 4);
  workers_local(m->w, (size_t)(m->steps * 8 + 2 * row_block_tiles * tile_rows) * panel_outputs * 4);
  m->panels = 0;
  for (int i = 0; i < m->count; i++) m->panels += (m->products[i].outputs + panel_outputs - 1) / panel_outputs;
  // What does not divide among the threads is cut by rows, and one round more, so that all end together.
  int threads = m->w->threads;
  m->pieces = threads > 1 && m->tiles >= 8 * threads ? threads : 1;
  m->whole = m->pieces == 1 ? m->panels : MAX(0, m->panels - m->panels % threads - threads);
  int parallel = m->rows * m->columns > 4096;
  workers_run(m->w, parallel, pack, m);
  atomic_store(&m->next, 0);
  workers_run(m->w, parallel, run_tiles, m);
}

void ckernels_multiply(ckernels_workers *w, const float *x, int64_t x_stride, int64_t rows, int64_t columns,
                       const ckernels_product *products, int count, int compute, int path) {
  (void)compute;
  multiplication m = {.w = w, .x = x, .x_stride = x_stride, .rows = rows, .columns = columns, .products = products,
                      .count = count};
  int64_t outputs = 0;
  for (int i = 0; i < count; i++) outputs += products[i].outputs;
  if (!rows || !outputs) return;
  workers_enter(w);
  if (path == 1 || (path == 0 && rows < vector_rows_limit)) {
    multiply_vectors(&m, outputs);
  } else {
    multiply_tiles(&m);
  }
  workers_leave(w);
}
