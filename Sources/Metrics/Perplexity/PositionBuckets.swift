import Foundation

/// The NLL of tokens by how many tokens stand before them in their window.
public struct PositionBucket: Hashable, Sendable, Codable {
  /// The positions in the window, 0-based, BOS counted, of the predicted tokens: lower end.
  public let lowerPosition: Int
  /// The upper end, not included.
  public let upperPosition: Int
  /// Mean NLL in nats per token.
  public let meanNLL: Double
  /// The number of tokens.
  public let tokenCount: Int

  /// exp of the mean NLL.
  public var perplexity: Double { exp(meanNLL) }

  /// Means over buckets of equal width; a bucket without tokens is left out.
  ///
  /// - Parameters:
  ///   - windows: per window the natural-log probabilities of every token after the first (all of them, as stored).
  ///   - width: positions per bucket, at least 1.
  /// - Returns: buckets by position.
  public static func buckets(of windows: [[Float]], width: Int) -> [PositionBucket] {
    let width = max(1, width)
    var sums: [WeightedSum] = []
    for window in windows {
      for (index, value) in window.enumerated() {
        let bucket = (index + 1) / width
        while sums.count <= bucket { sums.append(WeightedSum(sum: 0, weight: 0)) }
        sums[bucket].sum -= Double(value)
        sums[bucket].weight += 1
      }
    }
    return sums.enumerated().compactMap { index, sum in
      sum.mean.map {
        PositionBucket(
          lowerPosition: index * width, upperPosition: (index + 1) * width, meanNLL: $0, tokenCount: Int(sum.weight))
      }
    }
  }
}
