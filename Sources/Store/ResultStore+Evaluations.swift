extension ResultStore {
  /// The newest evaluation with an identity, nil where there is none.
  ///
  /// - Parameters:
  ///   - identity: SHA-256 over all that the model's work depends on.
  ///   - withPrompt: False leaves `prompt` empty.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: The evaluation.
  /// - Throws: `StoreError` when the store cannot be read or the row is damaged.
  public func evaluation(
    identity: String, withPrompt: Bool = false, withLogProbabilities: Bool
  ) throws(StoreError) -> StoredEvaluation? {
    let columns = SampleColumns(prompts: withPrompt, logProbabilities: withLogProbabilities)
    return try locked { (connection) throws(StoreError) in
      try connection.first(
        "\(columns.selectEvaluation) WHERE e.identity = ? ORDER BY e.id DESC LIMIT 1", [.text(identity)]
      ) { (row) throws(StoreError) in try self.evaluation(row) }
    }
  }

  /// An evaluation by its row, nil where there is none.
  ///
  /// - Parameters:
  ///   - id: The row.
  ///   - withPrompt: False leaves `prompt` empty.
  ///   - withLogProbabilities: False leaves `logProbabilities` nil.
  /// - Returns: The evaluation.
  /// - Throws: `StoreError` when the store cannot be read or the row is damaged.
  public func evaluation(
    _ id: EvaluationID, withPrompt: Bool = false, withLogProbabilities: Bool
  ) throws(StoreError) -> StoredEvaluation? {
    let columns = SampleColumns(prompts: withPrompt, logProbabilities: withLogProbabilities)
    return try locked { (connection) throws(StoreError) in
      try connection.first("\(columns.selectEvaluation) WHERE e.id = ?", [.integer(id.rawValue)]) {
        (row) throws(StoreError) in try self.evaluation(row)
      }
    }
  }

  /// The row of the newest evaluation with an identity, nil where there is none; the cheapest way to ask.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func evaluationID(identity: String) throws(StoreError) -> EvaluationID? {
    try locked { (connection) throws(StoreError) in
      try connection.first(
        "SELECT id FROM evaluations WHERE identity = ? ORDER BY id DESC LIMIT 1", [.text(identity)]
      ) { EvaluationID($0.integer(0)) }
    }
  }

  /// Every identity that an evaluation of the store has, with the newest row of each; in one reading.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func evaluationIDs() throws(StoreError) -> [String: EvaluationID] {
    try locked { (connection) throws(StoreError) in
      var ids: [String: EvaluationID] = [:]
      try connection.forEachRow("SELECT identity, id FROM evaluations WHERE identity IS NOT NULL ORDER BY id") { row in
        ids[row.text(0)] = EvaluationID(row.integer(1))
      }
      return ids
    }
  }

  /// Whether the store holds evaluations of schema 1 that were not adopted yet.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func hasLegacyEvaluations() throws(StoreError) -> Bool {
    try locked { (connection) throws(StoreError) in
      try connection.first("SELECT 1 FROM evaluations WHERE identity IS NULL LIMIT 1") { $0.integer(0) } != nil
    }
  }

  /// The evaluations of schema 1 that may be what samples of a model need, by sample.
  ///
  /// Those of every cell of the model's weights and of the task, and of superseded results too: a sample that went back
  /// to an earlier wording finds its evaluation again. Adopted rows are left out.
  ///
  /// - Parameters:
  ///   - modelHash: SHA-256 of weights, tokenizer and hyperparameters.
  ///   - task: The task's name.
  /// - Returns: For each sample, the candidates in the order in which they became results.
  /// - Throws: `StoreError` when the store cannot be read or a row is damaged.
  public func legacyCandidates(modelHash: String, task: String) throws(StoreError) -> [String: [LegacyCandidate]] {
    try locked { (connection) throws(StoreError) in
      var candidates: [String: [LegacyCandidate]] = [:]
      var known: Set<SampleScoring> = []
      for cell in try storedCells(connection) where cell.record.modelHash == modelHash && cell.record.task == task {
        try connection.forEachRow(
          """
          SELECT r.sample_id, e.id, e.legacy_identity, s.id, s.protocol, s.expected, s.facts
          FROM results r JOIN evaluations e ON e.id = r.evaluation
            JOIN scorings s ON s.evaluation = e.id AND s.identity IS NULL
          WHERE r.cell = ? AND e.identity IS NULL ORDER BY r.id, s.id
          """, [.integer(cell.id.rawValue)]
        ) { (row) throws(StoreError) in
          // Equal cells share evaluations.
          let key = SampleScoring(sampleID: row.text(0), scoring: row.integer(3))
          guard known.insert(key).inserted else { return }
          // A store that is only read does not say it in each row.
          let protocolName = row.text(4).isEmpty ? cell.record.protocolName : row.text(4)
          candidates[row.text(0), default: []].append(
            LegacyCandidate(
              evaluation: EvaluationID(row.integer(1)), legacyIdentity: row.text(2), protocolName: protocolName,
              expected: try texts(row, 5, "scorings", row.integer(3)), facts: row.text(6)))
        }
      }
      return candidates
    }
  }

  /// Gives evaluations of schema 1 their identity, in one transaction; one that has an identity already keeps it.
  ///
  /// - Throws: `StoreError` when the store cannot be written; then nothing is changed.
  public func adopt(_ adoptions: [Adoption]) throws(StoreError) {
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        for adoption in adoptions {
          try connection.run(
            """
            UPDATE evaluations SET identity = ?, choice_counts = coalesce(?, choice_counts)
            WHERE id = ? AND identity IS NULL
            """,
            [
              .text(adoption.identity), .optional(adoption.choiceCounts.map { Encoding.json($0) }),
              .integer(adoption.evaluation.rawValue),
            ])
        }
      }
    }
  }
}

private struct SampleScoring: Hashable {
  let sampleID: String
  let scoring: Int64
}
