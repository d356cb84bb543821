// Element by element and row by row: exp, activations, norms, rotary embedding.
#include "common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "elementwise_body.h"
#include "each_isa.h"
