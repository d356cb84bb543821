/// A published way of turning a long text into one perplexity: which windows are run and which predictions count.
///
/// All conventions need nothing but per-token log-probabilities of windows. Source of each: the table of `plan`.
public enum PerplexityConvention: String, CaseIterable, Hashable, Sendable, Codable {
  /// Every window has the full context, its end moves by the stride, and only tokens not scored before count
  /// (ALiBi, YaRN and Positional Interpolation papers, window = context, 256 is the usual stride).
  case sliding = "sliding-S"
  /// The Transformers documentation's strided windows, every token counted once.
  case hfStrided = "hf-strided"
  /// The same windows averaged as that documentation's code does: weighted by targets - 1.
  case hfDoc = "hf-doc"
  /// lm-evaluation-harness's rolling windows: disjoint, one token of context, the last one extended to the left.
  case lmEvalRolling = "lm-eval-rolling"
  /// llama.cpp's perplexity program: disjoint chunks, the second half of each scored.
  case llamaCpp = "llamacpp"
  /// The same program with a stride.
  case llamaCppStride = "llamacpp-stride"
  /// Sliding windows, but the total NLL is divided by the number of words (PG-19).
  case pg19Word = "pg19-word"
  /// Full windows only, the last `stride` tokens of each scored: every scored token has at least
  /// context - stride tokens before it, at every context length the same ones.
  case lastK = "last-k"

  /// A convention by the name of the command line: the raw value, or `sliding` for `sliding-S`.
  public init?(named name: String) {
    if name == "sliding" {
      self = .sliding
    } else if let convention = PerplexityConvention(rawValue: name) {
      self = convention
    } else {
      return nil
    }
  }

  /// One line that says what the convention does, for help texts and reports.
  public var summary: String {
    switch self {
    case .sliding: "full windows whose end moves by the stride; each token scored once, BOS in every window"
    case .hfStrided: "strided windows over one token stream; each token scored once, BOS at the start only"
    case .hfDoc: "as hf-strided, but windows are weighted by targets - 1 as in the Transformers documentation"
    case .lmEvalRolling: "disjoint windows with one token of context; the last one is extended to the left"
    case .llamaCpp: "disjoint chunks, their first token replaced by BOS; the second half of each is scored"
    case .llamaCppStride: "chunks of context + stride/2 tokens every stride; the last stride tokens are scored"
    case .pg19Word: "as sliding-S, but the total NLL is divided by the number of words"
    case .lastK: "full windows whose end moves by the stride; the last stride tokens of each are scored"
    }
  }

  /// Whether the stride changes the windows.
  public var usesStride: Bool { self != .lmEvalRolling && self != .llamaCpp }

  /// The windows over one text; empty when the text is too short for the convention.
  ///
  /// | convention | source |
  /// | --- | --- |
  /// | `hf-strided`, `hf-doc` | transformers, docs/source/en/perplexity.md |
  /// | `lm-eval-rolling` | lm-evaluation-harness, lm_eval/utils.py `get_rolling_token_windows` with context_len 1 |
  /// | `llamacpp`, `llamacpp-stride` | llama.cpp, examples/perplexity/perplexity.cpp |
  ///
  /// - Parameters:
  ///   - tokenCount: the number of text tokens, without BOS.
  ///   - context: the most tokens that a window feeds, BOS included; at least 2. (`llamacpp-stride` adds stride/2.)
  ///   - stride: how far windows move, 1 ... context; ignored where `usesStride` is false.
  ///   - bos: whether the tokenizer adds BOS to a text.
  /// - Returns: windows in text order.
  public func plan(tokenCount: Int, context: Int, stride: Int, bos: Bool) -> [ScoringWindow] {
    guard tokenCount > 0, context >= 2 else { return [] }
    let step = min(max(1, stride), context)
    return switch self {
    case .sliding, .pg19Word: slidingWindows(tokenCount, context, step, bos)
    case .hfStrided, .hfDoc: huggingFaceWindows(tokenCount, context, step, bos)
    case .lmEvalRolling: rollingWindows(tokenCount, context)
    case .llamaCpp: chunks(tokenCount, context, bos)
    case .llamaCppStride: stridedChunks(tokenCount, context, step, bos)
    case .lastK: fullWindows(tokenCount, context, step, bos)
    }
  }

