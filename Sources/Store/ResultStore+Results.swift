import Digest
import Evaluation

extension ResultStore {
  /// What identifies a cell's current results, by sample.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func resultIdentities(in cell: CellID) throws(StoreError) -> [String: ResultIdentity] {
    try locked { (connection) throws(StoreError) in
      try readIdentities(connection, "WHERE r.current = 1 AND r.cell = ?", [.integer(cell.rawValue)])[cell] ?? [:]
    }
  }

  /// What identifies the current results of every cell, by sample; in one reading.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func resultIdentities() throws(StoreError) -> [CellID: [String: ResultIdentity]] {
    try locked { (connection) throws(StoreError) in
      try readIdentities(connection, "WHERE r.current = 1 ORDER BY r.cell", [])
    }
  }

  private func readIdentities(
    _ connection: Connection, _ condition: String, _ values: [SQLValue]
  ) throws(StoreError) -> [CellID: [String: ResultIdentity]] {
    var identities: [CellID: [String: ResultIdentity]] = [:]
    var current: (cell: CellID, identities: [String: ResultIdentity]) = (CellID(-1), [:])
    try connection.forEachRow(
      """
      SELECT r.cell, r.sample_id, r.evaluation, e.identity, e.legacy_identity, s.identity, s.id
      FROM results r JOIN evaluations e ON e.id = r.evaluation JOIN scorings s ON s.id = r.scoring \(condition)
      """, values
    ) { row in
      let cell = CellID(row.integer(0))
      if cell != current.cell {
        if !current.identities.isEmpty { identities[current.cell] = current.identities }
        current = (cell, [:])
      }
      current.identities[row.text(1)] = ResultIdentity(
        evaluationID: EvaluationID(row.integer(2)), evaluation: row.optionalText(3), legacy: row.optionalText(4),
        scoring: row.optionalText(5), scoringID: ScoringID(row.integer(6)))
    }
    if !current.identities.isEmpty { identities[current.cell] = current.identities }
    return identities
  }

  /// Whether any current result of a cell has a value of a metric; nil where the cell has no results.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func hasScore(of metric: String, in cell: CellID) throws(StoreError) -> Bool? {
    try locked { (connection) throws(StoreError) in
      let place: [SQLValue] = [.integer(cell.rawValue)]
      let found = try connection.first(
        """
        SELECT 1 FROM results r JOIN scores v ON v.scoring = r.scoring
        WHERE r.cell = ? AND r.current = 1 AND v.metric = ? AND v.value IS NOT NULL LIMIT 1
        """, place + [.text(metric)]
      ) { $0.integer(0) }
      if found != nil { return true }
      return try connection.first("SELECT 1 FROM results WHERE cell = ? AND current = 1 LIMIT 1", place) { _ in false }
    }
  }

  /// Commits one evaluated and scored sample, in one transaction.
  ///
  /// It becomes the cell's current result for the sample; an older one stays in the store. A failure that was recorded for
  /// the sample is cleared. A score that is not finite is stored as unscored.
  ///
  /// - Parameters:
  ///   - evaluation: What the model did.
  ///   - scoring: What is made of it.
  ///   - sampleID: The sample's name in the cell.
  ///   - cell: The cell that lacks a result.
  ///   - run: The run that evaluated it.
  /// - Returns: The evaluation's row, for `attach`.
  /// - Throws: `StoreError` when the store cannot be written; then nothing of the sample is stored.
  @discardableResult
  public func append(
    _ evaluation: EvaluationRecord, _ scoring: ScoringRecord, sampleID: String, cell: CellID, run: RunID
  ) throws(StoreError) -> EvaluationID {
    // Hashing and compressing happen before the write lock is taken.
    let prompt = StoredPrompt(evaluation.prompt)
    let time = Encoding.now()
    return try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        let id = try Self.insert(evaluation, prompt, recordedAt: time, connection)
        let scoringID = try Self.insert(scoring, of: id, recordedAt: time, connection)
        try Self.makeCurrent(id, scoringID, at: ResultPlace(cell: cell, sampleID: sampleID), run: run, connection)
        return id
      }
    }
  }

  /// Takes stored evaluations, scored in a way of their own, as the current results of cells; in one transaction.
  ///
  /// For cells that are by definition equal, and for a changed scorer, reference or protocol: no model runs. Where the
  /// evaluation has a scoring of the same identity and with the same scores, that one is taken.
  ///
  /// - Parameters:
  ///   - attachments: What becomes the result of which sample.
  ///   - run: The run that takes them.
  /// - Throws: `StoreError` when the store cannot be written; then nothing is changed.
  public func attach(_ attachments: [Attachment], run: RunID) throws(StoreError) {
    try write(attachments) { (_, _) in run }
  }

  /// Scores current results anew, without a run: each stays the result of the run that took it; in one transaction.
  ///
  /// An attachment whose evaluation is no longer the cell's current one for the sample is left out.
  ///
  /// - Returns: How many were replaced.
  /// - Throws: `StoreError` when the store cannot be written; then nothing is changed.
  @discardableResult
  public func rescore(_ attachments: [Attachment]) throws(StoreError) -> Int {
    try write(attachments) { (connection, attachment) throws(StoreError) in
      try connection.first(
        "SELECT run FROM results WHERE cell = ? AND sample_id = ? AND evaluation = ? AND current = 1",
        [
          .integer(attachment.cell.rawValue), .text(attachment.sampleID), .integer(attachment.evaluation.rawValue),
        ]
      ) { RunID($0.integer(0)) }
    }
  }

  @discardableResult
  private func write(
    _ attachments: [Attachment], _ run: (Connection, Attachment) throws(StoreError) -> RunID?
  ) throws(StoreError) -> Int {
    let time = Encoding.now()
    return try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        var count = 0
        for attachment in attachments {
          guard let run = try run(connection, attachment) else { continue }
          let scoring = try findOrInsert(
            attachment.scoring, of: attachment.evaluation, recordedAt: time, connection)
          let place = ResultPlace(cell: attachment.cell, sampleID: attachment.sampleID)
          try Self.makeCurrent(attachment.evaluation, scoring, at: place, run: run, connection)
          count += 1
        }
        return count
      }
    }
  }

  /// Records that a sample could not be evaluated; a later `append` or `attach` clears it.
  ///
  /// - Parameters:
  ///   - sampleID: The sample's name inside its task.
  ///   - cell: The cell that lacks it.
  ///   - run: The run in which it failed.
  ///   - message: What went wrong.
  /// - Throws: `StoreError` when the store cannot be written.
  public func recordFailure(
    sampleID: String, cell: CellID, run: RunID, message: String
  ) throws(StoreError) {
    let time = Encoding.now()
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        try Self.link(run, cell, connection)
        try Self.insertFailure(sampleID, cell, run, message, time, connection)
      }
    }
  }

  /// The samples that could not be evaluated, by cell and sample.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func failures() throws(StoreError) -> [StoredFailure] {
    try locked { (connection) throws(StoreError) in try readFailures(connection) }
  }

  func readFailures(_ connection: Connection) throws(StoreError) -> [StoredFailure] {
    var failures: [StoredFailure] = []
    try connection.forEachRow("SELECT cell, sample_id, run, message FROM failures ORDER BY cell, sample_id") {
      (row) throws(StoreError) in
      let cell = row.integer(0)
      failures.append(
        StoredFailure(
          cell: CellID(cell), sampleID: try text(row, 1, "failures", cell), run: RunID(row.integer(2)),
          message: try text(row, 3, "failures", cell)))
    }
    return failures
  }
}

/// Where a result belongs.
struct ResultPlace {
  let cell: CellID
  let sampleID: String
}
