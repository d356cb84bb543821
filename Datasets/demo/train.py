#!/usr/bin/env python3
"""Trains the demonstration model on text that corpus.py makes while it runs; writes model/ and training.log.

  python3 train.py                            the run that made model/ (the defaults are its settings)
  python3 train.py --stages 64:500:4096 --stages 256:3000:4096 --decay 800 --out DIR
  python3 train.py --resume                   goes on from the checkpoint of an interrupted run

A stage is WINDOW:STEPS:TOKENS_PER_STEP.  The learning rate is warm-up, constant, and linear decay to zero over the
last --decay steps.  Muon trains the matrices of the blocks, AdamW the embedding and the norms.  No weight starts
with any structure: matrices are drawn from normal distributions, or zero where a block writes its output."""
import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

import corpus
from model import CONFIG, NAMES, Llama, write_json

STAGES = ["128:1500:4096", "256:963:4096"]


# ----------------------------------------------------------------------------------------------------- tokenizer
def train_tokenizer(folder, vocabulary):
    """Byte-level BPE with digits split one by one and <s> in front of every text; every lexicon word is a token."""
    r = corpus.stream("tokenizer", 7)

    def texts():
        words = lambda s: len(s.split())
        for _ in range(2000):
            yield corpus.text_of(corpus.story(r, words, 150))
        for kind in ("passkey", "needle", "directory", "pairs"):
            for _ in range(200):
                yield corpus.text_of(corpus.KINDS[kind](r, words, 120))
        for word in corpus.WORDS + corpus.GIVEN + corpus.NOUNS:
            yield (" " + word) * 150

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", corpus.BOS)])
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    special = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    write_json(folder, "special_tokens_map.json", special)
    write_json(folder, "tokenizer_config.json", dict(
        tokenizer_class="PreTrainedTokenizerFast", add_bos_token=True, add_eos_token=False, add_prefix_space=False,
        clean_up_tokenization_spaces=False, model_max_length=CONFIG["max_position_embeddings"], **special))
    return tokenizer


def check(tokenizer, encoder):
    """Piecewise encoding is the encoding of the whole text, and the unseen wording is never trained on."""
    r = corpus.stream("check", 1)
    w = corpus.WORDINGS["unseen"]
    unseen = [w["opening"], w["key"][:30], w["question"][-15:], "secret code"] + w["filler"]
    for kind, make in corpus.KINDS.items():
        for i in range(300):
            pieces, newlines = make(r, encoder.size, 200), i % 4 == 0
            text = corpus.text_of(pieces, newlines)
            assert encoder.document(pieces, newlines)[0] == tokenizer.encode(text, add_special_tokens=False).ids, text
            assert not any(sentence in text for sentence in unseen), text


