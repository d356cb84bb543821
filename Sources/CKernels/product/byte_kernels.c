// The functions of the 8-bit path, and the choice of their level.
#include "product/byte_kernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define TOP_VNNI
#define BODY "product/byte_body.h"
#include "isa/each_isa.h"

static const byte_table bytes_portable = {CKERNELS_BYTE_FUNCTIONS(CKERNELS_ENTRY, portable)};
#if defined(__x86_64__)
static const byte_table bytes_avx2 = {CKERNELS_BYTE_FUNCTIONS(CKERNELS_ENTRY, avx2)};
static const byte_table bytes_vnni = {CKERNELS_BYTE_FUNCTIONS(CKERNELS_ENTRY, vnni)
                                          CKERNELS_BYTE_VECTOR(CKERNELS_ENTRY, vnni)};
#endif

const byte_table *ckernels_byte_table(int isa, int vnni) {
#if defined(__x86_64__)
  if (vnni) return &bytes_vnni;
  if (isa >= ckernels_avx2) return &bytes_avx2;
#endif
  (void)isa;
  (void)vnni;
  return &bytes_portable;
}
