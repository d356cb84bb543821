/// How far a number may move for the worse; the larger of the two allowances counts.
///
/// The one meaning of tolerances: in the `gates:` of a configuration, in a baseline file, and on `check`'s command line.
public struct Tolerance: Hashable, Sendable, Codable {
  /// In the metric's own unit; accuracy from 0 to 1.
  public var absolute: Double
  /// As a share of the number that is compared with.
  public var relative: Double

  /// A tolerance, by default none.
  public init(absolute: Double = 0, relative: Double = 0) {
    self.absolute = absolute
    self.relative = relative
  }

  /// Reads `1%`, a share of the number that is compared with, or `0.05`, an amount in the metric's unit; nil for
  /// anything else, for negative and for infinite amounts.
  public init?(parsing text: String) {
    if text.hasSuffix("%") {
      guard let share = Self.share(parsing: text) else { return nil }
      self.init(relative: share)
    } else {
      guard let amount = Double(text), amount.isFinite, amount >= 0 else { return nil }
      self.init(absolute: amount)
    }
  }

  /// Reads a share: `5%` or `0.05`.
  ///
  /// - Parameter text: what was written.
  /// - Returns: 0.05; nil for no share. A bare number of 1 or more is none: whoever writes 5 means 5 %, and 500 % would
  ///   let everything pass.
  public static func share(parsing text: String) -> Double? {
    let isPercentage = text.hasSuffix("%")
    guard let number = Double(isPercentage ? String(text.dropLast()) : text), number.isFinite, number >= 0 else {
      return nil
    }
    if isPercentage { return number / 100 }
    return number < 1 ? number : nil
  }

  /// The largest difference allowed from a number.
  public func allowance(of reference: Double) -> Double { max(absolute, relative * reference.magnitude) }

  /// What rounding may add to the difference of two numbers: 1 - 0.95 is a little more than 0.05, and a change of exactly
  /// what is allowed is no failure.
  ///
  /// - Parameters:
  ///   - a: one number.
  ///   - b: the other.
  /// - Returns: a few units in the last place of the larger one.
  static func rounding(_ a: Double, _ b: Double) -> Double {
    let largest = max(a.magnitude, b.magnitude)
    return largest.isFinite ? 4 * largest.ulp : 0
  }
}
