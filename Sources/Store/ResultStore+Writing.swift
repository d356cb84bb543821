import Evaluation

extension ResultStore {
  /// Inserts an evaluation with its prompt; the caller holds the transaction.
  static func insert(
    _ record: EvaluationRecord, _ prompt: StoredPrompt, recordedAt: Double, _ connection: Connection
  ) throws(StoreError) -> EvaluationID {
    try insert(record, prompt: try insert(prompt, connection), recordedAt: recordedAt, connection)
  }

  /// Inserts an evaluation whose prompt is there; the caller holds the transaction.
  static func insert(
    _ record: EvaluationRecord, prompt: Int64, recordedAt: Double, _ connection: Connection
  ) throws(StoreError) -> EvaluationID {
    try connection.run(
      """
      INSERT INTO evaluations (identity, legacy_identity, prompt, first_tokens, prompt_token_count, finish_reason,
        choice_counts, duration_seconds, computed_token_count, recorded_at, output, output_tokens, log_probabilities)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .optional(record.identity), .optional(record.legacyIdentity), .integer(prompt),
        .text(Encoding.json(record.firstTokens)), .count(record.promptTokenCount),
        .optional(record.finishReason?.rawValue),
        .optional(record.choiceCounts.map { Encoding.json($0) }),
        .real(record.durationSeconds.isFinite ? max(0, record.durationSeconds) : 0), .count(record.computedTokenCount),
        .real(recordedAt), .optional(record.output), .optional(record.outputTokens.map { Encoding.json($0) }),
        .optional(record.logProbabilities.map { Encoding.bytes($0) }),
      ])
    return EvaluationID(connection.lastInsertedRow)
  }

  /// Inserts a scoring with its scores; the caller holds the transaction.
  static func insert(
    _ record: ScoringRecord, of evaluation: EvaluationID, recordedAt: Double, _ connection: Connection
  ) throws(StoreError) -> ScoringID {
    try connection.run(
      """
      INSERT INTO scorings (evaluation, identity, protocol, scorer_version, expected, facts, truncated_token_count,
        answer, recorded_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .integer(evaluation.rawValue), .optional(record.identity), .text(record.protocolName),
        .text(record.scorerVersion), .text(Encoding.json(record.expected)), .text(record.facts),
        .count(record.truncatedTokenCount), .optional(record.answer), .real(recordedAt),
      ])
    let scoring = connection.lastInsertedRow
    for (ordinal, score) in record.scores.map(\.storable).enumerated() {
      try connection.run(
        "INSERT INTO scores (scoring, ordinal, metric, value, unscored) VALUES (?, ?, ?, ?, ?)",
        [
          .integer(scoring), .count(ordinal), .text(score.metric), .optional(score.value), .optional(score.unscored),
        ])
    }
    return ScoringID(scoring)
  }

  /// The scoring of an evaluation that is equal to a record, found or inserted; the caller holds the transaction.
  ///
  /// One with the same identity and other scores is not equal: then the record is the newer scoring, and stands beside it.
  /// One of schema 1 that says the same takes the record's identity.
  func findOrInsert(
    _ record: ScoringRecord, of evaluation: EvaluationID, recordedAt: Double, _ connection: Connection
  ) throws(StoreError) -> ScoringID {
    if let known = try scoring(of: evaluation, identity: record.identity, connection) {
      if try hasScores(of: record, known, connection) { return known }
    } else if let same = try scoring(of: evaluation, like: record, connection),
      try hasScores(of: record, same, connection)
    {
      try connection.run(
        "UPDATE scorings SET identity = ?, scorer_version = ? WHERE id = ? AND identity IS NULL",
        [.optional(record.identity), .text(record.scorerVersion), .integer(same.rawValue)])
      return same
    }
    return try Self.insert(record, of: evaluation, recordedAt: recordedAt, connection)
  }

  private func hasScores(
    of record: ScoringRecord, _ scoring: ScoringID, _ connection: Connection
  ) throws(StoreError) -> Bool {
    let scores = try scores(
      connection, "\(Self.selectScores) WHERE scoring = ? ORDER BY scoring, ordinal", [.integer(scoring.rawValue)])
    return scores[scoring.rawValue] ?? [] == record.scores.map(\.storable)
  }

