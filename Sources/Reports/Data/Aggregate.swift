import Evaluation
import Metrics
import Store
import Text

/// The number of a cell, or of several cells together, and what is missing of it.
struct Aggregate: Hashable, Sendable {
  /// The number with its interval.
  var estimate: Estimate
  /// Samples that are stored without a value.
  var unscored: Int
  /// Samples that could not be evaluated.
  var failed: Int
  /// Samples that the configuration plans.
  var expected: Int
  /// Samples that the runs wanted of these: all, or as many as their `--limit`.
  var wanted: Int

  init(
    estimate: Estimate = .none, unscored: Int = 0, failed: Int = 0, expected: Int = 0, wanted: Int? = nil
  ) {
    self.estimate = estimate
    self.unscored = unscored
    self.failed = failed
    self.expected = expected
    self.wanted = wanted ?? expected
  }

  /// Nil when no sample has a score.
  var value: Double? { estimate.value }
  var low: Double? { estimate.interval?.low }
  var high: Double? { estimate.interval?.high }
  /// Scored samples.
  var count: Int { estimate.count }
  /// Samples that were wanted and are neither stored nor known to have failed.
  var missing: Int { max(0, wanted - count - unscored - failed) }
  /// Samples that the configuration plans and that are neither stored nor known to have failed, a limit or not.
  var absent: Int { max(0, expected - count - unscored - failed) }
  /// True where every sample that was wanted has a score.
  var isComplete: Bool { count == wanted }
  /// True where every sample of the configuration has one: what may stand beside published numbers and enter a mean of
  /// datasets.
  var isWhole: Bool { count == expected }
  /// What stands in the place of a number that there is not, in the words of the counts: `missing`, `unscored`, `failed`,
  /// and `no score` where it is more than one of these.
  var absence: String {
    let found = [("missing", missing), ("unscored", unscored), ("failed", failed)].filter { $0.1 > 0 }
    return found.count == 1 ? found[0].0 : found.isEmpty ? "missing" : "no score"
  }
  /// True where there are units enough for a test.
  var isTestable: Bool { estimate.unitCount >= Statistics.minimumUnitCount }
}

extension MetricDescription {
  var isPercentage: Bool { aggregation == .accuracy }
  var isPerplexity: Bool { aggregation == .perplexity }

  /// What the tables say: `accuracy (%)`.
  var title: String { isPercentage ? "\(name) (%)" : name }

  /// The value as it is shown; accuracy is a percentage.
  func text(_ value: Double) -> String {
    isPercentage ? NumberText.fixed(100 * value, 1) : NumberText.adaptive(value)
  }

  /// The interval as it is shown, with the decimals of its value and a space after it; empty where there is none.
  func text(_ low: Double?, _ high: Double?, beside value: Double) -> String {
    guard let low, let high else { return "" }
    if isPercentage { return "[\(NumberText.fixed(100 * low, 1)), \(NumberText.fixed(100 * high, 1))] " }
    let decimals = NumberText.decimals(for: value)
    return "[\(NumberText.adaptive(low, decimals: decimals)), \(NumberText.adaptive(high, decimals: decimals))] "
  }
}

extension SampleResult {
  func value(of metric: String) -> Double? { scores.first { $0.metric == metric }?.value }
}
