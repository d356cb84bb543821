/// Intervals of measured numbers; nothing here draws random numbers, so that a number has one interval.
public enum Statistics {
  /// Below this many independent units there is no interval: no test over so few can say 5 % (a sign test over five
  /// units says 6 % at best).
  public static let minimumUnitCount = 6
  /// The limit in force; the simulation behind Docs/numbers.md lowers it, to show what intervals over fewer are worth.
  @TaskLocal static var leastUnitCount = minimumUnitCount

  /// The bounds of a 95 % interval: finite, and never equal.
  public struct Interval: Hashable, Sendable, Codable {
    /// The lower bound.
    public let low: Double
    /// The upper bound.
    public let high: Double

    /// An interval; nil where a bound is not finite or the width is 0.
    public init?(low: Double, high: Double) {
      guard low.isFinite, high.isFinite, low < high else { return nil }
      self.low = low
      self.high = high
    }

    /// True where the interval leaves out 0.
    public var excludesZero: Bool { low > 0 || high < 0 }

    /// The interval cut to a range of possible values; nil where nothing of it is left.
    func clamped(to range: ClosedRange<Double>?) -> Interval? {
      guard let range else { return self }
      return Interval(low: max(low, range.lowerBound), high: min(high, range.upperBound))
    }

    /// The interval drawn out to 0.
    func reachingZero() -> Interval? { Interval(low: min(low, 0), high: max(high, 0)) }
  }

  /// The arithmetic mean, summed in order; nil over nothing.
  public static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
