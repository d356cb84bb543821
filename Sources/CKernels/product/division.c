// How the outputs of a product are divided among threads, and how finished sums get to y. Shared by the arithmetics.
#include "product/division.h"

void ckernels_finish_row(const ckernels_product *p, float *y, int64_t output, int64_t outputs, const float *sum) {
  if (p->bias) {
    for (int64_t o = 0; o < outputs; o++) {
      float v = sum[o] + p->bias[output + o];
      y[o] = p->adding ? y[o] + v : v;
    }
  } else if (p->adding) {
    for (int64_t o = 0; o < outputs; o++) y[o] = y[o] + sum[o];
  } else {
    memcpy(y, sum, (size_t)outputs * 4);
  }
}

void ckernels_finish_tile(const multiplication *m, const ckernels_product *p, int64_t tile, int64_t output,
                          int64_t panel, const float *sum) {
  for (int64_t r = tile * tile_rows; r < MIN((tile + 1) * tile_rows, m->rows); r++, sum += panel) {
    ckernels_finish_row(p, p->y + r * p->y_stride + output, output, MIN(panel, p->outputs - output), sum);
  }
}

/// Rounds of all threads over so many items.
static int64_t rounds(int64_t items, int64_t threads) { return (items + threads - 1) / threads; }

/// Few panels for many threads: what is left after whole rounds is cut into the number of pieces that ends first, in
/// tiles of time. Each piece unpacks the panel's weights again, which takes about as long as two tiles.
static void cut_rest(multiplication *m, int64_t threads) {
  const int64_t unpacking = 2, least = 4, rest = m->panels % threads;
  int64_t best = rounds(rest, threads) * (m->tiles + unpacking);
  m->whole = m->panels - rest;
  for (int64_t pieces = 2; rest && pieces <= m->tiles / least; pieces++) {
    const int64_t time = rounds(rest * pieces, threads) * (rounds(m->tiles, pieces) + unpacking);
    if (time >= best) continue;
    best = time;
    m->pieces = pieces;
  }
}

void ckernels_divide_panels(multiplication *m, int64_t panel) {
  m->panels = 0;
  for (int i = 0; i < m->count; i++) m->panels += (m->products[i].outputs + panel - 1) / panel;
  const int threads = m->w->threads;
  m->pieces = 1;
  m->whole = m->panels;
  if (threads > 1 && m->tiles >= 8 * threads) {
    m->pieces = threads;
    m->whole = MAX(0, m->panels - m->panels % threads - threads);
  } else if (threads > 2) {
    cut_rest(m, threads);
  }
}

int ckernels_next_panel(multiplication *m, int64_t panel, const ckernels_product **product, int64_t *output,
                        int64_t *tile0, int64_t *tile1) {
  int64_t item = ckernels_workers_next(m->w, &m->next), index = item, piece = 0, pieces = 1;
  if (item >= m->whole) {
    index = m->whole + (item - m->whole) / m->pieces;
    piece = (item - m->whole) % m->pieces;
    pieces = m->pieces;
  }
  if (index >= m->panels) return 0;
  const ckernels_product *p = m->products;
  for (int64_t of; index >= (of = (p->outputs + panel - 1) / panel); p++) index -= of;
  *product = p;
  *output = index * panel;
  *tile0 = m->tiles * piece / pieces;
  *tile1 = m->tiles * (piece + 1) / pieces;
  return 1;
}

void ckernels_divide_outputs(multiplication *m, int64_t group) {
  m->chunk_total = 0;
  for (int i = 0; i < m->count; i++) m->chunk_total += m->products[i].outputs;
  m->chunk = MIN(128, MAX(group, m->chunk_total / (m->w->threads * 4) / group * group));
  int64_t items = 0;
  for (int i = 0; i < m->count; i++) items += (m->products[i].outputs + m->chunk - 1) / m->chunk;
  ckernels_workers_divide(m->w, items);
}

int ckernels_next_outputs(multiplication *m, int worker, const ckernels_product **product, int64_t *first,
                          int64_t *last) {
  int64_t item = ckernels_workers_take(m->w, worker);
  if (item < 0) return 0;
  for (const ckernels_product *p = m->products; p < m->products + m->count; p++) {
    int64_t of = (p->outputs + m->chunk - 1) / m->chunk;
    if (item < of) {
      *product = p;
      *first = item * m->chunk;
      *last = MIN(*first + m->chunk, p->outputs);
      return 1;
    }
    item -= of;
  }
  return 0;
}
