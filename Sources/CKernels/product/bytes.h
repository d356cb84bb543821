#pragma once
// The 8-bit path (Compute.int8). Activations are rounded to 8 bits per block of 32 columns (scale = largest / 127), the
// products of quants are summed exactly in integers, and an output is one chain over the blocks in ascending order:
//   y = fma(dw * dx, sum of qw * qx, y), and for a type with minimum then y = fma(mw, dx * sum of qx, y).
// Integers are exact and the chain is fixed, so here too the bits do not depend on rows, threads or instruction set.

#include "product/division.h"

/// What is added to a quant of this type to make it unsigned; -1 if the type has no 8-bit path.
static inline int32_t byte_offset(int type) {
  return type == ckernels_q8_0 ? 128 : type == ckernels_q4_0 ? 8 : type == ckernels_q4_1 ? 0 : -1;
}
/// The 8-bit path; every product has a type that it knows.
void ckernels_multiply_bytes(multiplication *m, int path);
