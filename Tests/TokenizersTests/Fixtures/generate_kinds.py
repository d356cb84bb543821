#!/usr/bin/env python3
"""Makes patterns.json and kinds.json: what tokenizers 0.23.3 makes of patterns, and of small tokenizer.json files.

patterns.json: [{pattern, text, matches, pieces}], the parts of the text that match, and all parts with the rest.
kinds.json: [{name, tokenizer (its text), cases: [{text, ids}], decoded: [{ids, text}]}].
"""
import json

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

PATTERNS = [
    (r"a{2}?", "abaab"), (r"a{1,2}?b?", "aab"), (r"a{2,}?", "aaaa"), (r"a{3,2}", "aaaaa"), (r"a{3,2}a", "aaaaa"),
    (r"a{2}+", "aaaaa"), (r"a{,2}b", "aaab"), (r"a{|\{x}|b{1,x}", "a{{x}bb{1,x}"), (r"(?:a|ab)*+b", "abab"),
    (r"(?>a|ab)c", "abc ac"), (r"(?:|a)*", "aab"), (r"(?:a*)*b|c", "aabc"), (r"(?:a|)*b", "aab"), (r"(?:a??)+b", "aab"),
    (r"(?<=a|bc|d*)x", "ax bcx ddx"), (r"(?<!a+b)c", "aabc bc"), (r"(?<=^a)b", "ab\nab"), (r"(?<=(?<=x)a)b", "xab ab"),
    (r"\bfoo\b|\B.", "foo food"), (r"\b.", "a²½ b\u0301 _c"), (r"^a|b$", "b\na ab\n"), (r"\Aa|a\z|b\Z", "aab\naa"),
    (r"\n^|^$", "a\n\nb\n"), (r".", "a\n\rb\u2028"), (r"\N+|\R", "ab\r\nc\x85"), (r"(?m:.+)", "a\nb"), (r"\O", "\n"),
    (r"a(?i)b|c", "aB AC aC C c"), (r"(?i:[^a-c])", "AbCdé"), (r"(?i:\p{Lu})|1", "aA1"), (r"(?i:[\p{Lu}])", "aA1"),
    (r"(?i:[ſk])", "sSſK\u212a"), (r"(?i:ı|i)", "ıiIİ"), (r"(?x: f o+ )", "foo f o"), (r"(?#note)a", "ab"),
    (r"[a&&b]", "ab&"), (r"[\w&&[^\d_]]+", "ab1_c²"), (r"[a-z&&b-y&&[^c]]", "abcdz"), (r"[^a-c&&b-d]+", "abcd"), (r"[a&b]", "a&b"),
    (r"[]a]|[^]]b", "]a]ab"), (r"[[a-c][x]]+|[^[a-c]y]", "abxyz"), (r"[a-]", "a-b"), (r"[\n-\r]", "\n\x0b\r "),
    (r"[[:alpha:]]+|[[:^space:]]", "aé1 ²"), (r"[[:punct:]]", "$!a¿×"), (r"[[:word:]]+", "a²_1"), (r"\w+", "a²½ⅳⒶ\u200d_\u0301"),
    (r"\W", "a² \u200d"), (r"[\w]", "a²"), (r"\p{Word}", "²"), (r"\d", "1²٣"), (r"\s", "\x0b\x85\xa0\u200b\x1c"), (r"\h+", "afG"),
    (r"\p{Han}+|\p{Hiragana}", "々〇ー漢字ひ"), (r"\p{^Latin}|\P{L}", "aé1я"), (r"\p{Grek}", "αa"), (r"\p{Common}", "1a"),
    (r"\p{Emoji}", "1🙂a"), (r"\p{Uppercase_Letter}\p{ll}*", "AbCd"), (r"\p{Alphabetic}", "aⒶ1"), (r"\p{Lu}", "ʕA\ua7ce"),
    (r"\x41|\x{1F642}|\u00e9|\101\t", "A🙂éA\t"), (r"(?=(\d{3})+(?!\d))", "1234567 12"), (r"(?=[A-Z])", "aBCd"), (r"\d*", "12ab3"),
    (r"(?<word>a)b", "ab"), (r"'(?:[sdmt]|ll|ve|re)|\s+(?!\S)|\s+", "it's  x"), (r"\p{N}{1,3}(?=(?:\d{3})*\b)", "1234567"),
]
TEXT = ["", "abc def 123", " it's 4½ gate\n\n  x² <m>  <l> a<r> \n b", "ünïcode 雪が 漢字 🙂é e\u0301", "aa ab aba  a", "12345678 x_y ABc",
        "\t<w>x <w> <n>", "\r\n\u2028\u00a0ΑΣ ß", "<m><m> <r>  \n<l>", "a\u0000b\u200dc", "the gate the gate"]


def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def steps(*inner):
    return {"type": "Sequence", "pretokenizers": list(inner)}


def metaspace(scheme, cuts=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cuts}


