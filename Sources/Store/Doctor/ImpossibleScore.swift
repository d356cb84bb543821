import Evaluation

/// A score of a sample that its cell's metrics cannot have.
struct ImpossibleScore {
  let scoring: Int64
  let sampleID: String
  /// What the score is, and why that cannot be.
  let problem: String

  /// All of it in a line.
  var words: String { "scoring \(scoring), sample \(sampleID): \(problem)" }
}

extension ResultStore {
  /// Calls a closure with the scores of all results, earlier ones too, that no scorer gives; with the first of each.
  ///
  /// Scores and cells that cannot be read are passed over: they are damage of their own.
  func forEachImpossibleScore(
    _ connection: Connection, _ body: (ImpossibleScore) -> Void
  ) throws(StoreError) {
    var metrics: [Int64: [MetricDescription]] = [:]
    try connection.forEachRow("SELECT id, record FROM cells") { row in
      if let record = Encoding.decoded(CellRecord.self, row.text(1)) {
        metrics[row.integer(0)] = bounded(record).metrics
      }
    }
    var current: (result: Int64, cell: Int64, scoring: Int64, sampleID: String, scores: [Score]) = (-1, 0, 0, "", [])
    func close() {
      for metric in metrics[current.cell] ?? [] {
        guard let problem = metric.problem(in: current.scores) else { continue }
        body(ImpossibleScore(scoring: current.scoring, sampleID: current.sampleID, problem: problem))
        return
      }
    }
    try connection.forEachRow(
      """
      SELECT r.id, r.cell, r.scoring, r.sample_id, s.metric, s.value
      FROM results r JOIN scores s ON s.scoring = r.scoring ORDER BY r.id, s.ordinal
      """
    ) { row in
      if row.integer(0) != current.result {
        close()
        current = (row.integer(0), row.integer(1), row.integer(2), row.text(3), [])
      }
      guard row.isNumber(5), row.real(5).isFinite else { return }
      current.scores.append(Score(row.text(4), row.real(5)))
    }
    close()
  }
}
