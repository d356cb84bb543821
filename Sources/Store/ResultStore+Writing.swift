import Evaluation

extension ResultStore {
  /// Inserts an evaluation with its prompt and scores; the caller holds the transaction.
  static func insert(
    _ result: SampleResult, _ prompt: StoredPrompt, recordedAt: Double, _ connection: Connection
  ) throws(StoreError) -> Int64 {
    let promptRow = try insert(prompt, connection)
    try connection.run(
      """
      INSERT INTO evaluations (identity, prompt, first_tokens, prompt_token_count, truncated_token_count, expected,
        facts, output, output_tokens, finish_reason, log_probabilities, duration_seconds, computed_token_count,
        recorded_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(result.identity), .integer(promptRow), .text(Encoding.json(result.firstTokens)),
        .count(result.promptTokenCount), .count(result.truncatedTokenCount), .text(Encoding.json(result.expected)),
        .text(result.facts), .optional(result.output), .optional(result.outputTokens.map { Encoding.json($0) }),
        .optional(result.finishReason?.rawValue), .optional(result.logProbabilities.map { Encoding.bytes($0) }),
        .real(result.durationSeconds.isFinite ? result.durationSeconds : 0), .count(result.computedTokenCount),
        .real(recordedAt),
      ])
    let evaluation = connection.lastInsertedRow
    for (ordinal, score) in result.scores.enumerated() {
      let value = score.value.flatMap { $0.isFinite ? $0 : nil }
      let reason = score.unscored ?? (score.value == nil ? "no value" : "the value is not finite")
      try connection.run(
        "INSERT INTO scores (evaluation, ordinal, metric, value, unscored) VALUES (?, ?, ?, ?, ?)",
        [
          .integer(evaluation), .count(ordinal), .text(score.metric), .optional(value),
          value == nil ? .text(reason) : .null,
        ])
    }
    return evaluation
  }

  private static func insert(_ prompt: StoredPrompt, _ connection: Connection) throws(StoreError) -> Int64 {
    let find = "SELECT id FROM prompts WHERE sha256 = ?"
    if let row = try connection.first(find, [.text(prompt.sha256)], { $0.integer(0) }) { return row }
    try connection.run(
      "INSERT INTO prompts (sha256, byte_count, codec, content) VALUES (?, ?, ?, ?)",
      [.text(prompt.sha256), .count(prompt.byteCount), .count(prompt.codec), .blob(prompt.content)])
    return connection.lastInsertedRow
  }

  /// Makes an evaluation the cell's current result for a sample; the caller holds the transaction.
  static func makeCurrent(
    _ evaluation: Int64, at place: ResultPlace, run: RunID, _ connection: Connection
  ) throws(StoreError) {
    try link(run, place.cell, connection)
    let sample: [SQLValue] = [.integer(place.cell.rawValue), .text(place.sampleID)]
    try connection.run("UPDATE results SET current = 0 WHERE cell = ? AND sample_id = ? AND current = 1", sample)
    try connection.run(
      """
      INSERT INTO results (cell, sample_id, identity, evaluation, run, current) VALUES (?, ?, ?, ?, ?, 1)
      ON CONFLICT (cell, sample_id, identity) DO UPDATE
        SET evaluation = excluded.evaluation, run = excluded.run, current = 1
      """,
      sample + [.text(place.identity), .integer(evaluation), .integer(run.rawValue)])
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
