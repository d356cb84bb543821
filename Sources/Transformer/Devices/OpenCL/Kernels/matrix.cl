// Matrix instructions: c += a b for 16 rows, 8 columns and 16 summands with factors of half precision and float32 sums.
//
// 32 work items act together. With g = lane / 4 and t = lane % 4 an item holds, as PTX's mma.m16n8k16 lays them out, of a
// the pairs of summands 2 t, 2 t + 1 of rows g and g + 8 (a0, a1) and those 8 further on (a2, a3), of b the same pairs of
// column g (b0, b1), of c columns 2 t and 2 t + 1 of rows g and g + 8.
//
// TENSOR 1: NVIDIA's instructions. TENSOR 2: the same by way of local memory (`lanes`), for tests on any device. There
// a call of STEP, LANE_MAX or LANE_SUM is a barrier: all items of a group must come to it.

// Halves lie in chunks of 64 columns in the order in which the items take them: item t of four owns columns 16 t ... + 15,
// its first eight lie at 8 t, its last eight at 32 + 8 t.
int half_place(int column) { return column / 64 * 64 + column % 16 / 8 * 32 + column % 64 / 16 * 8; }

void store_halves(__global half *row, int first, const float *w) {
  // Eight by eight, each at a multiple of 16 bytes.
  __global half *p = row + half_place(first);
  vstorea_half8_rte((float8)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]), 0, p);
  vstorea_half8_rte((float8)(w[8], w[9], w[10], w[11], w[12], w[13], w[14], w[15]), 0, p + 32);
}

#if TENSOR == 1
#define LANES_MEMORY(items)
#define STEP(c, a0, a1, a2, a3, b0, b1)                                                                               \
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"       \
      : "+f"((c)[0]), "+f"((c)[1]), "+f"((c)[2]), "+f"((c)[3])                                                        \
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1))

uint pair_of_halves(float low, float high) {
  uint both;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

float from_lane(float v, int mask) {
  float other;
  asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 0x1f, 0xffffffff;" : "=f"(other) : "f"(v), "r"(mask));
  return other;
}
#define FROM_LANE(v, mask) from_lane(v, mask)

// The four 8 x 8 blocks of halves whose rows begin at `row` of each lane, transposed.
#define TRANSPOSED(into, row)                                                                                         \
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"                                  \
               : "=r"((into)[0]), "=r"((into)[1]), "=r"((into)[2]), "=r"((into)[3])                                   \
               : "r"((uint)(size_t)(row))                                                                             \
               : "memory")

// 16 bytes from global to local memory, without waiting.
#define FETCH(into, from)                                                                                             \
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"((uint)(size_t)(into)), "l"(from) : "memory")
#define FETCHED() asm volatile("cp.async.commit_group;" ::: "memory")
#define WAIT_UNTIL_UNDER_WAY(groups) asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory")

#elif TENSOR == 2
#define LANES_MEMORY(items) __local uint lanes[(items) * 6] __attribute__((aligned(8)));

float low_half(uint pair) {
  ushort h = (ushort)pair;
  return vload_half(0, (const half *)&h);
}
float high_half(uint pair) { return low_half(pair >> 16); }
uint pair_of_halves(float low, float high) {
  ushort a, b;
  vstore_half_rte(low, 0, (half *)&a);
  vstore_half_rte(high, 0, (half *)&b);
  return (uint)a | (uint)b << 16;
}

void emulated_step(__local uint *lanes, float *c, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1) {
  int me = (int)get_local_id(0), lane = me % 32, g = lane / 4, t = lane % 4;
  __local uint *mine = lanes + me * 6, *warp = lanes + (me - lane) * 6;
  mine[0] = a0, mine[1] = a1, mine[2] = a2, mine[3] = a3, mine[4] = b0, mine[5] = b1;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = 0; i < 4; i++) {
    for (int k = 0; k < 4; k++) {
      __local const uint *a = warp + (g * 4 + k) * 6 + i / 2, *b = warp + ((2 * t + i % 2) * 4 + k) * 6 + 4;
      c[i] = fma(low_half(a[0]), low_half(b[0]), c[i]), c[i] = fma(high_half(a[0]), high_half(b[0]), c[i]);
      c[i] = fma(low_half(a[2]), low_half(b[1]), c[i]), c[i] = fma(high_half(a[2]), high_half(b[1]), c[i]);
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}
#define STEP(c, a0, a1, a2, a3, b0, b1) emulated_step(lanes, c, a0, a1, a2, a3, b0, b1)

float emulated_from_lane(__local uint *lanes, float v, int mask) {
  int me = (int)get_local_id(0);
  lanes[me] = as_uint(v);
  barrier(CLK_LOCAL_MEM_FENCE);
  float other = as_float(lanes[me ^ mask]);
  barrier(CLK_LOCAL_MEM_FENCE);
  return other;
}
#define FROM_LANE(v, mask) emulated_from_lane(lanes, v, mask)

void emulated_transposed(__local uint *lanes, uint *into, __local const void *row) {
  int me = (int)get_local_id(0), lane = me % 32, g = lane / 4, t = lane % 4;
  __local ulong *rows = (__local ulong *)lanes;
  rows[me] = (ulong)(size_t)row;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = 0; i < 4; i++) {
    __local const ushort *a = (__local const ushort *)(size_t)rows[me - lane + 8 * i + 2 * t];
    __local const ushort *b = (__local const ushort *)(size_t)rows[me - lane + 8 * i + 2 * t + 1];
    into[i] = (uint)a[g] | (uint)b[g] << 16;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}
#define TRANSPOSED(into, row) emulated_transposed(lanes, into, row)

#define FETCH(into, from) (*(__local uint4 *)(into) = *(from))
#define FETCHED()
#define WAIT_UNTIL_UNDER_WAY(groups)
#endif
