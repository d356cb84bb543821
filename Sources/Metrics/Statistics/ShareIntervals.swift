import Foundation

extension Statistics {
  /// Clopper's and Pearson's exact interval for a share of independent trials; nil below `minimumUnitCount` trials.
  ///
  /// Its coverage is at least 95 % for every share; Wilson's falls to 83 % for shares near 0 and 1.
  ///
  /// - Parameters:
  ///   - successes: right answers.
  ///   - count: trials.
  /// - Returns: 95 % bounds inside 0 ... 1.
  public static func shareInterval(successes: Int, of count: Int) -> Interval? {
    count >= leastUnitCount ? exactShare(successes, of: count) : nil
  }

  /// The exact interval for the difference of two shares of the same independent samples (right under the first, right
  /// under the second); nil below `minimumUnitCount` samples.
  ///
  /// The difference is that of the shares of samples that only the one and only the other answers rightly. Their exact
  /// limits are joined with their correlation (Zou and Donner 2008; Newcombe 1998). Where McNemar's exact test does not
  /// say 5 %, the interval is drawn out to 0, so that the two never disagree.
  ///
  /// - Parameter test: the four counts.
  /// - Returns: 95 % bounds of second minus first, inside -1 ... 1.
  public static func pairedShareInterval(_ test: McNemarTest) -> Interval? {
    let count = test.onlyFirst + test.onlySecond + test.both + test.neither
    guard count >= leastUnitCount, let gains = exactShare(test.onlySecond, of: count),
      let losses = exactShare(test.onlyFirst, of: count)
    else { return nil }
    let gain = Double(test.onlySecond) / Double(count)
    let loss = Double(test.onlyFirst) / Double(count)
    let isInside = gain > 0 && gain < 1 && loss > 0 && loss < 1
    let correlation = isInside ? -(gain * loss / ((1 - gain) * (1 - loss))).squareRoot() : 0
    func reach(_ a: Double, _ b: Double) -> Double { max(0, a * a + b * b - 2 * correlation * a * b).squareRoot() }
    let joined = Interval(
      low: gain - loss - reach(gain - gains.low, losses.high - loss),
      high: gain - loss + reach(gains.high - gain, loss - losses.low))?.clamped(to: -1...1)
    return test.pValue < 0.05 ? joined : joined?.reachingZero()
  }

  private static func exactShare(_ successes: Int, of count: Int) -> Interval? {
    let (k, n) = (Double(successes), Double(count))
    return Interval(
      low: successes == 0 ? 0 : Distributions.betaQuantile(0.025, k, n - k + 1),
      high: successes == count ? 1 : Distributions.betaQuantile(0.975, k + 1, n - k))
  }
}
