#!/usr/bin/env python3
"""Holds `se-eval tokenize` to Hugging Face tokenizers over small tokenizer.json files of every kind.

Each kind is one combination of normalizer, pre-tokenizer, model options and added tokens that public tokenizer.json
files use, with a vocabulary trained on the texts themselves without any cut, so that every cut changes ids. Needs
PyPI's tokenizers in a virtual environment; not part of CI.

usage: differential_tokenizers.py [--program FILE] [--texts N] [--seed N] [--only PART-OF-A-NAME] > Docs/differential-tokenizers.md
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

WORDS = ("the kettle window garden gate it's we'll THEY'D Straße größer naïve l'été Снег город улицы 雪が静か 漢字 한국어 "
         "สวัสดี नमस्ते مرحبا שלום ΑΣΟΦΟΣ x² ½ ⅳ Ⓐ ﬁ ﬆ ſtone camelCase HTTPServer snake_case don't O'Neil e\u0301a\u0323\u0302 "
         "aa aaa ab aba foo bar xyz").split()
SIGNS = list(".,;:!?'\"()[]{}<>|/\\+-*=~^&%$#@`_") + ["…", "“", "”", "—", "。", "、", "¿", "€", "©", "▁", "Ġ", "🙂", "🚀", "👩‍💻",
                                                     "🇩🇪", "\u200d", "\u200b", "\ufeff", "\u0301", "٣", "७", "Ⅷ", "①"]
SPACES = [" ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n ", "\u00a0", "\u3000", "\u2028", "\u0085", "\x0b"]
RANGES = [(0x20, 0x7f), (0x80, 0x250), (0x300, 0x530), (0x590, 0x700), (0x900, 0xe80), (0x1e00, 0x2400),
          (0x2e80, 0x3200), (0x4e00, 0x9fff), (0xa640, 0xabff), (0xac00, 0xd7a4), (0xf900, 0xffff), (0x10000, 0x12000),
          (0x16a00, 0x17000), (0x1b000, 0x1b200), (0x1d400, 0x1d800), (0x1e000, 0x1f000), (0x1f300, 0x1fb00),
          (0x20000, 0x20100), (0, 0x110000)]
MARKS = ["<|bos|>", "<a>", "<left>", "<right>", "<both>", "<word>", "<plain>", "<norm>", "  ", "\n", "<A>"]


def scalar(rng):
    while True:
        low, high = rng.choice(RANGES)
        value = rng.randrange(low, high)
        if not 0xd800 <= value < 0xe000:
            return chr(value)


def text(rng):
    parts = []
    for _ in range(rng.randrange(0, 14)):
        draw = rng.random()
        if draw < 0.35:
            parts.append(rng.choice(WORDS))
        elif draw < 0.45:
            parts.append(str(rng.randrange(10 ** rng.randrange(1, 9))))
        elif draw < 0.6:
            parts.append(rng.choice(SIGNS) * rng.choice([1, 1, 1, 2, 3]))
        elif draw < 0.68:
            parts.append(rng.choice(MARKS))
        elif draw < 0.78:
            parts.append("".join(scalar(rng) for _ in range(rng.randrange(1, 5))))
        else:
            parts.append(rng.choice(SPACES))
        if rng.random() < 0.4:
            parts.append(rng.choice(SPACES))
    return "".join(parts)


# --- Parts of a tokenizer.json ---------------------------------------------------------------------------------------

def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def steps(*inner):
    return {"type": "Sequence", "pretokenizers": list(inner)}


def cut(pattern, *options):
    return steps(split(pattern, *options), byte_level(regex=False))


def metaspace(scheme="always", cuts=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cuts}


def normal(*inner):
    return inner[0] if len(inner) == 1 else {"type": "Sequence", "normalizers": list(inner)}


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def added(content, **flags):
    token = dict(content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
    return {**token, **flags}


BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + TAIL
CASED = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s")
SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
HANLESS = (r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+"
           + SUFFIX + r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*"
           + SUFFIX + r"|\p{N}{1,3}" + TAIL)
PUNCTUATED = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
              r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
TOKENS = [added("<|bos|>", special=True), added("<a>"), added("<left>", lstrip=True), added("<right>", rstrip=True),
          added("<both>", lstrip=True, rstrip=True, special=True), added("<word>", single_word=True)]

# Patterns on their own: each is cut by Split and then spelled by ByteLevel.
PATTERNS = {
    "posix": r"[[:alpha:]]+|[[:digit:]]+|[[:space:]]+|[[:punct:]]+", "posix negated": r"[[:^alpha:]]+|[[:upper:][:cntrl:]]",
    "posix rest": r"[[:lower:]]+|[[:alnum:]]|[[:blank:]]+|[[:graph:]]{2}|[[:print:]]|[[:xdigit:]]|[[:word:]]",
    "words": r"\w+|[^\w\s]+", "not words": r"\W", "digits": r"\d+|\D", "hexadecimal": r"\h+|\H\H",
    "line breaks": r"\R+|\N{3}|\O", "word boundary": r"\b\w{2,}\b|\B.\B", "empty at boundary": r"\b",
    "lookbehind": r"(?<=\p{L})\d+|(?<![\p{L}\d])\s+", "lookbehind of any length": r"(?<=a+b?|\d{2,3})[^a]",
    "negative lookbehind": r"(?<!\S)\p{L}{1,3}|(?<!aa|b)a", "anchors": r"^\s*\S|\S$|\A.|.\z|.\Z",
    "case ignored": r"(?i:the|[k-t]+|\p{lu}|[[:upper:]])+|(?i)ſ|Å", "case ignored, negated": r"(?i:[^a-m\p{P}])+",
    "options": r"a(?i)b|c(?-i)B|(?m:.{5})|(?x: f o+ )", "possessive": r"a*+b?|\p{L}++\d|\s?+ ",
    "counts": r"a{2}?|\d{2}{2}|[ab]{,2}|x{1,2}+|\p{Lu}{3,2}|o{2,}?", "lazy": r"\p{L}+?\d|\s*?\S|'.*?'",
    "atomic": r"(?>a|ab)c?|(?>\d+)\.", "nested empties": r"(?:a*|b)*x?|(?:|\d)+\s", "braces": r"a{|\{x}|{a}|}",
    "right to left": r"(?=(\d{3})+(?!\d))", "before capitals": r"(?=[A-Z])", "star": r"\d*", "end": r"$|(?=\s)",
    "thousands": r"\d{1,3}(?=(?:\d{3})*\b)", "scripts": r"\p{Han}+|\p{Hiragana}+|\p{Katakana}+|\p{Hangul}+|\p{Thai}+|\p{Latin}",
    "scripts negated": r"\p{^Cyrillic}+|\P{Greek}|[^\p{Arabic}\p{Hebr}]", "common scripts": r"\p{Common}+|\p{Inherited}+",
    "intersections": r"[\w&&[^\d_]]+|[a-z&&[^aeiou]\p{L}]|[^\s&&\S]", "nested sets": r"[^(\s|[.,!?…。，、।۔،])]+|[a[b-d][^\P{N}]]",
    "properties": r"\p{Alphabetic}+|\p{Emoji}+|\p{White_Space}+|\p{Uppercase}|\p{Lowercase}|\p{Math}|\p{Ideographic}",
    "categories": r"\p{Lu}\p{Ll}*|\p{Mn}+|\p{Mc}|\p{Nd}{2}|\p{Nl}|\p{No}|\p{Pd}|\p{Sc}|\p{Sm}|\p{So}+|\p{Zs}+|\p{Cf}|\p{Co}|\p{Cn}+",
    "long names": r"\p{Uppercase_Letter}+|\p{Letter}{2}|\p{Decimal_Number}|\p{Punctuation}+|\p{Other_Symbol}|\p{Unassigned}",
    "escapes": r"\x41|\x{e9}|\u0421\t?|[\x00-\x1f]|[\b\e\a]|\101|\.|\_", "gpt-2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "code": r"[\r\n]|\s?\p{L}+|\s?\p{P}+|[一-龥ࠀ-一가-퟿]+|\p{N}",
}


def kinds():
    """Name -> (normalizer, pre-tokenizer, model options, added tokens)."""
    result = {
        "ByteLevel": (None, byte_level(), {}, TOKENS), "ByteLevel, prefix": (None, byte_level(prefix=True), {}, TOKENS),
        "ByteLevel, no regex": (None, byte_level(regex=False), {}, TOKENS),
        "Digits, ByteLevel (SmolLM)": (None, steps({"type": "Digits", "individual_digits": True}, byte_level()), {}, TOKENS),
        "ByteLevel, Digits": (None, steps(byte_level(), {"type": "Digits", "individual_digits": True}), {}, []),
        "ByteLevel twice": (None, steps(byte_level(), byte_level(prefix=True)), {}, []),
        "Falcon": (None, steps({"type": "Punctuation", "behavior": "Contiguous"}, byte_level(),
                               {"type": "Digits", "individual_digits": False}, split("[0-9][0-9][0-9]")), {}, []),
        "Llama 3": (None, cut(LLAMA3), {"ignore_merges": True}, TOKENS),
        "Qwen 2": (normal({"type": "NFC"}), cut(LLAMA3.replace("{1,3}", "")), {}, TOKENS),
        "GPT-4o": (None, cut(CASED % (SUFFIX, SUFFIX) + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"), {}, []),
        "Tekken": (None, cut(CASED % ("", "") + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"), {"ignore_merges": True}, []),
        "DeepSeek V3": (None, steps(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(PUNCTUATED), byte_level(regex=False)), {}, TOKENS),
        "Kimi K2": (None, cut(HANLESS), {}, []),
        "Viking": (None, steps(split(r" ?[^(\s|[.,!?…。，、।۔،])]+"), {"type": "Digits", "individual_digits": True}, byte_level(regex=False)), {}, []),
        "SuperBPE": (None, steps(split(r"\p{N}+"), split(r"(?=(\d{3})+(?!\d))"), byte_level(regex=False)), {}, []),
        "Metaspace, always": (None, metaspace(), {"chars": True}, TOKENS),
        "Metaspace, first": (None, metaspace("first"), {"chars": True}, TOKENS),
        "Metaspace, never": (None, metaspace("never", False), {"chars": True}, TOKENS),
        "Metaspace, first, no cut": (None, metaspace("first", False), {"chars": True, "byte_fallback": True}, TOKENS),
        "WhitespaceSplit, Metaspace": (None, steps({"type": "WhitespaceSplit"}, metaspace("first")), {"chars": True}, TOKENS),
        "Digits, Metaspace": (None, steps({"type": "Digits", "individual_digits": True}, metaspace("always")), {"chars": True}, []),
        "Llama 2": (normal({"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")), None,
                    {"chars": True, "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}, TOKENS),
        "Gemma": (replace(" ", "▁"), split(" ", "MergedWithPrevious", kind="String"),
                  {"chars": True, "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}, TOKENS),
        "unknown, fused": (None, {"type": "Whitespace"}, {"chars": True, "fuse_unk": True, "unk_token": "<unk>"}, []),
        "unknown, each": (None, {"type": "WhitespaceSplit"}, {"chars": True, "unk_token": "<unk>"}, []),
        "unknown dropped": (None, {"type": "WhitespaceSplit"}, {"chars": True}, []),
        "bytes missing": (None, byte_level(), {"drop": True}, []),
        "bytes missing, unknown": (None, byte_level(), {"drop": True, "unk_token": "<unk>"}, []),
        "bytes missing, unknown fused": (None, byte_level(regex=False), {"drop": True, "unk_token": "<unk>", "fuse_unk": True}, []),
        "ignore_merges, characters": (None, {"type": "Whitespace"}, {"chars": True, "ignore_merges": True, "unk_token": "<unk>"}, []),
        "BertPreTokenizer": (None, {"type": "BertPreTokenizer"}, {"chars": True}, []),
        "CharDelimiterSplit": (None, steps({"type": "CharDelimiterSplit", "delimiter": "a"}, byte_level()), {}, []),
        "Whitespace, ByteLevel": (None, steps({"type": "Whitespace"}, byte_level(regex=False)), {}, []),
        "Digits, contiguous": (None, steps({"type": "Digits", "individual_digits": False}, byte_level(regex=False)), {}, []),
        "white-space tokens": (None, byte_level(), {}, [added("\n"), added("  "), *TOKENS]),
        "white-space tokens, cut after": (None, cut(LLAMA3), {}, [added(" "), added("\n", rstrip=True), *TOKENS]),
        "tokens in normalized text": (normal({"type": "Lowercase"}), byte_level(), {},
                                      [added("<A>", normalized=True), added("<a>"), added("<norm>", normalized=True, lstrip=True)]),
        "tokens in Llama 2's text": (normal({"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")), None,
                                     {"chars": True}, [added("<norm>", normalized=True), added("gate", normalized=True, single_word=True)]),
        "overlapping tokens": (None, byte_level(), {}, [added("ab"), added("aba", single_word=True), added("ba", rstrip=True), added("a", special=True)]),
        "ByteLevel as normalizer": (normal({"type": "ByteLevel"}), split(r"Ġ?\w+", "Isolated"), {}, [added("<norm>", normalized=True)]),
        "NFC": (normal({"type": "NFC"}), byte_level(), {}, []), "NFD": (normal({"type": "NFD"}), byte_level(), {}, []),
        "NFKC": (normal({"type": "NFKC"}), byte_level(), {}, []), "NFKD": (normal({"type": "NFKD"}), byte_level(), {}, []),
        "Lowercase": (normal({"type": "Lowercase"}), byte_level(), {}, TOKENS),
        "Strip": (normal({"type": "Strip", "strip_left": True, "strip_right": True}), byte_level(), {}, TOKENS),
        "Strip, Metaspace first": (normal({"type": "Strip", "strip_left": True, "strip_right": False}), metaspace("first"), {"chars": True}, TOKENS),
        "Replace, text": (normal(replace("aa", "b"), replace(" ", ""), replace("ab", "<a>")), byte_level(), {}, TOKENS),
        "Replace, pattern": (normal(replace(r"\s+", " ", "Regex"), replace(r"(?<=\d)\.(?=\d)", ",", "Regex")), byte_level(), {}, []),
        "Replace, empty matches": (replace(r"a*", "-", "Regex"), byte_level(), {}, []),
        "Replace, Strip, NFKC, Lowercase": (normal(replace("``", '"'), {"type": "NFKC"}, {"type": "Lowercase"},
                                                   {"type": "Strip", "strip_left": False, "strip_right": True}), byte_level(prefix=True), {}, TOKENS),
        "BOS and EOS by template": (None, byte_level(), {"template": True}, TOKENS),
        "RoBERTa's frame": (None, byte_level(prefix=True), {"roberta": True}, TOKENS),
    }
    for behavior in BEHAVIORS:
        result[f"Punctuation, {behavior}"] = (None, steps({"type": "Punctuation", "behavior": behavior}, byte_level(regex=False)), {}, [])
        for invert in [False, True]:
            name = f"Split, {behavior}{', inverted' if invert else ''}"
            result[f"{name}: text"] = (None, steps(split("a", behavior, invert, "String"), byte_level(regex=False)), {}, [])
            result[f"{name}: empty matches"] = (None, cut(r"\s*|(?=a)", behavior, invert), {}, [])
            result[f"{name}: pattern"] = (None, cut(r"\p{L}+|\s", behavior, invert), {}, [])
    for name, pattern in PATTERNS.items():
        result[f"pattern: {name}"] = (None, cut(pattern), {}, [])
        result[f"pattern removed: {name}"] = (None, cut(pattern, "Removed"), {}, [])
    return result


# --- Files and runs --------------------------------------------------------------------------------------------------

def vocabularies(texts):
    """Merges over bytes in GPT-2's spelling and over characters, trained without any cut."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    spell = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    result = []
    for chars in [False, True]:
        trained = Tokenizer(models.BPE())
        if not chars:
            trained.pre_tokenizer = spell
        trainer = trainers.BpeTrainer(vocab_size=6000 if chars else 4000, limit_alphabet=600, show_progress=False,
                                      initial_alphabet=["▁"] if chars else alphabet, max_token_length=24)
        lines = [t.replace(" ", "▁") for t in texts] + list(texts) if chars else texts
        trained.train_from_iterator(lines, trainer)
        model = json.loads(trained.to_str())["model"]
        result.append((model["vocab"], model["merges"]))
    return result


