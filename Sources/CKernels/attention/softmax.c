// Softmax in its three uses: online over key tiles, as a log-probability, and its largest element.
#include "isa/common.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BODY "attention/softmax_body.h"
#include "isa/each_isa.h"
