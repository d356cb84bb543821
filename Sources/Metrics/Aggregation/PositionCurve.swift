import Evaluation

/// Sums of NLL by the position of the predicted token in its window, over windows: what a perplexity looks like inside.
public struct PositionCurve: Hashable, Sendable {
  private var sums: [Double] = []
  private var counts: [Int] = []
  private var windows: [Window] = []
  /// Values that are not finite.
  public private(set) var excludedCount = 0

  /// The sums of one window in buckets, for intervals over what is independent of each other.
  private struct Window: Hashable, Sendable {
    let unit: String
    let width: Int
    var buckets: [WeightedSum]
  }

  /// The most buckets that a curve with intervals has.
  public static let bucketLimit = 64

  /// No windows yet.
  public init() {}

  /// Positions that any window reaches: the token at index i of a window's log-probabilities stands at position i + 1.
  public var length: Int { sums.count }
  /// The tokens that were added.
  public var tokenCount: Int { counts.reduce(0, +) }

  /// Adds a window.
  ///
  /// - Parameters:
  ///   - logProbabilities: the natural-log probability of every token after the first, as stored.
  ///   - unit: what the window is drawn together with: its document.
  public mutating func add(_ logProbabilities: [Float], unit: String) {
    let width = Self.width(for: logProbabilities.count, count: Self.bucketLimit)
    var sums = [Double](repeating: 0, count: (logProbabilities.count + width - 1) / width)
    var weights = [Int](repeating: 0, count: sums.count)
    for (index, value) in logProbabilities.enumerated() where value.isFinite {
      sums[index / width] -= Double(value)
      weights[index / width] += 1
    }
    windows.append(
      Window(
        unit: unit, width: width,
        buckets: zip(sums, weights).map { WeightedSum(sum: $0, weight: Double($1)) }))
    add(logProbabilities)
  }

  private mutating func add(_ logProbabilities: [Float]) {
    if logProbabilities.count > sums.count {
      sums.append(contentsOf: [Double](repeating: 0, count: logProbabilities.count - sums.count))
      counts.append(contentsOf: [Int](repeating: 0, count: logProbabilities.count - counts.count))
    }
    for (index, value) in logProbabilities.enumerated() {
      if value.isFinite {
        sums[index] -= Double(value)
        counts[index] += 1
      } else {
        excludedCount += 1
      }
    }
  }

  /// A power of two that gives at most that many buckets.
  public static func width(for length: Int, count: Int) -> Int {
    var width = 1
    while width * count < length { width *= 2 }
    return width
  }

  /// The mean NLL over positions and the tokens it is made of; nil without any.
  public func mean(_ positions: Range<Int>) -> (mean: Double, count: Int)? {
    let places = positions.clamped(to: 0..<length)
    let count = counts[places].reduce(0, +)
    return count > 0 ? (sums[places].reduce(0, +) / Double(count), count) : nil
  }

  /// The perplexity of each bucket at its middle, with its interval over units; buckets without a token are left out.
  ///
  /// - Parameter width: a power of two that `width` gives for the longest window and at most `bucketLimit` buckets.
  /// - Returns: the buckets in their order; a position is the middle of one, counted from 1.
  public func perplexities(width: Int) -> [(position: Double, estimate: Estimate)] {
    let metric = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)
    return stride(from: 0, to: length, by: width).compactMap { start in
      let bucket = windows.compactMap { window -> Contribution? in
        // Both widths are powers of two, and a window's own is not the larger one.
        let places = (start / window.width)..<((start + width) / window.width)
        let sums = window.buckets[places.clamped(to: 0..<window.buckets.count)]
        let total = WeightedSum.total(of: Array(sums))
        return total.weight > 0 ? Contribution(sums: total, unit: window.unit) : nil
      }
      guard !bucket.isEmpty else { return nil }
      return (Double(start + min(start + width, length) + 1) / 2, metric.estimate(bucket))
    }
  }
}
