#!/usr/bin/env python3
"""Writes a GGUF file of the Llama family with random float16 weights, for measuring speed alone.

The default shape is that of a 1.1-billion-parameter Llama: 22 layers, 2048 wide, 32 query heads over 4 key/value
heads, 5632 in the feed-forward block, 32,000 tokens. The vocabulary is that of Llama in its first part (special tokens,
bytes, the characters of ASCII), so that texts make tokens, about one a character; the rest are names without meaning.
"""
import argparse
import struct

import numpy


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, value):
    """One metadata entry: text, integer, float, or a list of texts, floats or integers."""
    kinds = {str: (8, text), int: (4, lambda v: struct.pack("<I", v)), float: (6, lambda v: struct.pack("<f", v))}
    if isinstance(value, list):
        kind, pack = kinds[type(value[0])] if not isinstance(value[0], int) else (5, lambda v: struct.pack("<i", v))
        return text(key) + struct.pack("<IIQ", 9, kind, len(value)) + b"".join(pack(v) for v in value)
    kind, pack = kinds[type(value)]
    return text(key) + struct.pack("<I", kind) + pack(value)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("out")
    p.add_argument("--layers", type=int, default=22)
    p.add_argument("--hidden", type=int, default=2048)
    p.add_argument("--heads", type=int, default=32)
    p.add_argument("--kv-heads", type=int, default=4)
    p.add_argument("--feed-forward", type=int, default=5632)
    p.add_argument("--vocabulary", type=int, default=32000)
    p.add_argument("--sparse", action="store_true", help="leave the weights zero and unwritten (only for `model`)")
    a = p.parse_args()
    width = a.hidden // a.heads * a.kv_heads
    tensors = [("token_embd.weight", a.vocabulary, a.hidden), ("output.weight", a.vocabulary, a.hidden)]
    vectors = ["output_norm.weight"]
    for i in range(a.layers):
        tensors += [(f"blk.{i}.{name}.weight", rows, columns) for name, rows, columns in [
            ("attn_q", a.hidden, a.hidden), ("attn_k", width, a.hidden), ("attn_v", width, a.hidden),
            ("attn_output", a.hidden, a.hidden), ("ffn_gate", a.feed_forward, a.hidden),
            ("ffn_up", a.feed_forward, a.hidden), ("ffn_down", a.hidden, a.feed_forward)]]
        vectors += [f"blk.{i}.attn_norm.weight", f"blk.{i}.ffn_norm.weight"]
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    kinds = [2, 3, 3] + [6] * 256
    names += ["\u2581"] + [chr(i) for i in range(33, 127)]
    names += [f"\u2581w{i}" for i in range(len(names), a.vocabulary)]
    kinds += [1] * (len(names) - len(kinds))
    if len(names) != a.vocabulary:
        p.error(f"--vocabulary: at least {len(names)}, for Llama's special tokens, bytes and characters")
    metadata = [
        entry("general.architecture", "llama"), entry("general.name", "random weights"), entry("general.file_type", 1),
        entry("llama.context_length", 32768), entry("llama.embedding_length", a.hidden),
        entry("llama.block_count", a.layers), entry("llama.feed_forward_length", a.feed_forward),
        entry("llama.attention.head_count", a.heads), entry("llama.attention.head_count_kv", a.kv_heads),
        entry("llama.attention.layer_norm_rms_epsilon", 1e-5), entry("llama.rope.freq_base", 10000.0),
        entry("llama.rope.dimension_count", a.hidden // a.heads), entry("llama.vocab_size", a.vocabulary),
        entry("tokenizer.ggml.model", "llama"), entry("tokenizer.ggml.tokens", names),
        entry("tokenizer.ggml.scores", [-float(i) for i in range(a.vocabulary)]),
        entry("tokenizer.ggml.token_type", kinds),
        entry("tokenizer.ggml.bos_token_id", 1), entry("tokenizer.ggml.eos_token_id", 2),
    ]
    infos, at = [], 0
    for name, rows, columns in tensors:
        infos.append(text(name) + struct.pack("<IQQIQ", 2, columns, rows, 1, at))
        at += (rows * columns * 2 + 31) // 32 * 32
    for name in vectors:
        infos.append(text(name) + struct.pack("<IQIQ", 1, a.hidden, 0, at))
        at += a.hidden * 4
    header = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(metadata)) + b"".join(metadata) + b"".join(infos)
    header += bytes(-len(header) % 32)
    random = numpy.random.default_rng(1)
    # One block of normal numbers, taken at changing places: speed does not depend on the values.
    block = (random.standard_normal(1 << 24, dtype=numpy.float32) * 0.02).astype(numpy.float16)
    with open(a.out, "wb") as out:
        out.write(header)
        if a.sparse:
            out.truncate(len(header) + at)
            return
        for _, rows, columns in tensors:
            left, place = rows * columns, int(random.integers(1 << 23))
            while left:
                part = block[place:place + left]
                out.write(part.tobytes())
                left, place = left - len(part), 0
            out.write(bytes(-(rows * columns * 2) % 32))
        for _ in vectors:
            out.write(numpy.ones(a.hidden, dtype=numpy.float32).tobytes())


main()
