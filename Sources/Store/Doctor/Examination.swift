import Digest
public import Evaluation

/// What an examination of a store found.
public struct StoreFinding: Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable {
    /// Something is damaged.
    case damage
    /// Something is lost that a sweep makes again from what is there.
    case incomplete
    /// Nothing is wrong, but it may be worth knowing.
    case note
  }

  /// How bad it is.
  public let severity: Severity
  /// What was found, in words.
  public let text: String

  /// A finding from its parts.
  public init(severity: Severity, text: String) {
    self.severity = severity
    self.text = text
  }
}

extension ResultStore {
  /// Looks at everything that a store says of itself: SQLite's own checks, every column of every table, references between
  /// tables, scores against what their metrics can be, and every identity that can be computed again.
  ///
  /// The store is only read. An evaluation's identity covers tokens that no store holds, and cannot be computed again.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - ranges: what the tasks say of their scores.
  ///   - scoringIdentity: the identity of a scoring from protocol, scorer's version, accepted answers and facts.
  /// - Returns: what was found; nothing where all is well.
  /// - Throws: `StoreError` where the file is not there, or no store of this program.
  public static func examine(
    _ path: String, ranges: ScoreRanges = [:],
    scoringIdentity: (_ protocolName: String, _ version: String, _ expected: [String], _ facts: String) -> String
  ) throws(StoreError) -> [StoreFinding] {
    let store: ResultStore
    do throws(StoreError) {
      store = try open(path, mode: .readOnly, options: Options(ranges: ranges))
    } catch {
      // The tables that are left are saved by a recovery; what they hold says no more than that.
      switch error {
      case .otherTables, .impossibleSchema: return [StoreFinding(severity: .damage, text: error.description)]
      default: throw error
      }
    }
    return try store.locked { (connection) throws(StoreError) in
      var examination = Examination(store: store, connection: connection)
      try examination.run(scoringIdentity)
      return examination.findings
    }
  }
}

/// An examination under way.
private struct Examination {
  let store: ResultStore
  let connection: Connection
  var findings: [StoreFinding] = []

  init(store: ResultStore, connection: Connection) {
    self.store = store
    self.connection = connection
  }

  mutating func run(_ scoringIdentity: (String, String, [String], String) -> String) throws(StoreError) {
    try lines("PRAGMA integrity_check(20)", of: "SQLite's integrity check") { $0.text(0) == "ok" ? nil : $0.text(0) }
    // What reads further would say the same of a damaged file again and again.
    guard findings.isEmpty else { return }
    try lines("PRAGMA foreign_key_check", of: "references") {
      "row \($0.integer(1)) of \($0.text(0)) refers to a row of \($0.text(2)) that is not there"
    }
    try lines(
      "SELECT e.id FROM evaluations e LEFT JOIN prompts p ON p.id = e.prompt WHERE p.id IS NULL", of: "prompts"
    ) { "evaluation \($0.integer(0)) has no prompt" }
    try lines(
      "SELECT r.id FROM results r JOIN scorings s ON s.id = r.scoring WHERE s.evaluation <> r.evaluation", of: "results"
    ) { "result \($0.integer(0)) has the scoring of another evaluation" }
    try lines("SELECT name, tbl_name FROM main.sqlite_schema WHERE type = 'trigger'", of: "triggers") {
      "'\($0.text(0))' of \($0.text(1)), which no se-eval makes, changes or forbids what is written"
    }
    let (store, connection) = (store, connection)
    for table in TableCheck.all {
      try lines(table.select, of: table.name) { row in
        table.problem(store, row).map { problem in
          let owner = table.name == "evaluations" ? Self.owner(ofEvaluation: row.integer(0), connection) : ""
          return "\(table.place(row))\(owner): \(problem)"
        }
      }
    }
    try scorings(scoringIdentity)
    try impossibleScores()
    try incompleteScorings()
    try notes()
  }

  /// One finding for the rows of a query for which a closure has words.
  private mutating func lines(
    _ sql: String, of subject: String, _ words: (Statement) -> String?
  ) throws(StoreError) {
    var found = FewTexts()
    do throws(StoreError) {
      try connection.forEachRow(sql) { row in
        if let text = words(row) { found.append(text) }
      }
    } catch {
      findings.append(StoreFinding(severity: .damage, text: "\(subject): \(error)"))
    }
    note(found, of: subject)
  }

  private mutating func scorings(_ identity: (String, String, [String], String) -> String) throws(StoreError) {
    let store = store
    try lines(
      "SELECT id, identity, protocol, scorer_version, expected, facts FROM scorings WHERE identity IS NOT NULL",
      of: "scorings"
    ) { row in
      let id = row.integer(0)
      guard let expected = try? store.texts(row, 4, "scorings", id) else {
        return "scoring \(id) has accepted answers that are no texts"
      }
      let wanted = identity(row.text(2), row.text(3), expected, row.text(5))
      return wanted == row.text(1) ? nil : "scoring \(id) has the identity of another one"
    }
  }

  /// A sample that an evaluation belongs to, in words.
  private static func owner(ofEvaluation id: Int64, _ connection: Connection) -> String {
    let place = try? connection.first(
      "SELECT c.record, r.sample_id FROM results r JOIN cells c ON c.id = r.cell WHERE r.evaluation = ? LIMIT 1",
      [.integer(id)]
    ) { place in
      let cell = Encoding.decoded(CellRecord.self, place.text(0)).map {
        " of \($0.model) \($0.method) \($0.task) \($0.coordinates.label)"
      }
      return ", sample \(place.text(1))\(cell ?? "")"
    }
    return (place ?? nil) ?? ""
  }

  private mutating func impossibleScores() throws(StoreError) {
    var found = FewTexts()
    do throws(StoreError) {
      try store.forEachImpossibleScore(connection) { found.append($0.words) }
    } catch {
      findings.append(StoreFinding(severity: .damage, text: "scores: \(error)"))
      return
    }
    note(found, of: "scores")
  }

  private mutating func incompleteScorings() throws(StoreError) {
    var lost = FewTexts()
    do throws(StoreError) {
      for scoring in try store.incompleteScorings(connection) { lost.append(scoring.words) }
    } catch {
      findings.append(StoreFinding(severity: .damage, text: "scorings: \(error)"))
      return
    }
    guard lost.count > 0 else { return }
    findings.append(
      StoreFinding(
        severity: .incomplete,
        text: "\(lost.count) scorings have lost scores, which the next sweep, or rescore, makes again: \(lost.line)"))
  }

  /// One finding of several lines.
  private mutating func note(_ lines: FewTexts, of subject: String) {
    if lines.count > 0 { findings.append(StoreFinding(severity: .damage, text: "\(subject): \(lines.line)")) }
  }

  /// Rows that nothing needs.
  private mutating func notes() throws(StoreError) {
    for (sql, words) in [
      (
        "SELECT count(*) FROM prompts WHERE id NOT IN (SELECT prompt FROM evaluations)",
        "prompts that no evaluation has"
      ),
      (
        "SELECT count(*) FROM evaluations WHERE id NOT IN (SELECT evaluation FROM results)",
        "evaluations that are no cell's result (a sweep that needs one takes it)"
      ),
      (
        "SELECT count(*) FROM scorings WHERE id NOT IN (SELECT scoring FROM results)",
        "scorings that are no cell's result"
      ),
      ("SELECT count(*) FROM runs WHERE ended_at IS NULL", "runs without an end: killed, or still running"),
    ] {
      let count = try connection.first(sql) { $0.count(0) } ?? 0
      if count > 0 { findings.append(StoreFinding(severity: .note, text: "\(count) \(words)")) }
    }
  }
}
