// Rows `ids` of a table, 16 columns per work item.
__kernel void embed_rows(__global const int *ids, __global const uchar *table, __global float *into, int columns,
                         long row_bytes, float scale, int count) {
  int at = (int)get_global_id(0), pieces = (columns + 15) / 16;
  if (at >= count * pieces) return;
  int row = at / pieces, piece = at % pieces;
  float w[16];
  unpack16(table + (size_t)ids[row] * (size_t)row_bytes, piece / 2, piece % 2, columns, w);
  for (int i = 0; i < 16 && 16 * piece + i < columns; i++) {
    into[(size_t)row * (size_t)columns + 16 * piece + i] = w[i] * scale;
  }
}
