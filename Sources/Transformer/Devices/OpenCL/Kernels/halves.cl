// Products of inputs rounded to half precision, with sums in float32 (`--compute float16`): on NVIDIA's cards by their
// matrix instructions (TENSOR 1), elsewhere one by one.
//
// Both factors are brought to rows of `depth` halves, a multiple of 64 with zeros beyond the end, in the order of matrix.cl.
// A step of 16 columns takes four of each item's.
//
// Order of summation of y = sum over k of x[k] w[k]: segments of 128 columns; a chain of eight steps in each, then the
// segments' sums one after another. `half_many` and `half_few` do the same, so both give the same bits.

#define CHUNK_COLUMNS 64
#define SEGMENT_CHUNKS 2

// 16 columns of a row of activations per work item.
__kernel void halves_of_rows(__global const float *x, __global half *into, int columns, int depth, int rows,
                             int x_stride) {
  int pieces = depth / 16, at = (int)get_global_id(0);
  if (at >= rows * pieces) return;
  int row = at / pieces, first = at % pieces * 16;
  float v[16];
  load16(x + (size_t)row * (size_t)x_stride, first, columns, v);
  store_halves(into + (size_t)row * (size_t)depth, first, v);
}

// 16 columns of one of `outputs` rows of weights, from `output0` on, per work item.
__kernel void halves_of_weights(__global const uchar *weights, __global half *into, int columns, int depth,
                                int output0, int outputs, long row_bytes) {
  int pieces = depth / 16, at = (int)get_global_id(0);
  if (at >= outputs * pieces) return;
  int row = at / pieces, first = at % pieces * 16;
  float w[16];
  if (first < columns) {
    unpack16(weights + (size_t)(output0 + row) * (size_t)row_bytes, first / 32, first % 32 / 16, columns, w);
  } else {
#pragma unroll
    for (int i = 0; i < 16; i++) w[i] = 0;
  }
  store_halves(into + (size_t)row * (size_t)depth, first, w);
}

#if !TENSOR
float rounded_to_half(float v) {
  ushort h;
  vstore_half_rte(v, 0, (half *)&h);
  return vload_half(0, (const half *)&h);
}
#endif

