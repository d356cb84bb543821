#!/usr/bin/env python3
"""Random blocks of each quantised type and their values by gguf-py, the format's own package.

usage: dequantize.py [OUT [BLOCKS]]      (needs gguf and numpy; OUT is dequantize.json beside this file, BLOCKS is 1)
Values are the bit patterns of float32. Of more than one block, every fourth has scales at the ends of float16: the
largest, the smallest, subnormal ones, zeros of either sign. Docs/differential-dequantisation.md says how to compare.
"""
import json, os, sys
import numpy as np
from gguf import quants, GGMLQuantizationType as Q, GGML_QUANT_SIZES

# Where a block keeps numbers of 16 bits.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
          "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": []}
ENDS = np.array([65504, -65504, 2.0**-24, -2.0**-14, 3 * 2.0**-20, 0.0, -0.0], dtype=np.float16)
random = np.random.default_rng(7)
count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
cases = []
for name, halves in HALVES.items():
    blocks = random.integers(0, 256, (count, GGML_QUANT_SIZES[Q[name]][1]), dtype=np.uint8)
    for index, block in enumerate(blocks):
        for at in halves:
            half = random.choice(ENDS, 1) if index % 4 == 1 else random.normal(0, 0.1, 1).astype(np.float16)
            block[at:at + 2] = half.view(np.uint8)
        if name == "MXFP4":
            # The exponent: 121 alone, and those whose values are normal numbers of float32; smaller ones count as zero.
            block[0] = 121 if index == 0 else random.integers(2, 250)
    values = quants.dequantize(blocks, Q[name]).reshape(-1).astype(np.float32)
    cases.append({"type": name, "bytes": blocks.reshape(-1).tolist(), "values": values.view(np.uint32).tolist()})
out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "dequantize.json")
with open(out, "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
