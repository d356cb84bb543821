// The functions of the products in integers, and the choice of their level.
#include "product/integer_kernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define TOP_VNNI
#define BODY "product/integer_body.h"
#include "isa/each_isa.h"

static const integer_table integers_portable = {CKERNELS_INTEGER_FUNCTIONS(CKERNELS_ENTRY, portable)};
#if defined(__x86_64__)
static const integer_table integers_avx2 = {CKERNELS_INTEGER_FUNCTIONS(CKERNELS_ENTRY, avx2)};
static const integer_table integers_vnni = {CKERNELS_INTEGER_FUNCTIONS(CKERNELS_ENTRY, vnni)};
#endif

const integer_table *ckernels_integer_table(int isa, int vnni) {
#if defined(__x86_64__)
  if (vnni) return &integers_vnni;
  if (isa >= ckernels_avx2) return &integers_avx2;
#endif
  (void)isa;
  (void)vnni;
  return &integers_portable;
}
