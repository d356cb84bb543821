import JSON

extension ScorerRegistry {
  /// The rows of BABILong.
  static let babilong = BABILongAnswer.tasks.map { task in
    RowScorer("babilong/\(task)", "BABILong's \(task): `output`, `target`, `question`") {
      (row) throws(RowScoringProblem) in
      let isRight = BABILongAnswer.isRight(
        task: task, output: try row.text("output"), target: try row.text("target"), question: try row.text("question"))
      return .number(isRight ? 1 : 0)
    }
  }
}
