import Digest
import Foundation

/// What a recovery brought over and what it did not.
public struct RecoverySummary: Hashable, Sendable {
  /// One table.
  public struct Table: Hashable, Sendable {
    /// The name.
    public let name: String
    /// Rows that could be read.
    public var rowCount = 0
    /// Rows that are there and could not be read, as far as that can be told.
    public var unreadableCount = 0
  }
  /// The tables, in the order in which they were read.
  public var tables: [Table] = []
  /// What else was lost or put right, in words.
  public var notes: [String] = []
}

extension ResultStore {
  /// Copies what can be read of a damaged store into a new one, row by row: evaluations first, which cost most.
  ///
  /// Every row is looked for on its own, so that a damaged page costs the rows on it and no others. What refers to a row
  /// that was lost is left out; a sweep finds the evaluations again, scores them, and evaluates only what was lost.
  ///
  /// - Parameters:
  ///   - path: the damaged file; it is only read.
  ///   - target: the new store; nothing may be there.
  /// - Returns: what was brought over.
  /// - Throws: `StoreError` where even the file's beginning cannot be read, or the target cannot be written.
  public static func recover(_ path: String, into target: String) throws(StoreError) -> RecoverySummary {
    let source = try open(path, mode: .readOnly)
    guard !FileManager.default.fileExists(atPath: target) else { throw .mergeWithItself(path: target) }
    do throws(StoreError) {
      return try recover(source, into: open(target, mode: .create))
    } catch {
      // What is not whole is no store, and would be in the way of the next try.
      for end in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: target + end) }
      throw error
    }
  }

  private static func recover(
    _ source: ResultStore, into store: ResultStore
  ) throws(StoreError) -> RecoverySummary {
    try source.locked { (from) throws(StoreError) in
      try store.locked { (to) throws(StoreError) in
        try to.execute("PRAGMA foreign_keys = OFF")
        defer { try? to.execute("PRAGMA foreign_keys = ON") }
        return try to.transaction { () throws(StoreError) in
          var recovery = Recovery(source: from, target: to, store: store)
          try recovery.run()
          return recovery.summary
        }
      }
    }
  }
}

/// A recovery under way; the caller holds the target's transaction.
private struct Recovery {
  let source: Connection
  let target: Connection
  /// The target, which knows how its rows are read.
  let store: ResultStore
  var summary = RecoverySummary()

  /// Tables with the column by which a row is found, evaluations first; nil: the table is read from end to end.
  private static let tables: [(name: String, key: String?)] = [
    ("evaluations", "id"), ("prompts", "id"), ("scorings", "id"), ("scores", "scoring"), ("cells", "id"),
    ("runs", "id"),
    ("results", "id"), ("run_cells", nil), ("failures", nil), ("heartbeats", nil), ("file_hashes", nil),
  ]
  /// Rows that are looked for beyond the last one that was found.
  private static let patience: Int64 = 20_000

  mutating func run() throws(StoreError) {
    var scoringCount: Int64 = 0
    for (name, key) in Self.tables {
      var columns: [String] = []
      try target.forEachRow("SELECT name FROM pragma_table_info('\(name)')") { columns.append($0.text(0)) }
      let copy = TableCopy(source: source, target: target, name: name, columns: columns)
      var table = RecoverySummary.Table(name: name)
      if let key {
        // Scores are found by their scorings, whose numbers are known by then.
        let last = try copy.copy(by: key, upTo: name == "scores" ? scoringCount : nil, Self.patience, &table)
        if name == "scorings" { scoringCount = last }
      } else {
        try copy.copyAll(&table)
      }
      summary.tables.append(table)
    }
    try leaveOutDamaged()
    try mend()
  }

  /// Leaves out what cannot be read as an evaluation or a scoring: a sweep makes it again.
  private mutating func leaveOutDamaged() throws(StoreError) {
    let (store, columns) = (store, SampleColumns(prompts: false, logProbabilities: true))
    try leaveOut("evaluations", "evaluations whose values no model gives", columns.selectEvaluation) {
      store.problem(ofEvaluation: $0)
    }
    let scorings = "scorings whose values no scorer gives"
    try leaveOut("scorings", scorings, "SELECT \(ResultStore.scoringColumns) FROM scorings") {
      store.problem(ofScoring: $0)
    }
    try leaveOut("scorings", scorings, "SELECT scoring, value FROM scores") { store.problem(ofScore: $0) }
  }

  private mutating func leaveOut(
    _ table: String, _ words: String, _ sql: String, _ problem: (Statement) -> StoreError?
  ) throws(StoreError) {
    var damaged: Set<Int64> = []
    try target.forEachRow(sql) { row in
      if case .damagedRow(_, _, let id, _) = problem(row) { damaged.insert(id) }
    }
    for id in damaged { try target.run("DELETE FROM \(table) WHERE id = ?", [.integer(id)]) }
    if !damaged.isEmpty { summary.notes.append("\(damaged.count) \(words)") }
  }

