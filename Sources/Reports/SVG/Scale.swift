import Foundation

/// A number line: values to pixels, with ticks at round places.
struct Scale: Sendable {
  enum Kind: Sendable { case linear, logarithmic }

  let kind: Kind
  let low: Double
  let high: Double
  let start: Double
  let end: Double

  /// Pixels run from `start` (at `low`) to `end` (at `high`).
  init(_ kind: Kind, low: Double, high: Double, start: Double, end: Double) {
    self.kind = kind
    self.low = low
    self.high = high > low ? high : low + 1
    self.start = start
    self.end = end
  }

  func pixel(_ value: Double) -> Double { start + (end - start) * share(min(max(value, low), high)) }

  /// 0 at `low`, 1 at `high`.
  func share(_ value: Double) -> Double {
    switch kind {
    case .linear: (value - low) / (high - low)
    case .logarithmic: (log(value) - log(low)) / (log(high) - log(low))
    }
  }

  /// Round values inside the line, about `count` of them.
  func ticks(_ count: Int) -> [Double] {
    switch kind {
    case .linear: Self.linearTicks(low, high, count)
    case .logarithmic: logarithmicTicks(count)
    }
  }

  private static func linearTicks(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    let step = roundStep((high - low) / Double(max(count, 1)))
    var ticks: [Double] = []
    var index = (low / step - 1e-9).rounded(.up)
    while index * step <= high + step * 1e-9 {
      ticks.append(index * step)
      index += 1
    }
    return ticks
  }

  /// 1, 2 or 5 times a power of ten, not below the given step.
  static func roundStep(_ step: Double) -> Double {
    var power = 1.0
    while power > step { power /= 10 }
    while power * 10 <= step { power *= 10 }
    for factor in [1.0, 2, 5] where power * factor >= step * 0.999 { return power * factor }
    return power * 10
  }

  private func logarithmicTicks(_ count: Int) -> [Double] {
    let decades = log10(high) - log10(low)
    // Less than a decade: linear ticks stand well enough on the line.
    if decades < 0.8 { return Self.linearTicks(low, high, count) }
    let factors: [Double] = decades > 3 ? [1] : decades > 1.4 ? [1, 3] : [1, 2, 5]
    let every = max(1, Int((decades / Double(max(count, 1))).rounded(.up)))
    var ticks: [Double] = []
    for exponent in Int(floor(log10(low)))...Int(ceil(log10(high))) where exponent % every == 0 || every == 1 {
      for factor in factors {
        let value = factor * pow(10, Double(exponent))
        if value.isFinite, value >= low * 0.999, value <= high * 1.001 { ticks.append(value) }
      }
    }
    return ticks
  }

  /// A line that holds all values with some room, logarithmic where they span more than a factor of 8.
  static func around(
    _ values: [Double], logarithmicAbove ratio: Double = 8, start: Double, end: Double
  ) -> Scale {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      return Scale(.linear, low: 0, high: 1, start: start, end: end)
    }
    if low > 0, high / low > ratio {
      // What a store may hold reaches to the end of what a number can be.
      let room = exp((log(high) - log(low)) * 0.05)
      return Scale(
        .logarithmic, low: max(low / room, .leastNormalMagnitude), high: min(high * room, .greatestFiniteMagnitude),
        start: start, end: end)
    }
    let largest = Double.greatestFiniteMagnitude / 4
    let (below, above) = (max(low, -largest), min(high, largest))
    let room = above > below ? (above - below) * 0.08 : max(below.magnitude * 0.05, 0.01)
    return Scale(.linear, low: below - room, high: above + room, start: start, end: end)
  }
}
