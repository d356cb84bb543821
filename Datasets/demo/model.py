"""A Llama decoder in plain PyTorch, with the mathematics and weight names of Hugging Face's LlamaForCausalLM.

`forward` is the training path (plain causal attention); `logits` evaluates one sequence with plain attention or
Self-Extend.  The embedding and the output matrix are tied."""
import json
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIG = dict(vocab_size=1024, hidden_size=128, intermediate_size=384, num_hidden_layers=4, num_attention_heads=4,
              num_key_value_heads=4, max_position_embeddings=256, rms_norm_eps=1e-5, rope_theta=10000.0)
NAMES = dict(q="self_attn.q_proj", k="self_attn.k_proj", v="self_attn.v_proj", o="self_attn.o_proj",
             gate="mlp.gate_proj", up="mlp.up_proj", down="mlp.down_proj")


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, f = c["hidden_size"], c["intermediate_size"]
        kv = d // c["num_attention_heads"] * c["num_key_value_heads"]
        shapes = dict(q=(d, d), k=(d, kv), v=(d, kv), o=(d, d), gate=(d, f), up=(d, f), down=(f, d))
        for name, (rows, columns) in shapes.items():
            linear = nn.Linear(rows, columns, bias=False)
            if name in ("o", "down"):
                nn.init.zeros_(linear.weight)      # every block begins as the identity
            else:
                nn.init.normal_(linear.weight, std=1 / math.sqrt(rows))
            setattr(self, name, linear)
        self.n1, self.n2 = nn.Parameter(torch.ones(d)), nn.Parameter(torch.ones(d))


def rms(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Llama(nn.Module):
    def __init__(self, config=CONFIG):
        super().__init__()
        self.c = dict(config)
        self.emb = nn.Embedding(config["vocab_size"], config["hidden_size"])
        # one random vector is common to all embeddings: without biases, attention by position alone needs a constant
        nn.init.normal_(self.emb.weight, std=0.3)
        with torch.no_grad():
            self.emb.weight.add_(0.3 * torch.randn(config["hidden_size"]))
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = nn.Parameter(torch.full((config["hidden_size"],), 0.15))

    def angles(self, positions):
        """cos and sin of RoPE, [positions, head dimension]."""
        dim = self.c["hidden_size"] // self.c["num_attention_heads"]
        inverse = self.c["rope_theta"] ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
        a = positions.double()[:, None] * inverse
        a = torch.cat((a, a), -1)
        return a.cos().float(), a.sin().float()

    def block(self, layer, x, attend):
        eps = self.c["rms_norm_eps"]
        h = rms(x, layer.n1, eps)
        q, k, v = (p(h).unflatten(-1, (n, -1)).transpose(-3, -2) for p, n in (
            (layer.q, self.c["num_attention_heads"]), (layer.k, self.c["num_key_value_heads"]),
            (layer.v, self.c["num_key_value_heads"])))
        groups = self.c["num_attention_heads"] // self.c["num_key_value_heads"]
        if groups > 1:
            k, v = k.repeat_interleave(groups, -3), v.repeat_interleave(groups, -3)
        x = x + layer.o(attend(q, k, v).transpose(-3, -2).flatten(-2))
        h = rms(x, layer.n2, eps)
        return x + layer.down(F.silu(layer.gate(h)) * layer.up(h))

    def output(self, x):
        return F.linear(rms(x, self.norm, self.c["rms_norm_eps"]), self.emb.weight)

    def forward(self, ids, cos, sin):
        def attend(q, k, v):
            return F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)

        x = self.emb(ids)
        for layer in self.layers:
            x = self.block(layer, x, attend)
        return self.output(x)

    @torch.no_grad()
    def logits(self, ids, group=None, window=None):
        """Logits [tokens, vocabulary] of one sequence; Self-Extend with this group size and neighbor window if given.

        A key at distance d < window is seen at d, a farther one at (i//G + W - W//G) - j//G, in one softmax."""
        count = len(ids)
        p = torch.arange(count)
        plain = self.angles(p)
        if group:
            grouped_q, grouped_k = self.angles(p // group + window - window // group), self.angles(p // group)

        def attend(q, k, v):
            q, blocks = q / math.sqrt(q.shape[-1]), []
            near_q, near_k = rotate(q, *plain), rotate(k, *plain)
            if group:
                far_q, far_k = rotate(q, *grouped_q), rotate(k, *grouped_k)
            for begin in range(0, count, 256):      # queries begin..<end; no key behind the last of them is touched
                end = min(begin + 256, count)
                if group:
                    scores, c = far_q[:, begin:end] @ far_k[:, :end].mT, max(0, begin - window + 1)
                    near = near_q[:, begin:end] @ near_k[:, c:end].mT
                    scores[..., c:] = torch.where(p[begin:end, None] - p[c:end] < window, near, scores[..., c:])
                else:
                    scores = near_q[:, begin:end] @ near_k[:, :end].mT
                scores.masked_fill_(p[begin:end, None] < p[:end], -math.inf)
                blocks.append(scores.softmax(-1) @ v[:, :end])
            return torch.cat(blocks, -2)

        x = self.emb(ids)
        for layer in self.layers:
            x = self.block(layer, x, attend)
        return self.output(x)

    def weights(self):
        """The parameters under their Hugging Face names."""
        named = {"model.embed_tokens.weight": self.emb.weight, "model.norm.weight": self.norm}
        for i, layer in enumerate(self.layers):
            for short, long in NAMES.items():
                named[f"model.layers.{i}.{long}.weight"] = getattr(layer, short).weight
            named[f"model.layers.{i}.input_layernorm.weight"] = layer.n1
            named[f"model.layers.{i}.post_attention_layernorm.weight"] = layer.n2
        return named

    def save(self, folder):
        """Writes the weights in float16 and the configuration, as Hugging Face lays them out."""
        from safetensors.torch import save_file
        os.makedirs(folder, exist_ok=True)
        tensors = {k: v.detach().to(torch.float16).contiguous() for k, v in self.weights().items()}
        save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
        config = dict(
            architectures=["LlamaForCausalLM"], model_type="llama", attention_bias=False, attention_dropout=0.0,
            bos_token_id=1, eos_token_id=2, hidden_act="silu", initializer_range=0.02, mlp_bias=False,
            pretraining_tp=1, rope_scaling=None, tie_word_embeddings=True, torch_dtype="float16", use_cache=True,
            **self.c)
        write_json(folder, "config.json", config)
        write_json(folder, "generation_config.json", dict(bos_token_id=1, eos_token_id=2, do_sample=False))

    @classmethod
    def load(cls, folder):
        from safetensors.torch import load_file
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as f:
            config = json.load(f)
        model, tensors = cls({k: config[k] for k in CONFIG}), load_file(os.path.join(folder, "model.safetensors"))
        with torch.no_grad():
            for name, parameter in model.weights().items():
                parameter.copy_(tensors[name].float())
        return model.eval()


def write_json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        json.dump(dict(sorted(value.items())), f, indent=2)
        f.write("\n")
