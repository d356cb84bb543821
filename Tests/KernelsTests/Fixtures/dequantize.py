#!/usr/bin/env python3
"""One random block of each quantised type and its values by gguf-py, the format's own package.

usage: dequantize.py [OUT]      (needs gguf and numpy; OUT is dequantize.json beside this file)
Values are the bit patterns of float32.
"""
import json, os, sys
import numpy as np
from gguf import quants, GGMLQuantizationType as Q, GGML_QUANT_SIZES

# Where a block keeps numbers of 16 bits.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
          "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": []}
random = np.random.default_rng(7)
cases = []
for name, halves in HALVES.items():
    block = random.integers(0, 256, GGML_QUANT_SIZES[Q[name]][1], dtype=np.uint8)
    for at in halves:
        block[at:at + 2] = random.normal(0, 0.1, 1).astype(np.float16).view(np.uint8)
    if name == "MXFP4":
        block[0] = 121
    values = quants.dequantize(block[None], Q[name]).reshape(-1).astype(np.float32)
    cases.append({"type": name, "bytes": block.tolist(), "values": values.view(np.uint32).tolist()})
out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "dequantize.json")
with open(out, "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
