#!/usr/bin/env python3
"""Runs se-eval bench and llama-bench in turn and prints medians and ratios as a Markdown table."""
import argparse, json, os, statistics, subprocess, threading


def peak_of(command):
    """Runs a command; returns its standard output and the largest resident size of the process in bytes."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = 0

    def watch():
        nonlocal peak
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    for line in status:
                        if line.startswith("VmHWM:"):
                            peak = max(peak, int(line.split()[1]) * 1024)
            except OSError:
                return
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.stdout.read()
    process.wait()
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: status {process.returncode}")
    return output, peak


def ours(a, prefill, decode, depth):
    command = [a.se_eval, "bench", "--model", a.model, "--threads", str(a.threads), "--repeat", "1", "--json",
               "--compute", a.compute, "--kv", a.kv]
    if a.method:
        command += ["--method", a.method]
    command += ["--prefill", str(prefill), "--decode", "0"] if prefill else ["--prefill", "1", "--decode", str(decode), "--depth", str(depth)]
    output, peak = peak_of(command)
    row = [json.loads(line) for line in output.splitlines()][-1]
    return row["tokens_per_second"], peak, row["calibration_gflops"]


def theirs(a, prefill, decode, depth):
    command = [a.llama_bench, "-m", a.model, "-t", str(a.threads), "-r", "1", "-fa", "1", "-o", "json"]
    command += ["-p", str(prefill), "-n", "0"] if prefill else ["-p", "0", "-n", str(decode), "-d", str(depth)]
    output, peak = peak_of(command)
    return json.loads(output)[-1]["avg_ts"], peak


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", required=True)
    p.add_argument("--se-eval", required=True)
    p.add_argument("--llama-bench", required=True)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--prefill", default="512,2048")
    p.add_argument("--decode", type=int, default=32)
    p.add_argument("--depth", default="0,2048")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--compute", default="float32")
    p.add_argument("--kv", default="float32")
    p.add_argument("--method", default="")
    a = p.parse_args()
    cases = [(int(n), 0, 0) for n in a.prefill.split(",") if n]
    if a.decode:
        cases += [(0, a.decode, int(d)) for d in a.depth.split(",") if d != ""]
    print(f"{os.path.basename(a.model)}, {a.threads} threads, compute {a.compute}, kv {a.kv}, medians of {a.rounds} rounds in turn")
    print("| what | se-eval tokens/s | llama.cpp tokens/s | ratio | se-eval peak MiB | llama.cpp peak MiB | calibration GFLOP/s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for prefill, decode, depth in cases:
        a_rates, b_rates, ratios, calibration, a_peak, b_peak = [], [], [], [], 0, 0
        for _ in range(a.rounds):
            rate, peak, c = ours(a, prefill, decode, depth)
            other, other_peak = theirs(a, prefill, decode, depth)
            a_rates.append(rate), b_rates.append(other), ratios.append(rate / other), calibration.append(c)
            a_peak, b_peak = max(a_peak, peak), max(b_peak, other_peak)
        name = f"prefill {prefill}" if prefill else f"decode {decode} at depth {depth}"
        m = statistics.median
        print(f"| {name} | {m(a_rates):.1f} | {m(b_rates):.1f} | {m(ratios):.2f} | {a_peak >> 20} | {b_peak >> 20} | {m(calibration):.0f} |", flush=True)


main()
