#!/usr/bin/env python3
"""Copies a store without the texts of others, to be committed: keep_results.py STORE KEPT

What a model wrote, scores, log-probabilities and settings stay, so that a sweep goes on from the copy and a report of it
is the same. Prompts, accepted answers, choices and texts among the facts of a sample are a dataset's and go, and so do
paths and hashes of this machine's files (its name stays: reports show it). A scoring that lost a text loses its identity,
too, so that a sweep scores the stored output again, with the dataset's own answers. The copy is made beside STORE and then
renamed. A KEPT with more results than STORE stays as it is: exit status 1.
"""
import hashlib
import json
import os
import sqlite3
import sys

LONGEST_TEXT = 40  # Of a fact: a category or a name stays, a sentence goes.


def without_texts(name, value):
    """A fact as it may be kept, or None. `document` says what counts as independent: intervals need it."""
    if name == "choices":
        return None
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT or name == "document" else None
    if isinstance(value, list):
        kept = [without_texts(name, item) for item in value]
        return None if None in kept else kept
    return value


def result_count(store):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM results WHERE current = 1").fetchone()[0]


def take_texts(copy):
    """Takes the texts out of an open copy."""
    copy.execute("INSERT OR IGNORE INTO prompts (sha256, byte_count, codec, content) VALUES (?, 0, 0, x'')",
                 (hashlib.sha256(b"").hexdigest(),))
    empty = copy.execute("SELECT id FROM prompts WHERE byte_count = 0").fetchone()[0]
    copy.execute("UPDATE evaluations SET prompt = ?", (empty,))
    copy.execute("DELETE FROM prompts WHERE id <> ?", (empty,))
    for row, expected, text in copy.execute("SELECT id, expected, facts FROM scorings").fetchall():
        facts = json.loads(text)
        kept = {name: short for name, value in facts.items() if (short := without_texts(name, value)) is not None}
        if kept == facts and expected == "[]":
            continue
        copy.execute("UPDATE scorings SET identity = NULL, expected = '[]', answer = NULL, facts = ? WHERE id = ?",
                     (json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False), row))
    copy.execute("UPDATE failures SET message = ''")
    copy.execute("DELETE FROM file_hashes")
    copy.execute("DELETE FROM heartbeats")


def keep(store, target):
    """Writes the copy."""
    new = store + ".keep"  # Beside the store, where git takes nothing: until its end it holds the texts.
    leftovers = [new, new + "-journal", new + "-wal", new + "-shm"]
    try:
        for path in filter(os.path.exists, leftovers):
            os.remove(path)
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as source, sqlite3.connect(new) as copy:
            source.backup(copy)
        copy = sqlite3.connect(new, isolation_level=None)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute("BEGIN")
        take_texts(copy)
        copy.execute("COMMIT")
        copy.execute("VACUUM")
        copy.close()
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        os.replace(new, target)
    finally:
        for path in filter(os.path.exists, leftovers):
            os.remove(path)


if len(sys.argv) != 3:
    sys.exit(__doc__)
if not os.path.isfile(sys.argv[1]):
    sys.exit(f"keep_results: there is no store {sys.argv[1]}")
if os.path.exists(sys.argv[2]) and result_count(sys.argv[2]) > result_count(sys.argv[1]):
    sys.exit(f"keep_results: {sys.argv[2]} has more results than {sys.argv[1]}; merge them, or remove one")
keep(sys.argv[1], sys.argv[2])
