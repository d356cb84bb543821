#!/usr/bin/env python3
"""Random small models of every family with every documented option, held to transformers' logits.

usage: differential_families.py PROGRAM [--random N] [--seed S] [--only FAMILY] [--report FILE.md]
       (needs torch and transformers; CPU; one model takes about a tenth of a second)

Each model is saved as transformers saves it, its configuration is spelled as the case says, and both programs read the
same folder: transformers in float32 with eager attention, PROGRAM by `logits`. A model is *equal* when no logit differs
by more than TOLERANCE times the logits' standard deviation, *refused* when PROGRAM says by name what it does not
implement, *refused by both* when transformers does not load it either, and *different* otherwise: none may be.
"""
import argparse, copy, json, os, platform, random, shutil, subprocess, sys, tempfile, warnings
import torch, transformers as t
from safetensors.torch import load_file

TOLERANCE = 1e-3
VOCABULARY, TOKENS = 96, 150
warnings.filterwarnings("ignore")
t.logging.set_verbosity_error()
t.logging.disable_progress_bar()
COMMON = dict(vocab_size=VOCABULARY, hidden_size=64, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
              num_key_value_heads=2, bos_token_id=1, eos_token_id=2, pad_token_id=0, max_position_embeddings=256)
HALF = 8  # half of the rotated part of a head of 16


def rope(kind, **more):
    return {"rope_parameters": {"rope_type": kind, "rope_theta": 10000.0, **more}}


def factors(n=HALF, step=0.5):
    return [1 + step * i for i in range(n)]


LONG = dict(short_factor=factors(step=0.05), long_factor=factors())
ROPES = {
    "theta 500": {"rope_parameters": {"rope_type": "default", "rope_theta": 500.0}},
    "linear": rope("linear", factor=3.0),
    "dynamic": {**rope("dynamic", factor=2.0), "max_position_embeddings": 64},
    "yarn": rope("yarn", factor=4.0, original_max_position_embeddings=64),
    "yarn without original": rope("yarn", factor=4.0),
    "yarn, betas": rope("yarn", factor=8.0, original_max_position_embeddings=32, beta_fast=16.0, beta_slow=2.0),
    "yarn, betas of zero": rope("yarn", factor=8.0, original_max_position_embeddings=32, beta_fast=0, beta_slow=0),
    "yarn, attention_factor": rope("yarn", factor=4.0, original_max_position_embeddings=64, attention_factor=1.4),
    "yarn, mscale": rope("yarn", factor=4.0, original_max_position_embeddings=64, mscale=0.7, mscale_all_dim=1.2),
    "yarn, mscale_all_dim 0": rope("yarn", factor=4.0, original_max_position_embeddings=64, mscale=0.7, mscale_all_dim=0.0),
    "yarn, truncate false": rope("yarn", factor=4.0, original_max_position_embeddings=64, truncate=False),
    "llama3": rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64),
    "llama3 without original": rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0),
    "longrope": rope("longrope", original_max_position_embeddings=64, **LONG),
    "longrope, factor": rope("longrope", original_max_position_embeddings=64, factor=8.0, **LONG),
    "longrope, factor below 1": rope("longrope", original_max_position_embeddings=64, factor=0.5, **LONG),
    "longrope, attention_factor": rope("longrope", original_max_position_embeddings=64, attention_factor=1.3, factor=9.0, **LONG),
    "longrope, never long": rope("longrope", original_max_position_embeddings=200, **LONG),
    "original beside": {**rope("yarn", factor=4.0, original_max_position_embeddings=128), "original_max_position_embeddings": 64},
    "partial_rotary_factor": rope("default", partial_rotary_factor=0.5),
}
ACTIVATIONS = ["gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python", "relu", "quick_gelu"]
BIAS = {"attention_bias": {"attention_bias": True}}
SHAPES = {
    "one key/value head": {"num_key_value_heads": 1}, "all key/value heads": {"num_key_value_heads": 4},
    "key/value heads null": {"num_key_value_heads": None}, "one layer": {"num_hidden_layers": 1}, "odd vocabulary": {"vocab_size": 101},
    "tied": {"tie_word_embeddings": True}, "untied": {"tie_word_embeddings": False},
}
WIDE = {"head_dim 32": {"head_dim": 32}, "head_dim 24": {"head_dim": 24}}
EPSILON = {"rms_norm_eps": {"rms_norm_eps": 1e-2}}
KINDS = ["sliding_attention", "full_attention", "sliding_attention"]
WINDOW = {
    "window": {"use_sliding_window": True, "sliding_window": 24, "max_window_layers": 1},
    "window in all": {"use_sliding_window": True, "sliding_window": 24, "max_window_layers": 0},
    "window by layer_types": {"use_sliding_window": True, "sliding_window": 24, "layer_types": KINDS},
    "window off": {"use_sliding_window": False, "sliding_window": 24, "max_window_layers": 0},
}


