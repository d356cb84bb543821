#!/usr/bin/env python3
"""Prefill of one layer in the shape of Llama-2-7B by PyTorch, times 32: what `device-check.sh` prints beside ours.

Products of F.linear and attention of F.scaled_dot_product_attention (causal), float16 and float32 without TF32, random
weights; norms, rotation and logits are left out, so it is a lower bound of a whole model's time.
"""
import time

import torch
import torch.nn.functional as F

LAYERS, HIDDEN, INNER, HEADS = 32, 4096, 11008, 32


def layer(x, w):
    n = x.shape[0]
    q, k, v = (F.linear(x, w[i]).view(n, HEADS, -1).transpose(0, 1)[None] for i in range(3))
    a = F.scaled_dot_product_attention(q, k, v, is_causal=True)[0].transpose(0, 1).reshape(n, HIDDEN)
    x = x + F.linear(a, w[3])
    return x + F.linear(F.silu(F.linear(x, w[4])) * F.linear(x, w[5]), w[6])


def main():
    torch.backends.cuda.matmul.allow_tf32 = False
    for kind in (torch.float16, torch.float32):
        shapes = [(HIDDEN, HIDDEN)] * 4 + [(INNER, HIDDEN)] * 2 + [(HIDDEN, INNER)]
        weights = [torch.randn(s, device="cuda", dtype=kind) * 0.01 for s in shapes]
        for n in (4096, 16384):
            x = torch.randn(n, HIDDEN, device="cuda", dtype=kind)
            times = []
            with torch.no_grad():
                for _ in range(4):
                    torch.cuda.synchronize()
                    begin = time.perf_counter()
                    layer(x, weights)
                    torch.cuda.synchronize()
                    times.append(time.perf_counter() - begin)
            seconds = LAYERS * sorted(times[1:])[1]
            print(f"torch {torch.__version__} {str(kind)[6:]}: {n} tokens, {seconds:.3f} s for {LAYERS} layers, "
                  f"{n / seconds:.0f} tokens/s")


if __name__ == "__main__":
    main()
