extension ResultStore {
  /// Commits the evaluation of a call that is not a sample's last: no result refers to it, and nothing is scored.
  ///
  /// The sample's result names its identity among the facts (`earlier_calls`).
  ///
  /// - Parameter evaluation: What the model did.
  /// - Returns: The evaluation's row.
  /// - Throws: `StoreError` when the store cannot be written.
  public func append(call evaluation: EvaluationRecord) throws(StoreError) -> EvaluationID {
    let prompt = StoredPrompt(evaluation.prompt)
    let time = Encoding.now()
    return try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        try Self.insert(evaluation, prompt, recordedAt: time, connection)
      }
    }
  }

  /// The evaluations that no result ever referred to: calls before a sample's last one.
  func readCalls(_ connection: Connection) throws(StoreError) -> [(evaluation: StoredEvaluation, prompt: Int64)] {
    var ids: [(evaluation: Int64, prompt: Int64)] = []
    try connection.forEachRow(
      """
      SELECT id, prompt FROM evaluations
      WHERE identity IS NOT NULL AND id NOT IN (SELECT evaluation FROM results) ORDER BY id
      """
    ) { ids.append(($0.integer(0), $0.integer(1))) }
    let columns = SampleColumns(prompts: false, logProbabilities: true)
    var calls: [(evaluation: StoredEvaluation, prompt: Int64)] = []
    for id in ids {
      let found = try connection.first("\(columns.selectEvaluation) WHERE e.id = ?", [.integer(id.evaluation)]) {
        (row) throws(StoreError) in try self.evaluation(row)
      }
      if let found { calls.append((found, id.prompt)) }
    }
    return calls
  }
}