def activations(key="hidden_act"):
    return {f"{key} {a}": {key: a} for a in ACTIVATIONS}


GEMMA_WINDOW = {"window": {"sliding_window": 24}, "layer_types": {"sliding_window": 24, "layer_types": KINDS},
                "query_pre_attn_scalar": {"query_pre_attn_scalar": 40}}
FAMILIES = {
    "llama": (t.LlamaConfig, {}, {**ROPES, **SHAPES, **WIDE, **EPSILON, **BIAS, **activations(), "mlp_bias": {"mlp_bias": True},
                                  "pretraining_tp": {"pretraining_tp": 2}}),
    "mistral": (t.MistralConfig, dict(sliding_window=None), {**ROPES, **SHAPES, **WIDE, **EPSILON, **activations(), "window": {"sliding_window": 24}}),
    "phi": (t.PhiConfig, dict(rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}),
            {**SHAPES, **activations(), "layer_norm_eps": {"layer_norm_eps": 1e-2}, "qk_layernorm": {"qk_layernorm": True},
             **{k: {**v, "rope_parameters": {**v["rope_parameters"], "partial_rotary_factor": 1.0}} for k, v in ROPES.items() if "partial" not in k},
             "rotary part 0.25": rope("default", partial_rotary_factor=0.25), "rotary part 0.4": rope("default", partial_rotary_factor=0.4),
             "linear on a part": rope("linear", factor=2.0, partial_rotary_factor=0.5), "whole head": rope("default", partial_rotary_factor=1.0)}),
    "phi3": (t.Phi3Config, dict(rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, original_max_position_embeddings=256),
             {**SHAPES, **EPSILON, **activations(), "window": {"sliding_window": 24},
              **{k: {**v, "original_max_position_embeddings": v["rope_parameters"].get("original_max_position_embeddings", 64)}
                 for k, v in ROPES.items() if "longrope" in k or k in ("theta 500", "linear")},
              "rotary part": {**rope("longrope", partial_rotary_factor=0.75, short_factor=factors(6, 0.05), long_factor=factors(6)),
                              "original_max_position_embeddings": 64},
              "rotary part, default": rope("default", partial_rotary_factor=0.5)}),
    "gemma": (t.GemmaConfig, dict(head_dim=16), {**ROPES, **SHAPES, **WIDE, **EPSILON, **BIAS, **activations(),
                                                 "bidirectional": {"use_bidirectional_attention": True}}),
    "gemma2": (t.Gemma2Config, dict(head_dim=16, sliding_window=24, query_pre_attn_scalar=16),
               {**ROPES, **SHAPES, **WIDE, **EPSILON, **BIAS, **activations("hidden_activation"), **GEMMA_WINDOW,
                "caps": {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 1.5},
                "no caps": {"attn_logit_softcapping": None, "final_logit_softcapping": None},
                "bidirectional": {"use_bidirectional_attention": True}}),
    "gemma3": (t.Gemma3TextConfig, dict(head_dim=16, sliding_window=24, query_pre_attn_scalar=16),
               {**SHAPES, **WIDE, **EPSILON, **BIAS, **activations("hidden_activation"), **GEMMA_WINDOW,
                "caps": {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 1.5},
                "pattern": {"num_hidden_layers": 4, "sliding_window_pattern": 2}, "bidirectional": {"use_bidirectional_attention": True},
                **{f"{k} in the {kind} layers": {
                    **{o: x for o, x in v.items() if o != "rope_parameters"}, "layer_types": KINDS,
                    "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1e6},
                                        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}, **{f"{kind}_attention": v["rope_parameters"]}}}
                   for k, v in ROPES.items() if k != "original beside" for kind in ("full", "sliding")}}),
    "qwen2": (t.Qwen2Config, {}, {**ROPES, **SHAPES, **EPSILON, **activations(), **WINDOW}),
    "qwen3": (t.Qwen3Config, dict(head_dim=16), {**ROPES, **SHAPES, **WIDE, **EPSILON, **BIAS, **activations(), **WINDOW}),
}


