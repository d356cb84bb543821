#!/usr/bin/env python3
"""Writes the InfiniteBench-shaped sample beside this file: two rows for each of the twelve tasks.

Every text here was written for this project; nothing comes from InfiniteBench itself.
Run it from anywhere: python3 generate.py
"""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILLER = "Rain fell on the roof. The cat slept by the stove. Nobody came up the road that day."
STORY = [
    "Maud Easton came from the island of Corrie in a boat full of apples.",
    "She sold the apples on the quay and kept one, the smallest, in her coat.",
    "In spring she planted it behind the mill of Bellwick, where Ruben Ash was the miller.",
    "Ruben told everybody that nothing would grow there, for the ground was full of slate.",
    "The tree stood as high as the wheel when the flood of 1911 took the bridge.",
    "Maud threw a rope from the tree to the other side, and forty people crossed on it.",
    "Since then the tree is called the bridge, and the bridge is called the new bridge.",
]
ROWS = {}


def book(rng, repeats):
    lines = []
    for part in range(1, repeats + 1):
        lines.append(f"Chapter {part}")
        lines += STORY + [FILLER]
    return "\n".join(lines)


def add(task, context, question, answer, options=()):
    ROWS.setdefault(task, []).append(
        {"id": len(ROWS.get(task, [])), "context": context, "input": question, "answer": answer,
         "options": list(options)})


def hidden(rng, phrase, key):
    lines = [FILLER] * 60
    lines.insert(rng.randrange(60), f"{phrase} {key}. Keep it in mind: {key}.")
    return "\n".join(lines)


for seed in range(2):
    rng = random.Random(seed)
    key = str(rng.randrange(10000, 99999))
    add("passkey", hidden(rng, "The pass key is", key), "What is the pass key?", [key])
    number = "".join(d * 2 for d in key)
    add("number_string", hidden(rng, "The sequence of digits is", number), "What is the sequence of digits?", [number])
    pairs = {f"{rng.getrandbits(64):016x}": f"{rng.getrandbits(64):016x}" for _ in range(40)}
    asked = rng.choice(sorted(pairs))
    add("kv_retrieval", "JSON data:\n" + json.dumps(pairs), f'Key: "{asked}"\nThe value of the key is: ', [pairs[asked]])
    text = book(rng, 6 + seed)
    add("longbook_sum_eng", text, "", ["Maud Easton plants an apple in Bellwick, and its tree saves forty people."])
    add("longbook_qa_eng", text, ["Where did Maud Easton come from?", "Who was the miller?"][seed],
        [["Corrie", "the island of Corrie"], ["Ruben Ash"]][seed])
    options = ["The flood", "The miller", "Maud", "The cat"]
    add("longbook_choice_eng", text, ["What took the bridge?", "Who threw a rope?"][seed], [options[2 * seed]], options)
    script = "\n".join(f"{name}\n{line}" for name, line in zip(["MAUD", "RUBEN", "$$MASK$$"] * 30, STORY * 12))
    add("longdialogue_qa_eng", script, "", [["TOMAS"], ["ORLA", "ORLA FINCH"]][seed])
    add("longbook_qa_chn", "莫德住在河边的小镇，每天卖苹果。" * 60, ["莫德住在哪里？", "莫德卖什么？"][seed],
        [["河边的小镇"], ["苹果"]][seed])
    functions = [f"def step_{i}(x):\n    return x + {i}\n" for i in range(40)]
    functions[7] = "def step_7(x):\n    return x + undefined_name\n"
    names = ["step_3", "step_7", "step_12", "step_30"]
    rng.shuffle(names)
    add("code_debug", "\n".join(functions), "", ["step_7"], names)
    chain = "\n".join(f"def func_{i}(x):\n    return func_{i + 1}(x) + {i % 5}\n" for i in range(4))
    add("code_run", chain + "\ndef func_4(x):\n    return x - 2\n", f"What does func_{seed}({3 - 5 * seed}) return?",
        (3 - 5 * seed) - 2 + sum(i % 5 for i in range(seed, 4)))
    numbers = [rng.randrange(100) for _ in range(200)]
    if seed == 0:
        add("math_find", str(numbers), "The largest number of the list is:", max(numbers))
    else:
        add("math_find", str(sorted(numbers)[:99] + [50]), "The median number of the list is:",
            float(sorted(sorted(numbers)[:99] + [50])[49] + sorted(sorted(numbers)[:99] + [50])[50]) / 2)
    value, expression, values = 50, "50", []
    for _ in range(30):
        step = rng.randrange(1, 9)
        sign = "-" if value + step > 99 or (value - step >= 0 and rng.random() < 0.5) else "+"
        value += step if sign == "+" else -step
        expression += f" {sign} {step}"
        values.append(value)
    add("math_calc", expression, "", values)

for task, rows in ROWS.items():
    (HERE / f"{task}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
