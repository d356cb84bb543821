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

  init(_ tokens: Range<Int>, scored: Range<Int>, hasPrefix: Bool = false, replacesFirst: Bool = false) {
    self.tokens = tokens
    self.scored = scored
    self.hasPrefix = hasPrefix
    self.replacesFirst = replacesFirst
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

/// A way to cut a text into windows and to make one number of the log-probabilities.
public enum PerplexityConvention: String, CaseIterable, Sendable {
  /// Windows start every `stride`; only tokens not scored before count (transformers' documentation, counted exactly).
  case hfStrided = "hf-strided"
  /// The same, weighted as the code of that documentation does: by a window's targets less one.
  case hfDoc = "hf-doc"
  /// Disjoint windows with one token of context; the last one is extended to the left (lm-evaluation-harness).
  case lmEvalRolling = "lm-eval-rolling"
  /// Disjoint chunks whose second half is scored (llama.cpp's perplexity program).
  case llamacpp
  /// Windows every `stride`, of the context plus half a stride; the last `stride` tokens count (llama.cpp).
  case llamacppStride = "llamacpp-stride"
  /// Windows of exactly the context that end every `stride`; the first one counts whole, the others' last `stride`.
  case sliding

  /// The windows of a text.
  ///
  /// - Parameters:
  ///   - count: tokens of the text, a BOS of the tokenizer included where `usesBOSInText` says so.
  ///   - context: the window's length in tokens.
  ///   - stride: the distance of windows; ignored by `lm-eval-rolling` and `llamacpp`.
  /// - Returns: windows in the order of the text.
  /// - Throws: `PerplexityError`.
  public func windows(count: Int, context: Int, stride: Int) throws(PerplexityError) -> [ScoringWindow] {
    guard count >= 2, context >= 2 else { throw .tooFewTokens(convention: rawValue, count: count, minimum: 2) }
    guard stride >= 1, stride <= context else {
      throw .badStride(convention: rawValue, stride: stride, context: context)
    }
    switch self {
    case .hfStrided, .hfDoc: return strided(count, context, stride)
    case .lmEvalRolling: return rolling(count, context)
    case .llamacpp:
      guard count >= 2 * context, context >= 4 else {
        throw .tooFewTokens(convention: rawValue, count: count, minimum: 2 * max(4, context))
      }
      return (0..<count / context).map { chunk in
        let first = chunk * context
        return ScoringWindow(
          first..<first + context, scored: first + context / 2 + 1..<first + context, replacesFirst: true)
      }
    case .llamacppStride:
      let enlarged = context + stride / 2
      guard count > enlarged else {
        throw .tooFewTokens(convention: rawValue, count: count, minimum: enlarged + 1)
      }
      return (0..<(count - enlarged + stride - 1) / stride).compactMap { index in
        let first = index * stride
        guard first + enlarged <= count else { return nil }
        return ScoringWindow(first..<first + enlarged, scored: first + enlarged - stride..<first + enlarged)
      }
    case .sliding: return sliding(count, context, stride)
    }
  }

  /// True where the text's tokens begin with the tokenizer's BOS, if it has one by default.
  public var usesBOSInText: Bool { self != .lmEvalRolling }

  private func strided(_ count: Int, _ context: Int, _ stride: Int) -> [ScoringWindow] {
    var windows: [ScoringWindow] = []
    var begin = 0
    var scoredEnd = 0
    while scoredEnd < count {
      let end = min(begin + context, count)
      windows.append(ScoringWindow(begin..<end, scored: max(scoredEnd, begin + 1)..<end))
      scoredEnd = end
      begin += stride
    }
    return windows.filter { !$0.scored.isEmpty }
  }

  private func rolling(_ count: Int, _ context: Int) -> [ScoringWindow] {
    let first = min(context, count)
    var windows = [ScoringWindow(0..<first, scored: 0..<first, hasPrefix: true)]
    var predicted = first
    while predicted < count {
      let end = min(count, predicted + context)
      // The input is `context` tokens that end before the last target; the target itself is appended.
      windows.append(ScoringWindow(end - context - 1..<end, scored: predicted..<end))
      predicted = end
    }
    return windows
  }

  private func sliding(_ count: Int, _ context: Int, _ stride: Int) -> [ScoringWindow] {
    let first = min(context, count)
    var windows = [ScoringWindow(0..<first, scored: 1..<first)]
    var scored = first
    while scored < count {
      let end = min(count, scored + stride)
      windows.append(ScoringWindow(end - context..<end, scored: scored..<end))
      scored = end
    }
    return windows
  }
}

/// Negative log-likelihoods of one window's scored tokens, in nats.
public struct WindowNLL: Sendable {
  /// One value per scored token.
  public let values: [Double]
  /// The sum.
  public var sum: Double { values.reduce(0, +) }

  /// The losses of a window.
  public init(_ values: [Double]) { self.values = values }
}

/// A perplexity with what it rests on.
public struct PerplexityEstimate: Sendable, Hashable {
  /// exp of the mean NLL.
  public let perplexity: Double
  /// Nats per token.
  public let meanNLL: Double
  /// Scored tokens.
  public let tokenCount: Int
  /// 95 % interval from resampling windows; nil for one window.
  public let interval: Statistics.Interval?
  /// llama.cpp's ±: the perplexity times the standard error of the mean NLL over single tokens.
  public let plusMinus: Double
}

/// Perplexity from negative log-likelihoods.
public enum Perplexity {
  /// exp(nllSum / tokenCount).
  public static func value(nllSum: Double, tokenCount: Int) -> Double { exponential(nllSum / Double(tokenCount)) }

  /// The number that a convention makes of the windows; nil where nothing was scored.
  public static func estimate(_ windows: [WindowNLL], _ convention: PerplexityConvention) -> PerplexityEstimate? {
    /// A window's weight: the documentation's code counts one token less than it averages over.
    func weight(_ index: Int) -> Double {
      let count = windows[index].values.count
      return convention == .hfDoc && index > 0 ? Double(count - 1) : Double(count)
    }
    func mean(_ chosen: [Int]) -> Double? {
      var sum = 0.0
      var total = 0.0
      for index in chosen where !windows[index].values.isEmpty {
        sum += windows[index].sum / Double(windows[index].values.count) * weight(index)
        total += weight(index)
      }
      return total > 0 ? sum / total : nil
    }
    guard let center = mean(Array(windows.indices)) else { return nil }
    let all = windows.flatMap(\.values)
    let average = all.reduce(0, +) / Double(all.count)
    let squares = all.reduce(0) { $0 + $1 * $1 } / Double(all.count)
    let error = all.count > 1 ? max(0, squares - average * average).squareRoot() / Double(all.count - 1).squareRoot() : 0
    return PerplexityEstimate(
      perplexity: exponential(center), meanNLL: center, tokenCount: all.count,
      interval: Statistics.bootstrap(unitCount: windows.count) { mean($0).map(exponential) },
      plusMinus: exponential(center) * error)
  }
}
