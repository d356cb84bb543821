// Products of few rows: FEW_OUTPUTS outputs of up to 4 rows per group of FEW_ITEMS work items, a segment per work item.
#define FEW 4
__kernel __attribute__((reqd_work_group_size(FEW_ITEMS, 1, 1)))
void multiply_few(__global const float *x, __global const uchar *weights, __global const float *bias, __global float *y,
                  int columns, int outputs, int rows, int x_stride, int y_stride, long row_bytes, int biased,
                  int adding, __local float *part) {
  int units = (columns + 31) / 32, segments = (units + UNITS - 1) / UNITS;
  int output0 = (int)get_group_id(0) * FEW_OUTPUTS, row0 = (int)get_group_id(1) * FEW, me = (int)get_local_id(0);
  int row_count = min(FEW, rows - row0);
  for (int i = me; i < FEW_OUTPUTS * segments; i += FEW_ITEMS) {
    int o = i / segments, segment = i % segments, output = min(output0 + o, outputs - 1);
    __global const uchar *row = weights + (size_t)output * (size_t)row_bytes;
    float chain[FEW] = {0, 0, 0, 0};
    for (int unit = segment * UNITS; unit < min(units, (segment + 1) * UNITS); unit++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        float w[16], v[16];
        unpack16(row, unit, h, columns, w);
        for (int r = 0; r < row_count; r++) {
          load16(x + (size_t)(row0 + r) * (size_t)x_stride, 32 * unit + 16 * h, columns, v);
          float c = chain[r];
#pragma unroll
          for (int k = 0; k < 16; k++) c = fma(v[k], w[k], c);
          chain[r] = c;
        }
      }
    }
    for (int r = 0; r < row_count; r++) part[(r * FEW_OUTPUTS + o) * segments + segment] = chain[r];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = me; i < row_count * FEW_OUTPUTS; i += FEW_ITEMS) {
    int r = i / FEW_OUTPUTS, output = output0 + i % FEW_OUTPUTS;
    if (output < outputs) {
      float sum = 0;
      for (int s = 0; s < segments; s++) sum = sum + part[i * segments + s];
      finish(y, bias, (size_t)(row0 + r) * (size_t)y_stride + output, output, sum, biased, adding);
    }
  }
}
