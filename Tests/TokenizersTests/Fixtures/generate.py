#!/usr/bin/env python3
"""Makes the tokenizer fixtures: small vocabularies trained on the text below, and reference ids for them.

Made with tokenizers 0.23.3 and sentencepiece 0.2.3 (Python 3.11). Run in this folder; writes one folder per fixture:
the files a model directory would have, and expected.json: [{text, ids, plain, decoded}], where `ids` are those of the
text as the checkpoint wants it, `plain` those with special tokens spelled out and no BOS.
"""
import json
import os
import random
import struct

import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers, Regex

TEXT = """
The kettle was warm when the window opened, and nobody asked who had left the garden gate ajar.
She counted 17 lanterns, 203 apples and 4096 tiny stones; it's what they'd do, and we'll see what she's found.
    def answer(question):
        return question.strip().lower() + "?"
Über den Dächern lag Nebel, größer als das Tal. La rivière était calme, l'été naïf.
Снег падал на старый город, и улицы молчали. 雪が静かに降る。 猫は窓の外を見ている。
Numbers: 3.14159, 1,000,000 and -273.15; symbols: {a: [1, 2], b: "c"} <tag/> & so on... 🙂 🚀🚀
The garden, the gate, the garden gate. The window was open and the window was closed.
""".strip()

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def texts():
    rng = random.Random(11)
    result = ["", " ", "  ", "\n", "\t\n ", "Hello", " Hello  world ", "the garden gate", "it's IT'S we'll WE'LL they'd",
              "1 22 333 4444 55555", "x=1;\n\n\n    y = 2\n", "größer Straße", "Снег и лёд", "雪と猫。犬", "🙂🚀🙃", "e\u0301 é",
              "<s>the</s>", "a<s> b </s>c", "<s", "<|end|>gate<|end|>", "  <left> gate <right>  gate <both>  x",
              "word<single>x <single> y", "<extra>gate <extra>", "\u0007bell\u0000", "gate\u2581gate", "\u00a0\u3000x\u2003y",
              "ſ'ſ K", "a" * 70, "the" * 40, " " * 50, "window" * 30 + "garden" * 30, "雪" * 60, "\u0301" * 45]
    pieces = TEXT.replace("\n", " ").split(" ") + ["\n", "  ", "<s>", "</s>", "<|end|>", "é", "７", "½", "\r\n", "🤝🏽"]
    for _ in range(60):
        result.append("".join(rng.choice(pieces) + rng.choice(["", " ", ""]) for _ in range(rng.randrange(1, 12))))
    for _ in range(40):
        pool = [rng.randrange(32, 0x250), rng.randrange(0x400, 0x460), rng.randrange(0x3040, 0x30a0), 32, 10, 0x1f680]
        result.append("".join(chr(rng.choice(pool)) for _ in range(rng.randrange(1, 90))))
    return result


def save(name, tokenizer, config):
    os.makedirs(name, exist_ok=True)
    document = json.loads(tokenizer.to_str())
    write(f"{name}/tokenizer.json", document)
    write(f"{name}/tokenizer_config.json", config)
    cases = []
    for text in texts():
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text, add_special_tokens=True).ids
        if ids[:2] == [1, 1] and config["bos_token"]:
            ids = ids[1:]  # this program never gives two BOS
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        cases.append({"text": text, "ids": ids, "plain": plain, "decoded": tokenizer.decode(plain)})
    write(f"{name}/expected.json", cases)
    return document


def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=0, separators=(",", ":"))
        file.write("\n")


def special(text, **flags):
    return AddedToken(text, special=True, normalized=False, **flags)


def byte_level():
    """Every digit by itself, then GPT-2's words; BOS by template. Bytes that the text has not have no token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT.split("\n"), trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<unk>", "<s>", "</s>", "<|end|>"], show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return save("byte-level", tokenizer, {"bos_token": "<s>", "eos_token": "</s>"})


def split_regex():
    """Llama 3's words looked up whole first; NFC; a token that counts only in normalized text."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT.split("\n"), trainers.BpeTrainer(
        vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([special("<s>"), special("<left>", lstrip=True), special("<right>", rstrip=True)])
    tokenizer.add_tokens([AddedToken("<both>", lstrip=True, rstrip=True, normalized=False),
                          AddedToken("<single>", single_word=True, normalized=False),
                          AddedToken("<extra>", normalized=True)])
    save("split-regex", tokenizer, {"bos_token": None, "eos_token": "<s>"})


