// Attention as in attention.cl by matrix instructions, for `--compute float16` over a cache of halves: queries, keys,
// values and weights of half precision, float32 sums and softmax. Included twice, with ROWS, ITEMS, ATTEND and BRING_ROWS defined: 16
// rows for every 32 work items. HEAD_DIM is a multiple of 16.
//
// Queries come as halves, scaled, DEPTH per head, in the order of halves.cl: lane t of four owns columns 16 t ... + 15 of
// each 64. Keys lie as they are in the cache, and lane t takes the same columns.

#define DEPTH ((HEAD_DIM + 63) / 64 * 64)
#define PITCH (DEPTH / 8 + 1) /* of 16 bytes: neighbouring rows in different banks */
#define BLOCKS (HEAD_DIM / 8)

#ifndef ATTENTION_MATRIX_COMMON
#define ATTENTION_MATRIX_COMMON
// Queries to halves: 16 columns of a head per work item.
__kernel void halves_of_queries(__global const float *q, __global half *into, int first_row, int count, int heads,
                                float scale) {
  int pieces = DEPTH / 16, at = (int)get_global_id(0);
  if (at >= count * heads * pieces) return;
  int head = at / pieces, first = at % pieces * 16;
  float v[16];
#pragma unroll
  for (int i = 0; i < 16; i++) v[i] = 0;
  if (first < HEAD_DIM) {
    __global const float *p = q + ((size_t)first_row * heads + head) * HEAD_DIM + first;
#pragma unroll
    for (int i = 0; i < 16; i++) v[i] = p[i] * scale;
  }
  store_halves(into + (size_t)head * DEPTH, first, v);
}

// Whether one kind of range covers all of the positions base ... base + 63 for a token.
int is_whole(int base, __global const int *starts, int end, int kinds) {
  if (base + KEYS > end) return 0;
  for (int r = 0; r < kinds; r++) {
    if (starts[r] > base && starts[r] < base + KEYS) return 0;
  }
  return 1;
}

#define ROW_QUADS (DEPTH / 8)
#endif

#undef BATCH
#define BATCH (ITEMS == 32 ? 8 : 4)