def older(c):
    """The configuration as releases of 2023 and 2024 spelled it."""
    c = copy.deepcopy(c)
    parameters = c.pop("rope_parameters", None) or {}
    c["torch_dtype"] = c.pop("dtype", "float32")
    if "full_attention" in parameters:
        if any(k not in ("rope_type", "rope_theta") for k in parameters["sliding_attention"]):
            return None
        c["rope_local_base_freq"] = parameters["sliding_attention"]["rope_theta"]
        parameters = parameters["full_attention"]
    if "rope_theta" in parameters:
        c["rope_theta"] = parameters.pop("rope_theta")
    if "partial_rotary_factor" in parameters:
        c["partial_rotary_factor"] = parameters.pop("partial_rotary_factor")
    kind = parameters.pop("rope_type", "default")
    name = "rope_type" if c["model_type"] == "gemma3_text" else "type"
    c["rope_scaling"] = None if kind == "default" else {name: kind, **parameters}
    return c


def randomise(model, seed):
    """Values that spread scores and logits by a few units."""
    g = torch.Generator().manual_seed(seed)
    plus_one = "emma" in type(model).__name__
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=g)
        if "norm" in name and name.endswith("weight"):
            value = 0.25 * noise + (0 if plus_one else 1)
        elif name.endswith("bias"):
            value = 0.3 * noise
        elif "embed" in name:
            value = noise
        else:
            value = (1.5 if any(k in name for k in ("q_proj", "k_proj", "qkv_proj")) else 1.0) * noise / p.shape[-1] ** 0.5
        with torch.no_grad():
            p.copy_(value)


def reference(folder, ids):
    model = t.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        return model(torch.tensor([ids]), use_cache=False).logits[0].float()


def judge(program, folder, ids):
    """What became of a saved model: a word and a number or a message."""
    with open(os.path.join(folder, "ids.json"), "w") as f:
        json.dump(ids, f)
    out = os.path.join(folder, "got.safetensors")
    run = subprocess.run([program, "logits", "--model", folder, "--tokens", os.path.join(folder, "ids.json"), "--output", out, "--quiet"],
                         capture_output=True, text=True)
    try:
        want = reference(folder, ids)
    except Exception as error:
        if run.returncode != 0:
            return "refused by both", str(error).splitlines()[0][:160]
        return "loaded though transformers refuses", f"{type(error).__name__}: {error}".splitlines()[0][:160]
    if run.returncode != 0:
        kind = "refused" if run.returncode == 5 else "failed"
        return kind, run.stderr.strip().split(": ", 2)[-1].replace(folder, "")[:120]
    worst = float((load_file(out)["logits"] - want).abs().max() / want.std())
    return ("equal" if worst < TOLERANCE else "different"), worst


def build(kind, options, folder, seed):
    """Saves a random model; raises where the reference refuses the options."""
    config = kind(**options)
    model = t.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    randomise(model, seed)
    r = random.Random(seed)
    model.to(r.choice([torch.float32, torch.float16, torch.bfloat16]))
    model.save_pretrained(folder, max_shard_size=r.choice(["1GB", "1GB", "60KB"]))
    generation = os.path.join(folder, "generation_config.json")
    if os.path.exists(generation):
        os.remove(generation)


def cases(name, count, seed):
    """Every option alone in both spellings, then random combinations."""
    base, options = FAMILIES[name][1:]
    for label, change in {"as it is": {}, **options}.items():
        yield label, {**COMMON, **base, **change}
    r = random.Random(f"{name}{seed}")
    for i in range(count):
        chosen = r.sample(sorted(options), r.randint(2, min(5, len(options))))
        merged = {**COMMON, **base}
        for label in chosen:
            merged.update(copy.deepcopy(options[label]))
        yield " + ".join(chosen), merged