// Few rows, at most 8: 8 outputs per group of 4 times 32 work items, which share the segments.
#define HALF_FEW_ITEMS 128
#define HALF_FEW_ROWS 8
#define HALF_FEW_OUTPUTS 8
__kernel __attribute__((reqd_work_group_size(HALF_FEW_ITEMS, 1, 1)))
void half_few(__global const half *x, __global const uchar *weights, __global const float *bias, __global float *y,
              int columns, int depth, int outputs, int rows, int y_stride, long row_bytes, int biased, int adding,
              __local float *part) {
  int segments = (depth / CHUNK_COLUMNS + SEGMENT_CHUNKS - 1) / SEGMENT_CHUNKS, chunks = depth / CHUNK_COLUMNS;
  int output0 = (int)get_group_id(0) * HALF_FEW_OUTPUTS, me = (int)get_local_id(0);
#if TENSOR
  LANES_MEMORY(HALF_FEW_ITEMS)
  int lane = me % 32, g = lane / 4, t = lane % 4;
  __global const uchar *row = weights + (size_t)min(output0 + g, outputs - 1) * (size_t)row_bytes;
  __global const uint4 *x_row = (__global const uint4 *)(x + (size_t)min(g, rows - 1) * (size_t)depth);
  for (int turn = 0; turn < segments; turn += HALF_FEW_ITEMS / 32) {
    int segment = turn + me / 32;
    float c[4] = {0, 0, 0, 0};
    for (int i = 0; i < SEGMENT_CHUNKS; i++) {
      // Beyond the end zeros are added, which change nothing: all work items take part in each step.
      int chunk = min(SEGMENT_CHUNKS * segment + i, chunks - 1), there = SEGMENT_CHUNKS * segment + i < chunks;
      int first = CHUNK_COLUMNS * chunk + 16 * t;
      float w[16];
      if (there && first < columns) {
        unpack16(row, first / 32, t % 2, columns, w);
      } else {
#pragma unroll
        for (int k = 0; k < 16; k++) w[k] = 0;
      }
      uint b[8];
#pragma unroll
      for (int k = 0; k < 8; k++) b[k] = pair_of_halves(w[2 * k], w[2 * k + 1]);
      uint4 a = x_row[chunk * 8 + t], later = x_row[chunk * 8 + 4 + t];
      STEP(c, a.x, 0u, a.y, 0u, b[0], b[1]);
      STEP(c, a.z, 0u, a.w, 0u, b[2], b[3]);
      STEP(c, later.x, 0u, later.y, 0u, b[4], b[5]);
      STEP(c, later.z, 0u, later.w, 0u, b[6], b[7]);
    }
    if (g < rows && segment < segments) {
      part[(segment * rows + g) * HALF_FEW_OUTPUTS + 2 * t] = c[0];
      part[(segment * rows + g) * HALF_FEW_OUTPUTS + 2 * t + 1] = c[1];
    }
  }
#else
  for (int i = me; i < segments * rows * HALF_FEW_OUTPUTS; i += HALF_FEW_ITEMS) {
    int o = i % HALF_FEW_OUTPUTS, r = i / HALF_FEW_OUTPUTS % rows, segment = i / HALF_FEW_OUTPUTS / rows;
    __global const uchar *row = weights + (size_t)min(output0 + o, outputs - 1) * (size_t)row_bytes;
    float c = 0;
    for (int chunk = SEGMENT_CHUNKS * segment; chunk < min(chunks, SEGMENT_CHUNKS * (segment + 1)); chunk++) {
      float w[64];
      for (int t = 0; t < 4; t++) {
        int first = CHUNK_COLUMNS * chunk + 16 * t;
        for (int k = 0; k < 16; k++) w[16 * t + k] = 0;
        if (first < columns) unpack16(row, first / 32, t % 2, columns, w + 16 * t);
      }
      for (int s = 0; s < 4; s++) {
        for (int k = 0; k < 16; k++) {
          int at = s / 2 * 32 + k / 4 * 8 + s % 2 * 4 + k % 4;
          float v = vload_half(at, x + (size_t)r * (size_t)depth + CHUNK_COLUMNS * chunk);
          c = fma(v, rounded_to_half(w[k / 4 * 16 + 4 * s + k % 4]), c);
        }
      }
    }
    part[i] = c;
  }
#endif
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = me; i < rows * HALF_FEW_OUTPUTS; i += HALF_FEW_ITEMS) {
    int r = i / HALF_FEW_OUTPUTS, output = output0 + i % HALF_FEW_OUTPUTS;
    if (output < outputs) {
      float sum = 0;
      for (int s = 0; s < segments; s++) sum = sum + part[s * rows * HALF_FEW_OUTPUTS + i];
      finish(y, bias, (size_t)r * (size_t)y_stride + output, output, sum, biased, adding);
    }
  }
}

// Many rows: tiles of 128 rows x 128 outputs, 32 columns at a time in local memory, STAGES of them under way where they come
// by themselves. Groups side by side take the rows of one tile of outputs, so that a card's cache serves both factors.
#define HALF_TILE 128
#define HALF_ITEMS 256
#if TENSOR
#define STAGES 3 /* 48 KiB: as in OpenCLPrograms.swift */
#else
#define STAGES 1
#endif
#define STAGE_QUADS (2 * HALF_TILE * 4) /* of 16 bytes */

__kernel __attribute__((reqd_work_group_size(HALF_ITEMS, 1, 1)))
void half_many(__global const half *x, __global const half *weights, __global const float *bias, __global float *y,
               int depth, int output0, int outputs, int rows, int y_stride, int biased, int adding) {
  __local uint4 tiles[STAGES * STAGE_QUADS];
#if TENSOR
  LANES_MEMORY(HALF_ITEMS)
#endif
  int me = (int)get_local_id(0), first_output = (int)get_group_id(1) * HALF_TILE, row0 = (int)get_group_id(0) * HALF_TILE;
  int steps = depth / 32;
  // What this item brings of each stage: 16 bytes of two rows of x and of two outputs.
  int quad = me % 4, mine = me / 4, pitch = depth / 8;
  __global const uint4 *from[4] = {
      (__global const uint4 *)x + (size_t)min(row0 + mine, rows - 1) * (size_t)pitch + quad,
      (__global const uint4 *)x + (size_t)min(row0 + mine + 64, rows - 1) * (size_t)pitch + quad,
      (__global const uint4 *)weights + (size_t)min(first_output + mine, outputs - 1) * (size_t)pitch + quad,
      (__global const uint4 *)weights + (size_t)min(first_output + mine + 64, outputs - 1) * (size_t)pitch + quad};
#if TENSOR
  int lane = me % 32, g = lane / 4, t = lane % 4, warp = me / 32, band = warp % 2 * 64, side = warp / 2 * 32;
  float c[4][4][4], sum[4][4][4];
#pragma unroll
  for (int m = 0; m < 4; m++) {
#pragma unroll
    for (int n = 0; n < 4; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) c[m][n][i] = 0, sum[m][n][i] = 0;
    }
  }
