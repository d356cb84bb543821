#!/usr/bin/env python3
"""Writes Corpus/: a few small inputs of our own for each target of `make fuzz`. The same files every time.

usage: make_corpus.py            (Python's standard library alone)
"""
import gzip
import io
import json
import os
import random
import sqlite3
import struct
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "Corpus")
FIXTURES = os.path.join(HERE, "..", "TokenizersTests", "Fixtures")
# Name: number in GGUF, elements and bytes of a block.
TYPES = {
    "F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q4_1": (3, 32, 20), "Q5_0": (6, 32, 22),
    "Q5_1": (7, 32, 24), "Q8_0": (8, 32, 34), "Q2_K": (10, 256, 84), "Q3_K": (11, 256, 110), "Q4_K": (12, 256, 144),
    "Q5_K": (13, 256, 176), "Q6_K": (14, 256, 210), "IQ4_NL": (20, 32, 18), "IQ4_XS": (23, 256, 136),
    "BF16": (30, 1, 2), "MXFP4": (39, 32, 17),
}


def put(target, name, content):
    folder = os.path.join(CORPUS, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(values, tensors, version=3):
    """A file of (key, type, bytes) and (name, shape outermost first, type)."""
    rng = random.Random(1)
    header = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    for key, kind, content in values:
        header += text(key) + struct.pack("<I", kind) + content
    data = b""
    for name, shape, kind in tensors:
        number, block, size = TYPES[kind]
        data += bytes(-len(data) % 32)
        header += text(name) + struct.pack("<I", len(shape))
        header += b"".join(struct.pack("<Q", extent) for extent in reversed(shape))
        header += struct.pack("<IQ", number, len(data))
        count = 1
        for extent in shape:
            count *= extent
        if kind == "F32":
            data += b"".join(struct.pack("<f", rng.uniform(-1, 1)) for _ in range(count))
        else:
            # As a half float about 0.05; as the exponent of MXFP4 tiny.
            data += bytes(rng.randrange(0x28, 0x2c) for _ in range(count // block * size))
    return header + bytes(-len(header) % 32) + data


def words(pieces, scores=True):
    values = [
        ("tokenizer.ggml.model", 8, text("llama" if scores else "gpt2")),
        ("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, len(pieces)) + b"".join(map(text, pieces))),
        ("tokenizer.ggml.token_type", 9, struct.pack("<IQ", 5, len(pieces))
         + b"".join(struct.pack("<i", 3 if piece.startswith("<") else 1) for piece in pieces)),
        ("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", 1)),
        ("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", 2)),
    ]
    if scores:
        values.append(("tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, len(pieces))
                       + b"".join(struct.pack("<f", -float(i)) for i in range(len(pieces)))))
    else:
        values.append(("tokenizer.ggml.pre", 8, text("llama-bpe")))
        values.append(("tokenizer.ggml.merges", 9, struct.pack("<IQ", 8, 1) + text("a b")))
    return values


def llama(hidden, head, heads, kinds, other, architecture="llama", more=()):
    """A model of one layer; its matrices have these types in turn, those with short rows the other."""
    values = [("general.architecture", 8, text(architecture))]
    for key, number in [("context_length", 64), ("embedding_length", hidden), ("feed_forward_length", 32),
                        ("block_count", 1), ("attention.head_count", heads), ("attention.head_count_kv", 1),
                        ("attention.key_length", head), ("attention.value_length", head),
                        ("rope.dimension_count", head)]:
        values.append((f"{architecture}.{key}", 4, struct.pack("<I", number)))
    values.append((f"{architecture}.attention.layer_norm_rms_epsilon", 6, struct.pack("<f", 1e-5)))
    values += [(f"{architecture}.{key}", number, content) for key, number, content in more]
    values += words(["<unk>", "<s>", "</s>", "a", "b", "ab", "▁a", "▁"])
    tensors = [
        ("token_embd.weight", [8, hidden]), ("output.weight", [8, hidden]),
        ("blk.0.attn_q.weight", [head * heads, hidden]), ("blk.0.attn_k.weight", [head, hidden]),
        ("blk.0.attn_v.weight", [head, hidden]),
        ("blk.0.ffn_gate.weight", [32, hidden]), ("blk.0.ffn_up.weight", [32, hidden]),
        ("blk.0.attn_output.weight", [hidden, head * heads]), ("blk.0.ffn_down.weight", [hidden, 32]),
    ]
    tensors = [(name, shape, kinds[index % len(kinds)] if index < 7 else other)
               for index, (name, shape) in enumerate(tensors)]
    tensors += [(name, [hidden], "F32") for name in
                ["output_norm.weight", "blk.0.attn_norm.weight", "blk.0.ffn_norm.weight"]]
    return gguf(values, tensors)


def models():
    put("gguf", "f32", llama(8, 4, 2, ["F32"], "F32"))
    put("gguf", "floats", llama(8, 4, 2, ["F16", "BF16"], "F16"))
    put("gguf", "blocks-4", llama(32, 16, 2, ["Q4_0", "Q4_1", "IQ4_NL", "MXFP4"], "IQ4_NL"))
    put("gguf", "blocks-5", llama(32, 16, 2, ["Q5_0", "Q5_1", "Q8_0"], "Q8_0"))
    put("gguf", "k", llama(256, 8, 4, ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS"], "MXFP4"))
    yarn = [("rope.scaling.type", 8, text("yarn")), ("rope.scaling.factor", 6, struct.pack("<f", 4)),
            ("rope.scaling.original_context_length", 4, struct.pack("<I", 16)),
            ("rope.freq_base", 6, struct.pack("<f", 1e4))]
    put("gguf", "yarn", llama(8, 4, 2, ["F32"], "F32", more=yarn))
    put("gguf", "byte-level", gguf([("general.architecture", 8, text("llama"))]
                                   + words(["<unk>", "<s>", "</s>", "a", "b", "ab", "Ġ"], scores=False), []))

    def safetensors(entries, data, metadata=True):
        table = {"__metadata__": {"format": "pt"}} if metadata else {}
        table.update(entries)
        header = json.dumps(table).encode()
        return struct.pack("<Q", len(header)) + header + data
    put("safetensors", "two", safetensors({
        "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        "b": {"dtype": "BF16", "shape": [4], "data_offsets": [16, 24]}}, bytes(range(24))))
    put("safetensors", "kinds", safetensors({
        "s": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]},
        "e": {"dtype": "F16", "shape": [0, 3], "data_offsets": [8, 8]},
        "f": {"dtype": "F16", "shape": [1, 2, 1, 2], "data_offsets": [8, 16]}}, bytes(16), False))
    configs = {
        "llama": {"model_type": "llama", "rope_scaling": {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16}},
        "mistral": {"model_type": "mistral", "sliding_window": 16},
        "phi": {"model_type": "phi", "partial_rotary_factor": 0.5, "layer_norm_eps": 1e-5, "hidden_act": "gelu_new"},
        "phi3": {"model_type": "phi3", "original_max_position_embeddings": 32, "rope_scaling": {
            "type": "longrope", "short_factor": [1.0, 1.0], "long_factor": [2.0, 4.0]}},
        "gemma2": {"model_type": "gemma2", "head_dim": 4, "query_pre_attn_scalar": 4, "sliding_window": 16,
                   "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
                   "hidden_activation": "gelu_pytorch_tanh"},
        "gemma3": {"model_type": "gemma3_text", "head_dim": 4, "query_pre_attn_scalar": 4, "sliding_window": 16,
                   "rope_local_base_freq": 10000.0, "layer_types": ["sliding_attention", "full_attention"],
                   "hidden_activation": "gelu_pytorch_tanh"},
        "qwen3": {"model_type": "qwen3", "head_dim": 4, "use_sliding_window": False, "max_window_layers": 2,
                  "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}},
    }
    common = {"hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2,
              "num_key_value_heads": 1, "vocab_size": 6, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
              "rope_theta": 10000.0, "bos_token_id": 1, "eos_token_id": [2, 3], "tie_word_embeddings": True}
    for name, config in configs.items():
        put("config", name, json.dumps(common | config))


def tokenizers():
    def tokenizer(**changes):
        value = {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": 5, "content": "<s>", "special": True, "normalized": False, "lstrip": False,
                              "rstrip": False, "single_word": False}],
            "normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
            "post_processor": None, "decoder": {"type": "ByteLevel"},
            "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}, "merges": ["a b", "ab c"]}}
        value.update(changes)
        return json.dumps(value, ensure_ascii=False)
    split = {"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|\\p{L}+|\\p{N}{1,3}|\\s+(?!\\S)|\\s+"},
             "behavior": "Isolated", "invert": False}
    put("tokenizer-json", "byte-level", tokenizer())
    put("tokenizer-json", "split", tokenizer(pre_tokenizer={"type": "Sequence", "pretokenizers": [
        split, {"type": "Digits", "individual_digits": True}, {"type": "ByteLevel", "use_regex": False}]}))
    put("tokenizer-json", "normalizers", tokenizer(normalizer={"type": "Sequence", "normalizers": [
        {"type": "NFC"}, {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Lowercase"}]},
        pre_tokenizer={"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True},
        decoder={"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}))
    put("tokenizer-json", "ends", tokenizer(post_processor={
        "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                                                 {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [5], "tokens": ["<s>"]}}},
        model={"type": "BPE", "byte_fallback": True, "unk_token": "a", "ignore_merges": True, "fuse_unk": True,
               "vocab": {"a": 0, "b": 1, "<0x41>": 2, "ab": 3, "▁": 4}, "merges": [["a", "b"]]}))

    def field(number, content):
        return bytes([number << 3 | 2, len(content)]) + content

    def piece(value, kind, score):
        return field(1, field(1, value.encode()) + b"\x15" + struct.pack("<f", score) + bytes([0x18, kind]))
    pieces = piece("<unk>", 2, 0) + piece("<s>", 3, 0) + piece("</s>", 3, 0) + piece("▁a", 1, -1)
    pieces += piece("ab", 1, -2) + piece("▁", 1, -3) + piece("a", 1, -4) + piece("b", 1, -5)
    put("tokenizer-model", "bpe", pieces + field(2, b"\x18\x02") + field(3, field(1, b"identity") + b"\x18\x00"))
    fallback = b"".join(piece(f"<0x{byte:02X}>", 6, 0) for byte in range(256))
    put("tokenizer-model", "fallback", pieces + fallback + field(2, b"\x18\x02\x98\x02\x01") + field(3, b"\x18\x01"))

    with open(os.path.join(FIXTURES, "patterns.json"), encoding="utf-8") as file:
        patterns = [case["pattern"] for case in json.load(file)]
    for number, pattern in enumerate(patterns[::4]):
        put("pattern", f"{number:02}", pattern)
    put("pattern", "words", split["pattern"]["Regex"])
    put("pattern", "sets", "[^\\r\\n\\p{L}&&[a-z]]?\\p{Han}+|(?<=a)b|\\b\\w+?\\b|(a+)+$|[[:alpha:]]{2,}+")


def templates():
    put("jinja", "loop", "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[INST] "
        "{{ m.content | trim }} [/INST]{% elif not loop.last %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}")
    put("jinja", "state", "{%- set ns = namespace(a=0, system='') -%}\n{% for m in messages[1:] -%}\n{% set ns.a = "
        "ns.a + loop.index0 %}{{ '%s-%d' | format(m.role, ns.a) }}{% endfor %}{{ ns.a ~ ns.system }}")
    put("jinja", "macro", "{% macro show(x, y=2) %}<{{ x | tojson(indent=2) }}{{ y }}>{% endmacro %}"
        "{{ show(messages[0]) }}{{ show({'a': [1, 2.5, none, true]}, y='\\n') }}")
    put("jinja", "filters", "{{ messages | map(attribute='content') | join('|') | upper | replace('A', 'b') }}"
        "{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ 'a b'.split(' ')[::-1] }}"
        "{{ range(3) | sum }}{{ strftime_now('%d %b %Y') }}{{ x is defined }}{{ -7 // 2 % 3 ** 2 }}")
    put("jinja", "control", "{% for x in range(9) %}{% if x > 3 %}{% break %}{% endif %}{{ x if x is odd else '' }}"
        "{% else %}none{% endfor %}{% filter lower %}ABC{% endfilter %}{% raw %}{{ }}{% endraw %}{# note #}"
        "{{ raise_exception('no') if messages | length > 9 }}")


def configurations():
    put("yaml", "grid", """name: small
seed: 42
models:
  - {name: tiny, path: model, context: 64, chat: auto}
methods:
  - plain
  - self-extend: {group: [2, 4], window: [8, 16]}
  - "yarn:factor=4"
tasks:
  - passkey: {lengths: [64, 128], depths: 3, trials: 2, digits: 5}
  - needle: {lengths: [64], depths: [0, 0.5, 1]}
  - pg19: {path: books, lengths: [64], stride: 16, books: 2}
gates:
  - {metric: perplexity, task: pg19, max-increase: 1%}
""")
    put("yaml", "tasks", """models: [{path: a.gguf}]
methods: [plain]
tasks:
  - longbench: {path: "${DATA}/LongBench", datasets: all-english, limit: 200}
  - leval: {path: x, tasks: closed}
  - ruler-niah: {lengths: [64], keys: 2, values: 1, queries: 1}
  - key-value: {keys: [10], trials: 1}
  - multiple-choice: {path: q.jsonl, question: q, choices: c, answer: a}
  - perplexity: {path: t.txt, context: 64, stride: 32}
""")
    put("yaml", "odd", "a: &x [1, ~, True, 0x1f, 1e3, .inf, 'it''s', \"\\u00e9\\n\"]\n"
        "b: |\n  text\n  more\nc: >-\n  d\n")
    entry = {"coordinates": "length=64,depth=0.5", "dataHash": "", "high": 1, "low": 0.25, "higherIsBetter": True,
             "method": "plain", "metric": "accuracy", "model": "tiny", "modelHash": "m", "n": 2,
             "protocolName": "passkey/se-eval-v1", "settings": "{\"trials\":2}", "task": "passkey", "value": 0.5}
    base = {"format": "se-eval baseline 1", "tolerances": {"accuracy": {"absolute": 0.01, "relative": 0}},
            "entries": [entry, entry | {"metric": "perplexity", "value": 12.5, "high": None, "low": None}]}
    with open(os.path.join(HERE, "..", "..", "Configs", "demo-gate.baseline.json"), encoding="utf-8") as file:
        base["format"] = json.load(file)["format"]
    put("baseline", "two", json.dumps(base))
    put("baseline", "odd", json.dumps(base | {"entries": [entry | {"value": None}, entry | {"value": "inf", "n": 0,
                                                                                            "metric": "f1"}]}))
    rows = [
        {"input": "q", "context": "c", "answers": ["a"], "length": 3, "dataset": "hotpotqa", "language": "en",
         "all_classes": None, "_id": "1"},
        {"instructions": ["q?"], "outputs": ["A"], "input": "long text", "source": "s", "evaluation": "exam"},
        {"question": "q", "choices": ["a", "b"], "answer": 1},
        {"question": "q", "choices": {"text": ["a", "b"], "label": ["A", "B"]}, "answer": "B"},
        {"question": "q", "choices": {"yes": 1, "no": 0}},
        {"question": "q", "answers": ["x"], "ctxs": [{"id": "1", "title": "t", "text": "x", "isgold": True}],
         "nq_annotated_gold": {"title": "t"}},
        {"prediction": "p", "reference": ["r"], "all_classes": ["r", "s"]},
    ]
    for number, row in enumerate(rows):
        put("jsonl", f"{number}", json.dumps(row) + "\n")
    put("jsonl", "all", "\n".join(map(json.dumps, rows)) + "\n\n[1, NaN, -Infinity, 1e400, \"\\ud83d\\ude00\\n\"]\n")


def archives():
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, kind in [("a.txt", zipfile.ZIP_DEFLATED), ("data/b.txt", zipfile.ZIP_STORED)]:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = kind
            archive.writestr(info, "a line that repeats itself, a line that repeats itself\n" * 3)
    put("zip", "two", stored.getvalue())
    put("zip", "gzip", gzip.compress(b"a line, a line, a line\n" * 4, mtime=0))
    put("zip", "gzip-stored", gzip.compress(b"stored", 0, mtime=0))
    put("columns", "integers", "[1,-2,9223372036854775807]")
    put("columns", "texts", "[\"a\",\"b c\"]")
    put("columns", "lz", bytes([16, 0x4f, 97, 98, 99, 100, 4, 0, 0, 0x00]))


def stores():
    """The first schema's fixture on small pages. Corpus/sqlite/v2, the present schema, is not made here: it is what
    `se-eval merge v1 --into v2` wrote, on pages of 512 bytes after VACUUM."""
    path = os.path.join(CORPUS, "sqlite", "v1")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path):
        os.remove(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA page_size = 512")
    with open(os.path.join(HERE, "..", "StoreTests", "Fixtures", "store-v1.sql"), encoding="utf-8") as file:
        connection.executescript(file.read())
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


for make in [models, tokenizers, templates, configurations, archives, stores]:
    make()
