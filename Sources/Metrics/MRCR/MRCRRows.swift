import JSON

extension ScorerRegistry {
  /// The rows of MRCR.
  static let mrcr = [
    RowScorer("mrcr", "MRCR: similarity of `response` and `answer` behind `prefix`") {
      (row) throws(RowScoringProblem) in
      .number(
        MRCRScore.score(
          response: try row.text("response"), answer: try row.text("answer"), prefix: try row.text("prefix")))
    }
  ]
}
