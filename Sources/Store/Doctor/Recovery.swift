import Digest
public import Evaluation
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

  /// True where there was something, and none of it could be read.
  var isNothing: Bool {
    tables.allSatisfy { $0.rowCount == 0 } && (!notes.isEmpty || tables.contains { $0.unreadableCount > 0 })
  }
}

extension StoreError {
  /// The same as an error of a recovery from a file: what else says of it that a recovery may help is not said here.
  fileprivate func ofRecovery(of path: String) -> StoreError {
    switch self {
    case .corrupt(path: path, let failure), .notADatabase(path: path, let failure), .failed(path: path, let failure):
      .nothingReadable(path: path, problem: "\(failure.text).")
    case .impossibleSchema(path: path, let found):
      .nothingReadable(path: path, problem: "it has schema version \(found), and none of this program's tables.")
    case .otherTables(path: path, version: _, let lacking):
      .nothingReadable(path: path, problem: "it lacks \(lacking.prefix(3).joined(separator: ", ")).")
    default: self
    }
  }
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
  ///   - ranges: what the tasks say of their scores.
  ///   - scoringIdentity: the identity of a scoring, as `examine` takes it; scorings of another one are left out. Nil
  ///     keeps all.
  /// - Returns: what was brought over, and by name what was not.
  /// - Throws: `StoreError` where even the file's beginning cannot be read, or the target cannot be written.
  public static func recover(
    _ path: String, into target: String, ranges: ScoreRanges = [:],
    scoringIdentity: ((_ protocolName: String, _ version: String, _ expected: [String], _ facts: String) -> String)? =
      nil
  ) throws(StoreError) -> RecoverySummary {
    let source: ResultStore
    do throws(StoreError) { source = try openForRecovery(path) } catch { throw error.ofRecovery(of: path) }
    guard !FileManager.default.fileExists(atPath: target) else { throw .mergeWithItself(path: target) }
    do throws(StoreError) {
      let summary = try recover(
        source, into: open(target, mode: .create, options: Options(ranges: ranges)), scoringIdentity)
      if summary.isNothing { throw .nothingReadable(path: path, problem: "of no table is a row left.") }
      return summary
    } catch {
      // What is not whole is no store, and would be in the way of the next try.
      for end in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: target + end) }
      throw error.ofRecovery(of: path)
    }
  }

  private static func recover(
    _ source: ResultStore, into store: ResultStore, _ identity: ((String, String, [String], String) -> String)?
  ) throws(StoreError) -> RecoverySummary {
    try source.locked { (from) throws(StoreError) in
      try store.locked { (to) throws(StoreError) in
        try to.execute("PRAGMA foreign_keys = OFF")
        defer { try? to.execute("PRAGMA foreign_keys = ON") }
        return try to.transaction { () throws(StoreError) in
          var recovery = Recovery(source: from, target: to, store: store, identity: identity)
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
  /// What a scoring's identity must be.
  let identity: ((String, String, [String], String) -> String)?
  var summary = RecoverySummary()

  /// Tables whose rows are found by a number; the others are read from end to end.
  private static let numbered: Set<String> = ["evaluations", "prompts", "scorings", "cells", "runs", "results"]
  /// Rows that are looked for beyond the last one that was found.
  private static let patience: Int64 = 20_000

  mutating func run() throws(StoreError) {
    var scoringCount: Int64 = 0
    let largest = try largestNumber()
    for check in TableCheck.all {
      var table = RecoverySummary.Table(name: check.name)
      let columns = try columns(of: check)
      guard !columns.isEmpty else {
        summary.tables.append(table)
        summary.notes.append("the table \(check.name), which is not in the file, or is made of one that is not")
        continue
      }
      var copy = TableCopy(source: source, target: target, check: check, columns: columns)
      if Self.numbered.contains(check.name) {
        let last = try copy.copy(by: "id", upTo: nil, largest, Self.patience, &table)
        if check.name == "scorings" { scoringCount = last }
      } else if check.name == "scores" {
        // Scores are found by their scorings, whose numbers are known by then.
        _ = try copy.copy(by: "scoring", upTo: scoringCount, largest, Self.patience, &table)
      } else {
        try copy.copyAll(&table)
      }
      summary.tables.append(table)
      note(copy.refused, "rows of \(check.name) that no store can hold")
      if check.name == "scores" { try leaveOut(copy.incompleteKeys, "scorings of which a score could not be read") }
    }
    for check in TableCheck.all { try leaveOutDamaged(check) }
    try leaveOutImpossibleScores()
    // What is left of a scoring would be a number that its cell leaves out.
    let incomplete = try store.incompleteScorings(target, all: true)
    try leaveOut(incomplete.map(\.scoring.rawValue), "scorings that have lost scores", incomplete.map(\.words))
    if let identity { try leaveOutOtherScorings(identity) }
    try mend()
  }

  /// The columns of a table that the source has, too; none where it has no such table, or one of an older schema of which
  /// it is a view.
  private func columns(of check: TableCheck) throws(StoreError) -> [String] {
    var found: Set<String> = []
    // A view of an older schema stands in its table's place, in the connection's own memory.
    for schema in ["temp", "main"] where found.isEmpty {
      do throws(StoreError) {
        try source.forEachRow("SELECT name FROM pragma_table_info(?, ?)", [.text(check.name), .text(schema)]) {
          found.insert($0.text(0))
        }
      } catch {
        switch error {
        case .corrupt: return []
        case .failed(_, let failure) where failure.isOfSchema: return []
        default: throw error
        }
      }
    }
    return check.columns.map(\.name).filter { found.contains($0) }
  }

  /// No file has more rows than bytes: a number beyond that is not looked for by counting up to it.
  private func largestNumber() throws(StoreError) -> Int64 {
    let pages = (try? source.first("PRAGMA page_count") { $0.integer(0) }) ?? nil
    let size = (try? source.first("PRAGMA page_size") { $0.integer(0) }) ?? nil
    return max(Self.patience, min(pages ?? 0, 1 << 40) * min(size ?? 4096, 1 << 16))
  }

  private mutating func note(_ places: FewTexts, _ words: String) {
    if places.count > 0 { summary.notes.append("\(places.count) \(words): \(places.line)") }
  }

  /// Leaves out rows that cannot be read: a sweep makes evaluations and scorings again, and begins runs of its own.
  private mutating func leaveOutDamaged(_ check: TableCheck) throws(StoreError) {
    var (places, keys): (FewTexts, [[SQLValue]]) = (FewTexts(), [])
    try target.forEachRow(check.select) { row in
      // First, for reading a column as a text can make one of it.
      let key = check.keys(row)
      guard let problem = check.problem(store, row) else { return }
      places.append("\(check.place(row)): \(problem)")
      keys.append(key)
    }
    for key in keys {
      try target.run(check.delete, key)
      // What is left of a scoring would be a sample without the one score.
      if check.name == "scores" { try target.run("DELETE FROM scorings WHERE id = ?", [key[0]]) }
    }
    note(places, "rows of \(check.name) that cannot be read")
  }

  /// Leaves out scorings, which are made again from their evaluations.
  private mutating func leaveOut(_ scorings: [Int64], _ words: String, _ texts: [String]? = nil) throws(StoreError) {
    var places = FewTexts()
    for (index, id) in scorings.enumerated() {
      try target.run("DELETE FROM scorings WHERE id = ?", [.integer(id)])
      if target.changedRowCount > 0 { places.append(texts?[index] ?? "scoring \(id)") }
    }
    note(places, words)
  }

  private mutating func leaveOutImpossibleScores() throws(StoreError) {
    var (places, ids): (FewTexts, Set<Int64>) = (FewTexts(), [])
    try store.forEachImpossibleScore(target) { score in
      if ids.insert(score.scoring).inserted { places.append(score.words) }
    }
    for id in ids { try target.run("DELETE FROM scorings WHERE id = ?", [.integer(id)]) }
    note(places, "scorings whose values no scorer gives")
  }

  private mutating func leaveOutOtherScorings(
    _ identity: (String, String, [String], String) -> String
  ) throws(StoreError) {
    var ids: [Int64] = []
    try target.forEachRow(
      "SELECT id, identity, protocol, scorer_version, expected, facts FROM scorings WHERE identity IS NOT NULL"
    ) { (row) throws(StoreError) in
      let expected = try store.texts(row, 4, "scorings", row.integer(0))
      if identity(row.text(2), row.text(3), expected, row.text(5)) != row.text(1) { ids.append(row.integer(0)) }
    }
    for id in ids { try target.run("DELETE FROM scorings WHERE id = ?", [.integer(id)]) }
    var places = FewTexts()
    for id in ids { places.append("scoring \(id)") }
    note(places, "scorings that have the identity of another one")
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
          + "OR run NOT IN (SELECT id FROM runs) OR NOT EXISTS "
          + "(SELECT 1 FROM scorings s WHERE s.id = scoring AND s.evaluation = results.evaluation)",
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
  let check: TableCheck
  /// The columns that both sides have.
  let columns: [String]
  /// Rows that were read and that the target's rules forbid, in a few words.
  private(set) var refused = FewTexts()
  /// Numbers of which a row was refused, or could not be read.
  private(set) var incompleteKeys: [Int64] = []

  init(source: Connection, target: Connection, check: TableCheck, columns: [String]) {
    self.source = source
    self.target = target
    self.check = check
    self.columns = columns
  }

  private var select: String { "SELECT \(columns.joined(separator: ", ")) FROM \(check.name)" }

  private mutating func insert(_ row: Statement) throws(StoreError) -> Bool {
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    try target.run(
      "INSERT OR IGNORE INTO \(check.name) (\(columns.joined(separator: ", "))) VALUES (\(places))",
      columns.indices.map { row.value(Int32($0)) })
    if target.changedRowCount > 0 { return true }
    incompleteKeys.append(row.integer(0))
    refused.append("\(columns[0]) \(row.text(0).prefix(80))")
    return false
  }

  /// Looks for each number of a key on its own.
  ///
  /// - Returns: the last number that was looked for.
  mutating func copy(
    by key: String, upTo limit: Int64?, _ largest: Int64, _ patience: Int64, _ table: inout RecoverySummary.Table
  ) throws(StoreError) -> Int64 {
    var last = limit ?? (try? source.first("SELECT max(\(key)) FROM \(check.name)") { $0.integer(0) }) ?? nil ?? 0
    if last > largest {
      // A number of such a size was not given by counting; what cannot be counted up to is read from end to end.
      try copyAll(&table)
      return limit ?? largest
    }
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
        case .corrupt, .inputOutput, .failed:
          table.unreadableCount += 1
          incompleteKeys.append(number)
        default: throw error
        }
      }
      number += 1
    }
    // What counting does not come by: it is named when the rows are looked at. The places that counting could not read are
    // met again, and counted.
    let unreadable = table.unreadableCount
    try copyAll(&table, "WHERE \(key) < 1 OR \(key) > \(last) OR typeof(\(key)) <> 'integer'")
    if unreadable > 0 { table.unreadableCount = unreadable }
    return last
  }

  /// Reads from end to end, as far as it goes.
  mutating func copyAll(_ table: inout RecoverySummary.Table, _ condition: String = "") throws(StoreError) {
    do throws(StoreError) {
      try source.forEachRow("\(select) \(condition)") { (row) throws(StoreError) in
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
