/// Sums of NLL by the position of the predicted token in its window, over windows: what a perplexity looks like inside.
public struct PositionCurve: Hashable, Sendable {
  private var sums: [Double] = []
  private var counts: [Int] = []
  /// Values that are not finite.
  public private(set) var excludedCount = 0

  /// No windows yet.
  public init() {}

  /// Positions that any window reaches: the token at index i of a window's log-probabilities stands at position i + 1.
  public var length: Int { sums.count }
  /// The tokens that were added.
  public var tokenCount: Int { counts.reduce(0, +) }

  /// Adds a window.
  ///
  /// - Parameter logProbabilities: the natural-log probability of every token after the first, as stored.
  public mutating func add(_ logProbabilities: [Float]) {
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

  /// The mean of each bucket at its middle; buckets without a token are left out.
  public func means(width: Int) -> [(position: Double, mean: Double)] {
    stride(from: 0, to: length, by: width).compactMap { start in
      let end = min(start + width, length)
      return mean(start..<end).map { (Double(start + end + 1) / 2, $0.mean) }
    }
  }
}
