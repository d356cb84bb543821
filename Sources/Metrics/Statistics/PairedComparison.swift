import Foundation

/// The difference between two methods on the same units.
public struct PairedDifference: Hashable, Sendable, Codable {
  /// Second minus first, of the transformed means.
  public let difference: Double
  /// The 95 % interval of the difference; nil below `Statistics.minimumUnitCount` units.
  public let interval: Statistics.Interval?
  /// Two-sided p-value, never below what a sign test over the units could give; nil for fewer than two units.
  public let pValue: Double?
  /// The number of units that both have.
  public let unitCount: Int

  /// True where the interval leaves out 0 and the test agrees.
  public var isClear: Bool { interval?.excludesZero == true && (pValue ?? 1) < 0.05 }
}

/// The test that looks at nothing but which of two methods is better on a unit.
public enum SignTest {
  /// The smallest two-sided p-value that so many units can give: that of all of them pointing one way.
  ///
  /// No other test of the same units may claim more.
  ///
  /// - Parameter unequalCount: units on which the two differ.
  /// - Returns: 2^(1 - n), 1 for none.
  public static func smallestPValue(_ unequalCount: Int) -> Double {
    unequalCount < 1 ? 1 : exp2(1 - Double(unequalCount))
  }
}

/// McNemar's exact test over right and wrong answers of two methods to the same samples.
public struct McNemarTest: Hashable, Sendable, Codable {
  /// Samples that only the first method answers rightly.
  public let onlyFirst: Int
  /// Samples that only the second method answers rightly.
  public let onlySecond: Int
  /// Samples that both answer rightly.
  public let both: Int
  /// Samples that neither answers rightly.
  public let neither: Int
  /// The two-sided exact binomial p-value; 1 when no sample differs.
  public let pValue: Double

  /// The test over pairs of (right under the first, right under the second); nil without pairs.
  public init?(_ pairs: [(first: Bool, second: Bool)]) {
    guard !pairs.isEmpty else { return nil }
    onlyFirst = pairs.count { $0.first && !$0.second }
    onlySecond = pairs.count { !$0.first && $0.second }
    both = pairs.count { $0.first && $0.second }
    neither = pairs.count - onlyFirst - onlySecond - both
    pValue = McNemarTest.twoSided(min(onlyFirst, onlySecond), of: onlyFirst + onlySecond)
  }

  /// 2 P(X <= k) for X ~ Binomial(n, 1/2), at most 1.
  static func twoSided(_ k: Int, of n: Int) -> Double {
    guard n > 0 else { return 1 }
    let logHalf = -Double(n) * log(2.0)
    var logChoose = 0.0
    var tail = exp(logHalf)
    for i in stride(from: 1, through: k, by: 1) {
      logChoose += log(Double(n - i + 1)) - log(Double(i))
      tail += exp(logChoose + logHalf)
    }
    return min(1, 2 * tail)
  }
}

/// Correction of p-values for testing several cells at once.
public enum HolmCorrection {
  /// Holm's step-down adjusted p-values, in the order given.
  ///
  /// Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var highest = 0.0
    for (rank, index) in order.enumerated() {
      highest = max(highest, min(1, pValues[index] * Double(pValues.count - rank)))
      adjusted[index] = highest
    }
    return adjusted
  }
}
