/// Intervals of measured numbers; every random choice is seeded, so that a number has one interval.
public enum Statistics {
  /// Resamples of a bootstrap.
  public static let resampleCount = 2000
  /// The seed of every bootstrap that is not given another.
  public static let seed: UInt64 = 0x5e1f_e87e

  /// The bounds of a 95 % interval.
  public struct Interval: Hashable, Sendable, Codable {
    /// The lower bound.
    public let low: Double
    /// The upper bound.
    public let high: Double

    /// Half of the width.
    public var halfWidth: Double { (high - low) / 2 }

    /// An interval.
    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }
  }

  /// Wilson's score interval for a share; nil for no trials.
  ///
  /// - Parameters:
  ///   - successes: right answers.
  ///   - count: trials.
  /// - Returns: 95 % bounds inside 0 ... 1.
  public static func wilson(successes: Int, of count: Int) -> Interval? {
    guard count > 0 else { return nil }
    let z = 1.959963984540054
    let n = Double(count)
    let share = Double(successes) / n
    let scale = 1 + z * z / n
    let centre = (share + z * z / (2 * n)) / scale
    let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / scale
    return Interval(low: successes == 0 ? 0 : centre - half, high: successes == count ? 1 : centre + half)
  }

  /// The arithmetic mean, summed in order; nil over nothing.
  public static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The percentile interval of a statistic over resampled units; nil for fewer than two units.
  ///
  /// - Parameters:
  ///   - unitCount: documents, blocks or samples.
  ///   - statistic: the number of a resample, given as indices of units; nil where it has none.
  /// - Returns: the 2.5 and 97.5 % quantiles.
  public static func bootstrap(unitCount: Int, _ statistic: ([Int]) -> Double?) -> Interval? {
    guard unitCount > 1 else { return nil }
    var generator = SeededGenerator(seed: seed)
    var values: [Double] = []
    values.reserveCapacity(resampleCount)
    var chosen = [Int](repeating: 0, count: unitCount)
    for _ in 0..<resampleCount {
      for index in chosen.indices { chosen[index] = generator.index(below: unitCount) }
      if let value = statistic(chosen) { values.append(value) }
    }
    guard !values.isEmpty else { return nil }
    return percentileInterval(of: values)
  }

  /// The middle 95 % of values, with linear interpolation between order statistics; nil over nothing.
  static func percentileInterval(of values: [Double]) -> Interval? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    return Interval(low: quantile(sorted, 0.025), high: quantile(sorted, 0.975))
  }

  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
