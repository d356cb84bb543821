#!/usr/bin/env python3
"""Writes the LongBench-v2-shaped sample beside this file: data.json and chunks.json.

Every text here was written for this project; nothing comes from LongBench v2 itself.
Run it from anywhere: python3 generate.py
"""
import json
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOWNS = ["Aldmoor", "Brackwell", "Corrie", "Dunharrow", "Eastleigh Ford", "Fenwick", "Gorse Hill", "Harrow Sound"]
TRADES = ["baker", "smith", "ferryman", "teacher", "clockmaker", "gardener", "printer", "miller"]
PEOPLE = ["Maud Easton", "Piet Halder", "Orla Finch", "Ruben Ash", "Ines Moor", "Tomas Lind", "Lena Moos", "Abel Crane"]
SETTINGS = [("easy", "short", 1), ("easy", "medium", 2), ("easy", "long", 4), ("hard", "short", 1), ("hard", "medium", 2),
            ("hard", "long", 4)]
DOMAINS = ["Single-Document QA", "Multi-Document QA", "Long In-context Learning", "Code Repository Understanding",
           "Long-dialogue History Understanding", "Long Structured Data Understanding"]


def chronicle(rng, pages):
    """A chronicle of so many pages: who does what in which town; each pair of town and trade once a page."""
    facts, lines = {}, []
    for page in range(1, pages + 1):
        lines.append(f"Page {page} of the chronicle.")
        for town in TOWNS:
            for trade in rng.sample(TRADES, 4):
                person = rng.choice(PEOPLE)
                facts[(town, trade)] = person
                lines.append(f"In the year {1800 + page} the {trade} of {town} was {person}.")
    return facts, lines


rows, chunks = [], {}
for index, (difficulty, length, pages) in enumerate(SETTINGS):
    rng = random.Random(index)
    facts, lines = chronicle(rng, pages)
    (town, trade), person = rng.choice(sorted(facts.items()))
    choices = rng.sample([p for p in PEOPLE if p != person], 3) + [person]
    rng.shuffle(choices)
    last = "who is named last" if pages > 1 else "who is named"
    row = {"_id": f"sample{index}", "domain": DOMAINS[index], "sub_domain": "Chronicle", "difficulty": difficulty,
           "length": length, "question": f"Look at the {trade} of {town}: {last} in the chronicle?"}
    row |= {f"choice_{letter}": choice for letter, choice in zip("ABCD", choices)}
    row |= {"answer": "ABCD"[choices.index(person)], "context": "\n".join(lines)}
    rows.append(row)
    found = [i for i, line in enumerate(lines) if f"the {trade} of {town} " in line]
    chunks[row["_id"]] = [{"c_idx": i, "content": lines[i]} for i in reversed(found)]

# One array, as the official file.
(HERE / "data.json").write_text("[" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]\n")
(HERE / "chunks.json").write_text(json.dumps(chunks, ensure_ascii=False, indent=1) + "\n")