DIGITS = {"type": "Digits", "individual_digits": True}
LLAMA2 = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
FALLBACK = {"type": "Sequence", "decoders": [
    {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
MARKS = [("<m>", {}), ("<l>", {"lstrip": True}), ("<r>", {"rstrip": True, "special": True}), ("<w>", {"single_word": True}), ("\n", {}),
         ("<n>", {"normalized": True})]
# name: (characters?, normalizer, pre-tokenizer, decoder, model, added tokens)
KINDS = {
    "byte-level": (False, None, byte_level(), byte_level(), {}, MARKS),
    "byte-level, prefix": (False, None, byte_level(True), byte_level(), {}, []),
    "digits after bytes": (False, None, steps(byte_level(), DIGITS), byte_level(), {}, []),
    "falcon": (False, None, steps({"type": "Punctuation", "behavior": "Contiguous"}, byte_level(), split("[0-9]{3}")), byte_level(), {}, []),
    "empty matches": (False, None, steps(split(r"(?=(\d{3})+(?!\d))|\s*"), byte_level(regex=False)), byte_level(), {}, []),
    "merged with next": (False, None, steps(split(r"\s|(?=a)", "MergedWithNext"), byte_level(regex=False)), byte_level(), {}, []),
    "merged with previous": (False, None, steps(split(r"\s|(?=a)", "MergedWithPrevious"), byte_level(regex=False)), byte_level(), {}, []),
    "contiguous, inverted": (False, None, steps(split("a", "Contiguous", True, "String"), byte_level(regex=False)), byte_level(), {}, []),
    "whitespace": (False, None, steps({"type": "Whitespace"}, byte_level(regex=False)), byte_level(), {}, []),
    "delimiter": (False, None, steps({"type": "CharDelimiterSplit", "delimiter": "a"}, byte_level()), byte_level(), {}, []),
    "bytes missing": (False, None, byte_level(), byte_level(), {"drop": True}, []),
    "bytes missing, unknown": (False, None, byte_level(), byte_level(), {"drop": True, "unk_token": "<unk>"}, []),
    "bytes in the normalizer": (False, {"type": "ByteLevel"}, split("Ġ?[a-z]+"), byte_level(), {}, [("<n>", {"normalized": True})]),
    "whole words": (False, None, byte_level(), byte_level(), {"ignore_merges": True}, []),
    "llama 2": (True, LLAMA2, None, FALLBACK, {"byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}, MARKS),
    "metaspace, first": (True, None, metaspace("first"), {**metaspace("first")}, {"unk_token": "<unk>"}, MARKS),
    "metaspace after white space": (True, None, steps({"type": "WhitespaceSplit"}, metaspace("first")), metaspace("first"), {}, []),
    "stripped, metaspace first": (True, {"type": "Strip", "strip_left": True, "strip_right": True}, metaspace("first", False), metaspace("first"), {}, MARKS),
    "no decoder": (True, {"type": "NFKC"}, {"type": "BertPreTokenizer"}, None, {"unk_token": "<unk>", "fuse_unk": True}, []),
    "lower case": (False, {"type": "Lowercase"}, byte_level(), byte_level(), {}, [("<N>", {"normalized": True})]),
}


def words(pattern, text, *options):
    return [piece for piece, _ in pre_tokenizers.Split(Regex(pattern), *options).pre_tokenize_str(text)]


def vocabulary(characters):
    trained = Tokenizer(models.BPE())
    spell = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    if not characters:
        trained.pre_tokenizer = spell
    trainer = trainers.BpeTrainer(vocab_size=180 if characters else 330, limit_alphabet=60 if characters else 300, min_frequency=2, show_progress=False,
                                  initial_alphabet=["▁"] if characters else pre_tokenizers.ByteLevel.alphabet())
    trained.train_from_iterator([t.replace(" ", "▁") for t in TEXT] * 2 if characters else TEXT * 2, trainer)
    model = json.loads(trained.to_str())["model"]
    return model["vocab"], model["merges"]


def document(characters, normalizer, pre_tokenizer, decoder, options, marks):
    tokens, merges = vocabulary(characters)
    if options.get("drop"):
        lost = {"c", "Ċ", "Ã"}
        merges = [m for m in merges if not lost & set("".join(m))]
        tokens = {t: i for i, t in enumerate(t for t in tokens if not lost & set(t))}
    extra = (["<unk>"] if options.get("unk_token") else []) + (["<0x%02X>" % b for b in range(256)] if options.get("byte_fallback") else [])
    for token in extra:
        tokens[token] = len(tokens)
    added = []
    for text, flags in marks:
        free = len(tokens) + sum(token["id"] >= len(tokens) for token in added)
        added.append({"id": tokens.get(text, free), "content": text, "single_word": False, "lstrip": False, "rstrip": False,
                      "normalized": False, "special": False, **flags})
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, **{k: v for k, v in options.items() if k != "drop"},
             "vocab": tokens, "merges": merges}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
            "pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": decoder, "model": model}


def kind(name, parts):
    content = document(*parts)
    tokenizer = Tokenizer.from_str(json.dumps(content))
    cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in TEXT]
    # Ids that nobody would encode: cut characters, tokens that begin with spaces, special ones.
    size = tokenizer.get_vocab_size()
    lists = [case["ids"] for case in cases] + [[(7 * i * i + start) % size for i in range(12)] for start in range(0, size, 9)]
    byte = tokenizer.get_vocab().get("<0x00>")
    if byte is not None:
        lists += [[byte + b for b in run] for run in [b"\xf0\x9f\x99\x82", b"\xe2\x82", b"A\xe2B", b" \x80\xe2\x82\xac", b"\xe2\x82\xac\xff"]]
        lists += [[byte + 0xE2, 5, byte + 0x82, byte + 0xAC], [byte + 0x20, 5]]
    decoded = [{"ids": ids, "text": tokenizer.decode(ids)} for ids in lists]
    return {"name": name, "tokenizer": json.dumps(content, ensure_ascii=False), "cases": cases, "decoded": decoded}


def write(path, values):
    with open(path, "w", encoding="utf-8") as file:
        file.write("[" + ",\n".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values) + "]\n")


write("patterns.json", [{"pattern": p, "text": t, "matches": words(p, t, "removed", True), "pieces": words(p, t, "isolated")}
                        for p, t in PATTERNS])
write("kinds.json", [kind(name, parts) for name, parts in KINDS.items()])
