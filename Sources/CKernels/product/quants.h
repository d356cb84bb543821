#pragma once
// Stored types as integers: a weight is scale * quant, or scale * quant + minimum, with one scale for 32 columns or for
// 16. What holds for all instruction sets; quants_body.h unpacks.
#include "isa/common.h"

/// What is added to a quant of this type to make it unsigned; -1 if the products in integers do not know the type.
static inline int quant_offset(int type) {
  switch (type) {
  case ckernels_q8_0: return 128;
  case ckernels_q4_0: return 8;
  case ckernels_q5_0: return 16;
  case ckernels_q3_k: return 4;
  case ckernels_q6_k: return 32;
  case ckernels_q4_1:
  case ckernels_q5_1:
  case ckernels_q2_k:
  case ckernels_q4_k:
  case ckernels_q5_k: return 0;
  default: return -1;
  }
}
/// Scales (and minima) per block of 32 columns.
static inline int quant_halves(int type) {
  return type == ckernels_q2_k || type == ckernels_q3_k || type == ckernels_q6_k ? 2 : 1;
}
/// Whether the type has minima.
static inline int quant_minimum(int type) {
  return type == ckernels_q4_1 || type == ckernels_q5_1 || type == ckernels_q2_k || type == ckernels_q4_k ||
         type == ckernels_q5_k;
}
/// Bytes of a block of a type that has products in integers: a constant where the type is one (types.c has them all).
static inline int64_t block_bytes(int type) {
  switch (type) {
  case ckernels_q8_0: return 34;
  case ckernels_q4_0: return 18;
  case ckernels_q4_1: return 20;
  case ckernels_q5_0: return 22;
  case ckernels_q5_1: return 24;
  case ckernels_q2_k: return 84;
  case ckernels_q3_k: return 110;
  case ckernels_q4_k: return 144;
  case ckernels_q5_k: return 176;
  default: return 210;
  }
}
/// Bytes of `blocks` blocks of 32 columns in each of `rows` rows.
static inline int64_t stored_bytes(int type, int64_t rows, int64_t blocks) {
  return rows * blocks * 32 * block_bytes(type) / (type >= ckernels_q2_k ? 256 : 32);
}
