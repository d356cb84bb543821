#pragma once
// The inner loop of SHA-256 (FIPS 180-4, section 6.2.2), which weights of many gigabytes pass through.

#include <stddef.h>
#include <stdint.h>

/// Takes `count` blocks of 64 bytes into the eight words of a state, by the processor's own instructions where it has
/// them.
void cdigest_sha256_blocks(uint32_t *state, const void *bytes, size_t count);
/// The same in plain C, for tests.
void cdigest_sha256_blocks_portable(uint32_t *state, const void *bytes, size_t count);