# ----------------------------------------------------------------------------------------------------- optimizer
def orthogonalize(g, steps=5):
    """The nearest semi-orthogonal matrix, roughly, by Newton-Schulz iterations with Muon's coefficients."""
    x = g / (g.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    for _ in range(steps):
        m = x @ x.mT
        x = 3.4445 * x + (-4.7750 * m + 2.0315 * m @ m) @ x
    return x.mT if tall else x


class Muon:
    """Momentum whose steps are orthogonalized; matrices of one shape are done together."""

    def __init__(self, matrices, rate, momentum=0.95, decay=0.01):
        self.groups = {}
        for p in matrices:
            self.groups.setdefault(tuple(p.shape), []).append(p)
        self.momentum_of = {s: torch.zeros(len(ps), *s) for s, ps in self.groups.items()}
        self.rate, self.momentum, self.decay = rate, momentum, decay

    @torch.no_grad()
    def step(self, scale):
        rate = self.rate * scale
        for shape, parameters in self.groups.items():
            g, m = torch.stack([p.grad for p in parameters]), self.momentum_of[shape]
            m.lerp_(g, 1 - self.momentum)
            updates = orthogonalize(g.lerp(m, self.momentum)) * max(1.0, shape[0] / shape[1]) ** 0.5
            for p, u in zip(parameters, updates):
                p.mul_(1 - rate * self.decay).add_(u, alpha=-rate)


# ------------------------------------------------------------------------------------------------------ training
def losses(model, batch, cos, sin):
    """(weighted loss, text loss, answer loss) of one batch of (ids, weights)."""
    ids, weights = batch
    logits = model(ids[:, :-1], cos, sin)
    ce = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    w = weights[:, 1:].flatten()
    answers, text = ce.detach()[w > 1].mean(), ce.detach()[w == 1].mean()
    return (ce * w).sum() / w.sum(), float(text), float(answers)


def probe(model, tokenizer, encoder, trials=10):
    """Passkey accuracy on a few prompts while training: wording/length, plain and Self-Extend."""
    result = {}
    for wording in ("train", "unseen"):
        for tokens, group in ((250, None), (1000, None), (1000, 16)):
            right = 0
            for i in range(trials):
                prompt, key = corpus.held_out_passkey(wording, i, encoder.size, tokens, (i + 0.5) / trials)
                ids = torch.tensor(tokenizer.encode(prompt + " " + key).ids)
                best = model.logits(ids, group, 64).argmax(-1)
                right += bool((best[-7:-1] == ids[-6:]).all())
            result[f"{wording}{tokens}{'se' if group else ''}"] = right
    return result


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", default=corpus.HERE)
    ap.add_argument("--stages", action="append", help=f"default {STAGES}")
    ap.add_argument("--muon", type=float, default=0.005)
    ap.add_argument("--adam", type=float, default=0.003)
    ap.add_argument("--warmup", type=int, default=60)
    ap.add_argument("--decay", type=int, default=600)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--resume", action="store_true")
    ap.add_argument("--compile", action="store_true")
    a = ap.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    folder, state = os.path.join(a.out, "model"), os.path.join(a.out, "checkpoint.pt")
    tokenizer = train_tokenizer(folder, CONFIG["vocab_size"])
    encoder = corpus.Encoder(tokenizer)
    check(tokenizer, encoder)
    model = Llama()
    matrices = [getattr(layer, n).weight for layer in model.layers for n in NAMES]
    norms = [model.norm] + [p for layer in model.layers for p in (layer.n1, layer.n2)]
    muon = Muon(matrices, a.muon)
    adam = torch.optim.AdamW([dict(params=[model.emb.weight], weight_decay=0.01), dict(params=norms, weight_decay=0.0)],
                             lr=a.adam, betas=(0.9, 0.95))
    stages = [tuple(map(int, s.split(":"))) for s in a.stages or STAGES]
    end = sum(n for _, n, _ in stages)
    done, tokens, spent = 0, 0, 0.0
    if a.resume:
        saved = torch.load(state, weights_only=True)
        model.load_state_dict(saved["model"])
        adam.load_state_dict(saved["adam"])
        muon.momentum_of, done, tokens, spent = saved["muon"], saved["step"], saved["tokens"], saved["seconds"]
    log = open(os.path.join(a.out, "training.log"), "a" if a.resume else "w", encoding="utf-8")

    def say(**facts):
        log.write(json.dumps(facts) + "\n")
        log.flush()
        print(facts, flush=True)

    def save():
        torch.save(dict(model=model.state_dict(), adam=adam.state_dict(), muon=muon.momentum_of, step=step + 1,
                        tokens=tokens, seconds=seconds()), state + ".new")
        os.replace(state + ".new", state)

    def seconds():
        return spent + time.time() - begin

    say(parameters=sum(p.numel() for p in model.parameters()), stages=a.stages or STAGES, muon=a.muon, adam=a.adam,
        warmup=a.warmup, decay=a.decay, seed=a.seed, torch=torch.__version__, resumed_at=done)
    run = torch.compile(model, dynamic=False) if a.compile else model
    step, begin, saved_at, recent, first = 0, time.time(), time.time(), [], 0
    for number, (window, count, per_step) in enumerate(stages):
        # a resumed stage goes on with a stream of its own: the text that was seen is not made again
        name = ("train", a.seed, number) + ((done,) if first < done else ())
        rows = corpus.Rows(corpus.stream(*name), encoder, window, corpus.MIX, CONFIG["vocab_size"])
        cos, sin = model.angles(torch.arange(window))
        for step in range(first, first + count):
            if step < done:
                continue
            scale = min(1.0, (step + 1) / a.warmup, (end - step) / a.decay)
            batch = [rows.row() for _ in range(per_step // window)]
            batch = torch.tensor([x for x, _ in batch]), torch.tensor([w for _, w in batch], dtype=torch.float32)
            loss, text, answers = losses(run, batch, cos, sin)
            for p in model.parameters():
                p.grad = None
            loss.backward()
            torch.nn.utils.clip_grad_norm_([model.emb.weight] + norms, 1.0)
            for g in adam.param_groups:
                g["lr"] = a.adam * scale
            adam.step()
            muon.step(scale)
            tokens += per_step
            recent.append((text, answers))
            if (step + 1) % 50 == 0 or step + 1 == end:
                t, s = (sum(x) / len(recent) for x in zip(*recent))
                recent = []
                say(step=step + 1, window=window, tokens=tokens, text=round(t, 3), answers=round(s, 3),
                    rate=round(scale, 3), seconds=round(seconds()))
            if (step + 1) % 500 == 0:
                say(step=step + 1, probe=probe(model, tokenizer, encoder))
            if time.time() - saved_at > 90:
                save()
                saved_at = time.time()
        first += count
    save()
    model.save(folder)
    say(step=end, probe=probe(Llama.load(folder), tokenizer, encoder, 20), seconds=round(seconds()))


if __name__ == "__main__":
    main()
