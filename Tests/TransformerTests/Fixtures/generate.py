#!/usr/bin/env python3
"""Makes the parity fixtures from the reference logits of the authors' code.

usage: generate.py GOLDEN/tiny/llama_mha_bf16     (a folder with config.json, model.safetensors, cases.json, cases.safetensors)

The reference was computed by datamllab/LongLM at cdbbb06 with transformers 4.38.2 and torch 2.5.1 in float32; weights are
seeded random numbers. Kept here: the model, and of every normative case the logits of its first, middle and last rows.
"""
import json, os, shutil, struct, sys
import numpy as np


def tensors(path):
    with open(path, "rb") as f:
        size = struct.unpack("<Q", f.read(8))[0]
        head, body = json.loads(f.read(size)), f.read()
    return {k: np.frombuffer(body[slice(*t["data_offsets"])], np.float32).reshape(t["shape"])
            for k, t in head.items() if k != "__metadata__"}


def main():
    source, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
    target = os.path.join(here, "model")
    os.makedirs(target, exist_ok=True)
    for name in ("config.json", "model.safetensors"):
        shutil.copyfile(os.path.join(source, name), os.path.join(target, name))
    logits = tensors(os.path.join(source, "cases.safetensors"))
    cases = []
    for case in json.load(open(os.path.join(source, "cases.json")))["cases"]:
        a = case["attention"]
        if not case.get("normative", True):
            continue
        method = "plain"
        if a["kind"] == "self_extend":
            method = f"self-extend:G={a['G']},W={a['W']}"
            if a["offset"] == "fractional" and a["W"] % a["G"]:
                method += ",offset=fractional"
            if a.get("scale_base"):
                method += f",logn={a['scale_base']}"
        if case["type"] == "prefill":
            rows = sorted({0, case["n"] // 2, case["n"] - 1})
            cases.append({"id": case["id"], "method": method, "tokens": case["tokens"], "rows": rows, "generated": [],
                          "logits": [[round(float(x), 6) for x in logits[case["logits"]][r]] for r in rows]})
        else:
            stop = next((i for i, m in enumerate(case["margins"]) if m < 2e-3), len(case["margins"]))
            cases.append({"id": case["id"], "method": method, "tokens": case["prompt"], "rows": [], "logits": [],
                          "generated": case["generated"][:stop]})
    with open(os.path.join(here, "cases.json"), "w") as f:
        json.dump(cases, f, separators=(",", ":"))
        f.write("\n")


main()
