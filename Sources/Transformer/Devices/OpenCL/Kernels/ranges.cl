// What the kernels of attention share: which keys a token sees, and how super tiles of keys are joined. HEAD_DIM and HALF
// are options.

#define KEYS 64
#define SUPER 512
#define CHUNK 32
#define SPREAD (HEAD_DIM > 128 ? 8 : 16) /* values in local memory at once */
#if HALF
#define stored half
#define LOAD(p, i) vload_half(i, p)
#else
#define stored float
#define LOAD(p, i) (p)[i]
#endif

// The pair of rotations under which a token sees a position; -1 where it does not.
int pair_at(int position, __global const int *starts, int end, __global const int *pair_of, int kinds) {
  int kind = -1;
  if (position >= end) return -1;
  for (int r = 0; r < kinds; r++) {
    if (starts[r] <= position) kind = r;
  }
  return kind < 0 ? -1 : pair_of[kind];
}

// Which pairs a token needs for the positions base ... base + 63, as bits.
int pairs_needed(int base, __global const int *starts, int end, __global const int *pair_of, int kinds) {
  int bits = 0;
  for (int r = 0; r < kinds; r++) {
    int first = max(starts[r], base), last = min(r + 1 < kinds ? min(starts[r + 1], end) : end, base + KEYS);
    if (first < last && pair_of[r] >= 0) bits |= 1 << pair_of[r];
  }
  return bits;
}

// The state (maximum, sum) of a later super tile joins that of the earlier ones; the factors are for the weighted sums.
void join(float *m_all, float *l_all, float m, float l, float *a, float *b) {
  *a = 1, *b = 0;
  if (m == -INFINITY || *m_all == -INFINITY) *l_all = *l_all + l;
  if (m == -INFINITY) return;
  if (*m_all == -INFINITY) {
    *m_all = m, *a = 0, *b = 1;
    return;
  }
  float top = m > *m_all ? m : *m_all;
  *a = exp_of(*m_all - top), *b = exp_of(m - top);
  *l_all = fma(l, *b, *l_all * *a);
  *m_all = top;
}
float joined(float all, float a, float one, float b) {
  // A factor of 0 may meet what is not finite; it stands for "nothing there".
  return b == 0 && a == 1 ? all : a == 0 && b == 1 ? one : fma(one, b, all * a);
}
float weighted(float o, float l) { return l == 0 ? 0.0f : o / l; }

// Super tiles of decoding to the output: an output column per work item, a row per group.
__kernel void merge_supers(__global const float *partial, __global float *into, int first_row, int rows, int heads,
                           int kv_heads, int supers, int block_rows, int blocks) {
  int group = heads / kv_heads, d = (int)get_local_id(0), g = (int)get_group_id(0), kv = (int)get_group_id(1);
  if (d >= HEAD_DIM) return;
  float m_all = -INFINITY, l_all = 0, o_all = 0;
  for (int s = 0; s < supers; s++) {
    size_t block = ((size_t)s * kv_heads + kv) * blocks + g / block_rows;
    __global const float *state = partial + (block * block_rows + g % block_rows) * (HEAD_DIM + 2);
    float a, b;
    join(&m_all, &l_all, state[0], state[1], &a, &b);
    o_all = joined(o_all, a, state[2 + d], b);
  }
  size_t at = ((size_t)(first_row + g / group) * heads + kv * group + g % group) * HEAD_DIM + d;
  into[at] = weighted(o_all, l_all);
}
