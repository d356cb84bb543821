#!/usr/bin/env python3
"""Compares se-eval with llama.cpp by processor time on one thread: for machines that other work keeps busy.

A run's user time does not count what other programs take, only how they disturb caches and memory. Each number is
the difference of a long and a short run of one program, so that loading cancels. All variants of a round run one after
the other; what is printed are medians over the rounds, and the median of the ratios of rounds to llama.cpp.

usage: bench_cpu.py --se-eval PROGRAM --llama-bench PROGRAM [--rounds 3] [--prefill 64,512] [--decode 8,40] MODEL ...
"""
import argparse
import os
import statistics
import subprocess


def processor_seconds(command):
    """User time of a child, in seconds; the system's goes into pages of files, which other work takes away."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"bench-cpu: {' '.join(command)} ended with status {status}")
    return usage.ru_utime


def command(a, variant, phase, model, count):
    if variant == "llama.cpp":
        counts = ["-p", str(count), "-n", "0"] if phase == "prefill" else ["-p", "0", "-n", str(count)]
        return [a.llama_bench, "-m", model, "-t", "1", "-r", "1", "-fa", "1", "--no-warmup"] + counts
    counts = ["--prefill", str(count), "--decode", "0"]
    if phase == "decode":
        counts = ["--prefill", "1", "--decode", str(count), "--depth", "0"]
    return [a.se_eval, "bench", "--model", model, "--threads", "1", "--repeat", "1", "--kv", "float16", "--compute",
            variant] + counts


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--se-eval", required=True)
    p.add_argument("--llama-bench", required=True)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--prefill", default="64,512", help="tokens of the short run and of the long one")
    p.add_argument("--decode", default="8,40", help="tokens of the short run and of the long one")
    p.add_argument("--variants", default="llama.cpp,float32,int16,int8")
    p.add_argument("models", nargs="+")
    a = p.parse_args()
    variants = a.variants.split(",")
    print("| model | what | " + " | ".join(f"{v} tokens/s | ratio" for v in variants) + " |")
    print("| --- | --- |" + " ---: | ---: |" * len(variants))
    for model in a.models:
        for phase, counts in (("prefill", a.prefill), ("decode", a.decode)):
            short, long = map(int, counts.split(","))
            rates = {v: [] for v in variants}
            for _ in range(a.rounds):
                for v in variants:
                    seconds = [processor_seconds(command(a, v, phase, model, n)) for n in (short, long)]
                    rates[v].append((long - short) / max(1e-9, seconds[1] - seconds[0]))
            cells = []
            for v in variants:
                ratio = statistics.median(x / y for x, y in zip(rates[v], rates[variants[0]]))
                cells += [f"{statistics.median(rates[v]):.1f}", f"{ratio:.2f}"]
            name = os.path.splitext(os.path.basename(model))[0]
            print(f"| {name} | {phase} {short} to {long} | " + " | ".join(cells) + " |", flush=True)


main()
