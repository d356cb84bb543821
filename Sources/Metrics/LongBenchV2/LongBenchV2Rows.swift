import JSON

extension ScorerRegistry {
  /// The rows of LongBench v2.
  static let longBenchV2 = [
    RowScorer("longbench-v2/extract_answer", "LongBench v2: 1 where the letter read from `prediction` is `reference`") {
      (row) throws(RowScoringProblem) in
      let reference = try row.text("reference")
      return .number(LongBenchV2Answer.letter(in: try row.text("prediction")) == reference ? 1 : 0)
    }
  ]
}
