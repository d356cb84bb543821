#pragma once
// Vector types and the macros with which one body is compiled once per instruction set (see each_isa.h).
//
// Vectors are the compiler's own (`ext_vector_type`): a 16-lane operation becomes one 512-bit instruction, two 256-bit
// ones, or scalar code, and always the same arithmetic. Separate multiplications and additions are never fused by the
// compiler (contract off); where fusing is meant the code says so.

#include <stdint.h>
#include <string.h>
#include "CKernels.h"
#include "isa/kernels.h"
#include "isa/levels.h"

#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

typedef float v4 __attribute__((ext_vector_type(4)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v16 __attribute__((ext_vector_type(16)));
typedef double d8 __attribute__((ext_vector_type(8)));
typedef int32_t i16x __attribute__((ext_vector_type(16)));    // 16 lanes of 32 bits
typedef uint32_t u16x __attribute__((ext_vector_type(16)));
typedef uint16_t h16x __attribute__((ext_vector_type(16)));   // 16 lanes of 16 bits
typedef int8_t b16x __attribute__((ext_vector_type(16)));     // 16 lanes of 8 bits
typedef uint8_t c16x __attribute__((ext_vector_type(16)));

/// Rows of one product tile, outputs of one panel of weights.
enum { tile_rows = 6, panel_outputs = 64 };
/// Flags of `product_tile`.
enum { tile_continues = 1, tile_ends = 2, tile_first_lane = 4 };
