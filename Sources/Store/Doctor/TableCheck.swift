import Digest
import Evaluation
import JSON

/// One table as `doctor` examines it and a recovery brings it over: every column with what it can hold.
///
/// A test holds the list to the schema, so that no table is left out.
struct TableCheck: Sendable {
  /// What a column can hold.
  enum Kind: Sendable {
    case row, text, count, seconds, share, flag, exitStatus, codec
    /// A time of change of a file, which may lie before 1970.
    case fileTime
    case bytes, texts, integers, textMap, object, number
    /// NULL, or the other.
    indirect case optional(Kind)
  }

  let name: String
  let columns: [(name: String, kind: Kind)]
  /// The columns that tell a row from others, for messages.
  private let key: [String]
  /// What is wrong with a row as a whole, beside its columns.
  private let whole: @Sendable (ResultStore, Statement) throws(StoreError) -> Void

  init(
    _ name: String, key: [String], _ columns: KeyValuePairs<String, Kind>,
    whole: @escaping @Sendable (ResultStore, Statement) throws(StoreError) -> Void = { _, _ in }
  ) {
    self.name = name
    self.key = key
    self.columns = columns.map { ($0, $1) }
    self.whole = whole
  }

  /// All columns in order, with a condition where one is given.
  var select: String { "SELECT \(columns.map(\.name).joined(separator: ", ")) FROM \(name)" }

  /// What is wrong with a row of `select`, in words; nil where it is as this program writes it.
  func problem(_ store: ResultStore, _ row: Statement) -> String? {
    do throws(StoreError) {
      for (index, column) in columns.enumerated() {
        try check(column.kind, store, row, Int32(index))
      }
      try whole(store, row)
      return nil
    } catch {
      guard case .damagedRow(_, _, _, let problem) = error else { return error.description }
      return problem
    }
  }

  /// A row of `select` in a few words: `cell 3`, or `run 3, cell 4`.
  func place(_ row: Statement) -> String {
    key.map { column in
      let text = row.text(place(of: column))
      return
        "\(column == "id" ? String(name.dropLast()) : column) \(text.count > 80 ? text.prefix(77) + "..." : text[...])"
    }.joined(separator: ", ")
  }

  /// Takes a row of `select` away.
  var delete: String { "DELETE FROM \(name) WHERE \(key.map { "\($0) IS ?" }.joined(separator: " AND "))" }

  /// What `delete` is given for a row of `select`.
  func keys(_ row: Statement) -> [SQLValue] { key.map { row.value(place(of: $0)) } }

  private func place(of column: String) -> Int32 { Int32(columns.firstIndex { $0.name == column } ?? 0) }

  private func check(
    _ kind: Kind, _ store: ResultStore, _ row: Statement, _ column: Int32
  ) throws(StoreError) {
    let id = row.integer(0)
    func refuse(_ words: String) -> StoreError { store.damaged(name, id, "\(row.name(column)) \(words)") }
    switch kind {
    case .row: _ = try store.rowNumber(row, column, name, id)
    case .text: _ = try store.text(row, column, name, id)
    case .count: _ = try store.count(row, column, name, id)
    case .seconds: _ = try store.seconds(row, column, name, id)
    case .share: _ = try store.share(row, column, name, id)
    case .flag: _ = try store.flag(row, column, name, id)
    case .codec:
      guard row.isInteger(column), 0...1 ~= row.integer(column) else { throw refuse("is none that is known") }
    case .exitStatus:
      guard row.isInteger(column), Int32(exactly: row.integer(column)) != nil else { throw refuse("is no exit status") }
    case .number: guard row.isNumber(column) else { throw refuse("is no number") }
    case .fileTime: guard row.isNumber(column), row.real(column).isFinite else { throw refuse("is no time") }
    case .bytes: guard row.isBlob(column) else { throw refuse("holds no bytes") }
    case .texts:
      _ = try store.text(row, column, name, id)
      _ = try store.texts(row, column, name, id)
    case .integers:
      _ = try store.text(row, column, name, id)
      _ = try store.integers(row, column, name, id)
    case .textMap:
      guard row.isText(column), Encoding.decoded([String: String].self, row.text(column)) != nil else {
        throw refuse("is no JSON object of texts")
      }
    case .object:
      guard row.isText(column), case .object? = JSONValue(json: row.text(column)) else {
        throw refuse("is no JSON object")
      }
    case .optional(let kind): if !row.isNull(column) { try check(kind, store, row, column) }
    }
  }
}

extension TableCheck {
  /// All tables, evaluations first: they cost most.
  static let all = [
    evaluations, prompts, scorings, scores, cells, runs, results, runCells, failures, heartbeats, fileHashes,
  ]

