/// Scores files of predictions as the benchmarks' own programs do, without a model.
public enum BenchmarkScorer {
  /// 100 × mean, two decimals; nil over nothing.
  static func percent(_ scores: [Double]) -> Double? {
    scores.isEmpty ? nil : PythonRounding.round(100 * scores.reduce(0, +) / Double(scores.count), 2)
  }
}
