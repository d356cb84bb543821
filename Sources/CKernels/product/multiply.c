// Matrix products: which arithmetic computes which of them.
#include "product/bytes.h"
#include "product/floats.h"

enum { products_limit = 64 };

void ckernels_multiply(ckernels_workers *w, const float *x, int64_t x_stride, int64_t rows, int64_t columns,
                       const ckernels_product *products, int count, int compute, int path) {
  if (!rows) return;
  ckernels_workers_enter(w);
  for (int start = 0; start < count; start += products_limit) {
    // Products of types that the 8-bit path does not know take the float32 one.
    ckernels_product floats[products_limit], bytes[products_limit];
    int float_count = 0, byte_count = 0;
    for (int i = start; i < MIN(count, start + products_limit); i++) {
      if (compute == ckernels_compute_int8 && byte_offset(products[i].type) >= 0) {
        bytes[byte_count++] = products[i];
      } else {
        floats[float_count++] = products[i];
      }
    }
    multiplication m = {.w = w, .x = x, .x_stride = x_stride, .rows = rows, .columns = columns, .products = floats,
                        .count = float_count};
    if (float_count) ckernels_multiply_floats(&m, path);
    m.products = bytes;
    m.count = byte_count;
    if (byte_count) ckernels_multiply_bytes(&m, path);
  }
  ckernels_workers_leave(w);
}
