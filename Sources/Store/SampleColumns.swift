import Evaluation

/// The columns of a result with its evaluation and scoring, as one query reads them.
struct SampleColumns: Sendable {
  /// Whether the prompt's text is read.
  let prompts: Bool
  /// Whether the log-probabilities are read.
  let logProbabilities: Bool

  /// The number of the column with the prompt's row.
  static let prompt: Int32 = 15
  /// The number of the column with the scoring's row.
  static let scoring: Int32 = 17

  /// Up to the condition; the columns are read by their numbers below.
  var select: String {
    """
    SELECT r.cell, r.sample_id, r.run, \(evaluation), s.id, s.identity, s.protocol, s.scorer_version, s.expected,
      s.facts, s.truncated_token_count, s.answer, s.recorded_at, \(promptText)
    FROM results r JOIN evaluations e ON e.id = r.evaluation JOIN scorings s ON s.id = r.scoring
      \(prompts ? "JOIN prompts p ON p.id = e.prompt" : "")
    """
  }

  /// An evaluation alone, in the same columns.
  var selectEvaluation: String {
    """
    SELECT 0, '', 0, \(evaluation), 0, NULL, '', '', '[]', '{}', 0, NULL, 0, \(promptText)
    FROM evaluations e \(prompts ? "JOIN prompts p ON p.id = e.prompt" : "")
    """
  }

  private var evaluation: String {
    """
    e.id, e.identity, e.legacy_identity, e.first_tokens, e.prompt_token_count, e.finish_reason, e.choice_counts,
      e.duration_seconds, e.computed_token_count, e.recorded_at, e.output, e.output_tokens, e.prompt,
      \(logProbabilities ? "e.log_probabilities" : "NULL")
    """
  }

  private var promptText: String { prompts ? "p.codec, p.byte_count, p.content" : "NULL, NULL, NULL" }
}

extension ResultStore {
  /// The evaluation in a row of `SampleColumns`.
  func evaluation(_ row: Statement) throws(StoreError) -> StoredEvaluation {
    let id = row.integer(3)
    let table = "evaluations"
    let logProbabilities = try logProbabilities(row, 16, id, of: Self.owner(row))
    let finishReason = try finishReason(row, 8, id)
    let prompt = row.isNull(26) ? "" : try prompt(row, 26, of: id, row: row.integer(SampleColumns.prompt))
    let record = EvaluationRecord(
      identity: row.optionalText(4), legacyIdentity: row.optionalText(5), prompt: prompt,
      firstTokens: try integers(row, 6, table, id) ?? [], promptTokenCount: try count(row, 7, table, id),
      output: row.optionalText(13), outputTokens: try integers(row, 14, table, id), finishReason: finishReason,
      logProbabilities: logProbabilities, choiceCounts: try integers(row, 9, table, id),
      durationSeconds: try seconds(row, 10, table, id), computedTokenCount: try count(row, 11, table, id))
    return StoredEvaluation(
      id: EvaluationID(id), record: record, recordedAt: try seconds(row, 12, table, id))
  }

  /// The prompt of an evaluation from its three columns; its own row is for messages.
  func prompt(_ row: Statement, _ column: Int32, of id: Int64, row prompt: Int64) throws(StoreError) -> String {
    let byteCount = try count(row, column + 1, "prompts", prompt)
    let text = StoredPrompt.text(codec: row.integer(column), byteCount: byteCount, content: row.blob(column + 2))
    guard let text else { throw damaged("evaluations", id, "its prompt cannot be decompressed") }
    return text
  }

  /// An evaluation's log-probabilities; nil where it has none.
  func logProbabilities(
    _ row: Statement, _ column: Int32, _ id: Int64, of owner: @autoclosure () -> String = ""
  ) throws(StoreError) -> [Float]? {
    guard let bytes = row.optionalBlob(column) else { return nil }
    guard let values = Encoding.floats(bytes) else {
      throw damaged("evaluations", id, "log_probabilities\(owner()) is not a multiple of four bytes")
    }
    if let problem = LogProbability.problem(in: values) {
      throw damaged("evaluations", id, "log_probabilities\(owner()): \(problem)")
    }
    return values
  }

  /// Why an evaluation's generation ended; nil where it says nothing.
  func finishReason(_ row: Statement, _ column: Int32, _ id: Int64) throws(StoreError) -> FinishReason? {
    guard let text = row.optionalText(column) else { return nil }
    guard let reason = FinishReason(rawValue: text) else {
      throw damaged("evaluations", id, "finish_reason is none that is known")
    }
    return reason
  }

  /// The sample of a row, in words; nothing where an evaluation alone is read.
  private static func owner(_ row: Statement) -> String { row.text(1).isEmpty ? "" : " of the sample \(row.text(1))" }

  /// The result in a row of `SampleColumns`; a score that its cell's metrics cannot have is damage, never a number.
  ///
  /// `metrics` are those of each cell, by its row.
  func sample(
    _ row: Statement, scores: [Score], _ metrics: [Int64: [MetricDescription]]
  ) throws(StoreError) -> StoredSample {
    let id = row.integer(SampleColumns.scoring)
    try check(scores, id, of: row, metrics)
    let scoring = ScoringRecord(
      identity: row.optionalText(18), protocolName: row.text(19), scorerVersion: row.text(20),
      expected: try texts(row, 21, "scorings", id), facts: row.text(22),
      truncatedTokenCount: try count(row, 23, "scorings", id), answer: row.optionalText(24), scores: scores)
    return StoredSample(
      cell: CellID(row.integer(0)), sampleID: row.text(1), run: RunID(row.integer(2)),
      evaluation: try evaluation(row), scoringID: ScoringID(id), scoring: scoring,
      scoredAt: try seconds(row, 25, "scorings", id))
  }
  /// The same as reports read it, without what tells one scoring from another.
  func result(
    _ row: Statement, scores: [Score], _ metrics: [Int64: [MetricDescription]]
  ) throws(StoreError) -> SampleResult {
    let id = row.integer(SampleColumns.scoring)
    try check(scores, id, of: row, metrics)
    _ = try seconds(row, 25, "scorings", id)
    let (expected, answer) = (try texts(row, 21, "scorings", id), row.optionalText(24))
    let cut = try count(row, 23, "scorings", id)
    let record = try evaluation(row).record
    return SampleResult(
      sampleID: row.text(1), identity: record.identity ?? record.legacyIdentity ?? "", prompt: record.prompt,
      firstTokens: record.firstTokens, promptTokenCount: record.promptTokenCount, truncatedTokenCount: cut,
      expected: expected, facts: row.text(22), output: answer ?? record.output, outputTokens: record.outputTokens,
      finishReason: record.finishReason, scores: scores, logProbabilities: record.logProbabilities,
      durationSeconds: record.durationSeconds, computedTokenCount: record.computedTokenCount)
  }

  /// Refuses scores that the metrics of a row's cell cannot have; its first columns are cell and sample.
  func check(
    _ scores: [Score], _ scoring: Int64, of row: Statement, _ metrics: [Int64: [MetricDescription]]
  ) throws(StoreError) {
    for metric in metrics[row.integer(0)] ?? [] {
      if let problem = metric.problem(in: scores) {
        throw damaged("scores", scoring, "sample \(row.text(1)): \(problem)")
      }
    }
  }
}
