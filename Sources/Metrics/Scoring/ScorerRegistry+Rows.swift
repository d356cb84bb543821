import JSON

extension ScorerRegistry {
  /// The scorers that read rows with fields of their own, in the order of the documentation.
  public static let rowScorers: [RowScorer] = ruler + babilong + nolima + mrcr + longContext

  /// The benchmarks that have such scorers, with how many there are: `babilong/ (20)`.
  public static var rowFamilies: [String] {
    var families: [(name: String, count: Int)] = []
    for scorer in rowScorers {
      let parts = scorer.name.split(separator: "/", maxSplits: 1)
      let name = parts.count == 2 ? "\(parts[0])/" : scorer.name
      if let index = families.firstIndex(where: { $0.name == name }) {
        families[index].count += 1
      } else {
        families.append((name, 1))
      }
    }
    return families.map { $0.name.hasSuffix("/") ? "\($0.name) (\($0.count))" : $0.name }
  }

  /// The scorer of rows of a name.
  public static func rowScorer(named name: String) -> RowScorer? { rowScorers.first { $0.name == name } }

  private static let ruler = [
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

  private static let babilong = BABILongAnswer.tasks.map { task in
    RowScorer("babilong/\(task)", "BABILong's \(task): `output`, `target`, `question`") {
      (row) throws(RowScoringProblem) in
      let isRight = BABILongAnswer.isRight(
        task: task, output: try row.text("output"), target: try row.text("target"), question: try row.text("question"))
      return .number(isRight ? 1 : 0)
    }
  }

  private static let nolima = NoLiMaMetric.allCases.map { metric in
    RowScorer("nolima/\(metric.rawValue)", "NoLiMa's \(metric.rawValue): `response`, `gold_answers`") {
      (row) throws(RowScoringProblem) in
      let response = try row.text("response")
      if let text = row.value["gold_answers"]?.text {
        return .number(metric.score(response: response, goldText: text))
      }
      return .number(metric.score(response: response, goldAnswers: try row.texts("gold_answers")))
    }
  }

  private static let mrcr = [
    RowScorer("mrcr", "MRCR: similarity of `response` and `answer` behind `prefix`") {
      (row) throws(RowScoringProblem) in
      .number(
        MRCRScore.score(
          response: try row.text("response"), answer: try row.text("answer"), prefix: try row.text("prefix")))
    }
  ]
}
