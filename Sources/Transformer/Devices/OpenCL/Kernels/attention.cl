// Attention of a block of query rows over the key/value cache, blockwise with an online softmax. Included twice, with
// ROWS, ITEMS and ATTEND defined: blocks of many rows for prefill, of few for decoding. HEAD_DIM and HALF are options.
//
// Order of summation, the same in both: keys in tiles of 64 at absolute positions; scores as a chain over dimensions; a
// fresh softmax for each super tile of 512 keys; super tiles merged in ascending order, by the same work group or, when
// they are spread over groups (`split`), by `merge_supers`.

// Elements per work item: 4 rows by every LANES-th key or output column.
#undef LANES
#undef MY_KEYS
#undef MY_COLUMNS
#define LANES (ITEMS / (ROWS / 4))
#define MY_KEYS (64 / LANES)
#define MY_COLUMNS ((HEAD_DIM + LANES - 1) / LANES)

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void ATTEND(__global const float *q0, __global const float *q1, __global const float *q2, __global const float *q3,
            int first_row, int rows, int heads, int kv_heads, __global const stored *keys,
            __global const stored *values, int variants, __global const int *starts, __global const int *ends,
            __global const int *plan, int kinds, int pairs, float scale, float cap, __global float *into,
            __global float *partial, int split) {
  __local float qs[CHUNK * (ROWS + 1)], ks[CHUNK * (KEYS + 1)], scores[ROWS * (KEYS + 1)];
  __local float red[ROWS * 4], m_state[ROWS], l_state[ROWS], m_all[ROWS], l_all[ROWS], factor[ROWS], factor2[ROWS];
  __local int need, limit;
  __global const int *pair_of = plan, *pair_query = plan + kinds, *pair_key = plan + kinds + pairs;
  int me = (int)get_local_id(0), lane = me % LANES, band = me / LANES * 4;
  int group = heads / kv_heads, kv = (int)get_group_id(1), g0 = (int)get_group_id(0) * ROWS;
  int count = min(ROWS, rows * group - g0);
  if (me == 0) limit = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (me < count) {
    atomic_max(&limit, ends[(g0 + me) / group]);
    m_all[me] = -INFINITY, l_all[me] = 0;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  int end = limit;
  int super0 = split ? (int)get_group_id(2) : 0;
  int super1 = split ? super0 + 1 : (end + SUPER - 1) / SUPER;
  for (int super = super0; super < super1; super++) {
    float o[4][MY_COLUMNS];
#pragma unroll
    for (int a = 0; a < 4; a++) {
#pragma unroll
      for (int c = 0; c < MY_COLUMNS; c++) o[a][c] = 0;
    }
    if (me < ROWS) m_state[me] = -INFINITY, l_state[me] = 0;
    for (int base = super * SUPER; base < min(end, (super + 1) * SUPER); base += KEYS) {
      barrier(CLK_LOCAL_MEM_FENCE);
      if (me == 0) need = 0;
      barrier(CLK_LOCAL_MEM_FENCE);
      if (me < count) {
        int t = (g0 + me) / group;
        atomic_or(&need, pairs_needed(base, starts + t * kinds, ends[t], pair_of, kinds));
      }
      barrier(CLK_LOCAL_MEM_FENCE);
      int bits = need;
      if (bits != 0) {
        float s[4][MY_KEYS];
#pragma unroll
        for (int a = 0; a < 4; a++) {
#pragma unroll
          for (int c = 0; c < MY_KEYS; c++) s[a][c] = -INFINITY;
        }
        for (int p = 0; p < pairs; p++) {
          if ((bits >> p & 1) != 0) {
            int variant = pair_query[p];
            __global const float *q = variant == 0 ? q0 : variant == 1 ? q1 : variant == 2 ? q2 : q3;
            float sum[4][MY_KEYS];
#pragma unroll
            for (int a = 0; a < 4; a++) {
#pragma unroll
              for (int c = 0; c < MY_KEYS; c++) sum[a][c] = 0;
            }
            for (int d0 = 0; d0 < HEAD_DIM; d0 += CHUNK) {
              barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll 4
              for (int n = 0; n < ROWS * CHUNK / ITEMS; n++) {
                int i = me + n * ITEMS, r = i / CHUNK, d = i % CHUNK, g = g0 + r;
                float v = 0;
                if (r < count && d0 + d < HEAD_DIM) {
                  size_t row = (size_t)(first_row + g / group) * heads + kv * group + g % group;
                  v = q[row * HEAD_DIM + d0 + d] * scale;
                }
                qs[d * (ROWS + 1) + r] = v;
              }
#pragma unroll 4
              for (int n = 0; n < KEYS * CHUNK / ITEMS; n++) {
                int i = me + n * ITEMS, j = i / CHUNK, d = i % CHUNK;
                float v = 0;
                if (base + j < end && d0 + d < HEAD_DIM) {
                  size_t row = ((size_t)(base + j) * variants + pair_key[p]) * kv_heads + kv;
                  v = LOAD(keys, row * HEAD_DIM + d0 + d);
                }
                ks[d * (KEYS + 1) + j] = v;
              }
              barrier(CLK_LOCAL_MEM_FENCE);
              for (int d = 0; d < CHUNK; d++) {
#pragma unroll
                for (int a = 0; a < 4; a++) {
                  float x = qs[d * (ROWS + 1) + band + a];
#pragma unroll
                  for (int c = 0; c < MY_KEYS; c++) {
                    sum[a][c] = fma(x, ks[d * (KEYS + 1) + lane + LANES * c], sum[a][c]);
                  }
                }
              }
            }
#pragma unroll
            for (int a = 0; a < 4; a++) {
              if (band + a < count) {
                int t = (g0 + band + a) / group;
#pragma unroll
                for (int c = 0; c < MY_KEYS; c++) {
                  int position = base + lane + LANES * c;
                  if (pair_at(position, starts + t * kinds, ends[t], pair_of, kinds) == p) {
                    s[a][c] = cap != 0 ? cap * tanh_of(sum[a][c] / cap) : sum[a][c];
                  }
                }
              }
            }
          }
        }
#pragma unroll
        for (int a = 0; a < 4; a++) {
#pragma unroll
          for (int c = 0; c < MY_KEYS; c++) scores[(band + a) * (KEYS + 1) + lane + LANES * c] = s[a][c];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        // Four work items per row: maxima, then weights and their sums.
        int row = me / 4, quarter = me % 4;
        if (row < ROWS) {
          float m = -INFINITY;
          for (int j = quarter; j < KEYS; j += 4) {
            float v = scores[row * (KEYS + 1) + j];
            m = v > m ? v : m;
          }
          red[me] = m;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        float after = -INFINITY, total = 0;
        if (row < ROWS) {
          after = fmax(fmax(red[4 * row], red[4 * row + 1]), fmax(red[4 * row + 2], red[4 * row + 3]));
          after = fmax(after, m_state[row]);
          for (int j = quarter; j < KEYS; j += 4) {
            float v = scores[row * (KEYS + 1) + j];
            // No maximum, but a NaN: the sum keeps it.
            float w = after == -INFINITY ? (isnan(v) ? v : 0.0f) : exp_of(v - after);
            scores[row * (KEYS + 1) + j] = w;
            total = total + w;
          }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (row < ROWS) red[me] = total;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (row < ROWS && quarter == 0) {
          float before = m_state[row];
          float alpha = before == after ? 1.0f : before == -INFINITY ? 0.0f : exp_of(before - after);
          l_state[row] = fma(l_state[row], alpha, (red[me] + red[me + 1]) + (red[me + 2] + red[me + 3]));
          m_state[row] = after;
          factor[row] = alpha;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int a = 0; a < 4; a++) {
          float alpha = factor[band + a];
#pragma unroll
          for (int c = 0; c < MY_COLUMNS; c++) o[a][c] = o[a][c] * alpha;
        }
        for (int j0 = 0; j0 < KEYS; j0 += SPREAD) {
          barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll 4
          for (int i = me; i < SPREAD * HEAD_DIM; i += ITEMS) {
            int j = base + j0 + i / HEAD_DIM;
            ks[i] = j < end ? LOAD(values, ((size_t)j * kv_heads + kv) * HEAD_DIM + i % HEAD_DIM) : 0.0f;
          }
          barrier(CLK_LOCAL_MEM_FENCE);
          for (int j = 0; j < SPREAD; j++) {
#pragma unroll
            for (int c = 0; c < MY_COLUMNS; c++) {
              int d = lane + LANES * c;
              float v = d < HEAD_DIM ? ks[j * HEAD_DIM + d] : 0.0f;
#pragma unroll
              for (int a = 0; a < 4; a++) o[a][c] = fma(scores[(band + a) * (KEYS + 1) + j0 + j], v, o[a][c]);
            }
          }
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (split) {
      size_t block = ((size_t)super * kv_heads + kv) * get_num_groups(0) + get_group_id(0);
#pragma unroll
      for (int a = 0; a < 4; a++) {
        __global float *state = partial + (block * ROWS + band + a) * (HEAD_DIM + 2);
        if (lane == 0) state[0] = m_state[band + a], state[1] = l_state[band + a];
#pragma unroll
        for (int c = 0; c < MY_COLUMNS; c++) {
          if (lane + LANES * c < HEAD_DIM) state[2 + lane + LANES * c] = o[a][c];
        }
      }
    } else {
      if (me < count) {
        float a, b, m = m_all[me], l = l_all[me];
        join(&m, &l, m_state[me], l_state[me], &a, &b);
        m_all[me] = m, l_all[me] = l, factor[me] = a, factor2[me] = b;
      }
      barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
      for (int a = 0; a < 4; a++) {
        if (band + a < count) {
          int g = g0 + band + a;
          size_t at = ((size_t)(first_row + g / group) * heads + kv * group + g % group) * HEAD_DIM;
#pragma unroll
          for (int c = 0; c < MY_COLUMNS; c++) {
            int d = lane + LANES * c;
            if (d < HEAD_DIM) {
              float all = super == 0 ? 0.0f : into[at + d];
              all = joined(all, factor[band + a], o[a][c], factor2[band + a]);
              into[at + d] = super == super1 - 1 ? weighted(all, l_all[band + a]) : all;
            }
          }
        }
      }
    }
  }
  // A row that sees nothing at all.
  if (!split && super1 == 0) {
    for (int i = me; i < count * HEAD_DIM; i += ITEMS) {
      int g = g0 + i / HEAD_DIM;
      into[((size_t)(first_row + g / group) * heads + kv * group + g % group) * HEAD_DIM + i % HEAD_DIM] = 0;
    }
  }
}
