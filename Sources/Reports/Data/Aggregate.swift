import Evaluation
import Metrics
import Store
import Text

/// The number of a cell, or of several cells together.
struct Aggregate: Hashable, Sendable {
  /// Nil when no sample has a score.
  var value: Double?
  /// 95 % interval; nil where there are too few units.
  var interval: Statistics.Interval?
  /// Scored samples.
  var count = 0
  /// Samples that are stored without a value.
  var unscored = 0
  /// Samples that could not be evaluated.
  var failed = 0
  /// Samples that the configuration wants.
  var expected = 0

  var low: Double? { interval?.low }
  var high: Double? { interval?.high }
  /// Samples that are neither stored nor known to have failed.
  var missing: Int { max(0, expected - count - unscored - failed) }
  var isComplete: Bool { count == expected }
}

/// A sample's contribution to a metric: its score, or its share of a perplexity.
struct Contribution: Hashable, Sendable {
  /// Accuracy 0 or 1 or a score, weight 1; or the sum of token NLL in nats, weighing the scored tokens (words, bytes).
  let sums: WeightedSum
  /// What is drawn together: samples of one document are no independent ones.
  let unit: String

  /// The sample's own number: its score, or its mean NLL.
  var mean: Double { sums.mean ?? 0 }
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

  /// What a sample contributes; nil when it has no value for the metric.
  func contribution(of sample: SampleResult, document: String?) -> Contribution? {
    if isPerplexity {
      let count = sample.value(of: PerplexityKind(metric: name).countName)
      guard let sum = sample.value(of: "nll_sum"), let count, count > 0 else { return nil }
      return Contribution(sums: WeightedSum(sum: sum, weight: count), unit: document ?? sample.sampleID)
    }
    guard let value = sample.value(of: name) else { return nil }
    // Accuracy is the share of samples with value 1.
    let amount = isPercentage ? (value == 1 ? 1 : 0) : value
    return Contribution(sums: WeightedSum(amount), unit: sample.sampleID)
  }

  /// A mean as the metric's number: for a perplexity its exp.
  var transform: (Double) -> Double {
    guard isPerplexity else { return { $0 } }
    let kind = PerplexityKind(metric: name)
    return { kind.value(meanNLL: $0) }
  }

  /// The number that contributions make together; nil for none.
  func combined(_ contributions: [Contribution]) -> Double? {
    WeightedSum.total(of: contributions.map(\.sums)).mean.map(transform)
  }

  /// The number of contributions with its interval.
  func aggregate(_ contributions: [Contribution]) -> Aggregate {
    var aggregate = Aggregate(value: combined(contributions), count: contributions.count)
    if isPercentage {
      let successes = contributions.count { $0.sums.sum == 1 }
      aggregate.interval = Statistics.shareInterval(successes: successes, of: contributions.count)
    } else {
      aggregate.interval = Statistics.interval(of: units(of: contributions), transform: transform)
    }
    return aggregate
  }

  /// What is independent: samples; for a perplexity documents, or blocks of consecutive samples of the only document.
  func units(of contributions: [Contribution]) -> [WeightedSum] {
    guard isPerplexity else { return contributions.map(\.sums) }
    let byDocument = Dictionary(grouping: contributions, by: \.unit)
    guard byDocument.count > 1 else { return WeightedSum.blocks(of: contributions.map(\.sums)) }
    return byDocument.keys.sorted(by: NaturalOrder.isBefore).map {
      WeightedSum.total(of: (byDocument[$0] ?? []).map(\.sums))
    }
  }
}

extension SampleResult {
  func value(of metric: String) -> Double? { scores.first { $0.metric == metric }?.value }
}
