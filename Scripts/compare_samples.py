#!/usr/bin/env python3
"""Holds the samples of one store to those of another: two devices, two machines, two versions.

    se-eval export A.sqlite --format jsonl --out a.jsonl
    se-eval export B.sqlite --format jsonl --out b.jsonl
    Scripts/compare_samples.py a.jsonl b.jsonl

Samples that both have are paired by model, method, task and place. Texts must be equal, scores within a share of
themselves. Prints what was compared, and the worst; the status is 0 where all is within, 1 otherwise.
"""
import argparse
import json
import sys


def samples(path):
    found = {}
    for line in open(path, encoding="utf-8"):
        s = json.loads(line)
        place = json.dumps([s["coordinates"], s["facts"]], sort_keys=True)
        found[(s["model"], s["method"], s["task"], s["protocol"], s["sample_id"], place)] = s
    return found


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("a")
    p.add_argument("b")
    p.add_argument("--tolerance", type=float, default=1e-4, help="share of a score (default 1e-4)")
    p.add_argument("--part", action="store_true", help="A may have fewer samples than B")
    arguments = p.parse_args()
    a, b = samples(arguments.a), samples(arguments.b)
    both = sorted(a.keys() & b.keys())
    lone = [len(a.keys() - b.keys()), len(b.keys() - a.keys())]
    tasks = {}
    for key in both:
        task = tasks.setdefault(key[2], {"count": 0, "cells": set(), "texts": [], "scores": {}})
        task["count"] += 1
        task["cells"].add((key[1], key[3], json.dumps(a[key]["coordinates"], sort_keys=True)))
        if a[key]["output"] != b[key]["output"]:
            task["texts"].append((key, a[key]["output"], b[key]["output"]))
        for name in sorted(a[key]["scores"].keys() | b[key]["scores"].keys()):
            x, y = a[key]["scores"].get(name), b[key]["scores"].get(name)
            equal = x == y
            # One that is missing, or no number, is as far away as it gets.
            numbers = isinstance(x, (int, float)) and isinstance(y, (int, float))
            share = 0.0 if equal else abs(x - y) / max(abs(x), abs(y)) if numbers else float("inf")
            worst = task["scores"].get(name, (-1.0,))
            if not share <= worst[0]:
                task["scores"][name] = (share, x, y, key)
    print(f"{len(both)} samples in both, {lone[0]} in {arguments.a} alone, {lone[1]} in {arguments.b} alone")
    good = bool(both) and lone[0] == 0 and (arguments.part or lone[1] == 0)
    for name, task in sorted(tasks.items()):
        print(f"{name}: {task['count']} samples of {len(task['cells'])} cells, {len(task['texts'])} texts differ")
        for key, x, y in task["texts"][:5]:
            print(f"  {' '.join(key[1:5])}: {x!r} and {y!r}")
        for score, (share, x, y, key) in sorted(task["scores"].items()):
            print(f"  {score}: at most {share:.2g} of itself ({x} and {y}, {key[1]} {key[4]})")
            good = good and share <= arguments.tolerance
        good = good and not task["texts"]
    print("within" if good else "NOT within", arguments.tolerance)
    sys.exit(not good)


if __name__ == "__main__":
    main()
