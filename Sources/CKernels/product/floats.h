#pragma once
#include "product/division.h"

/// The float32 path.
void ckernels_multiply_floats(multiplication *m, int path);
