// Matrix products: which arithmetic computes which of them.
#include "product/floats.h"
#include "product/integers.h"
#include "product/quants.h"

enum { products_limit = 64 };

void ckernels_multiply(ckernels_workers *w, const float *x, int64_t x_stride, int64_t rows, int64_t columns,
                       const ckernels_product *products, int count, int compute, int path) {
  if (!rows) return;
  ckernels_workers_enter(w);
  for (int start = 0; start < count; start += products_limit) {
    // Products of types that the integer path does not know take the float32 one.
    ckernels_product floats[products_limit], integers[products_limit];
    int float_count = 0, integer_count = 0;
    for (int i = start; i < MIN(count, start + products_limit); i++) {
      if (compute != ckernels_compute_float32 && quant_offset(products[i].type) >= 0) {
        integers[integer_count++] = products[i];
      } else {
        floats[float_count++] = products[i];
      }
    }
    multiplication m = {.w = w, .x = x, .x_stride = x_stride, .rows = rows, .columns = columns, .products = floats,
                        .count = float_count};
    if (float_count) ckernels_multiply_floats(&m, path);
    m.products = integers;
    m.count = integer_count;
    if (integer_count) ckernels_multiply_integers(&m, compute == ckernels_compute_int8 ? 8 : 16, path);
  }
  ckernels_workers_leave(w);
}