def metaspace():
    """SentencePiece's spaces and byte tokens in a tokenizer.json."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    words = [word for line in TEXT.split("\n") for word in line.split(" ")]
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(
        vocab_size=460, special_tokens=["<unk>", "<s>", "</s>"] + byte_tokens, show_progress=False))
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = [t for t in document["added_tokens"] if t["content"] not in byte_tokens]
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.add_special_tokens([special("<|end|>")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    save("metaspace", tokenizer, {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "unk_token": "<unk>"})


def sentencepiece_model():
    """A SentencePiece model with byte tokens and one symbol of the user's."""
    os.makedirs("sentencepiece", exist_ok=True)
    with open("corpus.txt", "w", encoding="utf-8") as file:
        file.write(TEXT)
    sentencepiece.SentencePieceTrainer.train(
        input="corpus.txt", model_prefix="sp", model_type="bpe", vocab_size=460, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, user_defined_symbols=["<extra>"],
        character_coverage=0.99, minloglevel=2)
    os.replace("sp.model", "sentencepiece/tokenizer.model")
    os.remove("sp.vocab")
    os.remove("corpus.txt")
    model = sentencepiece.SentencePieceProcessor(model_file="sentencepiece/tokenizer.model")
    cases = []
    for text in texts():
        plain = model.encode(text)
        isOrdinary = "<s>" not in text and "</s>" not in text
        cases.append({"text": text, "ids": [1] + plain if isOrdinary else None, "plain": plain,
                      "decoded": model.decode(plain)})
    write("sentencepiece/expected.json", cases)
    return model


# GGUF: the same vocabularies in llama.cpp's container.
def gguf(path, values):
    def string(text):
        data = text.encode()
        return struct.pack("<Q", len(data)) + data

    kinds = {str: (8, string), bool: (7, lambda v: struct.pack("<B", v)), int: (5, lambda v: struct.pack("<i", v)),
             float: (6, lambda v: struct.pack("<f", v))}
    out = b"GGUF" + struct.pack("<IQQ", 3, 0, len(values))
    for key, value in values.items():
        out += string(key)
        if isinstance(value, list):
            number, pack = kinds[type(value[0])]
            out += struct.pack("<IIQ", 9, number, len(value)) + b"".join(map(pack, value))
        else:
            number, pack = kinds[type(value)]
            out += struct.pack("<I", number) + pack(value)
    with open(path, "wb") as file:
        file.write(out)


def mark_absent(document):
    """Notes which texts have bytes without a token: there llama.cpp and Hugging Face differ."""
    alphabet = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    with open("byte-level/expected.json", encoding="utf-8") as file:
        cases = json.load(file)
    for case in cases:
        spelled = "".join(piece for piece, _ in alphabet.pre_tokenize_str(case["text"]))
        case["hasAbsentBytes"] = any(letter not in document["model"]["vocab"] for letter in spelled)
    write("byte-level/expected.json", cases)


def gguf_files(document, model):
    os.makedirs("gguf", exist_ok=True)
    vocabulary = document["model"]["vocab"]
    tokens = sorted(vocabulary, key=vocabulary.get)
    added = {token["content"] for token in document["added_tokens"]}
    gguf("gguf/byte-level.gguf", {
        "general.architecture": "llama", "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": [3 if t in added else 1 for t in tokens],
        "tokenizer.ggml.merges": [m if isinstance(m, str) else " ".join(m) for m in document["model"]["merges"]],
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2, "tokenizer.ggml.add_bos_token": True})
    ids = range(model.get_piece_size())
    kind = lambda i: 2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else \
        4 if model.id_to_piece(i) == "<extra>" else 1
    gguf("gguf/sentencepiece.gguf", {
        "general.architecture": "llama", "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [model.id_to_piece(i) for i in ids],
        "tokenizer.ggml.scores": [float(model.get_score(i)) for i in ids],
        "tokenizer.ggml.token_type": [kind(i) for i in ids],
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2, "tokenizer.ggml.unknown_token_id": 0})


document = byte_level()
split_regex()
metaspace()
mark_absent(document)
gguf_files(document, sentencepiece_model())