  private static let evaluations = TableCheck(
    "evaluations", key: ["id"],
    [
      "id": .row, "identity": .optional(.text), "legacy_identity": .optional(.text), "prompt": .row,
      "first_tokens": .integers, "prompt_token_count": .count, "finish_reason": .optional(.text),
      "choice_counts": .optional(.integers), "duration_seconds": .seconds, "computed_token_count": .count,
      "recorded_at": .seconds, "output": .optional(.text), "output_tokens": .optional(.integers),
      "log_probabilities": .optional(.bytes),
    ],
    whole: { (store, row) throws(StoreError) in
      let id = row.integer(0)
      if row.isNull(1), row.isNull(2) { throw store.damaged("evaluations", id, "it has no identity") }
      _ = try store.finishReason(row, 6, id)
      _ = try store.logProbabilities(row, 13, id)
    })

  private static let prompts = TableCheck(
    "prompts", key: ["id"],
    ["id": .row, "sha256": .text, "byte_count": .count, "codec": .codec, "content": .bytes],
    whole: { (store, row) throws(StoreError) in
      let id = row.integer(0)
      let text = StoredPrompt.text(codec: row.integer(3), byteCount: row.count(2), content: row.blob(4))
      guard let text else { throw store.damaged("prompts", id, "it cannot be decompressed") }
      guard SHA256.hexadecimal(of: text) == row.text(1) else {
        throw store.damaged("prompts", id, "it is not what its hash says")
      }
    })

  private static let scorings = TableCheck(
    "scorings", key: ["id"],
    [
      "id": .row, "evaluation": .row, "identity": .optional(.text), "protocol": .text, "scorer_version": .text,
      "expected": .texts, "facts": .object, "truncated_token_count": .count, "answer": .optional(.text),
      "recorded_at": .seconds,
    ])

  private static let scores = TableCheck(
    "scores", key: ["scoring", "ordinal"],
    [
      "scoring": .row, "ordinal": .count, "metric": .text, "value": .optional(.number), "unscored": .optional(.text),
    ], whole: { (store, row) throws(StoreError) in _ = try store.score(row) })

  private static let cells = TableCheck(
    "cells", key: ["id"],
    [
      "id": .row, "key": .text, "model": .text, "method": .text, "task": .text, "coordinates": .text, "record": .text,
    ],
    whole: { (store, row) throws(StoreError) in
      let id = row.integer(0)
      let record = try store.cellRecord(row.text(6), id)
      guard SHA256.hexadecimal(of: row.text(6)) == row.text(1) else {
        throw store.damaged("cells", id, "it is not what its key says")
      }
      let columns = [row.text(2), row.text(3), row.text(4), row.text(5)]
      guard columns == [record.model, record.method, record.task, record.coordinates.label] else {
        throw store.damaged("cells", id, "its columns are not those of its record")
      }
    })

  private static let runs = TableCheck(
    "runs", key: ["id"],
    [
      "id": .row, "name": .text, "configuration": .text, "configuration_hash": .text, "environment": .textMap,
      "warnings": .texts, "started_at": .seconds, "ended_at": .optional(.seconds), "status": .optional(.exitStatus),
      "uid": .text, "shard_index": .optional(.count), "shard_count": .optional(.count), "merged": .flag,
    ], whole: { (store, row) throws(StoreError) in _ = try store.run(row) })

  private static let results = TableCheck(
    "results", key: ["id"],
    [
      "id": .row, "cell": .row, "sample_id": .text, "evaluation": .row, "scoring": .row, "run": .row, "current": .flag,
    ])

  private static let runCells = TableCheck("run_cells", key: ["run", "cell"], ["run": .row, "cell": .row])

  private static let failures = TableCheck(
    "failures", key: ["cell", "sample_id"],
    ["cell": .row, "sample_id": .text, "run": .row, "message": .text, "recorded_at": .seconds])

  private static let heartbeats = TableCheck(
    "heartbeats", key: ["run"],
    [
      "run": .row, "host": .text, "pid": .count, "cells_done": .count, "cells": .count, "samples_done": .count,
      "samples": .count, "failed": .count, "current_cell": .optional(.text), "updated_at": .seconds,
      "fraction": .share, "seconds_left": .optional(.seconds), "job": .optional(.text),
    ])

  private static let fileHashes = TableCheck(
    "file_hashes", key: ["path"],
    ["path": .text, "byte_count": .count, "modified": .fileTime, "sha256": .text],
    whole: { (store, row) throws(StoreError) in
      let hash = row.text(3)
      guard hash.utf8.count == 64, hash.utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }) else {
        throw store.damaged("file_hashes", 0, "sha256 is no hash")
      }
    })
}
