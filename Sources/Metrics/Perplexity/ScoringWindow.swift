/// One run of the model over consecutive tokens of a text, and which of its predictions count.
public struct ScoringWindow: Hashable, Sendable {
  /// The tokens that go in, as indices into the text's tokens.
  public let tokens: Range<Int>
  /// The predicted tokens that count, as indices into the text's tokens.
  public let scored: Range<Int>
  /// True where the beginning-of-text token stands in front of the tokens.
  public let hasPrefix: Bool
  /// True where the beginning-of-text token stands in place of the first token.
  public let replacesFirst: Bool
  /// The number of tokens that the convention calls targets, predictable or not; `hf-doc` weighs windows by it.
  public let targetCount: Int

  init(
    _ tokens: Range<Int>, scored: Range<Int>, hasPrefix: Bool = false, replacesFirst: Bool = false,
    targetCount: Int? = nil
  ) {
    self.tokens = tokens
    self.scored = scored
    self.hasPrefix = hasPrefix
    self.replacesFirst = replacesFirst
    self.targetCount = targetCount ?? scored.count
  }

  /// The ids to score.
  ///
  /// - Parameters:
  ///   - text: the ids of the text, with BOS where the convention's `usesBOSInText` says so.
  ///   - bos: the beginning-of-text token, or nil for none.
  /// - Returns: the ids of `tokens`, BOS in front or in place of the first one where the window wants it.
  public func sequence(of text: [Int], bos: Int?) -> [Int] {
    var ids = Array(text[tokens])
    guard let bos else { return ids }
    if hasPrefix { ids.insert(bos, at: 0) }
    if replacesFirst, !ids.isEmpty { ids[0] = bos }
    return ids
  }

  /// The part that counts of a window's log-probabilities.
  ///
  /// - Parameter logProbabilities: one value for every id of `sequence(of:bos:)` after the first.
  /// - Returns: one value for each position of `scored`; nil when the number of values does not fit the window.
  public func scoredLogProbabilities(in logProbabilities: [Float]) -> [Float]? {
    let prefixCount = hasPrefix ? 1 : 0
    guard logProbabilities.count == tokens.count + prefixCount - 1 else { return nil }
    // Value i predicts id i + 1.
    let shift = prefixCount - 1 - tokens.lowerBound
    guard scored.lowerBound + shift >= 0 else { return nil }
    return Array(logProbabilities[(scored.lowerBound + shift)..<(scored.upperBound + shift)])
  }
}

/// Why a convention cannot be applied to a text.
public enum PerplexityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is too short.
  case tooFewTokens(convention: String, count: Int, minimum: Int)
  /// The stride does not fit the context.
  case badStride(convention: String, stride: Int, context: Int)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .tooFewTokens(let convention, let count, let minimum):
      "convention \(convention) needs at least \(minimum) tokens, the text has \(count); take a smaller context"
    case .badStride(let convention, let stride, let context):
      "convention \(convention): a stride of \(stride) does not fit a context of \(context)"
    }
  }
}
