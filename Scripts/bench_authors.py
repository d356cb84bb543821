#!/usr/bin/env python3
"""Times Self-Extend's prefill as the authors' eager code does it, beside se-eval, on the SmolLM2-135M shape.

Their repository (datamllab/LongLM) is not a package, so this is a restatement of its algorithm for transformers 4.38.2
in eager mode: two rotations of queries and keys, two full score matrices, a mask that merges them, one softmax in
float32. Weights are random, which does not change the time. Needs torch and transformers==4.38.2.
"""
import argparse
import json
import resource
import statistics
import subprocess
import sys
import time


def serve(a):
    """Measures prefills on request: a line with a length in, a line of JSON out."""
    import math

    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.models.llama.modeling_llama import LlamaAttention, repeat_kv, rotate_half

    torch.set_num_threads(a.threads)

    def forward(self, hidden_states, attention_mask=None, position_ids=None, **_):
        n = hidden_states.shape[1]
        split = lambda x, heads: x.view(1, n, heads, self.head_dim).transpose(1, 2)
        query = split(self.q_proj(hidden_states), self.num_heads)
        key = split(self.k_proj(hidden_states), self.num_key_value_heads)
        value = repeat_kv(split(self.v_proj(hidden_states), self.num_key_value_heads), self.num_key_value_groups)
        positions = position_ids[0]

        def rotated(x, at):
            angles = torch.outer(at.float(), self.rotary_emb.inv_freq)
            both = torch.cat((angles, angles), dim=-1)
            return x * both.cos() + rotate_half(x) * both.sin()

        def scores(query_at, key_at):
            keys = repeat_kv(rotated(key, key_at), self.num_key_value_groups)
            return torch.matmul(rotated(query, query_at), keys.transpose(2, 3)) / math.sqrt(self.head_dim)

        near = scores(positions, positions)
        far = scores(positions // a.group + a.window - a.window // a.group, positions // a.group)
        if attention_mask is not None:
            mask = attention_mask[:, :, :n, :n]
            near, far = near + mask, far + mask
        distance = positions[:, None] - positions[None, :]
        merged = torch.where(distance < a.window, near, far)
        weights = torch.softmax(merged, dim=-1, dtype=torch.float32).to(query.dtype)
        output = torch.matmul(weights, value).transpose(1, 2).reshape(1, n, -1)
        return self.o_proj(output), None, None

    LlamaAttention.forward = forward
    config = LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=8192, rope_theta=100000.0, tie_word_embeddings=True)
    config._attn_implementation = "eager"
    model = LlamaForCausalLM(config).eval()
    loaded = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for line in sys.stdin:
        ids = torch.randint(0, 49152, (1, int(line)))
        begin = time.perf_counter()
        with torch.inference_mode():
            hidden = model.model(ids, use_cache=False).last_hidden_state[:, -1]
            model.lm_head(hidden)
        seconds = time.perf_counter() - begin
        extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - loaded) * 1024
        print(json.dumps({"seconds": seconds, "extra_bytes": extra}), flush=True)


def ours(a, tokens):
    command = [a.se_eval, "bench", "--model", a.model, "--threads", str(a.threads), "--repeat", "1", "--json",
               "--decode", "0", "--kv", a.kv, "--method", f"self-extend:G={a.group},W={a.window}", "--prefill"]
    run = lambda n: json.loads(subprocess.run(command + [str(n)], check=True, capture_output=True, text=True).stdout)
    row, least = run(tokens), run(1)
    return row["seconds"][0], row["peak_bytes"] - least["peak_bytes"]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", help="SmolLM2-135M as F32 GGUF, for se-eval")
    p.add_argument("--se-eval", default=".build/release/se-eval")
    p.add_argument("--lengths", default="2048,4096")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--kv", default="float32", help="se-eval's keys and values: float32 or float16")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--group", type=int, default=4)
    p.add_argument("--window", type=int, default=1024)
    p.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.serve:
        return serve(a)
    print("| tokens | eager PyTorch s | se-eval s | ratio | extra memory, PyTorch MiB | extra memory, se-eval MiB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for n in [int(x) for x in a.lengths.split(",")]:
        server = subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "--serve"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        times, ratios, own, extra, own_extra = [], [], [], 0, 0
        for _ in range(a.rounds):
            server.stdin.write(f"{n}\n")
            server.stdin.flush()
            theirs = json.loads(server.stdout.readline())
            seconds, memory = ours(a, n)
            times.append(theirs["seconds"])
            own.append(seconds)
            ratios.append(theirs["seconds"] / seconds)
            extra, own_extra = max(extra, theirs["extra_bytes"]), max(own_extra, memory)
        server.stdin.close()
        server.wait()
        m = statistics.median
        print(f"| {n} | {m(times):.2f} | {m(own):.2f} | {m(ratios):.1f} | {extra >> 20} | {own_extra >> 20} |", flush=True)


main()
