#!/usr/bin/env python3
"""Writes the HELMET-shaped sample beside this file: data/ in HELMET's layout, a few short rows each.

Every text here was written for this project; nothing comes from HELMET or from the sets that it is made of.
Run it from anywhere: python3 generate.py
"""
import json
import random
import uuid
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
TOWNS = ["Aldmoor", "Brackwell", "Corrie", "Dunharrow", "Fenwick", "Gorse Hill", "Harrow Sound", "Ilmen"]
TRADES = ["baker", "smith", "ferryman", "teacher", "clockmaker", "gardener"]
PEOPLE = ["Maud Easton", "Piet Halder", "Orla Finch", "Ruben Ash", "Ines Moor", "Tomas Lind", "Lena Moos", "Abel Crane"]


def write(name, rows, array=False):
    path = DATA / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("[" + ",\n".join(lines) + "]\n" if array else "\n".join(lines) + "\n")


def sentence(town, trade, person):
    return f"The {trade} of {town} is {person}, whose door on the market square is painted green."


def world(rng):
    return {(town, trade): rng.choice(PEOPLE) for town in TOWNS for trade in TRADES}


def documents(rng, facts, gold, count):
    others = [key for key in sorted(facts) if key != gold]
    keys = rng.sample(others, count - 1)
    keys.insert(rng.randrange(count), gold)
    return [{"title": town, "text": sentence(town, trade, facts[(town, trade)]), "has_answer": (town, trade) == gold}
            for town, trade in keys]


rng = random.Random(1)

# Recall: keys and values, and RULER's needles.
rows = []
for _ in range(4):
    pairs = [(str(uuid.UUID(int=rng.getrandbits(128))), str(uuid.UUID(int=rng.getrandbits(128)))) for _ in range(12)]
    key, value = pairs[rng.randrange(12)]
    rows.append({"context": "JSON data:\n" + json.dumps(dict(pairs)), "question": key, "answer": value, "num_kvs": 12,
                 "demos": [list(p) for p in pairs if p[0] != key][:3]})
write("json_kv/test_k12_dep6.jsonl", rows)
for folder, values in [("niah_multikey_2", 1), ("niah_multikey_3", 1), ("niah_multivalue", 4)]:
    rows = []
    for index in range(4):
        keys = rng.sample([f"{t.lower()}-{p.split()[0].lower()}" for t in TRADES for p in PEOPLE], 12)
        lines, gold = [], {}
        for key in keys:
            gold[key] = [str(rng.randrange(1000000, 9999999)) for _ in range(values if key == keys[5] else 1)]
            lines += [f"One of the special magic numbers for {key} is: {v}." for v in gold[key]]
        rng.shuffle(lines)
        rows.append({"index": index, "context": "\n".join(lines), "query": keys[5], "type_needle_v": "numbers",
                     "outputs": gold[keys[5]]})
    write(f"ruler/{folder}/validation_1024.jsonl", rows)

# RAG: a question with its documents, the gold one at several places; examples in a file of their own.
for name, split, depth in [("nq-dev-multikilt", "nq-train-multikilt", 6), ("triviaqa-dev-multikilt", "triviaqa-train-multikilt", 6),
                           ("hotpotqa-dev-multikilt", "hotpotqa-train-multikilt", 3), ("popqa_test", "popqa_test", 6)]:
    facts = world(rng)
    golds = rng.sample(sorted(facts), 8)
    for which, amount, chosen in [(name, 12, golds[:4]), (split, 3, golds[4:])]:
        rows = []
        for number, gold in enumerate(chosen):
            for _ in range(2):
                rows.append({"id": f"{gold[0]}-{gold[1]}", "question": f"Who is the {gold[1]} of {gold[0]}?",
                             "answers": [facts[gold]], "s_pop": 100 * (number + 1),
                             "ctxs": documents(rng, facts, gold, amount)})
        write(f"kilt/{which}_1000_k{amount}_dep{depth}.jsonl", rows)

