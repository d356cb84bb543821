import Foundation

/// A number made of independent units, with what its interval is made of.
///
/// The number may be any smooth function of the units' sums: a mean, a ratio of sums, its exp, a difference of two.
/// Units are left out one at a time; n times the whole number less n - 1 times the number without a unit is that unit's
/// *pseudo-value* (Tukey's jackknife; for a plain mean it is the unit's own value). Intervals and p-values are those of
/// the mean of the pseudo-values:
///
/// * Student's t with n* - 1 degrees of freedom, n* = (sum of weights)^2 / (sum of squared weights): units of unequal
///   size count for fewer; for a difference n* times the share of units on which the two differ;
/// * joined with the t that is corrected for the skewness of the pseudo-values (Hall 1992, the monotone cubic
///   transformation), so that skewed data are covered on their long side; where units differ in size (n* < 0.9 n), a few
///   large ones hide how skewed what they hold is, and the skewness of the deviations per weight is taken if it is greater;
/// * the quantile widened by 1 + 12 / n*^2, without which the coverage of few and skewed units is short.
///
/// Docs/numbers.md shows the coverage. There are no random draws: a number has one interval, and whoever has
/// samples.csv can compute it again.
struct JackknifeEstimate {
  /// The number over all units.
  let value: Double
  /// Standard error of the number.
  let standardError: Double
  /// The adjusted skewness (G1) of the pseudo-values, or of their deviations per weight where that is greater, over the
  /// square root of their number.
  let scaledSkewness: Double
  /// n*, the number of equal units that would say as much.
  let effectiveCount: Double
  /// The share of the units that say something of the spread: those on which two methods differ.
  let informativeShare: Double
  let count: Int

  /// The estimate of a number over units; nil for fewer than two, or where a number is not finite.
  ///
  /// - Parameters:
  ///   - weights: per unit, above 0.
  ///   - informativeCount: the units that say something of the spread; nil for all.
  ///   - whole: the number over all units.
  ///   - scale: the size of what is compared; a spread that rounding alone can make of it counts as none.
  ///   - loss: by how much the number falls when the unit at an index is left out.
  init?(
    weights: [Double], informativeCount: Int? = nil, whole: Double, scale: Double, loss: (Int) -> Double
  ) {
    guard weights.count >= 2, whole.isFinite else { return nil }
    let n = Double(weights.count)
    let pseudo = weights.indices.map { whole + (n - 1) * loss($0) }
    let mean = pseudo.reduce(0, +) / n
    guard mean.isFinite else { return nil }
    let deviations = pseudo.map { $0 - mean }
    let moments = Moments(deviations)
    guard moments.squares.isFinite, moments.cubes.isFinite else { return nil }
    let total = weights.reduce(0, +)
    value = whole
    count = weights.count
    informativeShare = Double(informativeCount ?? weights.count) / n
    effectiveCount = total * total / weights.reduce(0) { $0 + $1 * $1 }
    let deviation = (moments.squares / (n - 1)).squareRoot()
    standardError = deviation > 1e-14 * n * scale ? deviation / n.squareRoot() : 0
    guard standardError > 0, weights.count > 2 else {
      scaledSkewness = 0
      return
    }
    let own = moments.scaledSkewness
    // Of units of about one size both say the same.
    guard effectiveCount < Self.evenShare * n else {
      scaledSkewness = own
      return
    }
    let perWeight = zip(deviations, weights).map { $0 / $1 }
    let center = perWeight.reduce(0, +) / n
    let other = Moments(perWeight.map { $0 - center }).scaledSkewness
    scaledSkewness = other.isFinite && abs(other) > abs(own) ? other : own
  }

  /// n* in parts of n from which on units count as equal in size.
  private static let evenShare = 0.9

  /// Sums over deviations from a mean.
  private struct Moments {
    var (squares, cubes) = (0.0, 0.0)
    let count: Double

    init(_ deviations: [Double]) {
      count = Double(deviations.count)
      for deviation in deviations {
        squares += deviation * deviation
        cubes += deviation * deviation * deviation
      }
    }

    /// G1 over the square root of the number; needs three deviations.
    var scaledSkewness: Double {
      let variance = squares / count
      return cubes / count / (variance * variance.squareRoot()) * (count - 1).squareRoot() / (count - 2)
    }
  }

  /// True where there are enough units, and none outweighs all others.
  var isEnough: Bool { count >= Statistics.leastUnitCount && effectiveCount >= 2 }

  /// Units on which two methods are equal add none, as in a sign test.
  private var degrees: Double { max(1, effectiveCount * informativeShare - 1) }
  private var widening: Double { 1 + 12 / (effectiveCount * effectiveCount) }

  /// The 95 % interval; nil where there are too few units or they do not differ.
  var interval: Statistics.Interval? {
    guard isEnough, standardError > 0 else { return nil }
    let t = Distributions.studentQuantile(tail: 0.05, degrees: degrees) * widening
    return Statistics.Interval(
      low: value - standardError * max(t, uncorrected(t)), high: value + standardError * max(t, -uncorrected(-t)))
  }

