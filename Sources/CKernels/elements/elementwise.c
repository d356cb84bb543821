// Element by element and row by row: exp, activations, norms, rotary embedding.
#include "isa/common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "elements/elementwise_body.h"
#include "isa/each_isa.h"
