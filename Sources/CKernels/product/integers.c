// The driver of the products in integers: the same division among threads as the float32 tiles, with panels of 32
// outputs; few rows go straight over the stored weights.
#include "product/integers.h"
#include "product/integer_kernels.h"

/// A part is 256 columns of words or 512 of bytes: 16 KB of weights.
enum { integer_vector_rows = 4, part_blocks = 8 };

/// The buffers of one call.
typedef struct {
  multiplication *m;
  const integer_table *k;
  int bits;
  int64_t blocks;
  uint8_t *elements;     // of all tiles, or of all rows
  int8_t *low, *high;    // few rows: the bytes of the elements of all rows
  float *scales;
  int32_t *sums;         // three per block
  float *weighted;
} integers;

static void quantize(void *context, int worker) {
  (void)worker;
  const integers *c = context;
  multiplication *m = c->m;
  for (;;) {
    int64_t t = ckernels_workers_next(m->w, &m->next);
    if (t >= m->tiles) return;
    int64_t at = t * tile_rows * c->blocks;
    c->k->quantize(c->bits, m->x + t * tile_rows * m->x_stride, m->x_stride, MIN(tile_rows, m->rows - t * tile_rows),
                   tile_rows, m->columns, c->elements + at * 4 * c->bits, c->scales + at, c->sums + 3 * at,
                   c->weighted + 3 * at);
  }
}

/// All tiles of a panel, in parts of the columns whose weights stay in L1.
static void run_panel(const integers *c, const ckernels_product *p, int64_t output, int64_t tile0, int64_t tile1,
                      float *scratch) {
  multiplication *m = c->m;
  const int64_t size = c->blocks * integer_outputs, part = c->bits == 8 ? 2 * part_blocks : part_blocks;
  const int halves = quant_halves(p->type);
  float *scales = scratch, *minima = scales + 2 * size, *sums = minima + 2 * size;
  uint8_t *panel = (uint8_t *)(sums + (tile1 - tile0) * tile_rows * integer_outputs);
  c->k->pack_quants(c->bits, p->type, (const uint8_t *)p->weights + output * p->row_bytes, p->row_bytes,
                    MIN(integer_outputs, p->outputs - output), m->columns, panel, scales, minima);
  for (int64_t b = 0; b < c->blocks; b += part) {
    const int64_t count = MIN(part, c->blocks - b), weights = b * integer_outputs;
    for (int64_t t = tile0; t < tile1; t++) {
      const int64_t at = (t * c->blocks + b) * tile_rows;
      float *out = sums + (t - tile0) * tile_rows * integer_outputs;
      c->k->integer_tile(c->bits, p->type, (int)MIN(tile_rows, m->rows - t * tile_rows), count,
                         c->elements + at * 4 * c->bits, c->scales + at, c->sums + 3 * at, c->weighted + 3 * at,
                         panel + weights * 4 * c->bits, scales + weights * halves, minima + weights * halves, b > 0,
                         out);
      if (b + count == c->blocks) ckernels_finish_tile(m, p, t, output, integer_outputs, out);
    }
  }
}

static void run_tiles(void *context, int worker) {
  const integers *c = context;
  multiplication *m = c->m;
  const ckernels_product *p;
  int64_t output, tile0, tile1;
  while (ckernels_next_panel(m, integer_outputs, &p, &output, &tile0, &tile1)) {
    run_panel(c, p, output, tile0, tile1, m->w->local[worker]);
  }
}

static void run_vectors(void *context, int worker) {
  const integers *c = context;
  multiplication *m = c->m;
  const ckernels_product *p;
  int64_t first, last;
  while (ckernels_next_outputs(m, worker, &p, &first, &last)) {
    for (int64_t o = first; o < last; o += 16) {
      for (int64_t r = 0; r < m->rows; r++) {
        float out[16];
        int64_t at = r * c->blocks, count = MIN(16, last - o);
        c->k->integer_vector(p->type, (const uint8_t *)p->weights + o * p->row_bytes, p->row_bytes, count, c->blocks,
                             c->low + at * 32, c->bits == 16 ? c->high + at * 32 : NULL, c->scales + at,
                             c->sums + 3 * at, c->weighted + 3 * at, r == 0, out);
        ckernels_finish_row(p, p->y + r * p->y_stride + o, o, count, out);
      }
    }
  }
}

/// Few rows: each quantised on its own, its elements cut into bytes.
static void multiply_vectors(integers *c) {
  multiplication *m = c->m;
  for (int64_t r = 0; r < m->rows; r++) {
    int64_t at = r * c->blocks;
    void *elements = c->bits == 16 ? c->elements : (uint8_t *)c->low + at * 32;
    c->k->quantize(c->bits, m->x + r * m->x_stride, m->x_stride, 1, 1, m->columns, elements, c->scales + at,
                   c->sums + 3 * at, c->weighted + 3 * at);
    for (int64_t i = 0; c->bits == 16 && i < c->blocks * 32; i++) {
      const int16_t element = ((const int16_t *)elements)[i];
      const int8_t low = (int8_t)element;
      c->low[at * 32 + i] = low;
      c->high[at * 32 + i] = (int8_t)((element - low) / 256);
    }
  }
  ckernels_divide_outputs(m, 16);
  ckernels_workers_run(m->w, ckernels_work_vectors, m->chunk_total * m->columns * m->rows > 60000, run_vectors, c);
}

void ckernels_multiply_integers(multiplication *m, int bits, int path) {
  integers c = {.m = m, .k = ckernels_integer_table(m->w->isa, m->w->vnni), .bits = bits, .blocks = m->columns / 32};
  m->tiles = (m->rows + tile_rows - 1) / tile_rows;
  const int64_t cells = m->tiles * tile_rows * c.blocks;
  c.scales = ckernels_workers_shared(m->w, (size_t)cells * (4 + 12 + 12 + 64 + 64));
  c.sums = (int32_t *)(c.scales + cells);
  c.weighted = (float *)(c.sums + 3 * cells);
  c.elements = (uint8_t *)(c.weighted + 3 * cells);
  c.low = (int8_t *)c.elements + cells * 64;
  c.high = c.low + cells * 32;
  if (path == 1 || (path == 0 && m->rows <= integer_vector_rows)) {
    multiply_vectors(&c);
    return;
  }
  ckernels_workers_local(m->w, (size_t)(c.blocks * integer_outputs) * (size_t)(16 + 4 * bits) +
                                   (size_t)(m->tiles * tile_rows * integer_outputs) * 4);
  ckernels_divide_panels(m, integer_outputs);
  atomic_store(&m->next, 0);
  ckernels_workers_run(m->w, ckernels_work_quantize, m->rows * m->columns > 16384, quantize, &c);
  atomic_store(&m->next, 0);
  ckernels_workers_run(m->w, ckernels_work_tiles, m->rows * m->columns * m->panels > 4096, run_tiles, &c);
}
