/* The kernels of body/kernels.h for: portable. */
#include "CKernels.h"

#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"
#define NAME(x) x##_portable
#define VECTORS 1
#define ISA_NAME "portable"
#include "body/kernels.h"

const ckernels_table *ckernels_table_portable(void) { return &table_portable; }