  /// The two-sided p-value of the number being 0: the level at which the interval just touches it.
  var pValue: Double {
    guard standardError > 0 else { return value == 0 ? 1 : 0 }
    let t = value / standardError
    let distance = min(abs(t), abs(corrected(t))) / widening
    // A correction that turns the sign has nothing to say against 0.
    guard t * corrected(t) > 0 else { return 1 }
    return Distributions.studentTail(distance, degrees: degrees)
  }

  /// Hall's transformation of a t-statistic, which takes its skewness away.
  private func corrected(_ t: Double) -> Double {
    let a = scaledSkewness
    return t + a * t * t / 3 + a * a * t * t * t / 27 + a / 6
  }

  /// Its inverse.
  private func uncorrected(_ y: Double) -> Double {
    let a = scaledSkewness
    let z = y - a / 6
    return abs(a) < 1e-9 ? z : 3 / a * (cbrt(1 + a * z) - 1)
  }
}

extension Statistics {
  /// The 95 % interval of a mean over independent units, or of a rising function of it.
  ///
  /// - Parameters:
  ///   - units: documents, blocks of windows, samples; those of weight 0 are left out.
  ///   - range: the values that a unit's mean can have, where that is known: it bounds the interval, and gives one where
  ///     all units are equal.
  ///   - transform: exp for a perplexity.
  /// - Returns: the interval; nil below `minimumUnitCount` units, where one of them outweighs all others, where a number
  ///   is not finite, and where units of unknown range do not differ.
  public static func interval(
    of units: [WeightedSum], range: ClosedRange<Double>? = nil, transform: (Double) -> Double = { $0 }
  ) -> Interval? {
    let used = units.filter { $0.weight > 0 }
    let total = WeightedSum.total(of: used)
    guard let mean = total.mean else { return nil }
    let estimate = JackknifeEstimate(weights: used.map(\.weight), whole: mean, scale: abs(mean)) { index in
      total.loss(without: used[index], mean)
    }
    guard let estimate, estimate.isEnough else { return nil }
    let interval =
      estimate.standardError > 0
      ? estimate.interval?.clamped(to: range) : equalUnits(mean, count: used.count, range: range)
    return interval.flatMap { Interval(low: transform($0.low), high: transform($0.high)) }
  }

  /// The interval where all units have one value: with 95 % confidence, fewer than 1 - 0.05^(1/n) of all possible
  /// units have another, and those may be at the ends of the range.
  private static func equalUnits(_ value: Double, count: Int, range: ClosedRange<Double>?) -> Interval? {
    guard let range, range.contains(value) else { return nil }
    let others = 1 - pow(0.05, 1 / Double(count))
    return Interval(
      low: value - others * (value - range.lowerBound), high: value + others * (range.upperBound - value))
  }

  /// The difference of two methods over the same units, in the metric's own unit.
  ///
  /// - Parameters:
  ///   - first: the units of the one method.
  ///   - second: the units of the other, the same documents or samples in the same order.
  ///   - range: the values that a unit's mean can have, where that is known and `transform` is none.
  ///   - transform: applied to both means, for example exp for a perplexity.
  /// - Returns: second minus first; nil when there is nothing, the counts differ, or a number is not finite.
  public static func pairedDifference(
    first: [WeightedSum], second: [WeightedSum], range: ClosedRange<Double>? = nil,
    transform: (Double) -> Double = { $0 }
  ) -> PairedDifference? {
    guard first.count == second.count else { return nil }
    let pairs = zip(first, second).filter { $0.0.weight > 0 && $0.1.weight > 0 }
    let (a, b) = (WeightedSum.total(of: pairs.map(\.0)), WeightedSum.total(of: pairs.map(\.1)))
    guard let meanA = a.mean, let meanB = b.mean else { return nil }
    let (x, y) = (transform(meanA), transform(meanB))
    guard (y - x).isFinite else { return nil }
    let unequal = pairs.count { $0.0.mean != $0.1.mean }
    let estimate = JackknifeEstimate(
      weights: pairs.map { $0.0.weight + $0.1.weight }, informativeCount: unequal, whole: y - x,
      scale: max(abs(x), abs(y))
    ) { index in
      let (u, v) = pairs[index]
      return y - transform(meanB - b.loss(without: v, meanB)) - (x - transform(meanA - a.loss(without: u, meanA)))
    }
    guard let estimate else {
      return PairedDifference(difference: y - x, interval: nil, pValue: nil, unitCount: pairs.count)
    }
    let pValue = max(estimate.pValue, SignTest.smallestPValue(unequal))
    var interval = estimate.interval
    if estimate.isEnough, estimate.standardError == 0, let range {
      let width = range.upperBound - range.lowerBound
      interval = equalUnits(y - x, count: pairs.count, range: -width...width)
    } else if let range {
      let width = range.upperBound - range.lowerBound
      interval = interval?.clamped(to: -width...width)
    }
    return PairedDifference(
      difference: y - x, interval: pValue < 0.05 ? interval : interval?.reachingZero(), pValue: pValue,
      unitCount: pairs.count)
  }
}

extension WeightedSum {
  /// By how much the mean of a total falls when one of its units is left out.
  fileprivate func loss(without unit: WeightedSum, _ mean: Double) -> Double {
    (unit.sum - mean * unit.weight) / (weight - unit.weight)
  }
}
