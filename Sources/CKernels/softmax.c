// Softmax in its three uses: online over key tiles, as a log-probability, and its largest element.
#include "common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "softmax_body.h"
#include "each_isa.h"
