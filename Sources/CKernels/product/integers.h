#pragma once
// Products in integers (Compute.int8, Compute.int16). Activations are rounded to 8 or 16 bits per block of 32 columns
// (scale = largest / 127 or / 32639), the products of quants are summed exactly in integers, and an output is one chain
// over the blocks in ascending order, and within a block over its one or two scales (quants.h):
//   y = fma(dw * dx, sum of qw * qx, y), and for a type with minima then y = fma(mw, dx * sum of qx, y).
// Integers are exact and the chain is fixed, so here too the bits do not depend on rows, threads or instruction set.
//
// 32639 = 127 * 256 + 127: every such integer is 256 * high + low with two signed bytes, which is how few rows
// multiply.

#include "product/division.h"

/// The integer path in `bits` (8 or 16); every product has a type that it knows (`quant_offset`).
void ckernels_multiply_integers(multiplication *m, int bits, int path);
