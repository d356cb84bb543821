/// How positions and the attention mask are treated.
///
/// Every method is one case here, one line in `MethodSyntax` and one function in `AttentionLayout`; the engine reads
/// nothing else of it.
public enum Method: Hashable, Sendable {
  /// The checkpoint as it is; its own sliding window (Mistral) is kept unless `keepsWindow` is false.
  case plain(keepsWindow: Bool)
  /// Self-Extend; `logBase` multiplies the query at position p by max(1, ln(p + 1) / ln(logBase)).
  case selfExtend(SelfExtend, logBase: Int?)
  /// Keys at a distance of `window` or more are masked.
  case slidingWindow(window: Int)
  /// StreamingLLM: the first `sinks` keys and the last `window` keys, at their positions in that cache
  /// (arXiv 2309.17453).
  case attentionSinks(sinks: Int, window: Int)
  /// LM-Infinite: the first `sinks` keys at a distance clipped to `window`, and the last `window` keys
  /// (arXiv 2308.16137).
  case lmInfinite(sinks: Int, window: Int)
  /// Position interpolation (arXiv 2306.15595).
  case linear(factor: Double)
  /// NTK-aware scaling with a fixed factor.
  case ntk(factor: Double)
  /// NTK-aware scaling that grows with the sequence.
  case dynamicNTK(factor: Double)
  /// YaRN (arXiv 2309.00071); `original` is the context the checkpoint was trained on, L when nil.
  case yarn(factor: Double, original: Int?)
  /// ReRoPE: distances of `window` or more are all seen as `window` (Su, 2023).
  case rerope(window: Int)
  /// Leaky ReRoPE: beyond `window` the distance grows by 1 / `leak` per token (Su, 2023).
  case leakyReRoPE(window: Int, leak: Double)
  /// Dual chunk attention (ChunkLlama, arXiv 2402.17463) with chunks of `chunk` tokens; 3/4 of L when nil.
  case dualChunk(chunk: Int?)
}

extension Method {
  /// The checkpoint as it is.
  public static let plain = Method.plain(keepsWindow: true)

  /// The longest sequence for which the method stays inside what a model of window L was trained on; nil for no limit.
  public func maximumLength(contextWindow: Int) -> Int? {
    switch self {
    case .plain: contextWindow
    case .selfExtend(let parameters, _): parameters.maximumLength(contextWindow: contextWindow)
    case .slidingWindow(let window): window <= contextWindow ? nil : contextWindow
    case .attentionSinks(let sinks, let window): sinks + window <= contextWindow ? nil : contextWindow
    case .lmInfinite(_, let window): window < contextWindow ? nil : contextWindow
    case .linear(let factor), .ntk(let factor), .yarn(let factor, _): Int(Double(contextWindow) * factor)
    case .dynamicNTK: nil
    case .rerope(let window): window < contextWindow ? nil : contextWindow
    case .leakyReRoPE(let window, let leak):
      window < contextWindow ? window + Int(Double(contextWindow - window) * leak) : contextWindow
    case .dualChunk: nil
    }
  }

  /// True where the method is, by its definition, plain attention bit for bit on a sequence of that many tokens.
  ///
  /// - Parameters:
  ///   - length: tokens of the whole sequence, prompt and generated ones.
  ///   - slidingWindow: the checkpoint's own sliding window, which Self-Extend turns off.
  /// - Returns: true where no bit can differ.
  public func isPlain(forLength length: Int, slidingWindow: Int? = nil) -> Bool {
    let windowIsIdle = slidingWindow.map { length <= $0 } ?? true
    switch self {
    case .plain(let keepsWindow): return keepsWindow || windowIsIdle
    case .selfExtend(let parameters, let logBase):
      let scaleIsIdle = logBase.map { length <= $0 } ?? true
      return windowIsIdle && scaleIsIdle && (parameters.groupSize == 1 || length <= parameters.neighborWindow)
    case .slidingWindow(let window): return windowIsIdle && length <= window
    default: return false
    }
  }

  /// What a person should know before using the method for that many tokens; empty when nothing is odd.
  public func warnings(contextWindow: Int, length: Int) -> [String] {
    var warnings: [String] = []
    if let maximum = maximumLength(contextWindow: contextWindow), length > maximum {
      warnings.append("\(self) holds \(maximum) tokens with L=\(contextWindow); \(length) tokens exceed it")
    }
    if case .selfExtend(let parameters, _) = self {
      if parameters.neighborWindow >= contextWindow {
        warnings.append("\(self): W must be below L=\(contextWindow) for the window to grow")
      }
      if parameters.neighborWindow % parameters.groupSize != 0 {
        warnings.append(
          "\(self): G does not divide W; offset=floor (the paper) and offset=fractional (the authors' prefill) differ")
      }
    }
    return warnings
  }
}
