import Foundation

/// The difference between two methods on the same units.
public struct PairedDifference: Hashable, Sendable, Codable {
  /// Second minus first, of the transformed means.
  public let difference: Double
  /// The 95 % interval of the difference; nil for fewer than two pairs.
  public let interval: Statistics.Interval?
  /// Two-sided bootstrap p-value; nil for fewer than two pairs.
  public let pValue: Double?
  /// The number of pairs.
  public let pairCount: Int
}

extension Bootstrap {
  /// The paired bootstrap of second minus first: both sides are drawn with the same units.
  ///
  /// The p-value is twice the smaller share of resamples on either side of 0, each with one added so that it is never
  /// 0 (Davison and Hinkley 1997, section 4.2.3), at most 1.
  ///
  /// - Parameters:
  ///   - first: the units of the one method.
  ///   - second: the units of the other, the same documents or samples in the same order.
  ///   - transform: applied to every mean, for example exp for a perplexity.
  /// - Returns: the difference; nil when there is nothing or the counts differ.
  public func pairedDifference(
    first: [WeightedSum], second: [WeightedSum], transform: (Double) -> Double = { $0 }
  ) -> PairedDifference? {
    guard first.count == second.count else { return nil }
    let pairs = zip(first, second).filter { $0.0.weight > 0 && $0.1.weight > 0 }
    guard let a = WeightedSum.total(of: pairs.map { $0.0 }).mean, let b = WeightedSum.total(of: pairs.map { $0.1 }).mean
    else { return nil }
    let difference = transform(b) - transform(a)
    guard pairs.count >= 2 else {
      return PairedDifference(difference: difference, interval: nil, pValue: nil, pairCount: pairs.count)
    }
    let draws = resampledDifferences(pairs, transform)
    let below = draws.count { $0 <= 0 }
    let above = draws.count { $0 >= 0 }
    let pValue = min(1, 2 * Double(min(below, above) + 1) / Double(draws.count + 1))
    return PairedDifference(
      difference: difference, interval: Statistics.percentileInterval(of: draws), pValue: pValue, pairCount: pairs.count
    )
  }

  private func resampledDifferences(
    _ pairs: [(WeightedSum, WeightedSum)], _ transform: (Double) -> Double
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<resampleCount).map { _ in
      var a = WeightedSum(sum: 0, weight: 0)
      var b = a
      for _ in pairs.indices {
        let pair = pairs[generator.index(below: pairs.count)]
        a.sum += pair.0.sum
        a.weight += pair.0.weight
        b.sum += pair.1.sum
        b.weight += pair.1.weight
      }
      return transform(b.sum / b.weight) - transform(a.sum / a.weight)
    }
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
