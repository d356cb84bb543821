#pragma once
#include "pool/workers.h"

/// Products that share x, during one call.
typedef struct {
  ckernels_workers *w;
  const float *x;
  int64_t x_stride, rows, columns, steps, part, tiles;
  const ckernels_product *products;
  int count;
  float *packed;
  int64_t panels, whole, pieces;   // tiles: panels 0 ..< whole in one piece, the rest in `pieces` pieces
  int64_t chunk, chunk_total;     // vector path: outputs per item, and of all products
  int8_t *bytes;                   // 8-bit path: activations of all tiles, then their scales and sums
  float *scales;
  int32_t *sums;
  _Atomic int64_t next;
} multiplication;

/// Cuts the panels of all products into items: what does not divide among the threads is cut by rows, and one round
/// more where there are rows enough for every thread, so that all end together.
void ckernels_divide_panels(multiplication *m, int64_t panel);
/// The next item: its product, first output and tiles; 0 when there is none left.
int ckernels_next_panel(multiplication *m, int64_t panel, const ckernels_product **product, int64_t *output,
                        int64_t *tile0, int64_t *tile1);
/// Finished sums [rows][stride] of one tile to y, with bias and residual.
void ckernels_finish_tile(const multiplication *m, const ckernels_product *p, int64_t tile, int64_t output,
                          int64_t panel, const float *sum);
/// The same for one row of a tile.
void ckernels_finish_row(const ckernels_product *p, float *y, int64_t output, int64_t outputs, const float *sum);
/// Cuts the outputs of all products into items of about 1/4 of a thread's share and at most 128, in whole groups.
void ckernels_divide_outputs(multiplication *m, int64_t group);
/// The next item of those; 0 when there is none left.
int ckernels_next_outputs(multiplication *m, int worker, const ckernels_product **product, int64_t *first,
                          int64_t *last);
