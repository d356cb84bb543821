import Evaluation

/// Writing results whose identity covers evaluation and scoring in one, as schema 1 had them.
///
/// They are stored as rows of schema 1 are after the migration; what replaces them is `append(_:_:sampleID:cell:run:)`,
/// `attach` and `resultIdentities`.
extension ResultStore {
  /// What is stored of a cell: identity by sample, current results only.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func identities(in cell: CellID) throws(StoreError) -> [String: String] {
    try resultIdentities(in: cell).compactMapValues { $0.legacy ?? $0.evaluation }
  }

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

  /// Takes an equal result (same identity) of any cell as this cell's result, where there is one.
  ///
  /// The identity covers everything that the result depends on, the expected answers and facts included.
  ///
  /// - Parameters:
  ///   - identity: The identity of the sample that is wanted.
  ///   - sampleID: The sample's name in the cell.
  ///   - cell: The cell that lacks a result.
  ///   - run: The run that asks.
  /// - Returns: False when no such result is stored.
  /// - Throws: `StoreError` when the store cannot be written.
  public func reuse(identity: String, sampleID: String, cell: CellID, run: RunID) throws(StoreError) -> Bool {
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        let find = """
          SELECT e.id, s.id FROM evaluations e JOIN scorings s ON s.evaluation = e.id AND s.identity IS NULL
          WHERE e.legacy_identity = ? ORDER BY e.id DESC, s.id DESC LIMIT 1
          """
        guard
          let (evaluation, scoring) = try connection.first(
            find, [.text(identity)], { (EvaluationID($0.integer(0)), ScoringID($0.integer(1))) })
        else { return false }
        let place = ResultPlace(cell: cell, sampleID: sampleID)
        try Self.makeCurrent(evaluation, scoring, at: place, run: run, connection)
        return true
      }
    }
  }

  /// Whether a result of this identity is there for `reuse`.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func hasResult(identity: String) throws(StoreError) -> Bool {
    try locked { (connection) throws(StoreError) in
      try connection.first(
        "SELECT 1 FROM evaluations WHERE legacy_identity = ? LIMIT 1", [.text(identity)], { $0.integer(0) }) != nil
    }
  }
}
