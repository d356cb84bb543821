import JSON

extension ScorerRegistry {
  /// The rows of RULER.
  static let ruler = [
    RowScorer("ruler/string_match_all", "RULER: 100 times the share of `references` in `prediction`") {
      (row) throws(RowScoringProblem) in
      let references = try row.texts("references")
      guard
        let share = TextMatch.shareOfReferences(prediction: try row.text("prediction"), references: references)
      else { return .failure("ZeroDivisionError") }
      // A row counts as a file of its own, whose score is rounded.
      return .number(PythonRounding.round(100 * share, 2))
    },
    RowScorer("ruler/string_match_part", "RULER's question answering: 100 where one of `references` is there") {
      (row) throws(RowScoringProblem) in
      let references = try row.texts("references")
      guard let best = TextMatch.anyReference(prediction: try row.text("prediction"), references: references) else {
        return .failure("ValueError")
      }
      return .number(100 * best)
    },
  ]
}
