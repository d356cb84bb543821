#!/usr/bin/env python3
"""Makes tiny models with random weights of the families, and their logits by the reference implementation.

usage: families.py [OUT]      (needs torch and transformers; OUT is Fixtures/families beside this file)

Each folder of OUT holds config.json and model.safetensors (bfloat16, so that files are small; the reference computes with
the same values in float32). cases.json holds, for each model, tokens and the logits of some rows. Windows, original
contexts and wavelengths are so short that local layers, sliding windows, LongRoPE's long factors and Llama-3's scaling
all take part. A second config.json in the older spelling (rope_theta, rope_scaling, sliding_window_pattern) stands in
OUT/<name>-older where the reference wrote the newer one; it has no weights of its own.
"""
import json, os, shutil, sys
import torch, transformers as t

VOCABULARY, HIDDEN, HEAD = 96, 32, 16
COMMON = dict(vocab_size=VOCABULARY, hidden_size=HIDDEN, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
              num_key_value_heads=2, bos_token_id=1, eos_token_id=2, pad_token_id=0, max_position_embeddings=256)
LONG = {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1.0 + 0.02 * i for i in range(HEAD // 2)],
        "long_factor": [1.0 + 0.6 * i for i in range(HEAD // 2)], "original_max_position_embeddings": 64}
LONG_PART = {**LONG, "partial_rotary_factor": 0.75, "short_factor": LONG["short_factor"][:6], "long_factor": LONG["long_factor"][:6]}


def theta(base, **more):
    return {"rope_type": "default", "rope_theta": float(base), **more}


FAMILIES = {
    "llama-3.1": (t.LlamaConfig, dict(head_dim=HEAD, rope_parameters={
        "rope_type": "llama3", "rope_theta": 5000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64})),
    "llama-yarn": (t.LlamaConfig, dict(head_dim=HEAD, tie_word_embeddings=True, rope_parameters={
        "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64})),
    "mistral-0.1": (t.MistralConfig, dict(head_dim=HEAD, sliding_window=24, rope_parameters=theta(10000))),
    "mistral-0.3": (t.MistralConfig, dict(head_dim=HEAD, sliding_window=None, rope_parameters=theta(1e6))),
    "phi-1.5": (t.PhiConfig, dict(hidden_size=64, num_key_value_heads=4, num_hidden_layers=2, rope_parameters=theta(10000, partial_rotary_factor=0.5))),
    "phi-3": (t.Phi3Config, dict(hidden_size=64, num_hidden_layers=2, rope_parameters=LONG, original_max_position_embeddings=64, sliding_window=None)),
    "phi-3-window": (t.Phi3Config, dict(hidden_size=64, num_hidden_layers=2, rope_parameters=theta(10000), original_max_position_embeddings=256, sliding_window=40)),
    "phi-4-mini": (t.Phi3Config, dict(hidden_size=64, num_hidden_layers=2, tie_word_embeddings=True, rope_parameters=LONG_PART, original_max_position_embeddings=64, sliding_window=None)),
    "gemma-1": (t.GemmaConfig, dict(head_dim=HEAD, hidden_activation="gelu_pytorch_tanh", rope_parameters=theta(10000))),
    "gemma-2": (t.Gemma2Config, dict(head_dim=HEAD, sliding_window=24, query_pre_attn_scalar=24, attn_logit_softcapping=5.0, final_logit_softcapping=4.0, rope_parameters=theta(10000))),
    "gemma-3": (t.Gemma3TextConfig, dict(head_dim=HEAD, num_hidden_layers=4, sliding_window=24, query_pre_attn_scalar=24,
        layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={"full_attention": {"rope_type": "linear", "rope_theta": 100000.0, "factor": 8.0}, "sliding_attention": theta(1000)})),
    "qwen-1.5": (t.Qwen2Config, dict(num_key_value_heads=4, rope_parameters=theta(10000), use_sliding_window=False)),
    "qwen-2.5": (t.Qwen2Config, dict(tie_word_embeddings=True, use_sliding_window=True, sliding_window=24, max_window_layers=1, rope_parameters={
        "rope_type": "yarn", "rope_theta": 1e6, "factor": 4.0, "original_max_position_embeddings": 64})),
    "qwen-3": (t.Qwen3Config, dict(head_dim=HEAD, rope_parameters=theta(1e6))),
    # Fields that were once ignored: LongRoPE's factor, Gemma's first name of its activation, a bias beside tied embeddings, a
    # scaling in the local layers, biases of attention and feed-forward.
    "phi-3-factor": (t.Phi3Config, dict(hidden_size=64, num_hidden_layers=2, rope_parameters={**LONG, "factor": 12.0}, original_max_position_embeddings=64, sliding_window=None)),
    "llama-longrope": (t.LlamaConfig, dict(head_dim=HEAD, num_hidden_layers=2, attention_bias=True, mlp_bias=True, rope_parameters={**LONG, "factor": 8.0})),
    "gemma-1-gelu": (t.GemmaConfig, dict(head_dim=HEAD, num_hidden_layers=2, hidden_act="gelu_pytorch_tanh", rope_parameters=theta(10000))),
    "phi-tied": (t.PhiConfig, dict(hidden_size=64, num_key_value_heads=4, num_hidden_layers=2, tie_word_embeddings=True, rope_parameters=theta(10000, partial_rotary_factor=0.5))),
    "gemma-3-local": (t.Gemma3TextConfig, dict(head_dim=HEAD, sliding_window=24, query_pre_attn_scalar=24,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={"full_attention": theta(100000), "sliding_attention": {"rope_type": "linear", "rope_theta": 1000.0, "factor": 4.0}})),
}


def weights(model, seed):
    """Random values that spread attention scores and logits by a few units, rounded to bfloat16."""
    generator = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            plus_one = "emma" in type(model).__name__
            value = 0.25 * noise + (0 if plus_one else 1)
        elif name.endswith("bias"):
            value = 0.3 * noise
        elif "embed" in name:
            value = noise
        else:
            gain = 1.5 if any(k in name for k in ("q_proj", "k_proj", "qkv_proj")) else 1.0
            value = gain * noise / p.shape[-1] ** 0.5
        with torch.no_grad():
            p.copy_(value.to(torch.bfloat16).float())


def older(config):
    """The same configuration as releases of 2023 to 2024 wrote it."""
    c = dict(config)
    rope = c.pop("rope_parameters", None)
    c.pop("layer_types", None)
    if rope and "full_attention" in rope:
        if "factor" in rope["sliding_attention"]:
            return None  # what the older spelling cannot say
        c["rope_theta"], c["rope_local_base_freq"] = rope["full_attention"]["rope_theta"], rope["sliding_attention"]["rope_theta"]
        c["rope_scaling"] = {k: v for k, v in rope["full_attention"].items() if k != "rope_theta"}
        return {**c, "sliding_window_pattern": 3}
    if rope:
        c["rope_theta"] = rope["rope_theta"]
        if "partial_rotary_factor" in rope:
            c["partial_rotary_factor"] = rope["partial_rotary_factor"]
        if rope["rope_type"] != "default":
            scaling = {k: v for k, v in rope.items() if k not in ("rope_theta", "partial_rotary_factor")}
            if rope["rope_type"] == "longrope":
                scaling["type"] = scaling.pop("rope_type")
                if "original_max_position_embeddings" in c:
                    scaling.pop("original_max_position_embeddings")
            c["rope_scaling"] = scaling
        else:
            c["rope_scaling"] = None
    if c["model_type"] == "gemma":
        c["hidden_act"] = "gelu"  # which the first releases say and mean the tangent form by
    return c


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "families")
    shutil.rmtree(out, ignore_errors=True)
    cases = []
    for seed, (name, (kind, options)) in enumerate(FAMILIES.items()):
        config = kind(**{**COMMON, **options})
        config._attn_implementation = "eager"
        model = t.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
        weights(model, 1000 + seed)
        folder = os.path.join(out, name)
        model.to(torch.bfloat16).save_pretrained(folder)
        os.path.exists(os.path.join(folder, "generation_config.json")) and os.remove(os.path.join(folder, "generation_config.json"))
        model = model.float()
        # Saving in bfloat16 casts buffers too: a fresh model has exact ones.
        fresh = t.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        ids = torch.randint(3, VOCABULARY, (200,), generator=torch.Generator().manual_seed(seed)).tolist()
        lengths = [200, 50] if "longrope" in json.dumps(config.to_dict()) else [200]
        for n in lengths:
            with torch.no_grad():
                logits = fresh(torch.tensor([ids[:n]]), use_cache=False).logits[0].float()
            rows = sorted({0, n // 4, n // 2, n - 1})
            cases.append({"model": name, "tokens": ids[:n], "rows": rows,
                          "logits": [[round(float(x), 5) for x in logits[r]] for r in rows]})
            print(name, n, "std %.2f" % logits.std(), "bytes", os.path.getsize(os.path.join(folder, "model.safetensors")))
        spelled = older(json.load(open(os.path.join(folder, "config.json"))))
        if spelled:
            os.makedirs(folder + "-older")
            json.dump(spelled, open(os.path.join(folder + "-older", "config.json"), "w"), indent=1, sort_keys=True)
    with open(os.path.join(out, "cases.json"), "w") as f:
        json.dump(cases, f, separators=(",", ":"))
        f.write("\n")


main()
