"""Sets two models of one store side by side, sample by sample: equal texts, log-probabilities, scores.

usage: compare_models.py STORE MODEL-A MODEL-B
Prints a Markdown table, a row per task. Exit status 1 where fewer than 95 % of the texts are equal, or where a
log-probability differs by more than LIMIT (environment; 0.05).
"""
import array
import json
import os
import sqlite3
import sys


def results(store, model):
    """The current results of a model, by task, place and sample."""
    found = {}
    rows = store.execute(
        "SELECT c.record, r.sample_id, e.output, e.log_probabilities, e.choice_counts, r.scoring "
        "FROM results r JOIN cells c ON c.id = r.cell JOIN evaluations e ON e.id = r.evaluation WHERE r.current = 1")
    for record, sample, output, blob, counts, scoring in rows:
        record = json.loads(record)
        if record["model"] != model:
            continue
        values = array.array("f", blob or b"")
        place = json.dumps(record["coordinates"], sort_keys=True)
        score = store.execute(
            "SELECT value FROM scores WHERE scoring = ? AND ordinal = 0", (scoring,)).fetchone()
        found[record["task"], place, sample] = (output, values, json.loads(counts or "[]"), score and score[0])
    return found


def main():
    path, first, second = sys.argv[1:]
    limit = float(os.environ.get("LIMIT", "0.05"))
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    a, b = results(store, first), results(store, second)
    both = sorted(set(a) & set(b))
    tasks = sorted({key[0] for key in both})
    print(f"| task | samples | equal texts | largest difference of a log-probability | mean | {first} | {second} |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    texts = equal = 0
    largest = 0.0
    for task in tasks:
        keys = [key for key in both if key[0] == task]
        own = [key for key in keys if a[key][0] is not None]
        same = sum(a[key][0] == b[key][0] for key in own)
        texts, equal = texts + len(own), equal + same
        deltas = [abs(x - y) for key in keys for x, y in zip(a[key][1], b[key][1])]
        if deltas:
            largest = max(largest, max(deltas))
        scores = [[s[key][3] for key in keys if s[key][3] is not None] for s in (a, b)]
        means = [f"{sum(s) / len(s):.4g}" if s else "-" for s in scores]
        row = [task, str(len(keys)), f"{same} of {len(own)}" if own else "-",
               f"{max(deltas):.4f}" if deltas else "-", f"{sum(deltas) / len(deltas):.4f}" if deltas else "-"]
        print("| " + " | ".join(row + means) + " |")
    print(f"\n{len(both)} samples of both models ({len(a)} and {len(b)}); {equal} of {texts} texts are equal; the largest "
          f"difference of a log-probability is {largest:.4f}.")
    if not both or (texts and equal < 0.95 * texts) or largest > limit:
        sys.exit(1)


main()