# Re-ranking: documents with labels.
for amount, first in [(12, 0), (10, 100)]:
    facts, rows = world(rng), []
    for number in range(4):
        gold = rng.choice(sorted(facts))
        ctxs = [{"id": str(rng.randrange(10000, 99999)), "text": d["text"],
                 "label": 3 if d["has_answer"] else int(d["title"] == gold[0])}
                for d in documents(rng, facts, gold, amount)]
        rows.append({"qid": str(first + number), "query": f"{gold[1]} of {gold[0]}", "ctxs": ctxs})
    write(f"msmarco/test_reranking_data_k{amount}_dep3.jsonl", rows)

# Citations: questions with several answers, and lists.
for name in ["asqa", "qampari"]:
    facts, rows = world(rng), []
    for number in range(4):
        town = TOWNS[number]
        docs = [{"title": t, "text": sentence(t, trade, facts[(t, trade)])} for t in TOWNS for trade in TRADES]
        row = {"question": f"Who are the baker and the smith of {town}?", "docs": rng.sample(docs, 20)}
        answers = [[facts[(town, trade)]] for trade in ("baker", "smith")]
        row |= {"qa_pairs": [{"short_answers": a} for a in answers]} if name == "asqa" else {"answers": answers}
        rows.append(row)
    write(f"alce/{name}_eval_gtr_top2000.json", rows, array=True)

# Classification: a text and the number of its label.
LABELS = {"trec_coarse": 6, "trec_fine": 50, "banking77": 77, "clinic150": 151, "nlu": 68}
for name, count in LABELS.items():
    for split, size in [("train", 2 * count), ("test", 4)]:
        write(f"icl/{name}/{split}.jsonl",
              [{"text": f"Please ask the {TRADES[i % 6]} of {TOWNS[i % 8]} about matter {i % count} ({split} {i}).",
                "label": i % count} for i in range(size)])

# What a judge marks: questions on stories, lawsuits with short summaries, and the points that a summary must have.
for split, count in [("train", 3), ("test", 4)]:
    rows = []
    for number in range(count):
        facts = world(rng)
        gold = rng.choice(sorted(facts))
        story = "\n".join(sentence(town, trade, facts[(town, trade)]) for town, trade in sorted(facts))
        rows.append({"document": {"text": f"{story}\nSo it was in the {split} year {number}."},
                     "question": {"text": f"Who is the {gold[1]} of {gold[0]}?"},
                     "answers": [{"text": facts[gold]}, {"text": f"It is {facts[gold]}."}]})
    write(f"narrativeqa/{split}.jsonl", rows)
points = []
for split, count in [("train", 3), ("validation", 4)]:
    rows = []
    for number in range(count):
        town, a, b = rng.choice(TOWNS), *rng.sample(PEOPLE, 2)
        short = f"{a} sued {b} in {town} over a fence. The court told {b} to move it."
        rows.append({"id": f"{split}-{number}",
                     "sources": [f"Complaint. {a} against {b}, before the court of {town}: the fence of {b} stands a yard too far "
                                 "to the west.", f"Order. {b} is to move the fence by spring, and to pay the costs."] * 4,
                     "summary/long": f"{short} {b} paid the costs as well.", "summary/short": short if number != 1 else None})
        if split == "validation":
            points.append({"id": f"{split}-{number}",
                           "summary/short_keypoints": [f"{a} sued {b}.", f"The court was that of {town}.", f"{b} had to move a fence."]})
    write(f"multi_lexsum/{split}.jsonl", rows)
write("multi_lexsum/multi_lexsum_val.jsonl", points)
# Of the books of Datasets/infinitebench/longbook_sum_eng.jsonl.
write("infbench/longbook_sum_eng_keypoints.jsonl",
      [{"id": number, "keypoints": ["Maud Easton comes to Bellwick.", "She plants an apple.", "The tree saves forty people."]}
       for number in range(2)])
