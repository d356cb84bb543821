import JSON

extension ScorerRegistry {
  /// The rows of NoLiMa.
  static let nolima = NoLiMaMetric.allCases.map { metric in
    RowScorer("nolima/\(metric.rawValue)", "NoLiMa's \(metric.rawValue): `response`, `gold_answers`") {
      (row) throws(RowScoringProblem) in
      let response = try row.text("response")
      if let text = row.value["gold_answers"]?.text {
        return .number(metric.score(response: response, goldText: text))
      }
      return .number(metric.score(response: response, goldAnswers: try row.texts("gold_answers")))
    }
  }
}
