import Foundation

/// Tails and quantiles of the two distributions that intervals are made with.
public enum Distributions {
  /// The regularised incomplete beta function I_x(a, b).
  ///
  /// Continued fraction by Lentz's method (Press et al., Numerical Recipes, section 6.4); relative error below 1e-12
  /// for the shapes that counts give.
  ///
  /// - Parameters:
  ///   - x: 0 to 1.
  ///   - a: the first shape, above 0.
  ///   - b: the second shape, above 0.
  /// - Returns: P(X <= x) for X ~ Beta(a, b).
  public static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let logFront = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    // The fraction converges fast below the mean, so the smaller side is computed.
    return x < (a + 1) / (a + b + 2)
      ? exp(logFront) * continuedFraction(x, a, b) / a : 1 - exp(logFront) * continuedFraction(1 - x, b, a) / b
  }

  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let smallest = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < smallest ? smallest : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    // Convergence takes about the square root of the larger shape.
    let limit = 200 + Int(8 * max(a, b, 1).squareRoot().clamped(to: 0...1e6))
    for index in 1...limit {
      let m = Double(index)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return result
  }

  /// The point x with I_x(a, b) = `probability`, by bisection to the last bit.
  public static func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
    bisected(0, 1) { beta($0, a, b) < probability }
  }

  /// P(|T| > |t|) for Student's t with any positive number of degrees of freedom.
  public static func studentTail(_ t: Double, degrees: Double) -> Double {
    guard t.isFinite else { return t.isNaN ? 1 : 0 }
    return beta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t with P(|T| > t) = `tail`.
  public static func studentQuantile(tail: Double, degrees: Double) -> Double {
    var high = 2.0
    while high < 1e9, studentTail(high, degrees: degrees) > tail { high *= 2 }
    return bisected(0, high) { studentTail($0, degrees: degrees) > tail }
  }

  /// The place where a condition that holds below it stops to hold.
  private static func bisected(_ low: Double, _ high: Double, isBelow: (Double) -> Bool) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      guard low < middle, middle < high else { break }
      if isBelow(middle) { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