  /// The newest scoring with a record's protocol, answers, facts and shown answer, of schema 1 (without an identity)
  /// where the record is not; nil where there is none.
  private func scoring(
    of evaluation: EvaluationID, like record: ScoringRecord, _ connection: Connection
  ) throws(StoreError) -> ScoringID? {
    try connection.first(
      """
      SELECT id FROM scorings WHERE evaluation = ? AND (identity IS NULL OR ? IS NULL) AND protocol = ? AND facts = ?
        AND expected = ? AND truncated_token_count = ? AND answer IS ?
      ORDER BY id DESC LIMIT 1
      """,
      [
        .integer(evaluation.rawValue), .optional(record.identity), .text(record.protocolName), .text(record.facts),
        .text(Encoding.json(record.expected)), .count(record.truncatedTokenCount), .optional(record.answer),
      ]
    ) { ScoringID($0.integer(0)) }
  }

  /// The newest scoring of an evaluation with an identity; nil where there is none, or where it has no identity.
  func scoring(
    of evaluation: EvaluationID, identity: String?, _ connection: Connection
  ) throws(StoreError) -> ScoringID? {
    guard let identity else { return nil }
    return try connection.first(
      "SELECT id FROM scorings WHERE evaluation = ? AND identity = ? ORDER BY id DESC LIMIT 1",
      [.integer(evaluation.rawValue), .text(identity)]
    ) { ScoringID($0.integer(0)) }
  }

  static func insert(_ prompt: StoredPrompt, _ connection: Connection) throws(StoreError) -> Int64 {
    let find = "SELECT id FROM prompts WHERE sha256 = ?"
    if let row = try connection.first(find, [.text(prompt.sha256)], { $0.integer(0) }) { return row }
    try connection.run(
      "INSERT INTO prompts (sha256, byte_count, codec, content) VALUES (?, ?, ?, ?)",
      [.text(prompt.sha256), .count(prompt.byteCount), .integer(prompt.codec), .blob(prompt.content)])
    return connection.lastInsertedRow
  }

  /// Makes an evaluation and its scoring the cell's current result for a sample; the caller holds the transaction.
  static func makeCurrent(
    _ evaluation: EvaluationID, _ scoring: ScoringID, at place: ResultPlace, run: RunID, _ connection: Connection
  ) throws(StoreError) {
    try link(run, place.cell, connection)
    let sample: [SQLValue] = [.integer(place.cell.rawValue), .text(place.sampleID)]
    try connection.run("UPDATE results SET current = 0 WHERE cell = ? AND sample_id = ? AND current = 1", sample)
    try connection.run(
      """
      INSERT INTO results (cell, sample_id, evaluation, scoring, run, current) VALUES (?, ?, ?, ?, ?, 1)
      ON CONFLICT (cell, sample_id, evaluation, scoring) DO UPDATE SET run = excluded.run, current = 1
      """,
      sample + [.integer(evaluation.rawValue), .integer(scoring.rawValue), .integer(run.rawValue)])
    try connection.run("DELETE FROM failures WHERE cell = ? AND sample_id = ?", sample)
  }

  static func insertFailure(
    _ sampleID: String, _ cell: CellID, _ run: RunID, _ message: String, _ time: Double, _ connection: Connection
  ) throws(StoreError) {
    try connection.run(
      """
      INSERT INTO failures (cell, sample_id, run, message, recorded_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (cell, sample_id) DO UPDATE
        SET run = excluded.run, message = excluded.message, recorded_at = excluded.recorded_at
      """,
      [.integer(cell.rawValue), .text(sampleID), .integer(run.rawValue), .text(message), .real(time)])
  }
}

extension Score {
  /// As it is stored: a value that is finite, or why there is none.
  var storable: Score {
    if let value, value.isFinite { return .init(metric: metric, value: value, unscored: nil) }
    return .init(
      metric: metric, value: nil, unscored: unscored ?? (value == nil ? "no value" : "the value is not finite"))
  }
}