def document(kind, trained):
    normalizer, pre_tokenizer, options, tokens = kind
    vocabulary, merges = trained[1 if options.get("chars") else 0]
    vocabulary = dict(vocabulary)
    if options.get("drop"):
        lost = {"c", "Ċ", "Ã", "©"}
        merges = [m for m in merges if not any(c in lost for c in "".join(m))]
        vocabulary = {t: i for i, t in enumerate(t for t in vocabulary if not any(c in lost for c in t))}
    extra = ["<unk>"] if options.get("unk_token") else []
    if options.get("byte_fallback"):
        extra += ["<0x%02X>" % byte for byte in range(256)]
    for token in extra:
        vocabulary[token] = len(vocabulary)
    model = {"type": "BPE", "dropout": None, "unk_token": options.get("unk_token"), "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": options.get("fuse_unk", False),
             "byte_fallback": options.get("byte_fallback", False), "ignore_merges": options.get("ignore_merges", False),
             "vocab": vocabulary, "merges": merges}
    numbered, free = [], len(vocabulary)
    for token in tokens:
        number = vocabulary.get(token["content"], free)
        free = max(free, number + 1)
        numbered.append({"id": number, **token})
    post = None
    first = numbered[0]["id"] if numbered else 0
    if options.get("template"):
        post = {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<|bos|>", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"<|bos|>": {"id": "<|bos|>", "ids": [first], "tokens": ["<|bos|>"]}}}
    if options.get("roberta"):
        post = {"type": "RobertaProcessing", "sep": ["<a>", first + 1], "cls": ["<both>", first + 4], "trim_offsets": True, "add_prefix_space": True}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": numbered, "normalizer": normalizer,
            "pre_tokenizer": pre_tokenizer, "post_processor": post, "decoder": byte_level(), "model": model}


