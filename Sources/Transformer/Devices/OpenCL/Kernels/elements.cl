// Row by row and element by element.

#define GROUP 128

// The sum of one number per work item, the same for all: a tree of fixed shape.
float group_sum(__local float *part, float s) {
  int me = (int)get_local_id(0);
  part[me] = s;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int n = GROUP / 2; n > 0; n >>= 1) {
    if (me < n) part[me] = part[me] + part[me + n];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  float total = part[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return total;
}

// (x - mean) / sqrt(mean of squares + epsilon) * scale + bias; without `centred` no mean is taken off. A group per row.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void norm_rows(__global const float *x, __global const float *scale, __global const float *bias, __global float *into,
               int columns, float epsilon, int centred, int biased) {
  __local float part[GROUP];
  size_t first = get_group_id(0) * (size_t)columns;
  int me = (int)get_local_id(0);
  float s = 0;
  for (int i = me; i < columns; i += GROUP) s = s + x[first + i];
  float mean = group_sum(part, s) / (float)columns, centre = centred ? mean : 0.0f;
  s = 0;
  for (int i = me; i < columns; i += GROUP) {
    float d = x[first + i] - centre;
    s = fma(d, d, s);
  }
  float factor = 1.0f / sqrt(group_sum(part, s) / (float)columns + epsilon);
  for (int i = me; i < columns; i += GROUP) {
    float v = (x[first + i] - centre) * factor * scale[i];
    into[first + i] = biased ? v + bias[i] : v;
  }
}

// Rotary embedding of rows [heads][dimension], an element per work item.
__kernel void rotate_heads(__global const float *x, __global const float *cosines, __global const float *sines,
                           __global const float *row_scale, __global float *into, int count, int heads, int dimension,
                           int rotary, int interleaved, int scaled) {
  int at = (int)get_global_id(0), width = heads * dimension;
  if (at >= count) return;
  int row = at / width, e = at % dimension, half_size = rotary / 2;
  float v = x[at];
  if (e < rotary) {
    int i = interleaved ? e / 2 : e % half_size;
    int second = interleaved ? e & 1 : e >= half_size;
    int other = interleaved ? (second ? at - 1 : at + 1) : (second ? at - half_size : at + half_size);
    float c = cosines[row * half_size + i], s = sines[row * half_size + i], w = x[other];
    float turned = w * s;
    v = second ? v * c + turned : v * c - turned;
  }
  into[at] = scaled ? v * row_scale[row] : v;
}

// Rows of `width` elements into a cache, `stride` elements from one position to the next.
#define STORE(name, type, put)                                                                                        \
  __kernel void name(__global const float *x, long x_first, __global type *cache, long first, int stride, int width,   \
                     int count) {                                                                                      \
    int at = (int)get_global_id(0);                                                                                    \
    if (at >= count) return;                                                                                           \
    size_t to = (size_t)first + (size_t)(at / width) * (size_t)stride + (size_t)(at % width);                          \
    float v = x[x_first + at];                                                                                         \
    put;                                                                                                               \
  }
STORE(store_float, float, cache[to] = v)
STORE(store_half, half, vstore_half_rte(v, to, cache))

float activation_of(float x, int kind) {
  if (kind == 0) return x / (1.0f + exp_of(-x));
  if (kind == 2) {
    // 0.5 x (1 + tanh(u)) = x / (1 + exp(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
    float u = x * fma(x * x, 2.0f * 0.7978845608f * 0.044715f, 2.0f * 0.7978845608f);
    return x / (1.0f + exp_of(-u));
  }
  // x Phi(x), with erfc by Abramowitz and Stegun 7.1.26.
  float z = fabs(x) * 0.70710678f, t = 1.0f / fma(0.3275911f, z, 1.0f);
  float p = fma(fma(fma(fma(1.061405429f, t, -1.453152027f), t, 1.421413741f), t, -0.284496736f), t, 0.254829592f);
  float tail = p * t * exp_of(-(z * z)) * 0.5f;
  return x * (x < 0.0f ? tail : 1.0f - tail);
}

__kernel void activate(__global const float *gate, __global float *up, int count, int kind, int gated) {
  int at = (int)get_global_id(0);
  if (at >= count) return;
  float y = activation_of(gated ? gate[at] : up[at], kind);
  up[at] = gated ? y * up[at] : y;
}

__kernel void add(__global float *x, __global const float *y, int count) {
  int at = (int)get_global_id(0);
  if (at < count) x[at] = x[at] + y[at];
}

__kernel void soft_cap(__global float *x, int count, float cap) {
  int at = (int)get_global_id(0);
  if (at < count) x[at] = cap * tanh_of(x[at] / cap);
}

// Largest value of a row and its lowest index, all items of a group; index -1 where one is NaN or positive infinity, or
// none is above negative infinity.
void largest(__global const float *x, int columns, __local float *part, __local int *place, float *value, int *index) {
  int me = (int)get_local_id(0), at = columns, bad = 0;
  float m = -INFINITY;
  for (int i = me; i < columns; i += GROUP) {
    float v = x[i];
    bad |= isnan(v) || v == INFINITY;
    if (v > m) m = v, at = i;
  }
  part[me] = m;
  place[me] = bad ? -1 : at;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int n = GROUP / 2; n > 0; n >>= 1) {
    if (me < n) {
      float a = part[me], b = part[me + n];
      int i = place[me], j = place[me + n];
      part[me] = b > a ? b : a;
      place[me] = i < 0 || j < 0 ? -1 : b > a ? j : b < a ? i : min(i, j);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  *value = part[0];
  *index = place[0] >= columns ? -1 : place[0];
  barrier(CLK_LOCAL_MEM_FENCE);
}

// Natural logarithm of the softmax of each row at its target. A group per row.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void log_probabilities(__global const float *logits, __global const int *targets, __global float *into, int columns) {
  __local float part[GROUP];
  __local int place[GROUP];
  size_t row = get_group_id(0);
  __global const float *x = logits + row * (size_t)columns;
  float m, s = 0;
  int index;
  largest(x, columns, part, place, &m, &index);
  for (int i = (int)get_local_id(0); i < columns; i += GROUP) s = s + exp_of(x[i] - m);
  s = group_sum(part, s);
  if (get_local_id(0) == 0) into[row] = index < 0 ? NAN : (x[targets[row]] - m) - log(s);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void arg_max(__global const float *logits, long first, __global int *into, int columns) {
  __local float part[GROUP];
  __local int place[GROUP];
  float m;
  int index;
  largest(logits + first, columns, part, place, &m, &index);
  if (get_local_id(0) == 0) into[0] = index;
}

// Fused multiply-adds without memory, 64 per turn and work item: the device's peak.
__kernel void peak_products(__global float *into, int turns, float by) {
  float a = (float)get_global_id(0), b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
  for (int i = 0; i < turns; i++) {
    for (int j = 0; j < 8; j++) {
      a = fma(a, by, by), b = fma(b, by, by), c = fma(c, by, by), d = fma(d, by, by);
      e = fma(e, by, by), f = fma(f, by, by), g = fma(g, by, by), h = fma(h, by, by);
    }
  }
  into[get_global_id(0)] = ((a + b) + (c + d)) + ((e + f) + (g + h));
}

// Reads all of `from`, 16 bytes per step and work item, neighbours side by side.
__kernel void peak_reads(__global const float4 *from, __global float *into, int count) {
  float4 s = (float4)(0.0f);
  for (int i = (int)get_global_id(0); i < count; i += (int)get_global_size(0)) s = s + from[i];
  into[get_global_id(0)] = (s.x + s.y) + (s.z + s.w);
}