#define BRING(step)                                                                                                   \
  {                                                                                                                   \
    if ((step) < steps) {                                                                                             \
      __local uint4 *stage = tiles + (step) % STAGES * STAGE_QUADS + me;                                              \
      FETCH(stage, from[0] + 4 * (step));                                                                             \
      FETCH(stage + HALF_ITEMS, from[1] + 4 * (step));                                                                \
      FETCH(stage + 2 * HALF_ITEMS, from[2] + 4 * (step));                                                            \
      FETCH(stage + 3 * HALF_ITEMS, from[3] + 4 * (step));                                                            \
    }                                                                                                                 \
    FETCHED();                                                                                                        \
  }
  for (int step = 0; step < STAGES - 1; step++) BRING(step);
  for (int step = 0; step < steps; step++) {
    WAIT_UNTIL_UNDER_WAY(STAGES - 2);
    barrier(CLK_LOCAL_MEM_FENCE);
    BRING(step + STAGES - 1);
    __local const uint4 *xs = tiles + step % STAGES * STAGE_QUADS, *ws = xs + HALF_TILE * 4;
    uint4 b[4];
#pragma unroll
    for (int n = 0; n < 4; n++) b[n] = ws[(side + 8 * n + g) * 4 + t];
#pragma unroll
    for (int m = 0; m < 4; m++) {
      uint4 low = xs[(band + 16 * m + g) * 4 + t], high = xs[(band + 16 * m + 8 + g) * 4 + t];
#pragma unroll
      for (int n = 0; n < 4; n++) {
        STEP(c[m][n], low.x, high.x, low.y, high.y, b[n].x, b[n].y);
        STEP(c[m][n], low.z, high.z, low.w, high.w, b[n].z, b[n].w);
      }
    }
    if (step % 4 == 3 || step == steps - 1) {
#pragma unroll
      for (int m = 0; m < 4; m++) {
#pragma unroll
        for (int n = 0; n < 4; n++) {
#pragma unroll
          for (int i = 0; i < 4; i++) sum[m][n][i] = sum[m][n][i] + c[m][n][i], c[m][n][i] = 0;
        }
      }
    }
  }
#pragma unroll
  for (int m = 0; m < 4; m++) {
#pragma unroll
    for (int n = 0; n < 4; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int row = row0 + band + 16 * m + g + i / 2 * 8, output = first_output + side + 8 * n + 2 * t + i % 2;
        if (row < rows && output < outputs) {
          finish(y, bias, (size_t)row * (size_t)y_stride + output0 + output, output0 + output, sum[m][n][i], biased,
                 adding);
        }
      }
    }
  }
#else
  // 8 x 8 per work item.
  int lane = me % 16, band = me / 16 * 8;
  float c[8][8], sum[8][8];
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < 8; j++) c[i][j] = 0, sum[i][j] = 0;
  }
  for (int step = 0; step < steps; step++) {
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < 4; i++) tiles[i * HALF_ITEMS + me] = from[i][4 * step];
    barrier(CLK_LOCAL_MEM_FENCE);
    __local const half *xs = (__local const half *)tiles, *ws = xs + HALF_TILE * 32;
    for (int s = 0; s < 2; s++) {
      for (int k = 0; k < 16; k++) {
        int at = k / 4 * 8 + s * 4 + k % 4;
        float a[8], b[8];
        for (int i = 0; i < 8; i++) a[i] = vload_half((band + i) * 32 + at, xs);
        for (int j = 0; j < 8; j++) b[j] = vload_half((lane + 16 * j) * 32 + at, ws);
        for (int i = 0; i < 8; i++) {
          for (int j = 0; j < 8; j++) c[i][j] = fma(a[i], b[j], c[i][j]);
        }
      }
    }
    if (step % 4 == 3 || step == steps - 1) {
      for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) sum[i][j] = sum[i][j] + c[i][j], c[i][j] = 0;
      }
    }
  }
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < 8; j++) {
      int row = row0 + band + i, output = first_output + lane + 16 * j;
      if (row < rows && output < outputs) {
        finish(y, bias, (size_t)row * (size_t)y_stride + output0 + output, output0 + output, sum[i][j], biased, adding);
      }
    }
  }
#endif
}