Result = collections.namedtuple("Result", "equal compared difference refusal")


def compare(program, kind, trained, texts):
    """Equal texts, those compared, the first difference, and why the program or the library refuses the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokenizer.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document(kind, trained), file)
        batch = os.path.join(folder, "texts.json")
        with open(batch, "w", encoding="utf-8") as file:
            json.dump(texts, file)
        run = subprocess.run([program, "tokenize", "--model", folder, "--batch", batch], capture_output=True, text=True)
        try:
            reference = Tokenizer.from_file(path)
        except Exception as error:
            return Result(0, 0, None, f"by the library: {str(error)[:60]}")
        if run.returncode != 0:
            return Result(0, 0, None, run.stderr.strip().replace(folder + "/", "").split(". ")[0])
        got = json.loads(run.stdout)
    want = [ids(reference, t) for t in texts]
    compared = [(t, w, g) for t, w, g in zip(texts, want, got) if w is not None]
    differences = [(t, w, g) for t, w, g in compared if w != g]
    return Result(len(compared) - len(differences), len(compared), differences[0] if differences else None, None)


def ids(reference, one):
    """The library's ids; None where it panics, as it does for some empty matches."""
    try:
        return reference.encode(one).ids
    except BaseException as panic:
        if isinstance(panic, KeyboardInterrupt):
            raise
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/se-eval")
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    texts = [text(rng) for _ in range(options.texts)]
    trained = vocabularies(texts[:600])
    rows, bad, refused = [], 0, 0
    for name, kind in kinds().items():
        if options.only not in name:
            continue
        result = compare(os.path.abspath(options.program), kind, trained, texts)
        bad += bool(result.difference)
        refused += bool(result.refusal)
        if result.refusal or result.difference:
            print(f"{name}: {result.refusal or repr(result.difference)}", file=sys.stderr)
        panics = len(texts) - result.compared
        note = f"refused: {result.refusal}" if result.refusal else f"{result.equal} of {result.compared}"
        note += f" (the library panics on {panics})" if panics and not result.refusal else ""
        rows.append(f"| {name} | {note} |")
    print("# Token ids beside Hugging Face tokenizers\n")
    print("Small tokenizer.json files of every kind that public ones show, with vocabularies trained without any cut, so that every cut changes ids;")
    print(f"ids of `se-eval tokenize --batch` beside those of tokenizers {tokenizers.__version__} (Oniguruma 6.9.10, Unicode 16). Made by\n")
    print(f"    python Scripts/differential_tokenizers.py --texts {options.texts} --seed {options.seed} > Docs/differential-tokenizers.md\n")
    print(f"{len(rows)} kinds, {len(texts)} texts each, random Unicode among them; {len(rows) - bad - refused} kinds without a difference, "
          f"{bad} with one, {refused} refused by name.\n")
    print("| kind | equal texts |\n| --- | --- |\n" + "\n".join(rows))
    sys.exit(1 if bad else 0)


main()
