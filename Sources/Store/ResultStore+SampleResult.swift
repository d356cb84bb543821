import Evaluation

/// Writing results whose identity covers evaluation and scoring in one, as schema 1 had them: they are stored as rows of
/// schema 1 are after the migration. For tests of what reads a store; a sweep uses `append(_:_:sampleID:cell:run:)`.
extension ResultStore {
  /// Commits one evaluated sample, in one transaction.
  ///
  /// It becomes the cell's current result for the sample; an older one of another identity stays in the store. A failure
  /// that was recorded for the sample is cleared. A score that is not finite is stored as unscored.
  ///
  /// - Throws: `StoreError` when the store cannot be written; then nothing of the sample is stored.
  public func append(_ result: SampleResult, cell: CellID, run: RunID) throws(StoreError) {
    let isChoice = result.finishReason == .choice
    let evaluation = EvaluationRecord(
      identity: nil, legacyIdentity: result.identity, prompt: result.prompt, firstTokens: result.firstTokens,
      promptTokenCount: result.promptTokenCount, output: isChoice ? nil : result.output,
      outputTokens: result.outputTokens, finishReason: result.finishReason, logProbabilities: result.logProbabilities,
      durationSeconds: result.durationSeconds, computedTokenCount: result.computedTokenCount)
    let protocolName = try locked { (connection) throws(StoreError) in
      let find = "SELECT json_extract(record, '$.protocolName') FROM cells WHERE id = ? AND json_valid(record)"
      return try connection.first(find, [.integer(cell.rawValue)]) { $0.text(0) } ?? ""
    }
    let scoring = ScoringRecord(
      identity: nil, protocolName: protocolName, scorerVersion: "", expected: result.expected, facts: result.facts,
      truncatedTokenCount: result.truncatedTokenCount, answer: isChoice ? result.output : nil, scores: result.scores)
    try append(evaluation, scoring, sampleID: result.sampleID, cell: cell, run: run)
  }
}
