#!/usr/bin/env python3
"""Writes the NoLiMa-shaped sample beside this file: needlesets/needle_set.json and haystack/rand_shuffle/*.txt.

Needles, questions and books were made for this project; nothing comes from NoLiMa. A needle and its question share no
word; the direct questions do.
Run it from anywhere: python3 generate.py
"""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ["Anja", "Bodo", "Clea", "Dario", "Edda", "Falk", "Gwen", "Hugo", "Ilse", "Jonte"]

NEEDLES = [
    ("0101", "world_knowledge", "On Sundays, {CHAR} climbs the steps of {1}.",
     {"onehop": "Which character has been to {2}?", "direct": "Who climbs the steps of {1}?"},
     {"T01": ["the Eiffel Tower", "Paris"], "T02": ["the Colosseum", "Rome"]}),
    ("0102", "world_knowledge", "Ever since the accident, {CHAR} cannot eat {1}.",
     {"onehop": "Which character has to keep away from {2}?", "direct": "Who cannot eat {1}?"},
     {"T01": ["brie or gouda", "milk"], "T02": ["rye bread", "grain"]}),
    ("0103", "commonsense", "In the hall of {CHAR} hangs the {1} that was worn for thirty years.",
     {"onehop": "Which character used to work as a {2}?", "direct": "In whose hall does the {1} hang?"},
     {"T01": ["stethoscope", "doctor"], "T02": ["judge's robe", "lawyer"]}),
]

SUBJECTS = ["The tide", "A grey heron", "The smith", "Smoke", "The lamp in the window", "Every gate", "An empty cart",
            "The north wind", "A pair of swans", "The clerk", "The oldest of the sisters", "A barge with turf"]
VERBS = ["came in", "stood still", "turned twice", "went by", "waited", "was heard", "vanished", "grew pale", "creaked",
         "came back", "made no sound", "lay in the reeds"]
ENDS = ["before noon", "as if nothing were wrong", "behind the orchard", "for the third time", "without a word",
        "where the lane bends", "until the frost", "under a low sky", "at the edge of the fen", "with the evening",
        "beyond the weir", "in spite of the rain"]


def book(seed, sentences):
    rng = random.Random(seed)
    lines, line = [], []
    for _ in range(sentences):
        line.append(f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(ENDS)}.")
        if rng.random() < 0.3:
            lines.append(" ".join(line))
            line = []
    return "\n".join(lines + [" ".join(line)]) + "\n"


def main():
    entries = [{
        "id": number, "reasoning_type": kind, "system_prompt": "", "needle": needle, "questions": questions,
        "character_set": NAMES, "tests": {name: {"input_args": arguments} for name, arguments in tests.items()},
        "distractors": {"onehop": "A pamphlet about {2} lay on the table."},
    } for number, kind, needle, questions, tests in NEEDLES]
    (HERE / "needlesets").mkdir(exist_ok=True)
    (HERE / "needlesets" / "needle_set.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    folder = HERE / "haystack" / "rand_shuffle"
    folder.mkdir(parents=True, exist_ok=True)
    for number in (1, 2):
        (folder / f"book_{number}.txt").write_text(book(number, 1100), encoding="utf-8")


main()
