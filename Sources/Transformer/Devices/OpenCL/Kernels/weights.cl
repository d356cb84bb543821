// Weights of one stored type (TYPE, numbered as in the Swift enumeration), unpacked on the way, and what the kernels of
// their products share.
//
// Order of summation of y = sum over k of x[k] w[k]: the columns in segments of 128; a chain of fused multiply-adds in
// each, then the segments' sums one after another. The vector kernel gives each work item a segment, the tile kernel
// goes through them; both give the same bits, whatever the shape of their groups.

enum { F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4 };

float half_at(__global const uchar *p) { return vload_half(0, (__global const half *)p); }

#if TYPE == 5 || TYPE == 6 || TYPE == 7
// 16 or 0 for each of the 16 bits at p.
uchar16 bit16(__global const uchar *p) {
  const ushort16 lane = (ushort16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  ushort both = (ushort)(p[0] | p[1] << 8);
  return convert_uchar16(((ushort16)(both) >> lane & (ushort16)(1)) << (ushort16)(4));
}
#endif

#if TYPE >= 13
__constant char iq4_values[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
// Doubled: half a power of two is the scale.
__constant char mxfp4_values[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
#endif

// 16 numbers, and 16 bytes from a place that is a multiple of 16, 4 or 2 bytes, in as few loads as that allows.
float16 floats16(__global const float *p) {
  return ((size_t)p & 63) == 0 ? *(__global const float16 *)p : vload16(0, p);
}
uchar16 quads16(__global const uchar *p) { return as_uchar16(*(__global const uint4 *)p); }
uchar16 words16(__global const uchar *p) { return as_uchar16(vload4(0, (__global const uint *)p)); }
uchar16 pairs16(__global const uchar *p) { return as_uchar16(vload8(0, (__global const ushort *)p)); }

// Columns 32 * unit + 16 * h ... + 15 of a row; beyond the row's end zeros.
void unpack16(__global const uchar *row, int unit, int h, int columns, float *w) {
  float16 v;
#if TYPE <= 2
  int first = 32 * unit + 16 * h;
#if TYPE == 0
  __global const float *p = (__global const float *)row + first;
#define ONE(i) p[i]
#define ALL floats16(p)
#elif TYPE == 1
  __global const half *p = (__global const half *)row + first;
#define ONE(i) vload_half(i, p)
#define ALL (((size_t)p & 31) == 0 ? vloada_half16(0, p) : vload_half16(0, p))
#else
  __global const ushort *p = (__global const ushort *)row + first;
#define ONE(i) as_float((uint)p[i] << 16)
#define ALL \
  as_float16(convert_uint16(((size_t)p & 31) == 0 ? *(__global const ushort16 *)p : vload16(0, p)) << (uint16)(16))
#endif
  if (first + 16 > columns) {
#pragma unroll
    for (int i = 0; i < 16; i++) w[i] = first + i < columns ? ONE(i) : 0.0f;
    return;
  }
  v = ALL;
#elif TYPE == 3
  __global const uchar *p = row + (size_t)unit * 34;
  v = half_at(p) * convert_float16(as_char16(pairs16(p + 2 + 16 * h)));
#elif TYPE == 4
  __global const uchar *p = row + (size_t)unit * 18;
  uchar16 q = pairs16(p + 2) >> (uchar16)(4 * h) & (uchar16)(15);
  v = half_at(p) * (convert_float16(q) - 8.0f);
#elif TYPE == 5
  __global const uchar *p = row + (size_t)unit * 20;
  uchar16 q = words16(p + 4) >> (uchar16)(4 * h) & (uchar16)(15);
  v = fma((float16)(half_at(p)), convert_float16(q), (float16)(half_at(p + 2)));
#elif TYPE == 6
  __global const uchar *p = row + (size_t)unit * 22;
  uchar16 q = (pairs16(p + 6) >> (uchar16)(4 * h) & (uchar16)(15)) | bit16(p + 2 + 2 * h);
  v = half_at(p) * (convert_float16(q) - 16.0f);
#elif TYPE == 7
  __global const uchar *p = row + (size_t)unit * 24;
  uchar16 q = (words16(p + 8) >> (uchar16)(4 * h) & (uchar16)(15)) | bit16(p + 4 + 2 * h);
  v = fma((float16)(half_at(p)), convert_float16(q), (float16)(half_at(p + 2)));
#elif TYPE == 8
  __global const uchar *p = row + (size_t)(unit / 8) * 84;
  int u = unit % 8, s = p[2 * u + h];
  uchar16 q = words16(p + 16 + 32 * (u / 4) + 16 * h) >> (uchar16)(2 * (u % 4)) & (uchar16)(3);
  float d = half_at(p + 80) * (float)(s & 15), m = -(half_at(p + 82) * (float)(s >> 4));
  v = fma((float16)(d), convert_float16(q), (float16)(m));
#elif TYPE == 9
  __global const uchar *p = row + (size_t)(unit / 8) * 110;
  int u = unit % 8, i = 2 * u + h;
  // Scales of 6 bits: four low ones, two high ones, 32 taken off.
  int low = i < 8 ? p[96 + i] & 15 : p[96 + i - 8] >> 4, high = p[104 + i % 4] >> (2 * (i / 4)) & 3;
  char16 q = convert_char16(pairs16(p + 32 + 32 * (u / 4) + 16 * h) >> (uchar16)(2 * (u % 4)) & (uchar16)(3));
  char16 set = convert_char16(pairs16(p + 16 * h) >> (uchar16)(u) & (uchar16)(1));
  v = (half_at(p + 108) * (float)((low | high << 4) - 32)) * convert_float16(q + set * (char16)(4) - (char16)(4));
#elif TYPE == 10 || TYPE == 11
#if TYPE == 10
  __global const uchar *p = row + (size_t)(unit / 8) * 144, *quants = p + 16;
#else
  __global const uchar *p = row + (size_t)(unit / 8) * 176, *quants = p + 48;
#endif
  int u = unit % 8, scale, minimum;
  __global const uchar *packed = p + 4;
  if (u < 4) {
    scale = packed[u] & 63, minimum = packed[u + 4] & 63;
  } else {
    scale = (packed[u + 4] & 15) | (packed[u - 4] >> 6) << 4;
    minimum = (packed[u + 4] >> 4) | (packed[u] >> 6) << 4;
  }
  uchar16 q = quads16(quants + 32 * (u / 2) + 16 * h) >> (uchar16)(4 * (u % 2)) & (uchar16)(15);
#if TYPE == 11
  q = q | (quads16(p + 16 + 16 * h) >> (uchar16)(u) & (uchar16)(1)) << (uchar16)(4);
#endif
  float d = half_at(p) * (float)scale, m = -(half_at(p + 2) * (float)minimum);
  v = fma((float16)(d), convert_float16(q), (float16)(m));
#elif TYPE == 12
  __global const uchar *p = row + (size_t)(unit / 8) * 210;
  int u = unit % 8, a = u % 4;
  uchar16 low = pairs16(p + 64 * (u / 4) + 32 * (a & 1) + 16 * h) >> (uchar16)(4 * (a >> 1)) & (uchar16)(15);
  uchar16 high = pairs16(p + 128 + 32 * (u / 4) + 16 * h) >> (uchar16)(2 * a) & (uchar16)(3);
  float d = half_at(p + 208) * (float)((__global const char *)p)[192 + 2 * u + h];
  v = d * (convert_float16(low | high << (uchar16)(4)) - 32.0f);
#else
#if TYPE == 13
  __global const uchar *p = row + (size_t)unit * 18 + 2;
  float d = half_at(p - 2);
#elif TYPE == 14
  __global const uchar *block = row + (size_t)(unit / 8) * 136;
  int u = unit % 8, high = block[2 + u / 4] >> (2 * (u % 4)) & 3, low = block[4 + u / 2] >> (4 * (u % 2)) & 15;
  __global const uchar *p = block + 8 + 16 * u;
  float d = half_at(block) * (float)((low | high << 4) - 32);
#else
  __global const uchar *p = row + (size_t)unit * 17 + 1;
  uint e = p[-1];
  float d = as_float(e < 2 ? 0x00200000u << e : (e - 1) << 23);
#endif
#pragma unroll
  for (int i = 0; i < 16; i++) {
    int q = p[i] >> (4 * h) & 15;
#if TYPE == 15
    w[i] = d * (float)mxfp4_values[q];
#else
    w[i] = d * (float)iq4_values[q];
#endif
  }
  return;
#endif
  vstore16(v, 0, w);
}

// 16 activations from column `first` on; beyond the end zeros.
void load16(__global const float *x, int first, int columns, float *v) {
  if (first + 16 <= columns) {
    vstore16(floats16(x + first), 0, v);
  } else {
#pragma unroll
    for (int i = 0; i < 16; i++) v[i] = first + i < columns ? x[first + i] : 0.0f;
  }
}

void finish(__global float *y, __global const float *bias, size_t at, int output, float sum, int biased, int adding) {
  float v = biased ? sum + bias[output] : sum;
  y[at] = adding ? y[at] + v : v;
}

#define UNITS 4 /* of 32 columns in a segment */
