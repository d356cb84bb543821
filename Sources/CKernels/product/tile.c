// The multiply-add tiles of products and attention, and the packing of activations for them.
#include "isa/common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "product/tile_body.h"
#include "isa/each_isa.h"
