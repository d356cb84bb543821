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
  /// Windows of exactly the context that end every `stride`; the first one counts whole, the others' last `stride`
  /// (ALiBi, YaRN and Positional Interpolation papers: window = context, stride 256).
  case sliding
  /// The windows of `sliding`, but the NLL of all tokens is divided by the number of words (PG-19).
  case pg19Word = "pg19-word"
  /// Full windows only, and of each only the last `stride` tokens: every scored token has at least
  /// context - stride tokens before it.
  case lastK = "last-k"

  /// A convention by its name; `sliding-S`, as papers write it, is `sliding`.
  public init?(named name: String) {
    self.init(rawValue: name == "sliding-S" ? "sliding" : name)
  }

  /// A convention as a user writes it: its name, or `sliding-S` with the stride in it, as in `sliding-256`.
  ///
  /// - Parameter text: what was written.
  /// - Returns: the convention and the stride that the name holds; nil where it is no convention.
  public static func parse(_ text: String) -> (convention: PerplexityConvention, stride: Int?)? {
    if let convention = PerplexityConvention(named: text) { return (convention, nil) }
    let prefix = "sliding-"
    guard text.hasPrefix(prefix), let stride = Int(text.dropFirst(prefix.count)), stride >= 1 else { return nil }
    return (.sliding, stride)
  }

  /// True where the distance of windows is free.
  public var usesStride: Bool { self != .lmEvalRolling && self != .llamacpp }

  /// True where every token of a text is scored once (but for a first one that nothing predicts), so that the sum of
  /// NLL is the text's and can be divided by its words and bytes.
  ///
  /// - Parameters:
  ///   - context: the window's length.
  ///   - stride: the distance of windows; windows of `hf-strided` that do not overlap leave out their first tokens.
  /// - Returns: whether it is so.
  public func scoresWholeTexts(context: Int, stride: Int) -> Bool {
    switch self {
    case .hfStrided: stride < context
    case .lmEvalRolling, .sliding, .pg19Word: true
    case .hfDoc, .llamacpp, .llamacppStride, .lastK: false
    }
  }

  /// What a protocol's notes say of the distance of windows.
  ///
  /// - Parameter stride: in tokens.
  /// - Returns: the note, which `stride(ofNotes:)` reads again.
  public static func note(ofStride stride: Int) -> String { "stride \(stride) tokens" }

  /// The distance of windows that a protocol's notes say.
  ///
  /// - Parameter notes: the notes of a stored cell.
  /// - Returns: the stride; nil where no note says it.
  public static func stride(ofNotes notes: [String]) -> Int? {
    notes.lazy.compactMap { note -> Int? in
      let words = note.split(separator: " ")
      guard words.count == 3, let stride = Int(words[1]), note == Self.note(ofStride: stride) else { return nil }
      return stride
    }.first
  }

  /// One line that says what the convention does, for help texts and reports.
  public var summary: String {
    switch self {
    case .hfStrided: "windows start every stride; only tokens not scored before count"
    case .hfDoc: "as hf-strided, but windows are weighed by targets - 1, as in the Transformers documentation"
    case .lmEvalRolling: "disjoint windows with one token of context; the last one is extended to the left"
    case .llamacpp: "disjoint chunks, the first token of each replaced by BOS; the second half is scored"
    case .llamacppStride: "chunks of context + stride/2 tokens every stride; the last stride tokens are scored"
    case .sliding: "full windows that end every stride; each token is scored once"
    case .pg19Word: "as sliding, but the total NLL is divided by the number of words"
    case .lastK: "full windows that end every stride; the last stride tokens of each are scored"
    }
  }

  /// The windows of a text.
  ///
  /// - Parameters:
  ///   - count: tokens of the text, a BOS of the tokenizer included where `usesBOSInText` says so.
  ///   - context: the window's length in tokens.
  ///   - stride: the distance of windows; ignored by `lm-eval-rolling` and `llamacpp`.
  /// - Returns: windows in the order of the text.
  /// - Throws: `PerplexityError`.
  public func windows(count: Int, context: Int, stride: Int) throws(PerplexityError) -> [ScoringWindow] {
    // With a prefix in front of the text its only token has something to be predicted from.
    let least = self == .lmEvalRolling ? 1 : 2
    guard count >= least, context >= 2 else { throw .tooFewTokens(convention: rawValue, count: count, minimum: least) }
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
      return (0..<(count - enlarged + stride - 1) / stride).map { index in
        let first = index * stride
        return ScoringWindow(first..<first + enlarged, scored: first + enlarged - stride..<first + enlarged)
      }
    case .sliding, .pg19Word: return sliding(count, context, stride)
    case .lastK:
      guard stride < context else { throw .badStride(convention: rawValue, stride: stride, context: context) }
      guard count >= context else { throw .tooFewTokens(convention: rawValue, count: count, minimum: context) }
      return Swift.stride(from: context, through: count, by: stride).map { end in
        ScoringWindow(end - context..<end, scored: end - stride..<end)
      }
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
      windows.append(
        ScoringWindow(begin..<end, scored: max(scoredEnd, begin + 1)..<end, targetCount: end - scoredEnd))
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
    // A step of a whole window would leave its first token without a prediction.
    let step = min(stride, context - 1)
    while scored < count {
      let end = min(count, scored + step)
      windows.append(ScoringWindow(end - context..<end, scored: scored..<end))
      scored = end
    }
    return windows
  }
}
