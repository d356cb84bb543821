// Products of many rows: tiles of TILE_ROWS rows x TILE_OUTPUTS outputs, ITEM_ROWS x ITEM_OUTPUTS of them per work item, 32
// columns at a time in local memory. Groups side by side take the rows of one tile of outputs, so that a card's cache
// serves both factors. Both of an item's sides are multiples of 4, and a group's items bring whole rounds of both
// factors: `ProductShape` has the shapes that are so.
#define LANES (TILE_OUTPUTS / ITEM_OUTPUTS)
#define TILE_ITEMS (TILE_ROWS / ITEM_ROWS * LANES)
// Whole quads.
#define X_PITCH (TILE_ROWS + 4)
#define W_PITCH (TILE_OUTPUTS + 4)
// Half units that an item brings.
#define X_ROUNDS (2 * TILE_ROWS / TILE_ITEMS)
#define W_ROUNDS (2 * TILE_OUTPUTS / TILE_ITEMS)
__kernel __attribute__((reqd_work_group_size(TILE_ITEMS, 1, 1)))
void multiply_many(__global const float *x, __global const uchar *weights, __global const float *bias,
                   __global float *y, int columns, int outputs, int rows, int x_stride, int y_stride, long row_bytes,
                   int biased, int adding) {
  __local float xs[32 * X_PITCH] __attribute__((aligned(16))), ws[32 * W_PITCH] __attribute__((aligned(16)));
  int me = (int)get_local_id(0), output0 = (int)get_group_id(1) * TILE_OUTPUTS;
  int row0 = (int)get_group_id(0) * TILE_ROWS, units = (columns + 31) / 32;
  // This item's rows are neighbours, its outputs 4 neighbours for each quad that the lanes take side by side.
  int lane = me % LANES * 4, band = me / LANES * ITEM_ROWS;
  // What this item brings: half h of a unit of some rows and of some outputs, a round of the group apart.
  int mine = me / 2, h = me % 2;
  __global const float *x_rows[X_ROUNDS];
  __global const uchar *w_rows[W_ROUNDS];
#pragma unroll
  for (int p = 0; p < X_ROUNDS; p++) {
    x_rows[p] = x + (size_t)min(row0 + mine + p * (TILE_ITEMS / 2), rows - 1) * (size_t)x_stride;
  }
#pragma unroll
  for (int p = 0; p < W_ROUNDS; p++) {
    w_rows[p] = weights + (size_t)min(output0 + mine + p * (TILE_ITEMS / 2), outputs - 1) * (size_t)row_bytes;
  }
  float chain[ITEM_ROWS][ITEM_OUTPUTS], sum[ITEM_ROWS][ITEM_OUTPUTS];
#pragma unroll
  for (int i = 0; i < ITEM_ROWS; i++) {
#pragma unroll
    for (int j = 0; j < ITEM_OUTPUTS; j++) chain[i][j] = 0, sum[i][j] = 0;
  }
  for (int unit = 0; unit < units; unit++) {
    float v[X_ROUNDS][16], w[W_ROUNDS][16];
#pragma unroll
    for (int p = 0; p < X_ROUNDS; p++) load16(x_rows[p], 32 * unit + 16 * h, columns, v[p]);
#pragma unroll
    for (int p = 0; p < W_ROUNDS; p++) unpack16(w_rows[p], unit, h, columns, w[p]);
    barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
    for (int i = 0; i < 16; i++) {
#pragma unroll
      for (int p = 0; p < X_ROUNDS; p++) xs[(16 * h + i) * X_PITCH + mine + p * (TILE_ITEMS / 2)] = v[p][i];
#pragma unroll
      for (int p = 0; p < W_ROUNDS; p++) ws[(16 * h + i) * W_PITCH + mine + p * (TILE_ITEMS / 2)] = w[p][i];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k = 0; k < 32; k++) {
      __local const float4 *x4 = (__local const float4 *)(xs + k * X_PITCH + band);
      __local const float4 *w4 = (__local const float4 *)(ws + k * W_PITCH + lane);
      float a[ITEM_ROWS], b[ITEM_OUTPUTS];
#pragma unroll
      for (int q = 0; q < ITEM_ROWS / 4; q++) {
        float4 t = x4[q];
        a[4 * q] = t.x, a[4 * q + 1] = t.y, a[4 * q + 2] = t.z, a[4 * q + 3] = t.w;
      }
#pragma unroll
      for (int q = 0; q < ITEM_OUTPUTS / 4; q++) {
        float4 t = w4[q * LANES];
        b[4 * q] = t.x, b[4 * q + 1] = t.y, b[4 * q + 2] = t.z, b[4 * q + 3] = t.w;
      }
#pragma unroll
      for (int i = 0; i < ITEM_ROWS; i++) {
#pragma unroll
        for (int j = 0; j < ITEM_OUTPUTS; j++) chain[i][j] = fma(a[i], b[j], chain[i][j]);
      }
    }
    if (unit % UNITS == UNITS - 1 || unit == units - 1) {
#pragma unroll
      for (int i = 0; i < ITEM_ROWS; i++) {
#pragma unroll
        for (int j = 0; j < ITEM_OUTPUTS; j++) sum[i][j] = sum[i][j] + chain[i][j], chain[i][j] = 0;
      }
    }
  }
#pragma unroll
  for (int i = 0; i < ITEM_ROWS; i++) {
    int row = row0 + band + i;
#pragma unroll
    for (int j = 0; j < ITEM_OUTPUTS; j++) {
      int output = output0 + lane + j / 4 * 4 * LANES + j % 4;
      if (row < rows && output < outputs) {
        finish(y, bias, (size_t)row * (size_t)y_stride + output, output, sum[i][j], biased, adding);
      }
    }
  }
}
