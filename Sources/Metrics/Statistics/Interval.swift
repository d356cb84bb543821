import Foundation

/// A confidence interval, both ends included.
public struct Interval: Hashable, Sendable, Codable {
  /// The lower end.
  public let lower: Double
  /// The upper end.
  public let upper: Double

  /// An interval from its ends.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Half of the width.
  public var halfWidth: Double { (upper - lower) / 2 }

  /// The 0.975 quantile of the normal distribution, for intervals of 95 %.
  static let normalQuantile = 1.959963984540054

  /// Wilson's 95 % interval of a proportion; nil when nothing was counted.
  ///
  /// Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927; no continuity
  /// correction.
  ///
  /// - Parameters:
  ///   - successes: how many were right, 0 ... `count`.
  ///   - count: how many there were.
  /// - Returns: the interval within 0 ... 1.
  public static func wilson(successes: Int, count: Int) -> Interval? {
    guard count > 0, (0...count).contains(successes) else { return nil }
    let z = normalQuantile
    let n = Double(count)
    let share = Double(successes) / n
    let denominator = 1 + z * z / n
    let centre = (share + z * z / (2 * n)) / denominator
    let half = z / denominator * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(
      lower: successes == 0 ? 0 : max(0, centre - half), upper: successes == count ? 1 : min(1, centre + half))
  }
}

/// Means of plain numbers.
public enum Mean {
  /// The arithmetic mean, summed in order; nil over nothing.
  public static func of(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
