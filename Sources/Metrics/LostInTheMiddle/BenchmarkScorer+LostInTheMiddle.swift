import JSON

extension BenchmarkScorer {
  /// Scores the output of lost-in-the-middle's programs (rows `model_answer` with `answers`, or with `value`).
  ///
  /// - Parameters:
  ///   - task: `mdqa` (best_subspan_em) or `kv-retrieval` (the value is in the answer).
  ///   - predictions: the file.
  /// - Returns: the share of right rows, 0 to 1, not rounded, as published.
  /// - Throws: `ScoringError`.
  public static func lostInTheMiddle(task: String, predictions: PredictionFile) throws(ScoringError) -> BenchmarkScore {
    guard ["mdqa", "kv-retrieval"].contains(task) else {
      throw .unknown(kind: "task of lost-in-the-middle", name: task, known: ["mdqa", "kv-retrieval"])
    }
    var problems = predictions.problems
    var scores: [Double] = []
    for row in predictions.rows {
      let answers = task == "mdqa" ? row.value["answers"]?.texts : row.value["value"]?.text.map { [$0] }
      guard let prediction = row.value["model_answer"]?.text, let answers else {
        let missing = row.value["model_answer"]?.text == nil ? "model_answer" : task == "mdqa" ? "answers" : "value"
        problems.append(RowProblem(file: predictions.path, line: row.line, problem: "expected `\(missing)`"))
        continue
      }
      scores.append(
        task == "mdqa"
          ? TextMatch.bestSubspan(prediction: prediction, answers: answers)
          : TextMatch.containsValue(prediction: prediction, value: answers[0]))
    }
    guard !scores.isEmpty else { throw .noRows(path: predictions.path, firstProblem: problems.first) }
    return BenchmarkScore(
      benchmark: "lost-in-the-middle", task: task, metric: task == "mdqa" ? "best_subspan_em" : "accuracy",
      score: Statistics.mean(scores), scores: scores, problems: problems.sorted { $0.line < $1.line })
  }
}
