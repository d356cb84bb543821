import JSON

extension ScorerRegistry {
  /// The rows of InfiniteBench.
  static let infiniteBench = InfiniteBenchTask.allCases.flatMap { task in
    InfiniteBenchScorer.allCases.map { version in
      let name = "infinitebench/\(task.rawValue)" + (version == .snapshot ? "" : "@\(version.rawValue)")
      return RowScorer(name, "InfiniteBench's \(task.rawValue), scorer \(version.rawValue): `prediction`, `reference`")
      {
        (row) throws(RowScoringProblem) in
        let scorer = InfiniteBenchScore(
          task, version: version, dropsFirstNumber: row.value["model_name"]?.text == "gpt4")
        switch scorer.result(prediction: try row.text("prediction"), label: row.value["reference"] ?? .null) {
        case .score(let value): return .number(value)
        case .crash(let name): return .failure(name)
        case .badLabel: throw RowScoringProblem("`reference`, a label of \(task.rawValue)")
        }
      }
    }
  }
}
