import Foundation
import Store

/// The number of a cell, or of several cells together.
struct Aggregate: Hashable, Sendable {
  /// Nil when no sample has a score.
  var value: Double?
  /// 95 % interval; nil where there are too few units to resample.
  var interval: Statistics.Interval?
  /// Scored samples.
  var count = 0
  /// Samples that are stored without a value.
  var unscored = 0
  /// Samples that could not be evaluated.
  var failed = 0
  /// Samples that the configuration wants.
  var expected = 0

  /// Samples that are neither stored nor known to have failed.
  var missing: Int { max(0, expected - count - unscored - failed) }
  var isComplete: Bool { count == expected }
}

/// A sample's contribution to a metric: its score, or its share of a perplexity.
struct Contribution: Hashable, Sendable {
  /// Accuracy 0 or 1, a score, or the sum of token NLL in nats.
  let amount: Double
  /// 1, or the number of scored tokens.
  let weight: Double
  /// What is resampled together.
  let unit: String
}

extension CellRecord.Metric {
  var isPercentage: Bool { aggregation == "accuracy" }
  var isPerplexity: Bool { aggregation == "perplexity" }

  /// What the tables say: `accuracy (%)`.
  var title: String { isPercentage ? "\(name) (%)" : name }

  /// The value as it is shown; accuracy is a percentage.
  func text(_ value: Double) -> String {
    isPercentage ? NumberText.fixed(100 * value, 1) : NumberText.adaptive(value)
  }

  /// The interval as it is shown, with the decimals of its value.
  func text(_ interval: Statistics.Interval, beside value: Double) -> String {
    if isPercentage {
      return "[\(NumberText.fixed(100 * interval.low, 1)), \(NumberText.fixed(100 * interval.high, 1))]"
    }
    let decimals = NumberText.decimals(for: value)
    return "[\(NumberText.adaptive(interval.low, decimals: decimals)), "
      + "\(NumberText.adaptive(interval.high, decimals: decimals))]"
  }

  /// What a sample contributes; nil when it has no value for the metric.
  func contribution(of sample: SampleResult, document: String?) -> Contribution? {
    if isPerplexity {
      guard let sum = sample.value(of: "nll_sum"), let tokens = sample.value(of: "token_count"), tokens > 0 else {
        return nil
      }
      return Contribution(amount: sum, weight: tokens, unit: document ?? sample.sampleID)
    }
    guard let value = sample.value(of: name) else { return nil }
    // Accuracy is the share of samples with value 1.
    let amount = isPercentage ? (value == 1 ? 1 : 0) : value
    return Contribution(amount: amount, weight: 1, unit: sample.sampleID)
  }

  /// The number that contributions make together; nil for none.
  func combined(_ contributions: [Contribution]) -> Double? {
    let weight = contributions.reduce(0) { $0 + $1.weight }
    guard weight > 0 else { return nil }
    let mean = contributions.reduce(0) { $0 + $1.amount } / weight
    return isPerplexity ? exp(mean) : mean
  }

  /// The number that the chosen units make together.
  func combined(_ amounts: [Double], _ weights: [Double], _ chosen: [Int]) -> Double {
    var (amount, weight) = (0.0, 0.0)
    for index in chosen {
      amount += amounts[index]
      weight += weights[index]
    }
    return isPerplexity ? exp(amount / weight) : amount / weight
  }

  /// The number of contributions with its interval.
  func aggregate(_ contributions: [Contribution]) -> Aggregate {
    var aggregate = Aggregate(value: combined(contributions), count: contributions.count)
    if isPercentage {
      let successes = contributions.filter { $0.amount == 1 }.count
      aggregate.interval = Statistics.wilson(successes: successes, of: contributions.count)
    } else {
      let units = units(of: contributions)
      let (amounts, weights) = (units.map(\.amount), units.map(\.weight))
      aggregate.interval = Statistics.bootstrap(unitCount: units.count) { chosen in
        combined(amounts, weights, chosen)
      }
    }
    return aggregate
  }

  /// One contribution for each document; for each sample where all are of one document.
  func units(of contributions: [Contribution]) -> [Contribution] {
    var sums: [String: Contribution] = [:]
    for item in contributions {
      let sum = sums[item.unit]
      sums[item.unit] = Contribution(
        amount: (sum?.amount ?? 0) + item.amount, weight: (sum?.weight ?? 0) + item.weight, unit: item.unit)
    }
    guard sums.count > 1 else { return contributions }
    return sums.values.sorted { $0.unit < $1.unit }
  }
}

extension SampleResult {
  func value(of metric: String) -> Double? { scores.first { $0.metric == metric }?.value }
}
