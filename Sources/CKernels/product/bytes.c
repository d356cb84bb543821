// Products in 8 bits: the same division among threads as the float32 tiles, with panels of 32 outputs; few rows go
// straight over the stored weights where VNNI is there.
#include "product/bytes.h"
#include "product/byte_kernels.h"

enum { byte_vector_rows = 3 };

static int64_t blocks_of(const multiplication *m) { return m->columns / 32; }

static void quantize(void *context, int worker) {
  (void)worker;
  multiplication *m = context;
  const byte_table *k = ckernels_byte_table(m->w->isa, m->w->vnni);
  for (;;) {
    int64_t group = atomic_fetch_add(&m->next, 1);  // 4 tiles at a time
    if (group * 4 >= m->tiles) return;
    for (int64_t t = group * 4; t < MIN(group * 4 + 4, m->tiles); t++) {
      int64_t at = t * tile_rows * blocks_of(m);
      k->quantize_bytes(m->x + t * tile_rows * m->x_stride, m->x_stride, MIN(tile_rows, m->rows - t * tile_rows), tile_rows,
                  m->columns, m->bytes + at * 32, m->scales + at, m->sums + at);
    }
  }
}

static void run_bytes(void *context, int worker) {
  multiplication *m = context;
  const byte_table *k = ckernels_byte_table(m->w->isa, m->w->vnni);
  const ckernels_product *p;
  int64_t output, tile0, tile1, size = blocks_of(m) * byte_outputs;
  float *scales = m->w->local[worker], *minima = scales + size;
  uint8_t *panel = (uint8_t *)(minima + size);
  while (ckernels_next_panel(m, byte_outputs, &p, &output, &tile0, &tile1)) {
    k->pack_bytes(p->type, (const uint8_t *)p->weights + output * p->row_bytes, p->row_bytes,
            MIN(byte_outputs, p->outputs - output), m->columns, panel, scales, minima);
    for (int64_t t = tile0; t < tile1; t++) {
      float out[tile_rows * byte_outputs];
      int64_t at = t * tile_rows * blocks_of(m);
      k->byte_tile((int)MIN(tile_rows, m->rows - t * tile_rows), blocks_of(m), m->bytes + at * 32, m->scales + at,
              m->sums + at, panel, scales, p->type == ckernels_q4_1 ? minima : NULL, byte_offset(p->type), out);
      ckernels_finish_tile(m, p, t, output, byte_outputs, out);
    }
  }
}

static void run_byte_vectors(void *context, int worker) {
  multiplication *m = context;
  const byte_table *k = ckernels_byte_table(m->w->isa, m->w->vnni);
  const ckernels_product *p;
  int64_t first, last;
  while (ckernels_next_outputs(m, worker, &p, &first, &last)) {
    for (int64_t o = first; o < last; o += 16) {
      for (int64_t r = 0; r < m->rows; r++) {
        float out[16];
        int64_t at = r * blocks_of(m), count = MIN(16, last - o);
        k->byte_vector(p->type, (const uint8_t *)p->weights + o * p->row_bytes, p->row_bytes, count, blocks_of(m),
                  m->bytes + at * 32, m->scales + at, m->sums + at, r == 0, out);
        ckernels_finish_row(p, p->y + r * p->y_stride + o, o, count, out);
      }
    }
  }
}

/// Few rows: each quantised on its own.
static void multiply_byte_vectors(multiplication *m, const byte_table *k) {
  for (int64_t r = 0; r < m->rows; r++) {
    int64_t at = r * blocks_of(m);
    k->quantize_bytes(m->x + r * m->x_stride, m->x_stride, 1, 1, m->columns, m->bytes + at * 32, m->scales + at,
                m->sums + at);
  }
  ckernels_divide_outputs(m, 16);
  ckernels_workers_run(m->w, m->chunk_total * m->columns * m->rows > 60000, run_byte_vectors, m);
}

void ckernels_multiply_bytes(multiplication *m, int path) {
  m->tiles = (m->rows + tile_rows - 1) / tile_rows;
  int64_t cells = m->tiles * tile_rows * blocks_of(m);
  m->scales = ckernels_workers_shared(m->w, (size_t)cells * 40);
  m->sums = (int32_t *)(m->scales + cells);
  m->bytes = (int8_t *)(m->sums + cells);
  ckernels_workers_local(m->w, (size_t)(blocks_of(m) * byte_outputs) * (8 + 32));
  const byte_table *k = ckernels_byte_table(m->w->isa, m->w->vnni);
  if (k->byte_vector && (path == 1 || (path == 0 && m->rows <= byte_vector_rows))) {
    multiply_byte_vectors(m, k);
    return;
  }
  ckernels_divide_panels(m, byte_outputs);
  atomic_store(&m->next, 0);
  ckernels_workers_run(m->w, m->rows * m->columns > 16384, quantize, m);
  atomic_store(&m->next, 0);
  ckernels_workers_run(m->w, m->rows * m->columns * m->panels > 4096, run_bytes, m);
}
