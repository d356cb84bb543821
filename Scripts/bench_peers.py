#!/usr/bin/env python3
"""Runs se-eval and llama.cpp in turn over a list of measurements; keeps every repetition; prints ratios as Markdown.

Every repetition is one line of a JSONL file as soon as it is there; a run that was interrupted goes on where it was.
A measurement has several variants (se-eval in float32, with 16-bit and 8-bit activations, under Self-Extend;
llama.cpp); each round runs all of them one after the other, so that they meet the same phase of a noisy machine. Ratios
are medians of the ratios of rounds.
"""
import argparse
import datetime
import hashlib
import json
import os
import platform
import statistics
import subprocess
import threading

SELF_EXTEND = "self-extend:G=4,W=1024"


class Station:
    """One measurement: a model, prompt tokens or decoded tokens after `depth` cached ones, and how often."""

    def __init__(self, model, rounds, prefill=0, decode=0, depth=0, integers=False, self_extend=False):
        self.model, self.prefill, self.decode, self.depth, self.rounds = model, prefill, decode, depth, rounds
        self.variants = ["llama.cpp", "float32"] + ["int16", "int8"] * integers + ["self-extend"] * self_extend

    @property
    def name(self):
        what = f"prefill {self.prefill}" if self.prefill else f"decode {self.decode} at {self.depth}"
        return f"{self.model} {what}"


SMALL = ["SmolLM2-135M F16", "SmolLM2-135M F32", "SmolLM2-135M Q8_0", "SmolLM2-135M Q4_0", "SmolLM2-135M Q4_1"]
LARGE = ["Llama-1.1B F16", "Llama-1.1B Q8_0", "Llama-1.1B Q4_0"]
MIXED = ["Qwen2.5-0.5B Q4_K_M", "Qwen2.5-Coder-1.5B Q4_K_M"]


def quantised(model):
    return not model.endswith(("F16", "F32"))


def targets(short, middle, long):
    """The measurements of the table, short prompts first."""
    def station(model, rounds, self_extend=False, **what):
        return Station(model, rounds, integers=quantised(model), self_extend=self_extend, **what)

    stations = []
    for m in SMALL:
        stations += [station(m, short, prefill=512), station(m, short, decode=32)]
    for m in MIXED + LARGE + ["Qwen2.5-Coder-1.5B Q6_K"]:
        stations += [station(m, middle, prefill=512), station(m, middle, decode=32)]
    for m in SMALL + MIXED[:1]:
        stations.append(station(m, middle, prefill=2048, self_extend=True))
    for m in ["SmolLM2-135M F16", "SmolLM2-135M Q8_0", "SmolLM2-135M Q4_0"] + MIXED[:1]:
        stations.append(station(m, middle, decode=32, depth=2048, self_extend=True))
        stations.append(station(m, long, decode=32, depth=8192, self_extend=True))
    for m in ["SmolLM2-135M Q8_0", "SmolLM2-135M F16"]:
        stations.append(station(m, long, prefill=8192, self_extend=True))
        stations.append(station(m, long, prefill=16384, self_extend=True))
    for m in LARGE + MIXED[1:]:
        stations.append(station(m, long, prefill=2048))
    stations.append(station("Llama-1.1B Q8_0", long, decode=32, depth=2048))
    return stations


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
        raise SystemExit(f"bench-peers: {' '.join(command)} ended with status {process.returncode}")
    return output, peak


def ours(a, station, path, variant):
    command = [a.se_eval, "bench", "--model", path, "--threads", str(a.threads), "--repeat", "1", "--json",
               "--kv", "float16", "--compute", variant if variant.startswith("int") else "float32"]
    if variant == "self-extend":
        command += ["--method", SELF_EXTEND]
    if station.prefill:
        command += ["--prefill", str(station.prefill), "--decode", "0"]
    else:
        command += ["--prefill", "1", "--decode", str(station.decode), "--depth", str(station.depth)]
    output, peak = peak_of(command)
    row = [json.loads(line) for line in output.splitlines()][-1]
    return {"tokens_per_second": row["tokens_per_second"], "peak_bytes": peak, "calibration": row["calibration_gflops"],
            "gflops": row["gflops"], "gigabytes_per_second": row["gigabytes_per_second"]}


def theirs(a, station, path, flash):
    command = [a.llama_bench, "-m", path, "-t", str(a.threads), "-r", "1", "-fa", str(flash), "-o", "json"]
    if station.prefill:
        command += ["-p", str(station.prefill), "-n", "0"]
        # Its warm-up is the whole prompt once more; that matters to a short one only.
        command += ["--no-warmup"] * (station.prefill >= 8192)
    else:
        command += ["-p", "0", "-n", str(station.decode), "-d", str(station.depth)]
    output, peak = peak_of(command)
    return {"tokens_per_second": json.loads(output)[-1]["avg_ts"], "peak_bytes": peak}


def better_flash(a, records, path):
    """Which of llama.cpp's attention settings is faster, for prefill and for decoding; measured once."""
    for record in records:
        if record.get("flash"):
            return record["flash"]
    best = {}
    trials = min(3, a.short_rounds)
    for phase, station in [("prefill", Station("", trials, prefill=2048)),
                           ("decode", Station("", trials, decode=32, depth=2048))]:
        rates = {flash: statistics.median(theirs(a, station, path, flash)["tokens_per_second"]
                                          for _ in range(station.rounds)) for flash in (0, 1)}
        best[phase] = {"setting": max(rates, key=rates.get), "rates": rates}
    append(a, records, {"flash": best})
    return best


