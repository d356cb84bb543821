// The multiply-add tiles of products and attention, and the packing of activations for them.
#include "common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "tile_body.h"
#include "each_isa.h"