  /// Leaves out what refers to rows that are not there.
  private mutating func mend() throws(StoreError) {
    let placeholder = SHA256.hexadecimal(of: "")
    let promptless = "SELECT id FROM evaluations WHERE prompt NOT IN (SELECT id FROM prompts)"
    let lost = try target.first("SELECT count(*) FROM (\(promptless))") { $0.count(0) } ?? 0
    if lost > 0 {
      try target.run(
        "INSERT OR IGNORE INTO prompts (sha256, byte_count, codec, content) VALUES (?, 0, 0, ?)",
        [.text(placeholder), .blob([])])
      try target.run(
        "UPDATE evaluations SET prompt = (SELECT id FROM prompts WHERE sha256 = ?) WHERE id IN (\(promptless))",
        [.text(placeholder)])
      summary.notes.append("\(lost) evaluations have lost their prompts' texts, and nothing else")
    }
    let steps = [
      (
        "scorings", "evaluation NOT IN (SELECT id FROM evaluations) OR id NOT IN (SELECT scoring FROM scores)",
        "scorings without their evaluation or scores"
      ),
      ("scores", "scoring NOT IN (SELECT id FROM scorings)", "scores without their scoring"),
      (
        "results",
        "cell NOT IN (SELECT id FROM cells) OR evaluation NOT IN (SELECT id FROM evaluations) "
          + "OR scoring NOT IN (SELECT id FROM scorings) OR run NOT IN (SELECT id FROM runs)",
        "results whose cell, evaluation, scoring or run is lost: the next sweep takes what is there and evaluates the rest"
      ),
      ("run_cells", "cell NOT IN (SELECT id FROM cells) OR run NOT IN (SELECT id FROM runs)", "plans of runs"),
      ("failures", "cell NOT IN (SELECT id FROM cells) OR run NOT IN (SELECT id FROM runs)", "failures"),
      ("heartbeats", "run NOT IN (SELECT id FROM runs)", "heartbeats"),
    ]
    for (table, condition, words) in steps {
      let count = try target.first("SELECT count(*) FROM \(table) WHERE \(condition)") { $0.count(0) } ?? 0
      guard count > 0 else { continue }
      try target.execute("DELETE FROM \(table) WHERE \(condition)")
      summary.notes.append("\(count) \(words)")
    }
  }
}

/// The copy of one table.
private struct TableCopy {
  let source: Connection
  let target: Connection
  let name: String
  let columns: [String]

  private var select: String { "SELECT \(columns.joined(separator: ", ")) FROM \(name)" }

  private func insert(_ row: Statement) throws(StoreError) -> Bool {
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try target.run(
      "INSERT OR IGNORE INTO \(name) (\(columns.joined(separator: ", "))) VALUES (\(places))",
      columns.indices.map { row.value(Int32($0)) })
    return target.changedRowCount > 0
  }

  /// Looks for each number of a key on its own.
  ///
  /// - Returns: the last number that was looked for.
  func copy(
    by key: String, upTo limit: Int64?, _ patience: Int64, _ table: inout RecoverySummary.Table
  ) throws(StoreError) -> Int64 {
    var last = limit ?? (try? source.first("SELECT max(\(key)) FROM \(name)") { $0.integer(0) }) ?? nil ?? 0
    let isKnown = last > 0
    if !isKnown { last = patience }
    var number: Int64 = 1
    while number <= last {
      do throws(StoreError) {
        var found = 0
        var problem: StoreError?
        try source.forEachRow("\(select) WHERE \(key) = ?", [.integer(number)]) { (row) throws(StoreError) in
          do throws(StoreError) { if try insert(row) { found += 1 } } catch { problem = error }
        }
        if let problem { throw RecoveryProblem.target(problem).error }
        table.rowCount += found
        // Where the end cannot be read, it is looked for behind the last row that was found.
        if found > 0, !isKnown { last = max(last, number + patience) }
      } catch {
        switch error {
        case .corrupt, .inputOutput, .failed: table.unreadableCount += 1
        default: throw error
        }
      }
      number += 1
    }
    return last
  }

  /// Reads from end to end, as far as it goes.
  func copyAll(_ table: inout RecoverySummary.Table) throws(StoreError) {
    do throws(StoreError) {
      try source.forEachRow(select) { (row) throws(StoreError) in
        if try insert(row) { table.rowCount += 1 }
      }
    } catch {
      switch error {
      case .corrupt, .inputOutput, .failed: table.unreadableCount += 1
      default: throw error
      }
    }
  }
}

/// Tells a failure of the target, which ends a recovery, from one of the source, which does not.
private enum RecoveryProblem {
  case target(StoreError)

  var error: StoreError {
    switch self {
    case .target(let error):
      switch error {
      case .corrupt(let path, let failure), .inputOutput(let path, let failure), .failed(let path, let failure):
        .cannotOpen(path: path, failure)
      default: error
      }
    }
  }
}
