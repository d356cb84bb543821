public import Evaluation
import Text

/// The number that contributions make together, with its interval.
public struct Estimate: Hashable, Sendable {
  /// The number in the metric's own unit, infinite where a perplexity overflows; nil without contributions.
  public let value: Double?
  /// 95 % interval; nil where there are too few units.
  public let interval: Statistics.Interval?
  /// Nats per token (word, byte) of a perplexity, which hold where the number itself overflows.
  public let meanNLL: Double?
  /// The contributions.
  public let count: Int
  /// The independent units that the interval is over.
  public let unitCount: Int

  /// An estimate from its parts.
  public init(value: Double?, interval: Statistics.Interval?, meanNLL: Double?, count: Int, unitCount: Int) {
    self.value = value
    self.interval = interval
    self.meanNLL = meanNLL
    self.count = count
    self.unitCount = unitCount
  }

  /// No number at all.
  public static let none = Estimate(value: nil, interval: nil, meanNLL: nil, count: 0, unitCount: 0)
}

/// The difference of two methods on the samples that both have.
public struct PairedEstimate: Hashable, Sendable {
  /// Second minus first; nil where a number is missing or infinite.
  public let difference: Double?
  /// 95 % interval of the difference; nil below `Statistics.minimumUnitCount` units.
  public let interval: Statistics.Interval?
  /// Two-sided p-value: McNemar's exact test for shares of independent samples, the paired t for anything else.
  public let pValue: Double?
  /// Samples that both have.
  public let count: Int
  /// Samples on which the second is better.
  public let better: Int
  /// Samples on which the second is worse.
  public let worse: Int

  /// True where the interval does not hold 0 and the test agrees.
  public var isClear: Bool { interval?.excludesZero == true && (pValue ?? 1) < 0.05 }
}

extension MetricDescription {
  /// A mean as the metric's number: for a perplexity its exp.
  public func number(ofMean mean: Double) -> Double {
    aggregation == .perplexity ? PerplexityKind(metric: name).value(meanNLL: mean) : mean
  }

  /// The number that contributions make together; nil for none.
  public func combined(_ contributions: [Contribution]) -> Double? {
    WeightedSum.total(of: contributions.map(\.sums)).mean.map(number)
  }

  /// The number of contributions with its interval.
  ///
  /// - Parameter contributions: in the order of the samples, which is that of the text for the windows of a document.
  /// - Returns: the estimate; the order matters for the windows of a single document alone.
  public func estimate(_ contributions: [Contribution]) -> Estimate {
    let mean = WeightedSum.total(of: contributions.map(\.sums)).mean
    let units = Units(contributions, metric: self)
    let interval: Statistics.Interval?
    if aggregation == .accuracy, !units.areClustered {
      interval = Statistics.shareInterval(
        successes: contributions.count { $0.sums.sum == 1 }, of: contributions.count)
    } else {
      interval = Statistics.interval(of: units.sums, range: possibleScores, transform: number)
    }
    return Estimate(
      value: mean.map(number), interval: interval, meanNLL: aggregation == .perplexity ? mean : nil,
      count: contributions.count, unitCount: units.sums.count)
  }

  /// The difference of two methods over pairs of contributions to the same samples.
  ///
  /// - Parameters:
  ///   - first: the one method's, in the order of the samples.
  ///   - second: the other's, of the same samples in the same order.
  /// - Returns: second minus first.
  public func pairedEstimate(first: [Contribution], second: [Contribution]) -> PairedEstimate {
    let changes = zip(first, second).map { ($1.mean - $0.mean) * (higherIsBetter ? 1 : -1) }
    let units = Units(first, metric: self)
    let paired: (difference: Double?, interval: Statistics.Interval?, pValue: Double?)
    if aggregation == .accuracy, !units.areClustered, first.count == second.count {
      let test = McNemarTest(zip(first, second).map { (first: $0.sums.sum == 1, second: $1.sums.sum == 1) })
      let difference = combined(first).flatMap { a in combined(second).map { $0 - a } }
      paired = (difference, test.flatMap(Statistics.pairedShareInterval), test?.pValue)
    } else {
      let found = Statistics.pairedDifference(
        first: units.sums, second: Units(second, metric: self).sums, range: possibleScores, transform: number)
      paired = (found?.difference, found?.interval, found?.pValue)
    }
    return PairedEstimate(
      difference: paired.difference, interval: paired.interval, pValue: paired.pValue, count: changes.count,
      better: changes.count { $0 > 0 }, worse: changes.count { $0 < 0 })
  }
}

/// What is independent of each other: documents; samples where each is its own; blocks of the windows of one document.
struct Units {
  /// The units' sums, documents in the natural order of their names.
  let sums: [WeightedSum]
  /// True where a unit holds several samples.
  let areClustered: Bool

  init(_ contributions: [Contribution], metric: MetricDescription) {
    // Mostly every sample is a unit of its own.
    var seen = Set<String>(minimumCapacity: contributions.count)
    if contributions.allSatisfy({ seen.insert($0.unit).inserted }) {
      (sums, areClustered) = (contributions.map(\.sums), false)
      return
    }
    let byUnit = Dictionary(grouping: contributions, by: \.unit)
    areClustered = true
    // The questions of a single document are no more independent than its windows, but have no order.
    guard byUnit.count > 1 || metric.aggregation != .perplexity else {
      sums = WeightedSum.blocks(of: contributions.map(\.sums))
      return
    }
    sums = NaturalOrder.sorted(byUnit.keys) { $0 }.map { WeightedSum.total(of: (byUnit[$0] ?? []).map(\.sums)) }
  }
}
