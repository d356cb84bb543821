import JSON

extension BenchmarkScorer {
  /// Scores InfiniteBench's `results/<model>/preds_<task>.jsonl` (rows `prediction`, `ground_truth`).
  ///
  /// - Parameters:
  ///   - task: the official name.
  ///   - predictions: the file; of a file whose path names gpt4 the first number of a reply to math_calc is left out.
  ///   - version: the version of the scorer.
  /// - Returns: 100 × the mean, two decimals, as the README prints it.
  /// - Throws: `ScoringError`.
  public static func infiniteBench(
    task: String, predictions: PredictionFile, version: InfiniteBenchScorer = .snapshot
  ) throws(ScoringError) -> BenchmarkScore {
    guard let known = InfiniteBenchTask(rawValue: task) else {
      throw .unknown(kind: "task of InfiniteBench", name: task, known: InfiniteBenchTask.allCases.map(\.rawValue))
    }
    let isGPT4 = predictions.path.split(separator: "/").contains("gpt4")
    let scorer = InfiniteBenchScore(known, version: version, dropsFirstNumber: isGPT4)
    var problems = predictions.problems
    var scores: [Double?] = []
    var crashes = 0
    for row in predictions.rows {
      guard let text = row.value["prediction"]?.text, let label = row.value["ground_truth"] else {
        problems.append(
          RowProblem(
            file: predictions.path, line: row.line, problem: "expected `prediction`, a text, and `ground_truth`"))
        continue
      }
      switch scorer.result(prediction: text, label: label) {
      case .score(let value): scores.append(value)
      case .crash:
        scores.append(0)
        crashes += 1
      case .badLabel:
        problems.append(
          RowProblem(file: predictions.path, line: row.line, problem: "`ground_truth` is no label of \(task)"))
      }
    }
    guard !scores.isEmpty else { throw .noRows(path: predictions.path, firstProblem: problems.first) }
    var notes = ["scorer \(version.rawValue)"]
    if known == .mathCalculation {
      notes.append(isGPT4 ? "the first number is left out (gpt4)" : "the first number counts (not gpt4)")
    }
    if crashes > 0 { notes.append("on \(crashes) rows the official program stops; they count 0") }
    return BenchmarkScore(
      benchmark: "infinitebench", task: task, metric: known.paperName, score: percent(scores.compactMap { $0 }),
      scores: scores, problems: problems.sorted { $0.line < $1.line }, notes: notes)
  }
}
