// Block sizes of the storage types, as GGUF lays them out.
#include "isa/common.h"

static const struct { int16_t elements, bytes; } blocks[ckernels_type_count] = {
  [ckernels_f32] = {1, 4}, [ckernels_f16] = {1, 2}, [ckernels_bf16] = {1, 2},
  [ckernels_q8_0] = {32, 2 + 32}, [ckernels_q4_0] = {32, 2 + 16}, [ckernels_q4_1] = {32, 4 + 16},
  [ckernels_q5_0] = {32, 2 + 4 + 16}, [ckernels_q5_1] = {32, 4 + 4 + 16},
  [ckernels_q2_k] = {256, 16 + 64 + 4}, [ckernels_q3_k] = {256, 32 + 64 + 12 + 2},
  [ckernels_q4_k] = {256, 4 + 12 + 128}, [ckernels_q5_k] = {256, 4 + 12 + 32 + 128},
  [ckernels_q6_k] = {256, 128 + 64 + 16 + 2},
  [ckernels_iq4_nl] = {32, 2 + 16}, [ckernels_iq4_xs] = {256, 2 + 2 + 4 + 128}, [ckernels_mxfp4] = {32, 1 + 16},
};

int64_t ckernels_block_elements(int type) { return blocks[type].elements; }
int64_t ckernels_block_bytes(int type) { return blocks[type].bytes; }
