#!/usr/bin/env python3
"""Turns a GGUF file of the families Llama and Qwen2 into a Hugging Face directory: the same model in the other format.

usage: gguf_to_hf.py MODEL.gguf FOLDER [--type float32|float16]

Writes config.json, model.safetensors and tokenizer.json. Weights are dequantised exactly (float32 holds every value), so
that both directories give the same perplexity up to the rounding of sums. Needs numpy and nothing else. Refused by name:
other architectures, other tokenizers and tensor types that are not listed in TYPES.
"""
import argparse, json, os, struct, sys
import numpy as np

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class Reader:
    """The header of a GGUF file: metadata, and where its tensors lie."""

    def __init__(self, path):
        self.bytes = np.memmap(path, np.uint8, "r")
        self.at = 0
        if bytes(self.bytes[:4]) != b"GGUF":
            sys.exit(f"{path}: not a GGUF file")
        self.at = 4
        version, tensor_count, value_count = self.scalar("I"), self.scalar("Q"), self.scalar("Q")
        if version not in (2, 3):
            sys.exit(f"{path}: GGUF version {version}, expected 2 or 3")
        self.values = {}
        for _ in range(value_count):
            key = self.text()
            self.values[key] = self.value(self.scalar("I"))
        self.tensors = {}
        for _ in range(tensor_count):
            name = self.text()
            shape = [self.scalar("Q") for _ in range(self.scalar("I"))]
            self.tensors[name] = (shape[::-1], self.scalar("I"), self.scalar("Q"))
        alignment = self.values.get("general.alignment", 32)
        self.start = -(-self.at // alignment) * alignment

    def scalar(self, code):
        size = struct.calcsize("<" + code)
        value = struct.unpack("<" + code, self.bytes[self.at:self.at + size].tobytes())[0]
        self.at += size
        return value

    def text(self):
        size = self.scalar("Q")
        self.at += size
        return self.bytes[self.at - size:self.at].tobytes().decode("utf-8", "surrogateescape")

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            inner, count = self.scalar("I"), self.scalar("Q")
            if inner in SCALARS:
                dtype = np.dtype("<" + {"B": "u1", "b": "i1", "H": "u2", "h": "i2", "I": "u4", "i": "i4", "f": "f4", "?": "?", "Q": "u8", "q": "i8", "d": "f8"}[SCALARS[inner]])
                self.at += count * dtype.itemsize
                return self.bytes[self.at - count * dtype.itemsize:self.at].view(dtype).tolist()
            return [self.value(inner) for _ in range(count)]
        return self.scalar(SCALARS[kind])

    def tensor(self, name):
        """A tensor in float32."""
        shape, kind, offset = self.tensors[name]
        if kind not in TYPES:
            sys.exit(f"{name}: tensor type {kind} is not supported; supported are {sorted(TYPES)}")
        weights, size, decode = TYPES[kind]
        count = int(np.prod(shape))
        begin = self.start + offset
        blocks = np.asarray(self.bytes[begin:begin + count // weights * size]).reshape(-1, size)
        return decode(blocks).astype(np.float32).reshape(shape)


def half(blocks, at):
    return blocks[:, at:at + 2].copy().view(np.float16).astype(np.float32)


def nibbles(bytes_):
    """Low halves of all bytes of a block, then high halves."""
    return np.concatenate([bytes_ & 15, bytes_ >> 4], axis=1).astype(np.float32)


def fifth_bits(blocks, at):
    """The 32 bits at `at`, as 0 or 16 for each of the block's weights."""
    bits = blocks[:, at:at + 4].copy().view(np.uint32)
    return ((bits >> np.arange(32, dtype=np.uint32)) & 1).astype(np.float32) * 16


def q4_0(b): return half(b, 0) * (nibbles(b[:, 2:]) - 8)
def q4_1(b): return half(b, 0) * nibbles(b[:, 4:]) + half(b, 2)
def q5_0(b): return half(b, 0) * (nibbles(b[:, 6:]) + fifth_bits(b, 2) - 16)
def q5_1(b): return half(b, 0) * (nibbles(b[:, 8:]) + fifth_bits(b, 4)) + half(b, 2)
def q8_0(b): return half(b, 0) * b[:, 2:].view(np.int8)


def scales_4k(b):
    """Eight scales and eight minima of six bits each, packed into twelve bytes."""
    low, high, rest = b[:, 0:4], b[:, 4:8], b[:, 8:12]
    scales = np.concatenate([low & 63, (rest & 15) | ((low >> 6) << 4)], axis=1)
    minima = np.concatenate([high & 63, (rest >> 4) | ((high >> 6) << 4)], axis=1)
    return scales.astype(np.float32), minima.astype(np.float32)


def k_quants(b, quants):
    scales, minima = scales_4k(b[:, 4:16])
    d, m = half(b, 0) * scales, half(b, 2) * minima
    return d[:, :, None] * quants - m[:, :, None]


def q4_k(b):
    q = b[:, 16:].reshape(-1, 4, 32)
    return k_quants(b, np.stack([q & 15, q >> 4], axis=2).reshape(-1, 8, 32).astype(np.float32))


def q5_k(b):
    q, high = b[:, 48:].reshape(-1, 4, 32), b[:, 16:48]
    low = np.stack([q & 15, q >> 4], axis=2).reshape(-1, 8, 32)
    bits = (high[:, None, :] >> np.arange(8, dtype=np.uint8)[None, :, None]) & 1
    return k_quants(b, (low + (bits << 4)).astype(np.float32))


def q6_k(b):
    low, high = b[:, :128].reshape(-1, 2, 2, 32), b[:, 128:192].reshape(-1, 2, 32)
    four = np.stack([low[:, :, 0] & 15, low[:, :, 1] & 15, low[:, :, 0] >> 4, low[:, :, 1] >> 4], axis=2)
    two = np.stack([(high >> shift) & 3 for shift in (0, 2, 4, 6)], axis=2)
    quants = (four | (two << 4)).astype(np.float32) - 32
    scales = b[:, 192:208].view(np.int8).astype(np.float32).reshape(-1, 16, 1)
    return half(b, 208)[:, :, None] * scales * quants.reshape(-1, 16, 16)


IQ4 = np.array([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float32)
MXFP4 = np.array([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12], np.float32)


def indices(bytes_):
    return nibbles(bytes_).astype(np.uint8)


def iq4_nl(b): return half(b, 0) * IQ4[indices(b[:, 2:])]


def iq4_xs(b):
    low = np.stack([b[:, 4:8] & 15, b[:, 4:8] >> 4], axis=2).reshape(-1, 8)
    high = (b[:, 2:4].copy().view(np.uint16) >> np.arange(0, 16, 2, dtype=np.uint16)) & 3
    scales = half(b, 0) * ((low | (high << 4)).astype(np.float32) - 32)
    return scales[:, :, None] * IQ4[indices(b[:, 8:].reshape(-1, 16))].reshape(-1, 8, 32)


def mxfp4(b): return np.ldexp(np.float32(0.5), b[:, :1].astype(np.int32) - 127) * MXFP4[indices(b[:, 1:])]


# Type number: weights per block, bytes per block, decoder.
TYPES = {
    0: (1, 4, lambda b: b.copy().view(np.float32)), 1: (1, 2, lambda b: b.copy().view(np.float16)),
    30: (1, 2, lambda b: (b.copy().view(np.uint16).astype(np.uint32) << 16).view(np.float32)),
    2: (32, 18, q4_0), 3: (32, 20, q4_1), 6: (32, 22, q5_0), 7: (32, 24, q5_1), 8: (32, 34, q8_0),
    12: (256, 144, q4_k), 13: (256, 176, q5_k), 14: (256, 210, q6_k),
    20: (32, 18, iq4_nl), 23: (256, 136, iq4_xs), 39: (32, 17, mxfp4),
}

LAYER = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}
OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


def hf_name(name):
    module, kind = name.rsplit(".", 1)
    if module in OUTER:
        return f"{OUTER[module]}.{kind}"
    parts = module.split(".")
    if len(parts) == 3 and parts[0] == "blk" and parts[2] in LAYER:
        return f"model.layers.{parts[1]}.{LAYER[parts[2]]}.{kind}"
    sys.exit(f"{name}: not a tensor of the families Llama and Qwen2")


def unpermuted(weights, heads):
    """Rows of queries or keys in the order of Hugging Face's rotary halves; GGUF interleaves them."""
    rows = weights.shape[0]
    return weights.reshape(heads, rows // heads // 2, 2, -1).swapaxes(1, 2).reshape(weights.shape)


def config(gguf):
    v = gguf.values
    architecture = v["general.architecture"]

    def field(name, default=None):
        return v.get(f"{architecture}.{name}", default)
    heads, hidden = field("attention.head_count"), field("embedding_length")
    if field("rope.scaling.type") not in (None, "none") or "rope_freqs.weight" in gguf.tensors:
        sys.exit("RoPE scaling is not supported by this script")
    own = {
        "llama": {"architectures": ["LlamaForCausalLM"], "attention_bias": False, "mlp_bias": False},
        "qwen2": {"architectures": ["Qwen2ForCausalLM"], "use_sliding_window": False},
    }[architecture]
    return {
        **own, "model_type": architecture, "hidden_act": "silu", "hidden_size": hidden, "intermediate_size": field("feed_forward_length"),
        "num_hidden_layers": field("block_count"), "num_attention_heads": heads,
        "num_key_value_heads": field("attention.head_count_kv", heads), "head_dim": field("attention.key_length", hidden // heads),
        "max_position_embeddings": field("context_length"), "rms_norm_eps": field("attention.layer_norm_rms_epsilon"),
        "rope_theta": field("rope.freq_base", 10000.0), "rope_scaling": None,
        "vocab_size": gguf.tensors["token_embd.weight"][0][0], "tie_word_embeddings": "output.weight" not in gguf.tensors,
        "bos_token_id": v.get("tokenizer.ggml.bos_token_id"), "eos_token_id": v.get("tokenizer.ggml.eos_token_id"),
    }


# ---- Tokenizers

NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
GPT2_PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
                  r"|\s+(?!\S)|\s+")
QWEN2_PATTERN = LLAMA3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")


def added(tokens, types):
    return [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": kind == CONTROL}
            for i, (t, kind) in enumerate(zip(tokens, types)) if kind in (CONTROL, USER)]


def split(pattern):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def byte_level(v, tokens, types):
    pre = v.get("tokenizer.ggml.pre", "default")
    bytes_ = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    digits = {"type": "Digits", "individual_digits": True}
    steps = {"gpt-2": [split(GPT2_PATTERN)], "default": [split(GPT2_PATTERN)], "smollm": [digits, split(GPT2_PATTERN)],
             "llama-bpe": [split(LLAMA3_PATTERN)], "qwen2": [split(QWEN2_PATTERN)]}.get(pre)
    if steps is None:
        sys.exit(f"tokenizer.ggml.pre '{pre}' is not supported by this script")
    merges = [m.split(" ", 1) for m in v["tokenizer.ggml.merges"]]
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": False, "byte_fallback": False, "ignore_merges": pre == "llama-bpe",
             "vocab": {t: i for i, t in enumerate(tokens)}, "merges": [" ".join(m) for m in merges]}
    return dict(normalizer={"type": "NFC"} if pre == "qwen2" else None, pre_tokenizer={"type": "Sequence", "pretokenizers": steps + [bytes_]},
                decoder={"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, model=model)


def sentencepiece(v, tokens, types):
    scores = v["tokenizer.ggml.scores"]
    ids = {t: i for i, t in enumerate(tokens)}
    merges = []
    for i, t in enumerate(tokens):
        if types[i] in (CONTROL, UNKNOWN, BYTE):
            continue
        local = [(t[:k], t[k:]) for k in range(1, len(t)) if t[:k] in ids and t[k:] in ids]
        merges += [(-scores[i], ids[a], ids[b], a, b) for a, b in local]
    merges.sort(key=lambda m: m[:3])
    unknown = next((t for t, kind in zip(tokens, types) if kind == UNKNOWN), None)
    model = {"type": "BPE", "dropout": None, "unk_token": unknown, "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": True, "byte_fallback": True, "ignore_merges": False, "vocab": ids,
             "merges": [f"{a} {b}" for _, _, _, a, b in merges]}
    prefix = v.get("tokenizer.ggml.add_space_prefix", True)
    normalizers = ([{"type": "Prepend", "prepend": "▁"}] if prefix else []) + [
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]
    strip = [{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if prefix else []
    return dict(normalizer={"type": "Sequence", "normalizers": normalizers}, pre_tokenizer=None, model=model,
                decoder={"type": "Sequence", "decoders": [
                    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}] + strip})


def template(v, tokens, kind):
    """The post-processor: which special tokens stand around a text."""
    begins = v.get("tokenizer.ggml.add_bos_token", kind == "llama")
    ends = v.get("tokenizer.ggml.add_eos_token", False)
    parts, special = [], {}
    def token(key):
        i = v[f"tokenizer.ggml.{key}_token_id"]
        special[tokens[i]] = {"id": tokens[i], "ids": [i], "tokens": [tokens[i]]}
        return {"SpecialToken": {"id": tokens[i], "type_id": 0}}
    if begins:
        parts.append(token("bos"))
    parts.append({"Sequence": {"id": "A", "type_id": 0}})
    if ends:
        parts.append(token("eos"))
    if len(parts) == 1:
        return None
    return {"type": "TemplateProcessing", "single": parts, "pair": parts + [{"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": special}


def tokenizer(gguf):
    v = gguf.values
    kind = v["tokenizer.ggml.model"]
    tokens = v["tokenizer.ggml.tokens"]
    types = v.get("tokenizer.ggml.token_type", [NORMAL] * len(tokens))
    if kind not in ("gpt2", "llama"):
        sys.exit(f"tokenizer.ggml.model '{kind}' is not supported by this script; supported are gpt2, llama")
    parts = (byte_level if kind == "gpt2" else sentencepiece)(v, tokens, types)
    config_ = {"bos_token": None, "eos_token": None}
    for key in ("bos", "eos"):
        i = v.get(f"tokenizer.ggml.{key}_token_id")
        if i is not None:
            config_[f"{key}_token"] = tokens[i]
    config_["tokenizer_class"] = "PreTrainedTokenizerFast"
    config_["add_bos_token"] = bool(v.get("tokenizer.ggml.add_bos_token", kind == "llama"))
    config_["add_eos_token"] = bool(v.get("tokenizer.ggml.add_eos_token", False))
    if "tokenizer.chat_template" in v:
        config_["chat_template"] = v["tokenizer.chat_template"]
    whole = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added(tokens, types),
             "normalizer": parts["normalizer"], "pre_tokenizer": parts["pre_tokenizer"],
             "post_processor": template(v, tokens, kind), "decoder": parts["decoder"], "model": parts["model"]}
    return whole, config_


def write_safetensors(path, gguf, c, dtype):
    names = [(hf_name(n), n) for n in gguf.tensors]
    head, at = {}, 0
    size = np.dtype(dtype).itemsize
    for name, source in names:
        count = int(np.prod(gguf.tensors[source][0])) * size
        head[name] = {"dtype": "F32" if size == 4 else "F16", "shape": gguf.tensors[source][0], "data_offsets": [at, at + count]}
        at += count
    text = json.dumps({"__metadata__": {"format": "pt"}, **head}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, source in names:
            weights = gguf.tensor(source)
            if c["model_type"] == "llama" and source.endswith("attn_q.weight"):
                weights = unpermuted(weights, c["num_attention_heads"])
            if c["model_type"] == "llama" and source.endswith("attn_k.weight"):
                weights = unpermuted(weights, c["num_key_value_heads"])
            f.write(np.ascontiguousarray(weights, dtype).tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gguf")
    parser.add_argument("folder")
    parser.add_argument("--type", choices=["float32", "float16"], default="float32")
    arguments = parser.parse_args()
    gguf = Reader(arguments.gguf)
    architecture = gguf.values.get("general.architecture")
    if architecture not in ("llama", "qwen2"):
        sys.exit(f"architecture '{architecture}' is not supported by this script; supported are llama, qwen2")
    c = config(gguf)
    c["torch_dtype"] = arguments.type
    os.makedirs(arguments.folder, exist_ok=True)
    write_safetensors(os.path.join(arguments.folder, "model.safetensors"), gguf, c, arguments.type)
    whole, config_ = tokenizer(gguf)
    for name, value in (("config.json", c), ("tokenizer.json", whole), ("tokenizer_config.json", config_)):
        with open(os.path.join(arguments.folder, name), "w", encoding="utf-8", errors="surrogateescape") as f:
            json.dump(value, f, ensure_ascii=False, indent=None if name == "tokenizer.json" else 2)


main()