  private func slidingWindows(_ tokenCount: Int, _ context: Int, _ step: Int, _ bos: Bool) -> [ScoringWindow] {
    let size = bos ? context - 1 : context
    var windows: [ScoringWindow] = []
    var scoredEnd = 0
    var end = min(size, tokenCount)
    while true {
      let range = max(0, end - size)..<end
      let firstPredicted = bos ? range.lowerBound : range.lowerBound + 1
      windows.append(
        ScoringWindow(
          range: range, beginToken: bos ? .prefixed : .none, scored: min(end, max(scoredEnd, firstPredicted))..<end))
      scoredEnd = end
      guard end < tokenCount else { return windows.filter { !$0.scored.isEmpty } }
      // A step as long as the window would leave its first token without a prediction.
      end = min(end + min(step, bos ? size : size - 1), tokenCount)
    }
  }

  /// The documentation's loop over the stream [BOS] + text, told in positions of the text.
  private func huggingFaceWindows(_ tokenCount: Int, _ context: Int, _ step: Int, _ bos: Bool) -> [ScoringWindow] {
    let shift = bos ? 1 : 0
    let streamCount = tokenCount + shift
    var windows: [ScoringWindow] = []
    var previousEnd = 0
    for begin in Swift.stride(from: 0, to: streamCount, by: step) {
      let end = min(begin + context, streamCount)
      let scoredStart = max(previousEnd, begin + 1)
      let prefixed = bos && begin == 0
      windows.append(
        ScoringWindow(
          range: max(0, begin - shift)..<(end - shift), beginToken: prefixed ? .prefixed : .none,
          scored: (min(scoredStart, end) - shift)..<(end - shift), targetCount: end - previousEnd))
      previousEnd = end
      if end == streamCount { break }
    }
    return windows.filter { !$0.scored.isEmpty }
  }

  private func rollingWindows(_ tokenCount: Int, _ context: Int) -> [ScoringWindow] {
    let first = min(context, tokenCount)
    var windows = [ScoringWindow(range: 0..<first, beginToken: .prefixed, scored: 0..<first)]
    var predicted = first
    while predicted < tokenCount {
      let end = min(predicted + context, tokenCount)
      windows.append(ScoringWindow(range: (end - context - 1)..<end, beginToken: .none, scored: predicted..<end))
      predicted = end
    }
    return windows
  }

  private func chunks(_ tokenCount: Int, _ context: Int, _ bos: Bool) -> [ScoringWindow] {
    let shift = bos ? 1 : 0
    guard tokenCount + shift >= 2 * context else { return [] }
    return (0..<(tokenCount + shift) / context).map { index in
      let start = index * context - shift
      let end = start + context
      let begin: ScoringWindow.BeginToken = !bos ? .none : index == 0 ? .prefixed : .replacesFirst
      return ScoringWindow(
        range: max(0, start)..<end, beginToken: begin, scored: (start + context / 2 + 1)..<end)
    }
    .filter { !$0.scored.isEmpty }
  }

  private func stridedChunks(_ tokenCount: Int, _ context: Int, _ step: Int, _ bos: Bool) -> [ScoringWindow] {
    let shift = bos ? 1 : 0
    let size = context + step / 2
    guard tokenCount + shift > size else { return [] }
    let count = (tokenCount + shift - size + step - 1) / step
    return (0..<count).map { index in
      let start = index * step - shift
      let end = start + size
      return ScoringWindow(
        range: max(0, start)..<end, beginToken: bos && index == 0 ? .prefixed : .none, scored: (end - step)..<end)
    }
  }

  private func fullWindows(_ tokenCount: Int, _ context: Int, _ step: Int, _ bos: Bool) -> [ScoringWindow] {
    let size = bos ? context - 1 : context
    let scoredCount = min(step, context - 1)
    return Swift.stride(from: size, through: tokenCount, by: scoredCount).map { end in
      ScoringWindow(
        range: (end - size)..<end, beginToken: bos ? .prefixed : .none, scored: (end - scoredCount)..<end)
    }
  }
}
