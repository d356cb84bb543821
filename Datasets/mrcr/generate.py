#!/usr/bin/env python3
"""Writes the MRCR-shaped sample beside this file: 2needle.jsonl and 4needle.jsonl.

Short pieces about invented things, made for this project; nothing comes from openai/mrcr. The conversations have a few
hundred to two thousand tokens, below the benchmark's first bin.
Run it from anywhere: python3 generate.py
"""
import json
import random
import string
from pathlib import Path

HERE = Path(__file__).resolve().parent
FORMS = ["a riddle", "a short letter", "a recipe", "a weather report", "a notice"]
TOPICS = ["kettles", "geese", "harbours", "clocks", "hedges", "lanterns", "ferries", "orchards"]
SENTENCES = ["They are older than they look.", "Nobody has counted them since the flood.", "In winter they are kept indoors.",
             "The blue ones are said to bring luck.", "A good one lasts for thirty years.", "Ask at the mill for more.",
             "Children draw them on slates.", "The price went up after the fair.", "Two of them make a pair, three a quarrel.",
             "They sound best at night.", "Salt does them no good.", "My aunt would not sell hers for gold."]
PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth"}


def piece(rng, form, topic):
    return f"Here is {form} about {topic}. " + " ".join(rng.sample(SENTENCES, rng.randint(3, 5)))


def row(rng, needles, pairs):
    form, topic = rng.choice(FORMS), rng.choice(TOPICS)
    others = [(f, t) for f in FORMS for t in TOPICS if (f, t) != (form, topic)]
    asked = rng.sample(others, pairs - needles) + [(form, topic)] * needles
    rng.shuffle(asked)
    pieces, messages = [], [{"role": "user", "content": (
        "What follows is a conversation in which pieces of writing are asked for. At its end you repeat one of them, with "
        "some characters in front.\n\nExample: asked for the first riddle about moss with Zx0 in front, you answer: "
        "Zx0Here is a riddle about moss. It has no feet and walks up walls.\n\nExample: asked for the second one, you repeat "
        "the second.")}]
    wanted = rng.randint(1, needles)
    seen, index, answer = 0, 0, ""
    for f, t in asked:
        messages.append({"role": "user", "content": f"Write {f} about {t}."})
        text = piece(rng, f, t)
        while text in pieces:
            text = piece(rng, f, t)
        pieces.append(text)
        messages.append({"role": "assistant", "content": text})
        if (f, t) == (form, topic):
            seen += 1
            if seen == wanted:
                index, answer = len(messages) - 2, text
    prefix = "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(10))
    messages.append({"role": "user", "content": (
        f"Put {prefix} in front of the {PLACES[wanted]} piece that is {form} about {topic}, and repeat it. Say nothing else.")})
    text = json.dumps(messages)
    return {"prompt": text, "answer": prefix + answer, "random_string_to_prepend": prefix, "n_needles": needles,
            "desired_msg_index": index, "total_messages": len(messages), "n_chars": len(text), "date_added": "own"}


def main():
    for needles in (2, 4):
        rng = random.Random(needles)
        rows = [row(rng, needles, pairs) for pairs in (6, 8, 10, 14, 18, 22)]
        lines = "".join(json.dumps(r) + "\n" for r in rows)
        (HERE / f"{needles}needle.jsonl").write_text(lines, encoding="utf-8")


main()
