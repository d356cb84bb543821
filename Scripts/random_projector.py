#!/usr/bin/env python3
"""Writes a vision projector of random weights for llama-server (--mmproj): it sees nothing, and takes the whole way.

A vision transformer of two blocks, 32 wide, looks at 16 patches of 8 x 8 pixels; two layers (LLaVA's kind) bring them to
the width of the language model. What comes out is noise: it tests how pictures are sent, not what is in them.

usage: random_projector.py OUT [WIDTH]      WIDTH: the language model's, 576 for SmolLM2-135M
"""
import random
import struct
import sys

WIDTH, BLOCKS, INNER, PATCH, SIDE = 32, 2, 64, 8, 4


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, value):
    """One metadata entry: a text, a number, a flag, or a list of floats."""
    if isinstance(value, bool):
        return text(key) + struct.pack("<I?", 7, value)
    if isinstance(value, list):
        return text(key) + struct.pack("<IIQ", 9, 6, len(value)) + struct.pack(f"<{len(value)}f", *value)
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    return text(key) + (struct.pack("<II", 4, value) if isinstance(value, int) else struct.pack("<If", 6, value))


def main():
    out = sys.argv[1]
    width = int(sys.argv[2]) if len(sys.argv) > 2 else 576
    metadata = [
        entry("general.architecture", "clip"), entry("general.name", "random projector"), entry("general.file_type", 0),
        entry("clip.has_vision_encoder", True), entry("clip.projector_type", "mlp"), entry("clip.use_gelu", True),
        entry("clip.vision.image_size", PATCH * SIDE), entry("clip.vision.patch_size", PATCH),
        entry("clip.vision.embedding_length", WIDTH), entry("clip.vision.feed_forward_length", INNER),
        entry("clip.vision.projection_dim", width), entry("clip.vision.block_count", BLOCKS),
        entry("clip.vision.attention.head_count", 2), entry("clip.vision.attention.layer_norm_epsilon", 1e-5),
        entry("clip.vision.image_mean", [0.5] * 3), entry("clip.vision.image_std", [0.5] * 3),
    ]
    tensors = [
        ("v.patch_embd.weight", [PATCH, PATCH, 3, WIDTH]), ("v.position_embd.weight", [WIDTH, SIDE * SIDE]),
        ("mm.0.weight", [WIDTH, width]), ("mm.0.bias", [width]), ("mm.2.weight", [width, width]), ("mm.2.bias", [width]),
    ]
    for block in range(BLOCKS):
        for name, shape in [
            ("attn_q", [WIDTH, WIDTH]), ("attn_k", [WIDTH, WIDTH]), ("attn_v", [WIDTH, WIDTH]),
            ("attn_out", [WIDTH, WIDTH]), ("ffn_up", [WIDTH, INNER]), ("ffn_down", [INNER, WIDTH]),
            ("ln1", [WIDTH]), ("ln2", [WIDTH]),
        ]:
            tensors += [(f"v.blk.{block}.{name}.weight", shape), (f"v.blk.{block}.{name}.bias", shape[-1:])]
    numbers = random.Random(42)
    infos, data = b"", b""
    for name, shape in tensors:
        count = 1
        for size in shape:
            count *= size
        infos += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        values = [1.0] * count if ".ln" in name and name.endswith("weight") else [
            numbers.gauss(0, 0.05) for _ in range(count)]
        data += struct.pack(f"<{count}f", *values)
        data += bytes(-len(data) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(metadata) + infos
    with open(out, "wb") as file:
        file.write(head + bytes(-len(head) % 32) + data)


main()
