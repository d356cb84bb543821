/// One stretch of a text that the model is run over, and which of its predictions count.
///
/// Positions are those of the text's tokens, 0-based, without any BOS. The last token of a window is only predicted,
/// so a window of n tokens feeds n - 1.
public struct ScoringWindow: Hashable, Sendable {
  /// Where the BOS token stands in a window.
  public enum BeginToken: String, Hashable, Sendable {
    /// Nowhere: the window begins with its first text token, which is then not predicted.
    case none
    /// In front of the first text token, which is then predicted too.
    case prefixed
    /// In place of the first text token.
    case replacesFirst
  }

  /// The text tokens of the window.
  public let range: Range<Int>
  /// Where BOS stands.
  public let beginToken: BeginToken
  /// The text tokens whose predictions count: positions in the text, a part of `range`.
  public let scored: Range<Int>
  /// The number of tokens that the convention calls targets, predictable or not; `hf-doc` weights windows by it.
  public let targetCount: Int

  /// A window from its parts.
  public init(range: Range<Int>, beginToken: BeginToken, scored: Range<Int>, targetCount: Int? = nil) {
    self.range = range
    self.beginToken = beginToken
    self.scored = scored
    self.targetCount = targetCount ?? scored.count
  }

  /// Whether BOS is put in front.
  public var prefixToken: Bool { beginToken == .prefixed }
  /// Whether BOS takes the place of the first text token.
  public var replacesFirstWithBOS: Bool { beginToken == .replacesFirst }
  /// The number of ids to score, BOS included.
  public var tokenCount: Int { range.count + (prefixToken ? 1 : 0) }

  /// The ids to score.
  ///
  /// - Parameters:
  ///   - text: the ids of the whole text, without BOS.
  ///   - bos: the id of BOS; without one the window has only its text tokens.
  /// - Returns: `tokenCount` ids.
  public func tokens(of text: [Int], bos: Int?) -> [Int] {
    var ids = Array(text[range])
    guard let bos else { return ids }
    switch beginToken {
    case .none: break
    case .prefixed: ids.insert(bos, at: 0)
    case .replacesFirst: if !ids.isEmpty { ids[0] = bos }
    }
    return ids
  }

  /// The part that counts of a window's log-probabilities.
  ///
  /// - Parameter logProbabilities: natural logarithms, one for every id of `tokens(of:bos:)` after the first.
  /// - Returns: one value for each position of `scored`; nil when the number of values is not `tokenCount` - 1.
  public func scoredLogProbabilities(in logProbabilities: [Float]) -> [Float]? {
    guard logProbabilities.count == tokenCount - 1 else { return nil }
    // Value i is the prediction of id i + 1.
    let shift = (prefixToken ? 0 : -1) - range.lowerBound
    let part = (scored.lowerBound + shift)..<(scored.upperBound + shift)
    guard part.lowerBound >= 0, part.upperBound <= logProbabilities.count else { return nil }
    return Array(logProbabilities[part])
  }
}
