"""Makes the facts of this project about other people's files, and their Swift form.

  data_facts.py collect DATA    writes Datasets/manifests/files.tsv and pg19.tsv from a folder that holds the official
                                files (names, rows and SHA-256 only; nothing of their content)
  data_facts.py published CSV   writes Datasets/published/self-extend.csv: the rows of a table of published numbers
                                whose `table` says that they are the Self-Extend paper's
  data_facts.py embed           writes the Swift tables from both, so that the program needs no files beside it
"""

import csv
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "Datasets" / "manifests"
PUBLISHED = ROOT / "Datasets" / "published" / "self-extend.csv"

# Rows of LongBench (its task.md) and of L-Eval (documents), whether or not the file was at hand.
LONGBENCH = dict(
    narrativeqa=200, qasper=200, multifieldqa_en=150, multifieldqa_zh=200, hotpotqa=200, musique=200, dureader=200,
    gov_report=200, qmsum=200, multi_news=200, vcsum=200, trec=200, triviaqa=200, samsum=200, lsht=200,
    passage_count=200, passage_retrieval_en=200, passage_retrieval_zh=200, lcc=500)
LONGBENCH |= {"2wikimqa": 200, "repobench-p": 500}
LONGBENCH_E = ["qasper", "multifieldqa_en", "hotpotqa", "2wikimqa", "gov_report", "multi_news", "trec", "triviaqa",
               "samsum", "passage_count", "passage_retrieval_en", "lcc", "repobench-p"]
LEVAL_CLOSED = ["coursera", "gsm100", "quality", "sci_fi", "topic_retrieval_longchat", "tpo", "codeU"]
LEVAL_OPEN = ["financial_qa", "gov_report_summ", "legal_contract_qa", "meeting_summ", "multidoc_qa", "narrative_qa",
              "natural_question", "news_summ", "paper_assistant", "patent_summ", "review_summ", "scientific_qa",
              "tv_show_summ"]
KV_PROMPTS = ["kv_retrieval", "kv_retrieval_with_query_aware_contextualization"]
QA_PROMPTS = ["qa", "qa_ordered_randomly", "qa_with_query_aware_contextualization", "closedbook_qa"]
# Where the Swift form of a benchmark's table lies: folder and name.
TABLES = {"longbench": "LongBench/LongBench", "leval": "LEval/LEval", "needle": "Needle/Needle",
          "kv-retrieval": "LostInTheMiddle/KeyValueRetrieval", "mdqa": "LostInTheMiddle/MultiDocumentQA",
          "passkey": "Passkey/Passkey"}
DOCUMENTS = {10: [0, 4, 9], 20: [0, 4, 9, 14, 19], 30: [0, 4, 9, 14, 19, 24, 29]}


def content(path):
    if path is None:
        return None
    if path.suffix == ".gz":
        import gzip
        return gzip.decompress(path.read_bytes())
    return path.read_bytes()


def find(data, pattern):
    found = sorted(data.glob(pattern))
    return found[0] if found else None


def collect(data):
    lines = ["# Official files: benchmark, name under its folder, rows, SHA-256 (of the uncompressed file); - unknown.",
             "# Made by Scripts/data_facts.py collect."]

    def add(benchmark, name, path, rows=None):
        bytes_ = content(path)
        digest = hashlib.sha256(bytes_).hexdigest() if bytes_ is not None else "-"
        if bytes_ is not None and name.endswith(".jsonl"):
            rows = sum(1 for line in bytes_.split(b"\n") if line.strip())
        lines.append("\t".join([benchmark, name, "-" if rows is None else str(rows), digest]))

    for name in ["dataset2maxlen", "dataset2prompt"]:
        add("longbench", f"config/{name}.json", find(data, f"longbench/config/{name}.json"))
    for name, rows in LONGBENCH.items():
        add("longbench", f"data/{name}.jsonl", find(data, f"longbench/full/{name}.jsonl"), rows)
    for name in LONGBENCH_E:
        add("longbench", f"data/{name}_e.jsonl", None)
    for folder, names in [("Closed", LEVAL_CLOSED), ("Open", LEVAL_OPEN)]:
        for name in names:
            path = f"LEval-data/{folder}-ended-tasks/{name}.jsonl"
            add("leval", path, find(data, "leval/" + path))
    for essay in sorted(data.glob("passkey_needle/PaulGrahamEssays/*.txt")):
        add("needle", f"PaulGrahamEssays/{essay.name}", essay)
    for keys in [75, 140, 300]:
        name = f"kv-retrieval-{keys}_keys.jsonl"
        add("kv-retrieval", name, find(data, f"lost_in_the_middle/{name}.gz"), 500)
    for name in KV_PROMPTS:
        add("kv-retrieval", f"prompts/{name}.prompt", find(data, f"lost_in_the_middle/prompts/{name}.prompt"))
    add("mdqa", "nq-open-oracle.jsonl", find(data, "lost_in_the_middle/nq-open-oracle.jsonl.gz"), 2655)
    for count, golds in DOCUMENTS.items():
        for gold in golds:
            add("mdqa", f"nq-open-{count}_total_documents_gold_at_{gold}.jsonl", None, 2655)
    for name in QA_PROMPTS:
        add("mdqa", f"prompts/{name}.prompt", find(data, f"lost_in_the_middle/prompts/{name}.prompt"))
    for name in ["", "_5k", "_10k"]:
        add("passkey", f"passkey_examples{name}.jsonl", find(data, f"passkey_needle/passkey_examples{name}.jsonl"))
    (MANIFESTS / "files.tsv").write_text("\n".join(lines) + "\n")
    with open(data / "pg19/pg19_splits.tsv") as file:
        rows = [line for line in file.read().split("\n") if line]
    head = ["# PG-19's test and validation books: split, Gutenberg id, bytes, SHA-256 (with CRLF, as published), title,",
            "# year. Source: github.com/google-deepmind/pg19, its metadata and the hashes of its bucket."]
    (MANIFESTS / "pg19.tsv").write_text("\n".join(head + rows) + "\n")


