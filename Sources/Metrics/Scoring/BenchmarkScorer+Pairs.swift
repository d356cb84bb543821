import JSON

extension BenchmarkScorer {
  /// Scores rows `prediction`, `reference` (a text, or a list of which the best counts) and `all_classes`.
  ///
  /// - Parameters:
  ///   - metric: a name of `ScorerRegistry`.
  ///   - pairs: the file.
  ///   - segmenter: jieba, for the metrics that need it.
  /// - Returns: one score per row, in order, and their mean.
  /// - Throws: `ScoringError`.
  public static func pairs(
    metric: String, pairs: PredictionFile, segmenter: JiebaSegmenter? = nil
  ) throws(ScoringError) -> BenchmarkScore {
    if let scorer = ScorerRegistry.rowScorer(named: metric) { return try rows(scorer, pairs, segmenter) }
    guard let scorer = ScorerRegistry.scorer(named: metric) else {
      throw .unknown(kind: "metric", name: metric, known: ScorerRegistry.allNames)
    }
    var problems = pairs.problems
    var scores: [Double?] = []
    for row in pairs.rows {
      let references = row.value["reference"]?.text.map { [$0] } ?? row.value["reference"]?.texts
      guard let prediction = row.value["prediction"]?.text, let references, !references.isEmpty else {
        problems.append(
          RowProblem(file: pairs.path, line: row.line, problem: "expected `prediction` and `reference`, texts"))
        scores.append(nil)
        continue
      }
      let score = scorer.score(
        prediction: prediction, references: references, allClasses: row.value["all_classes"]?.texts,
        segmenter: segmenter)
      scores.append(score.number)
      if case .unscored(let reason) = score {
        problems.append(RowProblem(file: pairs.path, line: row.line, problem: reason))
      }
    }
    guard !scores.isEmpty else { throw .noRows(path: pairs.path, firstProblem: problems.first) }
    let notes = scorer.needsSegmenter && segmenter == nil ? [LongBenchMetric.needsJieba] : []
    return BenchmarkScore(
      benchmark: "pairs", task: scorer.name, metric: scorer.name, score: Statistics.mean(scores.compactMap { $0 }),
      scores: scores, problems: problems.sorted { $0.line < $1.line }, notes: notes)
  }

  /// Scores rows with fields of their own.
  private static func rows(
    _ scorer: RowScorer, _ file: PredictionFile, _ segmenter: JiebaSegmenter?
  ) throws(ScoringError) -> BenchmarkScore {
    var problems = file.problems
    var notes: [String] = []
    var results: [RowScorer.Result?] = []
    for row in file.rows {
      do throws(RowScoringProblem) {
        let result = try scorer.score(row.value, segmenter: segmenter)
        results.append(result)
        // A result like any other: there the official score is none.
        if case .failure(let name) = result {
          notes.append("line \(row.line): the benchmark's own program stops here: \(name)")
        }
      } catch {
        results.append(nil)
        problems.append(RowProblem(file: file.path, line: row.line, problem: "\(error)"))
      }
    }
    guard !results.isEmpty else { throw .noRows(path: file.path, firstProblem: problems.first) }
    let numbers = results.map { (result) -> Double? in
      if case .number(let value)? = result { return value }
      return nil
    }
    let several = results.map { (result) -> [BenchmarkScore.Part]? in
      if case .numbers(let values)? = result { return values.map { .init($0.name, $0.value) } }
      return nil
    }
    let names = several.first { $0 != nil }.flatMap { $0?.map(\.name) } ?? []
    let means = names.map { name in
      BenchmarkScore.Part(
        name, Statistics.mean(several.compactMap { row in row?.first { $0.name == name }?.value }))
    }
    return BenchmarkScore(
      benchmark: "pairs", task: scorer.name, metric: scorer.name, score: Statistics.mean(numbers.compactMap { $0 }),
      scores: numbers, parts: means, problems: problems.sorted { $0.line < $1.line }, notes: notes,
      rowParts: names.isEmpty ? [] : several)
  }
}
