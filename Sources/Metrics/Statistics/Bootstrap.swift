import Foundation

/// What one resampled unit (a document, a block of windows, a sample) adds to a ratio of sums.
public struct WeightedSum: Hashable, Sendable, Codable {
  /// The sum over the unit, for example of token NLLs.
  public var sum: Double
  /// The weight of the unit, for example its number of tokens.
  public var weight: Double

  /// A unit's sum and weight.
  public init(sum: Double, weight: Double) {
    self.sum = sum
    self.weight = weight
  }

  /// A plain number: weight 1.
  public init(_ value: Double) { self.init(sum: value, weight: 1) }

  /// The units of several parts taken together.
  public static func total(of units: some Sequence<WeightedSum>) -> WeightedSum {
    units.reduce(into: WeightedSum(sum: 0, weight: 0)) {
      $0.sum += $1.sum
      $0.weight += $1.weight
    }
  }

  /// Sum over weight; nil when the weight is 0.
  public var mean: Double? { weight > 0 ? sum / weight : nil }
}

/// The percentile bootstrap over whole units: deterministic for a seed, 95 %.
///
/// Units are drawn with replacement as often as there are units; the statistic is sum over weight of what was drawn.
/// The ends are the 2.5 % and 97.5 % percentiles with linear interpolation between order statistics.
public struct Bootstrap: Sendable {
  /// The seed of the draws.
  public let seed: UInt64
  /// How often the units are drawn.
  public let resampleCount: Int

  /// A bootstrap with a seed; 2,000 resamples unless told otherwise.
  public init(seed: UInt64 = Statistics.seed, resampleCount: Int = Statistics.resampleCount) {
    self.seed = seed
    self.resampleCount = max(1, resampleCount)
  }

  /// The interval of the mean, or of a monotonic function of it such as exp; nil for fewer than two units.
  ///
  /// - Parameters:
  ///   - units: what is drawn; units of weight 0 are left out.
  ///   - transform: applied to every resample's mean.
  /// - Returns: the 95 % interval.
  public func interval(of units: [WeightedSum], transform: (Double) -> Double = { $0 }) -> Statistics.Interval? {
    let used = units.filter { $0.weight > 0 }
    guard used.count >= 2 else { return nil }
    var generator = SeededGenerator(seed: seed)
    var values: [Double] = []
    values.reserveCapacity(resampleCount)
    for _ in 0..<resampleCount {
      var drawn = WeightedSum(sum: 0, weight: 0)
      for _ in used.indices {
        let unit = used[generator.index(below: used.count)]
        drawn.sum += unit.sum
        drawn.weight += unit.weight
      }
      values.append(transform(drawn.sum / drawn.weight))
    }
    return Statistics.percentileInterval(of: values)
  }

  /// Consecutive units joined into blocks, so that neighbours that share text are drawn together.
  ///
  /// The block length is the cube root of the number of units, rounded down; the last block may be shorter.
  public static func blocks(of units: [WeightedSum]) -> [WeightedSum] {
    let length = blockLength(unitCount: units.count)
    return stride(from: 0, to: units.count, by: length).map { start in
      WeightedSum.total(of: units[start..<min(start + length, units.count)])
    }
  }

  /// The number of consecutive units in a block.
  public static func blockLength(unitCount: Int) -> Int {
    var length = 1
    while (length + 1) * (length + 1) * (length + 1) <= unitCount { length += 1 }
    return length
  }
}