def published(path):
    """Only what the paper itself is said to report; see the notes of the table's collector in each row."""
    with open(path, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"].startswith(
            ("LongBench (SelfExtend paper)", "L-Eval closed-ended (SelfExtend paper)"))]
    with open(PUBLISHED, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def swift(path, summary, name, text):
    body = "  static let text = \"\"\"\n" + "".join(f"    {line}\n" for line in text) + "    \"\"\"\n"
    write(path, summary, f"enum {name}", body)


def write(path, summary, declaration, body):
    note = "Made by `Scripts/data_facts.py embed`; change the file under Datasets/, not this one."
    path.write_text(f"/// {summary}\n///\n/// {note}\n{declaration} {{\n{body}}}\n")


def embed():
    def table(name):
        lines = [line for line in (MANIFESTS / name).read_text().split("\n") if line and not line.startswith("#")]
        return [line.split("\t") for line in lines]

    tasks = ROOT / "Sources" / "Tasks"
    for benchmark, name in TABLES.items():
        rows = [" ".join(row[1:]) for row in table("files.tsv") if row[0] == benchmark]
        swift(tasks / (name + "Table.swift"), "Official files: name, rows, SHA-256.", name.split("/")[1] + "Table", rows)
    swift(tasks / "PG19" / "PG19BookTable.swift",
          "PG-19's books: split, Gutenberg id, bytes, SHA-256 of the file with CRLF.", "PG19BookTable",
          [" ".join(row[:4]) for row in table("pg19.tsv")[1:]])
    with open(PUBLISHED, newline="") as file:
        rows = list(csv.DictReader(file))
    for prefix, name in [("LongBench", "LongBench"), ("L-Eval", "LEval")]:
        own = [row for row in rows if row["table"].startswith(prefix)]
        notes = list(dict.fromkeys((row["source"], row["confidence"]) for row in own))
        body = "  /// Model, method, G, W, context, dataset, value, note.\n  static let text = \"\"\"\n"
        for row in own:
            body += "    " + "|".join([
                row["model"], row["method"], row["group_size"], row["neighbor_window"], row["context_length"],
                row["dataset"], row["value"], str(notes.index((row["source"], row["confidence"])))]) + "\n"
        body += "    \"\"\"\n\n  /// Where a number comes from, and how sure that is.\n"
        body += "  static let notes: [(source: String, confidence: String)] = [\n"
        for source, confidence in notes:
            body += "    (\n" + literal(source) + ",\n" + literal(confidence) + "\n    ),\n"
        write(tasks / name / f"{name}Published.swift", "The Self-Extend paper's numbers, as others quote them.",
              f"enum {name}Published", body + "  ]\n")


def literal(text):
    """A Swift text in pieces that fit the line length."""
    pieces = []
    while text:
        piece, text = text[:90], text[90:]
        pieces.append(json.dumps(piece, ensure_ascii=False))
    return "      " + "\n        + ".join(pieces)


def main():
    if sys.argv[1:2] == ["collect"]:
        collect(pathlib.Path(sys.argv[2]))
    elif sys.argv[1:2] == ["published"]:
        published(sys.argv[2])
    elif sys.argv[1:2] == ["embed"]:
        embed()
    else:
        sys.exit(__doc__)


main()
