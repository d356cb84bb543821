import Evaluation

extension ResultStore {
  /// The current results of a cell, by sample name.
  ///
  /// - Parameters:
  ///   - cell: The cell.
  ///   - withPrompts: False leaves `prompt` empty and saves decompressing it.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: The results, in the order of their sample names.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func results(
    in cell: CellID, withPrompts: Bool, withLogProbabilities: Bool
  ) throws(StoreError) -> [SampleResult] {
    try locked { (connection) throws(StoreError) in
      try readResults(connection, cell, withPrompts, withLogProbabilities).map(\.result)
    }
  }

  func readResults(
    _ connection: Connection, _ cell: CellID, _ withPrompts: Bool, _ withLogProbabilities: Bool
  ) throws(StoreError) -> [StoredResult] {
    let scores = try scores(connection, cell)
    var results: [StoredResult] = []
    try connection.forEachRow(
      """
      SELECT e.id, r.sample_id, e.identity, e.first_tokens, e.prompt_token_count, e.truncated_token_count, e.expected,
        e.facts, e.output, e.output_tokens, e.finish_reason, e.duration_seconds, e.computed_token_count, e.recorded_at,
        \(withLogProbabilities ? "e.log_probabilities" : "NULL"),
        \(withPrompts ? "p.codec, p.byte_count, p.content" : "NULL, NULL, NULL"), r.run
      FROM results r JOIN evaluations e ON e.id = r.evaluation
        \(withPrompts ? "JOIN prompts p ON p.id = e.prompt" : "")
      WHERE r.cell = ? AND r.current = 1 ORDER BY r.sample_id
      """, [.integer(cell.rawValue)]
    ) { (row) throws(StoreError) in
      let result = try self.result(row, scores: scores[row.integer(0)] ?? [])
      results.append(StoredResult(result: result, recordedAt: row.real(13), run: row.integer(18)))
    }
    return results
  }

  private func scores(
    _ connection: Connection, _ cell: CellID
  ) throws(StoreError) -> [Int64: [Score]] {
    var scores: [Int64: [Score]] = [:]
    try connection.forEachRow(
      """
      SELECT s.evaluation, s.metric, s.value, s.unscored FROM scores s
      WHERE s.evaluation IN (SELECT evaluation FROM results WHERE cell = ? AND current = 1)
      ORDER BY s.evaluation, s.ordinal
      """, [.integer(cell.rawValue)]
    ) { row in
      scores[row.integer(0), default: []].append(
        .init(metric: row.text(1), value: row.optionalReal(2), unscored: row.optionalText(3)))
    }
    return scores
  }

  private func result(
    _ row: Statement, scores: [Score]
  ) throws(StoreError) -> SampleResult {
    let id = row.integer(0)
    guard let firstTokens = Encoding.integers(row.text(3)) else {
      throw damaged("evaluations", id, "first_tokens is not an array of integers")
    }
    guard let expected = Encoding.decoded([String].self, row.text(6)) else {
      throw damaged("evaluations", id, "expected is not an array of texts")
    }
    let outputTokens = row.optionalText(9).map { Encoding.integers($0) }
    if case .some(.none) = outputTokens {
      throw damaged("evaluations", id, "output_tokens is not an array of integers")
    }
    let logProbabilities = row.optionalBlob(14).map { Encoding.floats($0) }
    if case .some(.none) = logProbabilities {
      throw damaged("evaluations", id, "log_probabilities is not a multiple of four bytes")
    }
    let finishReason = row.optionalText(10).map { FinishReason(rawValue: $0) }
    if case .some(.none) = finishReason { throw damaged("evaluations", id, "finish_reason is none that is known") }
    var prompt = ""
    if !row.isNull(15) {
      let text = StoredPrompt.text(codec: row.count(15), byteCount: row.count(16), content: row.blob(17))
      guard let text else { throw damaged("evaluations", id, "its prompt cannot be decompressed") }
      prompt = text
    }
    return SampleResult(
      sampleID: row.text(1), identity: row.text(2), prompt: prompt, firstTokens: firstTokens,
      promptTokenCount: row.count(4), truncatedTokenCount: row.count(5), expected: expected, facts: row.text(7),
      output: row.optionalText(8), outputTokens: outputTokens ?? nil, finishReason: finishReason ?? nil,
      scores: scores, logProbabilities: logProbabilities ?? nil, durationSeconds: row.real(11),
      computedTokenCount: row.count(12))
  }
}

/// A result with what is kept of its making.
struct StoredResult: Sendable {
  let result: SampleResult
  let recordedAt: Double
  let run: Int64
}
