/// The log-probabilities of a text's windows as they are stored, from which other conventions can be made.
///
/// Places are counted over the text with one token in front of it: 0 is the beginning-of-text token, whether a tokenizer
/// adds it or a convention puts it there; i + 1 is the text's own token i. Two windows are the same where their places
/// and the token at their start are.
public struct StoredWindows: Sendable {
  private struct Key: Hashable {
    let places: Range<Int>
    /// True where the beginning-of-text token stands in place of the first token (llama.cpp's chunks).
    let isReplaced: Bool
  }
  /// A convention with its sizes.
  private struct Plan: Hashable {
    let convention: PerplexityConvention
    let context: Int
    let stride: Int?

    init(_ convention: PerplexityConvention, context: Int, stride: Int?) {
      (self.convention, self.context) = (convention, context)
      self.stride = convention.usesStride ? stride : nil
    }
  }
  private var windows: [Key: [Float]] = [:]
  /// One past the last place of the text; nil where no stored convention goes to its end.
  public private(set) var end: Int?
  /// One past the last place of the windows of a convention that is stored whole and need not go to the text's end.
  private var ends: [Plan: Int] = [:]

  /// No windows yet.
  public init() {}

  /// Adds the windows of one text under a convention.
  ///
  /// - Parameters:
  ///   - stored: per window its offset in the convention's tokens, and its log-probabilities after the first token.
  ///   - convention: the convention that planned them.
  ///   - context: the length of its windows.
  ///   - stride: the distance of its windows; nil where it is not known.
  ///   - addsBOS: whether the tokenizer begins a text with its BOS.
  ///   - isWhole: whether the windows are all that the convention has, to the end of the text.
  public mutating func add(
    _ stored: [(offset: Int, logProbabilities: [Float])], _ convention: PerplexityConvention, context: Int,
    stride: Int?, addsBOS: Bool, isWhole: Bool
  ) {
    let plan = Plan(convention, context: context, stride: stride)
    let shift = convention.usesBOSInText && addsBOS ? 0 : 1
    for window in stored where !window.logProbabilities.isEmpty {
      let count = window.logProbabilities.count + 1
      // The rolling convention's first window has its prefix before the text.
      let first = convention == .lmEvalRolling && window.offset == 0 ? 0 : window.offset + shift
      let isReplaced = convention == .llamacpp && addsBOS && first > 0
      windows[Key(places: first..<first + count, isReplaced: isReplaced)] = window.logProbabilities
      let goesToEnd =
        convention == .lmEvalRolling || convention == .hfStrided || convention == .hfDoc
        || convention == .sliding || convention == .pg19Word
      if isWhole, goesToEnd { end = max(end ?? 0, first + count) }
      if isWhole { ends[plan] = max(ends[plan] ?? 0, first + count) }
    }
  }

  /// What a convention makes of the text.
  public enum Derivation: Hashable, Sendable {
    /// Per window in text order: the scored log-probabilities and the number of targets.
    case windows([Window])
    /// Windows whose log-probabilities are not stored, as ranges of places.
    case missing([Range<Int>])
    /// The text's length is not known, or it is too short.
    case impossible(String)
  }

  /// A derived window.
  public struct Window: Hashable, Sendable {
    /// Natural-log probabilities of the scored tokens, in order.
    public let scored: [Float]
    /// The convention's targets, predictable or not; `hf-doc` weighs by it.
    public let targetCount: Int
  }

  /// Derives a convention.
  ///
  /// - Parameters:
  ///   - convention: the convention.
  ///   - context: window length in tokens.
  ///   - stride: distance of windows.
  ///   - addsBOS: whether the tokenizer begins a text with its BOS.
  /// - Returns: the windows, equal to those of a fresh run to the last bit; or what is missing.
  public func derive(
    _ convention: PerplexityConvention, context: Int, stride: Int, addsBOS: Bool
  ) -> Derivation {
    let known =
      end
      ?? ends[Plan(convention, context: context, stride: stride)].map {
        // Of this length the convention makes the windows that are stored; `llamacpp-stride` leaves out a text's last token.
        convention == .llamacppStride ? $0 + 1 : $0
      }
    guard let end = known else {
      return .impossible("no stored windows go to the text's end, so its length is not known")
    }
    let shift = convention.usesBOSInText && addsBOS ? 0 : 1
    let planned: [ScoringWindow]
    do throws(PerplexityError) {
      planned = try convention.windows(count: end - shift, context: context, stride: stride)
    } catch { return .impossible(error.description) }
    var derived: [Window] = []
    var missing: [Range<Int>] = []
    for window in planned {
      let first = window.hasPrefix ? 0 : window.tokens.lowerBound + shift
      let places = first..<window.tokens.upperBound + shift
      let isReplaced = window.replacesFirst && addsBOS && first > 0
      guard let values = windows[Key(places: places, isReplaced: isReplaced)],
        let scored = window.scoredLogProbabilities(in: values)
      else {
        missing.append(places)
        continue
      }
      derived.append(Window(scored: scored, targetCount: window.targetCount))
    }
    return missing.isEmpty ? .windows(derived) : .missing(missing)
  }
}

extension PerplexityConvention {
  /// What a window of scored log-probabilities adds to the convention's perplexity.
  ///
  /// - Parameters:
  ///   - scored: natural-log probabilities of the scored tokens.
  ///   - targetCount: the window's targets; `hf-doc` multiplies the window's mean by them less one.
  /// - Returns: sum of NLL and weight.
  public func contribution(of scored: some Sequence<Float>, targetCount: Int?) -> WeightedSum {
    var sum = 0.0
    var count = 0.0
    for value in scored {
      sum += Double(value)
      count += 1
    }
    guard self == .hfDoc, let targetCount, count > 0 else { return WeightedSum(sum: -sum, weight: count) }
    let weight = Double(targetCount - 1)
    return WeightedSum(sum: -sum * (weight / count), weight: weight)
  }
}
