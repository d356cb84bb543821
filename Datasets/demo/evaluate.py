#!/usr/bin/env python3
"""Measures model/ with plain attention and with Self-Extend: perplexity of held-out stories, and passkey accuracy.

  python3 evaluate.py [--model model] [--out results.json] [--trials 1] [--best-trials 2]

Perplexity: the 64 tokens before three fixed ends of every story in stories/ are scored with N tokens of context (N
counts the scored tokens and <s>), so that every N scores the same tokens.

Passkey: 5 random digits; N is the requested length in tokens, <s> included; ten depths 0, 1/9 ... 1.  A trial is
right when greedy decoding writes a space, the five digits and then no digit.  Greedy decoding does that exactly when
the largest logit is right at each of these places while the true digits are fed, so one pass per trial is enough."""
import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import corpus
from model import Llama, write_json

LENGTHS, SCORED, ENDS, DEPTHS = [256, 512, 1024, 2048], 64, [2112, 2560, 3040], 10


def method_name(method):
    return f"self-extend:G={method[0]},W={method[1]}" if method else "plain"


def perplexity(model, stories, length, method):
    nll = 0.0
    for ids in stories:
        for end in ENDS:
            window = torch.tensor([corpus.BOS] + ids[end - length + 1:end])
            logits = model.logits(window, *(method or ()))[-SCORED - 1:-1]
            nll += float(F.cross_entropy(logits, window[-SCORED:], reduction="sum"))
    return math.exp(nll / (len(stories) * len(ENDS) * SCORED))


def passkey(model, tokenizer, encoder, wording, length, method, trials):
    """The number of right answers at each depth."""
    digit = torch.tensor([tokenizer.decode([i]).strip().isdigit() for i in range(tokenizer.get_vocab_size())])
    right = []
    for place in range(DEPTHS):
        count = 0
        for i in range(trials):
            prompt, key = corpus.held_out_passkey(wording, i, encoder.size, length, place / (DEPTHS - 1))
            ids = torch.tensor(tokenizer.encode(prompt + " " + key).ids)
            best = model.logits(ids, *(method or ())).argmax(-1)[-7:]
            count += bool((best[:-1] == ids[-6:]).all() and not digit[best[-1]])
        right.append(count)
    return right


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", default=os.path.join(corpus.HERE, "model"))
    ap.add_argument("--out", default=os.path.join(corpus.HERE, "results.json"))
    ap.add_argument("--trials", type=int, default=1, help="per depth")
    ap.add_argument("--best-trials", type=int, default=2, help="per depth, for plain attention and the --best pairs")
    ap.add_argument("--pairs", default=",".join(f"{g}x{w}" for g in (4, 8, 16, 32) for w in (32, 64, 128)))
    ap.add_argument("--best", default="16x64,32x64,32x32")
    ap.add_argument("--lengths", default=",".join(map(str, LENGTHS)))
    ap.add_argument("--threads", type=int, default=2)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    begin = time.time()
    model = Llama.load(a.model)
    tokenizer = Tokenizer.from_file(os.path.join(a.model, "tokenizer.json"))
    encoder = corpus.Encoder(tokenizer)
    stories = []
    for index in range(8):  # the results below are of the first eight
        with open(os.path.join(corpus.HERE, "stories", f"story-{index}.txt"), encoding="utf-8") as f:
            stories.append(tokenizer.encode(f.read(), add_special_tokens=False).ids)
    best = [tuple(map(int, p.split("x"))) for p in a.best.split(",")]
    methods = [None] + [tuple(map(int, p.split("x"))) for p in a.pairs.split(",")]
    result = dict(window=model.c["max_position_embeddings"], stories=len(stories),
                  scored=len(stories) * len(ENDS) * SCORED, perplexity={}, passkey={w: {} for w in corpus.WORDINGS})
    for length in map(int, a.lengths.split(",")):
        for method in methods:
            name, trials = method_name(method), a.best_trials if method is None or method in best else a.trials
            value = perplexity(model, stories, length, method)
            result["perplexity"].setdefault(name, {})[length] = round(value, 3)
            line = f"{length:5d} {name:24s} perplexity {value:8.3f}"
            for wording, table in result["passkey"].items():
                right = passkey(model, tokenizer, encoder, wording, length, method, trials)
                table.setdefault(name, {})[length] = dict(right=sum(right), trials=trials * DEPTHS, by_depth=right)
                line += f"  {wording} {sum(right)}/{trials * DEPTHS}"
            print(line, f" {time.time() - begin:.0f} s", flush=True)
            write_json(os.path.dirname(a.out) or ".", os.path.basename(a.out), result)
    print(tables(result))


def tables(result):
    """Markdown tables of results.json."""
    lengths = list(next(iter(result["perplexity"].values())))
    head = "| method | " + " | ".join(f"{n} ({int(n) // result['window']}x)" for n in lengths) + " |\n"
    head += "| --- |" + " ---: |" * len(lengths) + "\n"
    text = "Perplexity\n\n" + head
    for name, row in result["perplexity"].items():
        text += f"| `{name}` | " + " | ".join(f"{row[n]:.2f}" for n in lengths) + " |\n"
    for wording, table in result["passkey"].items():
        text += f"\nPasskey, {wording} wording, right/trials\n\n" + head
        for name, row in table.items():
            text += f"| `{name}` | " + " | ".join(f"{row[n]['right']}/{row[n]['trials']}" for n in lengths) + " |\n"
    return text


if __name__ == "__main__":
    main()
