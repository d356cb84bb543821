/// The tables and views of a store with their meaning, for people and programs that read it beside this one.
///
/// A test holds it to the schema: every table, view and column is here.
public struct SchemaGuide: Sendable {
  /// A table or a view.
  public struct Relation: Hashable, Sendable {
    /// The name.
    public let name: String
    /// True for a view.
    public let isView: Bool
    /// What a row is.
    public let meaning: String
    /// The columns in order.
    public let columns: [Column]
  }

  /// A column.
  public struct Column: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What it holds.
    public let meaning: String
  }

  /// The version that `PRAGMA user_version` says.
  public static var version: Int { Schema.version }

  /// Views first: they are stable, while tables may change with the schema's version.
  public static let relations: [Relation] = views + tables

  private static let place: KeyValuePairs<String, String> = [
    "model": "the model's name in the configuration", "method": "the method in its canonical spelling",
    "G": "the method's group size, where it has one", "W": "the method's neighbor window, where it has one",
    "task": "the task's name", "length": "the cell's length in tokens, where it has one",
    "depth": "the cell's depth 0...1, where it has one", "coordinates": "all coordinates: 'length=4096,depth=0.5'",
  ]

  private static let entry: KeyValuePairs<String, String> = [
    "entry": "the name that the task's entry gives itself (`name:`), else the task's",
    "settings": "the entry's settings, JSON object: they tell two entries of one task apart",
  ]

  private static func view(
    _ name: String, _ meaning: String, _ columns: KeyValuePairs<String, String>
  ) -> Relation {
    let all =
      [("cell", "the cell's row in `cells`")] + place.map { ($0, $1) } + columns.map { ($0, $1) }
      + entry.map { ($0, $1) }
    return Relation(name: name, isView: true, meaning: meaning, columns: all.map { Column(name: $0, meaning: $1) })
  }

  private static func table(
    _ name: String, _ meaning: String, _ columns: KeyValuePairs<String, String>
  ) -> Relation {
    Relation(
      name: name, isView: false, meaning: meaning, columns: columns.map { Column(name: $0, meaning: $1) })
  }

  private static let views = [
    view(
      "v_cells", "One row for each cell (model x method x task x coordinates): one number of a table.",
      [
        "protocol": "the protocol's versioned name", "samples": "samples that the cell must have",
        "done": "samples with a result", "failed": "samples that could not be evaluated",
        "last_run": "the last run that planned it",
      ]),
    view(
      "v_samples", "One row for each sample of each cell: its current result.",
      [
        "sample_id": "the sample's name inside its task", "protocol": "the protocol's versioned name",
        "prompt_tokens": "the prompt's length", "truncated_tokens": "tokens that were cut away to fit",
        "output": "the generated text, or the likeliest choice; NULL for a text that was only scored",
        "expected": "accepted answers, JSON array",
        "facts": "requested and realised length and depth, document and so on, JSON object",
        "finish_reason": "eos, length, stop, choice; NULL for a text that was only scored",
        "metric": "the first metric", "value": "its value; NULL where there is none (v_scores says why)",
        "seconds": "wall seconds of the evaluation", "computed_tokens": "tokens that went through the model",
        "recorded_at": "seconds since 1970 (UTC)", "run": "the run that brought it in",
        "identity": "SHA-256 over all that the model's work depends on", "evaluation": "row in `evaluations`",
        "scoring": "row in `scorings`",
        "prompt": "row in `prompts` (the text is compressed: `se-eval samples` shows it)",
      ]),
    view(
      "v_scores", "One row for each metric of each sample of each cell.",
      [
        "sample_id": "the sample's name inside its task", "metric": "the metric",
        "value": "the value; NULL where `unscored` says why",
        "unscored": "why there is no value", "ordinal": "the metric's place in the task's order, from 0",
        "scoring": "row in `scorings`",
      ]),
  ]

  private static let tables = [
    table(
      "runs", "One invocation of `sweep`.",
      [
        "id": "row", "name": "the configuration's name", "configuration": "resolved, canonical JSON",
        "configuration_hash": "SHA-256 of it", "environment": "host, CPU, threads, versions, seed: JSON object",
        "warnings": "JSON array", "started_at": "seconds since 1970", "ended_at": "NULL: killed, or still running",
        "status": "exit status", "uid": "the same in every copy of the run",
        "shard_index": "from 1; NULL: the whole sweep", "shard_count": "the number of shards",
        "merged": "1: copied from another store",
      ]),
    table(
      "cells", "What a number of a table is of.",
      [
        "id": "row", "key": "SHA-256 of `record`", "model": "name", "method": "canonical spelling", "task": "name",
        "coordinates": "text", "record": "everything, JSON",
      ]),
    table("run_cells", "Which cells a run planned.", ["run": "row in `runs`", "cell": "row in `cells`"]),
    table(
      "prompts", "Rendered prompts, one row for each distinct text.",
      [
        "id": "row", "sha256": "of the UTF-8 bytes", "byte_count": "before compression",
        "codec": "0 as it is, 1 the project's LZ", "content": "bytes",
      ]),
    table(
      "evaluations", "What a model did with a prompt; rows are added and never changed.",
      [
        "id": "row", "identity": "SHA-256 over all that the model's work depends on; NULL: a row of schema 1",
        "legacy_identity": "the identity of schema 1", "prompt": "row in `prompts`",
        "first_tokens": "the first eight token ids, JSON array", "prompt_token_count": "tokens",
        "finish_reason": "eos, length, stop, choice", "choice_counts": "tokens of each choice, JSON array",
        "duration_seconds": "wall seconds", "computed_token_count": "tokens that went through the model",
        "recorded_at": "seconds since 1970", "output": "generated text", "output_tokens": "JSON array",
        "log_probabilities": "float32, little-endian, natural logarithm",
      ]),
    table(
      "scorings", "What is made of an evaluation: answers, facts, and who scored it how.",
      [
        "id": "row", "evaluation": "row in `evaluations`",
        "identity": "SHA-256 over protocol, scorer, answers, facts; NULL: a row of schema 1",
        "protocol": "versioned name", "scorer_version": "the scorer's", "expected": "JSON array",
        "facts": "JSON object",
        "truncated_token_count": "tokens cut away", "answer": "shown in place of the output, for choices",
        "recorded_at": "seconds since 1970",
      ]),
    table(
      "scores", "The scores of a scoring, in the task's order.",
      [
        "scoring": "row in `scorings`", "ordinal": "from 0", "metric": "name",
        "value": "NULL where `unscored` says why",
        "unscored": "why there is no value",
      ]),
    table(
      "results", "Which evaluation and scoring are a cell's result for a sample; never deleted.",
      [
        "id": "row", "cell": "row in `cells`", "sample_id": "name", "evaluation": "row in `evaluations`",
        "scoring": "row in `scorings`", "run": "row in `runs`", "current": "1: the result, 0: an earlier one",
      ]),
    table(
      "failures", "Samples that could not be evaluated, until they are.",
      [
        "cell": "row in `cells`", "sample_id": "name", "run": "row in `runs`", "message": "what went wrong",
        "recorded_at": "seconds since 1970",
      ]),
    table(
      "file_hashes", "Hashes of weight files, valid while size and time of change are the same.",
      ["path": "file", "byte_count": "size", "modified": "seconds since 1970", "sha256": "hash"]),
    table(
      "heartbeats", "How far each run is: written while it works.",
      [
        "run": "row in `runs`", "host": "machine", "pid": "process", "cells_done": "cells that are finished",
        "cells": "cells that it planned", "samples_done": "samples with a result", "samples": "samples that it planned",
        "failed": "samples that failed", "current_cell": "in words", "updated_at": "seconds since 1970",
        "fraction": "share of the work, 0...1", "seconds_left": "NULL: nothing was measured yet",
        "job": "the batch job, '1234_5' of Slurm",
      ]),
  ]
}