def measure(program, name, arguments):
    rows = []
    for index, (label, options) in enumerate(cases(name, arguments.random, arguments.seed)):
        folder = tempfile.mkdtemp(prefix="family-")
        try:
            try:
                build(FAMILIES[name][0], options, folder, 1000 * arguments.seed + index)
            except Exception as error:
                rows.append((label, "not made", str(error).splitlines()[0][:160] if str(error) else type(error).__name__))
                continue
            g = torch.Generator().manual_seed(index)
            ids = torch.randint(3, options["vocab_size"], (TOKENS,), generator=g).tolist()
            rows.append((label, *judge(program, folder, ids)))
            path = os.path.join(folder, "config.json")
            spelled = older(json.load(open(path)))
            if spelled:
                json.dump(spelled, open(path, "w"))
                rows.append((label + ", older spelling", *judge(program, folder, ids)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return rows


WORDS = ["equal", "refused", "refused by both", "not made", "failed", "loaded though transformers refuses", "different"]


def report(results, arguments):
    lines = ["# Families and their options against transformers", "",
             "Random small models of every family, each documented option alone and in random combinations, both spellings of the",
             "rotary settings, weights in float32, float16 and bfloat16, one file or shards. Both programs read the same folder.", "",
             f"    Scripts/differential_families.py .build/release/se-eval --random {arguments.random} --seed {arguments.seed}", "",
             f"transformers {t.__version__}, torch {torch.__version__}, Python {platform.python_version()}; equal means that no logit of {TOKENS} positions",
             f"differs by more than {TOLERANCE} of the logits' standard deviation. \"Not made\" are combinations that transformers itself",
             "cannot build.", "",
             "| family | models | " + " | ".join(WORDS) + " | largest difference |", "| --- |" + " ---: |" * (len(WORDS) + 2)]
    total = [0] * (len(WORDS) + 1)
    for name, rows in results.items():
        counts = [sum(r[1] == w for r in rows) for w in WORDS]
        worst = max([r[2] for r in rows if r[1] in ("equal", "different")], default=0)
        lines.append(f"| {name} | {len(rows)} | " + " | ".join(map(str, counts)) + f" | {worst:.1e} |")
        total = [a + b for a, b in zip(total, [len(rows)] + counts)]
    lines.append("| all | " + " | ".join(map(str, total)) + " | |")
    lines += ["", "## What is refused that transformers loads", "", "| family | option | the program says |", "| --- | --- | --- |"]
    refused = {}
    for name, rows in results.items():
        for label, word, detail in rows:
            if word == "refused" and " + " not in label and "older" not in label:
                refused.setdefault((label.replace("hidden_activation", "hidden_act"), detail.splitlines()[0]), []).append(name)
    lines += [f"| {', '.join(names)} | {label} | {detail} |" for (label, detail), names in refused.items()]
    for word in ("different", "failed", "loaded though transformers refuses"):
        found = [(n, *r) for n, rows in results.items() for r in rows if r[1] == word]
        if found:
            lines += ["", f"## {word.capitalize()}", "", *[f"* {n}: {label}: {detail}" for n, label, _, detail in found]]
    return "\n".join(lines) + "\n"


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("program")
    p.add_argument("--random", type=int, default=30)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--only", choices=sorted(FAMILIES))
    p.add_argument("--report")
    arguments = p.parse_args()
    torch.set_num_threads(1)
    results = {}
    for name in FAMILIES:
        if arguments.only in (None, name):
            results[name] = measure(os.path.abspath(arguments.program), name, arguments)
            print(name, {w: n for w in WORDS if (n := sum(r[1] == w for r in results[name]))}, flush=True)
    text = report(results, arguments)
    if arguments.report:
        open(arguments.report, "w").write(text)
    else:
        print(text)
    bad = sum(r[1] in ("different", "failed") for rows in results.values() for r in rows)
    sys.exit(1 if bad else 0)


main()