// Rows base ... base + 63 of a cache to local memory, zeros beyond `end`; a batch is under way at once.
void BRING_ROWS(__local uint4 *tile, __global const half *cache, int base, int end, size_t first, size_t stride) {
  int me = (int)get_local_id(0);
#pragma unroll 1
  for (int turn = 0; turn < KEYS * ROW_QUADS; turn += BATCH * ITEMS) {
    uint4 v[BATCH];
#pragma unroll
    for (int i = 0; i < BATCH; i++) {
      int at = turn + i * ITEMS + me, j = at / ROW_QUADS, quad = at % ROW_QUADS;
      v[i] = (uint4)(0);
      if (at < KEYS * ROW_QUADS && base + j < end && quad < HEAD_DIM / 8) {
        v[i] = *((__global const uint4 *)(cache + first + (size_t)(base + j) * stride) + quad);
      }
    }
#pragma unroll
    for (int i = 0; i < BATCH; i++) {
      int at = turn + i * ITEMS + me;
      if (at < KEYS * ROW_QUADS) tile[at / ROW_QUADS * PITCH + at % ROW_QUADS] = v[i];
    }
  }
}

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void ATTEND(__global const half *q0, __global const half *q1, __global const half *q2, __global const half *q3,
            int first_row, int rows, int heads, int kv_heads, __global const half *keys,
            __global const half *values, int variants, __global const int *starts, __global const int *ends,
            __global const int *plan, int kinds, int pairs, float cap, __global float *into, __global float *partial,
            int split) {
  __local uint4 tile[KEYS * PITCH];
  __local int need, mixed, limit;
  LANES_MEMORY(ITEMS)
  __global const int *pair_of = plan, *pair_query = plan + kinds, *pair_key = plan + kinds + pairs;
  int me = (int)get_local_id(0), lane = me % 32, g = lane / 4, t = lane % 4, band = me / 32 * 16;
  int group = heads / kv_heads, kv = (int)get_group_id(1), g0 = (int)get_group_id(0) * ROWS;
  int count = min(ROWS, rows * group - g0);
  size_t width = (size_t)kv_heads * HEAD_DIM;
  // This item's two rows: their tokens and their places among the queries.
  int token[2];
  size_t place[2];
#pragma unroll
  for (int i = 0; i < 2; i++) {
    int row = g0 + min(band + g + 8 * i, count - 1);
    token[i] = row / group;
    place[i] = ((size_t)token[i] * heads + kv * group + row % group) * (DEPTH / 8);
  }
  if (me == 0) limit = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (me < count) atomic_max(&limit, ends[(g0 + me) / group]);
  barrier(CLK_LOCAL_MEM_FENCE);
  int end = limit;
  int super0 = split ? (int)get_group_id(2) : 0;
  int super1 = split ? super0 + 1 : (end + SUPER - 1) / SUPER;
  float m_all[2] = {-INFINITY, -INFINITY}, l_all[2] = {0, 0};
  for (int super = super0; super < super1; super++) {
    float o[BLOCKS][4], m[2] = {-INFINITY, -INFINITY}, l[2] = {0, 0};
#pragma unroll
    for (int n = 0; n < BLOCKS; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) o[n][i] = 0;
    }
    for (int base = super * SUPER; base < min(end, (super + 1) * SUPER); base += KEYS) {
      barrier(CLK_LOCAL_MEM_FENCE);
      if (me == 0) need = 0, mixed = 0;
      barrier(CLK_LOCAL_MEM_FENCE);
      if (me < count) {
        int own = (g0 + me) / group;
        __global const int *own_starts = starts + own * kinds;
        int wanted = pairs_needed(base, own_starts, ends[own], pair_of, kinds);
        atomic_or(&need, wanted);
        if (wanted == 0 || !is_whole(base, own_starts, ends[own], kinds)) atomic_or(&mixed, 1);
      }
      barrier(CLK_LOCAL_MEM_FENCE);
      int bits = need, masked = mixed != 0 || popcount(bits) > 1;
      if (bits != 0) {
        float s[8][4];
        if (masked) {
#pragma unroll
          for (int n = 0; n < 8; n++) {
#pragma unroll
            for (int i = 0; i < 4; i++) s[n][i] = -INFINITY;
          }
        }
        for (int p = 0; p < pairs; p++) {
          if ((bits >> p & 1) != 0) {
            int variant = pair_query[p];
            __global const uint4 *q =
                (__global const uint4 *)(variant == 0 ? q0 : variant == 1 ? q1 : variant == 2 ? q2 : q3);
            barrier(CLK_LOCAL_MEM_FENCE);
            BRING_ROWS(tile, keys, base, end, (size_t)pair_key[p] * width + kv * HEAD_DIM, width * variants);
            barrier(CLK_LOCAL_MEM_FENCE);
            float sum[8][4];
#pragma unroll
            for (int n = 0; n < 8; n++) {
#pragma unroll
              for (int i = 0; i < 4; i++) sum[n][i] = 0;
            }
#pragma unroll
            for (int chunk = 0; chunk < DEPTH / 64; chunk++) {
              uint4 low = q[place[0] + 8 * chunk + t], later_low = q[place[0] + 8 * chunk + 4 + t];
              uint4 high = q[place[1] + 8 * chunk + t], later_high = q[place[1] + 8 * chunk + 4 + t];
#pragma unroll
              for (int n = 0; n < 8; n++) {
                __local const uint4 *k = tile + (8 * n + g) * PITCH + 8 * chunk + 2 * t;
                uint4 b = k[0], later = k[1];
                STEP(sum[n], low.x, high.x, low.y, high.y, b.x, b.y);
                STEP(sum[n], low.z, high.z, low.w, high.w, b.z, b.w);
                STEP(sum[n], later_low.x, later_high.x, later_low.y, later_high.y, later.x, later.y);
                STEP(sum[n], later_low.z, later_high.z, later_low.w, later_high.w, later.z, later.w);
              }
            }
#pragma unroll
            for (int n = 0; n < 8; n++) {
#pragma unroll
              for (int i = 0; i < 4; i++) {
                float v = cap != 0 ? cap * tanh_of(sum[n][i] / cap) : sum[n][i];
                if (masked) {
                  int own = token[i / 2], position = base + 8 * n + 2 * t + i % 2;
                  if (pair_at(position, starts + own * kinds, ends[own], pair_of, kinds) == p) s[n][i] = v;
                } else {
                  s[n][i] = v;
                }
              }
            }
          }
        }
#pragma unroll
        for (int i = 0; i < 2; i++) {
          float after = m[i];
#pragma unroll
          for (int n = 0; n < 8; n++) {
            after = s[n][2 * i] > after ? s[n][2 * i] : after;
            after = s[n][2 * i + 1] > after ? s[n][2 * i + 1] : after;
          }
          after = fmax(after, FROM_LANE(after, 1));
          after = fmax(after, FROM_LANE(after, 2));
          float total = 0;
#pragma unroll
          for (int n = 0; n < 8; n++) {
#pragma unroll
            for (int j = 2 * i; j < 2 * i + 2; j++) {
              float v = s[n][j];
              // No maximum, but a NaN: the sum keeps it.
              float w = after == -INFINITY ? (isnan(v) ? v : 0.0f) : exp_of(v - after);
              s[n][j] = w;
              total = total + w;
            }
          }
          total = total + FROM_LANE(total, 1);
          total = total + FROM_LANE(total, 2);
          float alpha = m[i] == after ? 1.0f : m[i] == -INFINITY ? 0.0f : exp_of(m[i] - after);
          l[i] = fma(l[i], alpha, total);
          m[i] = after;
#pragma unroll
          for (int n = 0; n < BLOCKS; n++) {
            o[n][2 * i] = o[n][2 * i] * alpha;
            o[n][2 * i + 1] = o[n][2 * i + 1] * alpha;
          }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        BRING_ROWS(tile, values, base, end, (size_t)kv * HEAD_DIM, width);
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int step = 0; step < 4; step++) {
          uint a0 = pair_of_halves(s[2 * step][0], s[2 * step][1]), a1 = pair_of_halves(s[2 * step][2], s[2 * step][3]);
          uint a2 = pair_of_halves(s[2 * step + 1][0], s[2 * step + 1][1]);
          uint a3 = pair_of_halves(s[2 * step + 1][2], s[2 * step + 1][3]);
          __local const uint4 *row = tile + (16 * step + lane % 16) * PITCH + lane / 16;
#pragma unroll
          for (int n = 0; n < BLOCKS / 2; n++) {
            uint b[4];
            TRANSPOSED(b, row + 2 * n);
            STEP(o[2 * n], a0, a1, a2, a3, b[0], b[1]);
            STEP(o[2 * n + 1], a0, a1, a2, a3, b[2], b[3]);
          }
        }
      }
    }
    if (split) {
      size_t block = ((size_t)super * kv_heads + kv) * get_num_groups(0) + get_group_id(0);
#pragma unroll
      for (int i = 0; i < 2; i++) {
        __global float *state = partial + (block * ROWS + band + g + 8 * i) * (HEAD_DIM + 2);
        if (t == 0) state[0] = m[i], state[1] = l[i];
#pragma unroll
        for (int n = 0; n < BLOCKS; n++) state[2 + 8 * n + 2 * t] = o[n][2 * i], state[3 + 8 * n + 2 * t] = o[n][2 * i + 1];
      }
    } else {
#pragma unroll
      for (int i = 0; i < 2; i++) {
        float a, b;
        join(&m_all[i], &l_all[i], m[i], l[i], &a, &b);
        if (band + g + 8 * i < count) {
          int row = g0 + band + g + 8 * i;
          size_t at = ((size_t)(first_row + row / group) * heads + kv * group + row % group) * HEAD_DIM;
#pragma unroll
          for (int n = 0; n < BLOCKS; n++) {
#pragma unroll
            for (int j = 0; j < 2; j++) {
              int d = 8 * n + 2 * t + j;
              float all = super == 0 ? 0.0f : into[at + d];
              all = joined(all, a, o[n][2 * i + j], b);
              into[at + d] = super == super1 - 1 ? weighted(all, l_all[i]) : all;
            }
          }
        }
      }
    }
  }
  // A row that sees nothing at all.
  if (!split && super1 == 0) {
    for (int i = me; i < count * HEAD_DIM; i += ITEMS) {
      int row = g0 + i / HEAD_DIM;
      into[((size_t)(first_row + row / group) * heads + kv * group + row % group) * HEAD_DIM + i % HEAD_DIM] = 0;
    }
  }
}
