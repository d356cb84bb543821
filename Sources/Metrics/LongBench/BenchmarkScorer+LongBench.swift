import JSON

extension BenchmarkScorer {
  /// Scores LongBench's `pred/<model>/<dataset>.jsonl` (rows `pred`, `answers`, `all_classes`, `length`).
  ///
  /// Score = 100 × mean of the best score over the answers, two decimals. As in the official code, `all_classes` is
  /// taken from the last row for all of them.
  ///
  /// - Parameters:
  ///   - dataset: the official name.
  ///   - predictions: the file.
  ///   - isE: whether the scores of the three length buckets are wanted (LongBench-E).
  ///   - segmenter: jieba, for the Chinese datasets that need it.
  ///   - codeVariant: which `fuzz.ratio` compares code.
  /// - Returns: the score; nil with a note where the segmenter is needed and missing.
  /// - Throws: `ScoringError`.
  public static func longBench(
    dataset: String, predictions: PredictionFile, isE: Bool = false, segmenter: JiebaSegmenter? = nil,
    codeVariant: EditSimilarity = .difflib
  ) throws(ScoringError) -> BenchmarkScore {
    guard let known = LongBenchDataset.named(dataset) else {
      throw .unknown(kind: "LongBench dataset", name: dataset, known: LongBenchDataset.all.map(\.name))
    }
    let allClasses = predictions.rows.last?.value["all_classes"]?.texts
    var problems = predictions.problems
    var scores: [Double?] = []
    var lengths: [Double?] = []
    for row in predictions.rows {
      guard let prediction = row.value["pred"]?.text, let answers = row.value["answers"]?.texts else {
        let missing = row.value["pred"]?.text == nil ? "`pred`, a text" : "`answers`, a list of texts"
        problems.append(RowProblem(file: predictions.path, line: row.line, problem: "expected \(missing)"))
        continue
      }
      switch known.score(
        prediction: prediction, answers: answers, allClasses: allClasses, segmenter: segmenter, codeVariant: codeVariant
      )
      {
      case .value(let value): scores.append(value)
      case .unscored(let reason):
        scores.append(nil)
        if !(known.metric.needsSegmenter && segmenter == nil) {
          problems.append(RowProblem(file: predictions.path, line: row.line, problem: reason))
        }
      }
      lengths.append(row.value["length"]?.number)
    }
    guard !scores.isEmpty else { throw .noRows(path: predictions.path, firstProblem: problems.first) }
    var notes: [String] = []
    if known.metric.needsSegmenter, segmenter == nil { notes.append("\(known.name): \(LongBenchMetric.needsJieba)") }
    if known.metric == .codeSimilarity {
      notes.append("code_sim@\(codeVariant.rawValue)" + (codeVariant == .difflib ? " (official requirements)" : ""))
    }
    if isE, lengths.contains(nil) { notes.append("rows without `length` are in no bucket") }
    return BenchmarkScore(
      benchmark: "longbench", task: known.name, metric: known.metric.rawValue, score: percent(scores.compactMap { $0 }),
      scores: scores, buckets: isE ? buckets(scores, lengths) : [], problems: problems.sorted { $0.line < $1.line },
      notes: notes)
  }

  private static func buckets(_ scores: [Double?], _ lengths: [Double?]) -> [BenchmarkScore.Part] {
    LongBenchDataset.buckets.map { bucket in
      let values = zip(scores, lengths).compactMap { score, length in
        length.map { LongBenchDataset.bucket(length: $0) } == bucket ? score : nil
      }
      return BenchmarkScore.Part(bucket, Statistics.mean(values).map { PythonRounding.round(100 * $0, 2) })
    }
  }
}