def append(a, records, record):
    record["time"] = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    records.append(record)
    record["setting"] = a.setting
    with open(a.out, "a") as file:
        file.write(json.dumps(record) + "\n")


def median(records, station, variant, key):
    values = [r[key] for r in records if r.get("station") == station.name and r["variant"] == variant and key in r]
    return statistics.median(values) if values else None


def ratio(records, station, variant, base):
    rates = {}
    for r in records:
        if r.get("station") == station.name:
            rates[r["round"], r["variant"]] = r["tokens_per_second"]
    values = [rate / rates[round, base] for (round, v), rate in rates.items()
              if v == variant and (round, base) in rates]
    return statistics.median(values) if values else None


def show(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def table(records, stations):
    print("| model | what | llama.cpp tokens/s | se-eval tokens/s | ratio | its limit | int16 tokens/s | ratio "
          "| int8 tokens/s | ratio "
          "| Self-Extend: time / plain | peak MiB, ours / llama.cpp | reached | calibration | rounds |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for s in stations:
        rounds = len({r["round"] for r in records if r.get("station") == s.name and r["variant"] == "float32"})
        if not rounds:
            continue
        extended = ratio(records, s, "self-extend", "float32")
        peaks = [median(records, s, v, "peak_bytes") for v in ("float32", "llama.cpp")]
        plain = ratio(records, s, "float32", "llama.cpp")
        # Prefill is bound by arithmetic: the best calibration of all runs is what the machine can give. The ratio that
        # all of it would give is the limit. Decoding is bound by memory.
        if s.prefill:
            rate = median(records, s, "float32", "gflops")
            share = rate / max(r["calibration"] for r in records if "calibration" in r)
            limit = plain / share if plain else None
            reached = f"{rate:.0f} GFLOP/s, {share:.0%}"
        else:
            limit, reached = None, f"{median(records, s, 'float32', 'gigabytes_per_second'):.0f} GB/s"
        cells = [
            s.model, s.name[len(s.model) + 1:], show(median(records, s, "llama.cpp", "tokens_per_second"), 1),
            show(median(records, s, "float32", "tokens_per_second"), 1), show(plain), show(limit),
            show(median(records, s, "int16", "tokens_per_second"), 1), show(ratio(records, s, "int16", "llama.cpp")),
            show(median(records, s, "int8", "tokens_per_second"), 1), show(ratio(records, s, "int8", "llama.cpp")),
            show(1 / extended if extended else None),
            " / ".join(str(int(p) >> 20) if p else "" for p in peaks),
            reached, show(median(records, s, "float32", "calibration"), 0), str(rounds)]
        print("| " + " | ".join(cells) + " |")


def cpu():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--models", required=True, help="folder with the model files")
    p.add_argument("--se-eval", required=True)
    p.add_argument("--llama-bench", required=True)
    p.add_argument("--llama-version", default="")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--short-rounds", type=int, default=5, help="rounds of the measurements that take less than a second")
    p.add_argument("--middle-rounds", type=int, default=5, help="rounds of the measurements that take seconds")
    p.add_argument("--long-rounds", type=int, default=5, help="rounds of the measurements that take minutes")
    p.add_argument("--only", default="", help="measurements whose name contains this text")
    p.add_argument("--out", required=True, help="JSONL with every repetition")
    p.add_argument("--table", action="store_true", help="print the table of what is there and stop")
    a = p.parse_args()
    # Repetitions of another program, llama.cpp or number of threads do not count.
    with open(a.se_eval, "rb") as file:
        program = hashlib.sha256(file.read()).hexdigest()[:16]
    a.setting = f"{program} {a.llama_version} {a.threads}"
    records = []
    if os.path.exists(a.out):
        with open(a.out) as file:
            records = [r for r in map(json.loads, file) if r["setting"] == a.setting]
    stations = [s for s in targets(a.short_rounds, a.middle_rounds, a.long_rounds) if a.only in s.name]
    if not a.table:
        flash = better_flash(a, records, os.path.join(a.models, "SmolLM2-135M-Q8_0.gguf"))
        done = {(r["station"], r["round"], r["variant"]) for r in records if "station" in r}
        for station in stations:
            path = os.path.join(a.models, station.model.replace(" ", "-") + ".gguf")
            setting = flash["prefill" if station.prefill else "decode"]["setting"]
            for round in range(station.rounds):
                for variant in station.variants:
                    if (station.name, round, variant) in done:
                        continue
                    if variant == "llama.cpp":
                        result = theirs(a, station, path, setting)
                    else:
                        result = ours(a, station, path, variant)
                    append(a, records, {"station": station.name, "round": round, "variant": variant, **result})
    dates = sorted(r["time"][:10] for r in records)
    print(f"{dates[0] if dates else ''}, {cpu()}, {a.threads} threads, float16 cache in both; "
          f"llama.cpp from llama-cpp-python {a.llama_version}\n")
    table(records, stations)


main()
