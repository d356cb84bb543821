import Foundation
public import Metrics
public import Positions

/// One (G, W) of the search.
public struct TuningCandidate: Hashable, Sendable {
  /// Group size and neighbor window.
  public var parameters: SelfExtend
  /// What it showed, rung by rung, each on all samples so far.
  public var measurements: [TuningMeasurement]
  /// True where it took part in the last rung because it was among the best.
  public var isFinalist: Bool

  /// What it showed on the most samples.
  public var last: TuningMeasurement? { measurements.last }
}

/// The end of a search.
public struct TuningResult: Sendable {
  /// The pretraining window L.
  public var contextWindow: Int
  /// The target length N.
  public var targetLength: Int
  /// Every (G, W) that was tried, by G, then W.
  public var candidates: [TuningCandidate]
  /// The best.
  public var chosen: SelfExtend
  /// What the empirical rule chooses for the same length; nil where nothing meets it.
  public var rule: SelfExtend?
  /// True where texts took part.
  public var usesText: Bool
  /// Samples per cell in each rung that was finished.
  public var limits: [Int]
  /// The rungs that were planned; more than were finished where the budget of time was spent.
  public var plannedRungCount: Int
  /// Pairs that were not tried and why, in words.
  public var leftOut: [String] = []

  /// What one (G, W) showed on the most samples.
  public func measurement(of parameters: SelfExtend) -> TuningMeasurement? {
    candidates.first { $0.parameters == parameters }?.last
  }
}

/// Orders (G, W) by what they showed.
enum TuningRanking {
  /// The candidates from best to worst.
  ///
  /// By the sum of the ranks in accuracy and in perplexity, equal values sharing the mean of their ranks; then by
  /// perplexity, then the smaller G, then the larger W. One whose text could not be scored comes after all others.
  ///
  /// Ranks put the two measures on one scale without a weight between them: where every key is found, perplexity
  /// decides, and where no key is found by some, a slightly lower perplexity does not save them.
  static func ordered(_ measured: [(parameters: SelfExtend, measurement: TuningMeasurement)]) -> [SelfExtend] {
    let accuracy = ranks(measured.map { -($0.measurement.accuracy ?? -1) })
    let perplexity = ranks(measured.map { $0.measurement.perplexity ?? .infinity })
    let hasText = measured.contains { $0.measurement.perplexity != nil }
    let order = measured.indices.sorted { a, b in
      let isBroken = [a, b].map { hasText && measured[$0].measurement.perplexity == nil }
      if isBroken[0] != isBroken[1] { return isBroken[1] }
      let (x, y) = (accuracy[a] + perplexity[a], accuracy[b] + perplexity[b])
      if x != y { return x < y }
      let (p, q) = (
        measured[a].measurement.perplexity ?? .infinity, measured[b].measurement.perplexity ?? .infinity
      )
      if p != q { return p < q }
      let (first, second) = (measured[a].parameters, measured[b].parameters)
      return (first.groupSize, -first.neighborWindow) < (second.groupSize, -second.neighborWindow)
    }
    return order.map { measured[$0].parameters }
  }

  /// The rank of each value, the smallest first, from 1; equal values share the mean of their ranks.
  private static func ranks(_ values: [Double]) -> [Double] {
    values.map { value in
      let smaller = values.count { $0 < value }
      let equal = values.count { $0 == value }
      return Double(smaller) + Double(equal + 1) / 2
    }
  }
}
