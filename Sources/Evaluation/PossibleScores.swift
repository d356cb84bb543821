/// The scores beside a perplexity that it is made of.
public enum PerplexityParts {
  /// The sum of the scored tokens' negative log-likelihoods, in nats.
  public static let sum = "nll_sum"
  /// What the sum may be divided by: tokens, words, bytes.
  public static let counts = (tokens: "token_count", words: "word_count", bytes: "byte_count")
  static let allCounts = [counts.tokens, counts.words, counts.bytes]
}

extension MetricDescription {
  /// The scores that a sample can have, where that is known; those of an accuracy are the two ends and nothing between.
  public var possibleScores: ClosedRange<Double>? { aggregation == .accuracy ? 0...1 : range }

  /// Above any number of tokens, words or bytes of a text.
  private static let largestCount = 1e12
  /// What rounding may add to a share.
  private static let rounding = 1e-9

  /// What a sample's scores say of this metric that cannot be, in words; nil where there is nothing.
  ///
  /// Such a score came from no scorer: it would be shown as a number that looks right.
  ///
  /// - Parameter scores: The sample's scores.
  /// - Returns: For example `accuracy is 7.0, which is neither 0 nor 1`.
  public func problem(in scores: [Score]) -> String? {
    for score in scores {
      guard let value = score.value, let expected = expectation(of: value, named: score.metric, scores) else {
        continue
      }
      return "\(score.metric) is \(value), which is \(expected)"
    }
    return nil
  }

  /// What a value is not, in words; nil where it can be.
  private func expectation(of value: Double, named metric: String, _ scores: [Score]) -> String? {
    switch aggregation {
    case .accuracy: return metric != name || value == 0 || value == 1 ? nil : "neither 0 nor 1"
    case .mean:
      guard metric == name, let range else { return nil }
      let slack = Self.rounding * max(1, range.lowerBound.magnitude, range.upperBound.magnitude)
      return value >= range.lowerBound - slack && value <= range.upperBound + slack
        ? nil : "not from \(range.lowerBound) to \(range.upperBound)"
    case .perplexity:
      // Log-probabilities are at most 0, and what rounding adds.
      let excess = Double(LogProbability.greatest)
      if metric == name { return value >= -excess ? nil : "below 0" }
      if metric == PerplexityParts.sum {
        let count = scores.first { $0.metric == PerplexityParts.counts.tokens }?.value ?? 0
        return value >= -excess * max(1, count) ? nil : "below 0"
      }
      guard PerplexityParts.allCounts.contains(metric) else { return nil }
      // Words and bytes of a text are spread over its windows, and need not be whole.
      return value >= 0 && value <= Self.largestCount ? nil : "no count"
    }
  }

  /// A sample's scores without those of this metric that cannot be: they become unscored, with the reason.
  ///
  /// - Parameter scores: What a scorer gave.
  /// - Returns: The same where all of them can be.
  public func possible(_ scores: [Score]) -> [Score] {
    scores.map { score in
      guard let value = score.value, let expected = expectation(of: value, named: score.metric, scores) else {
        return score
      }
      return Score(score.metric, unscored: "the scorer gave \(value), which is \(expected)")
    }
  }
}
