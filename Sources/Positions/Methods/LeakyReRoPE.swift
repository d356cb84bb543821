/// `leaky-rerope`: beyond W the distance grows by 1 / leak per token.
///
/// - Formula: with d = i - j, relative position d where d < W, W + (d - W) / leak otherwise.
/// - Source: Jianlin Su, "Rectified rotary position embeddings", 2023 (kexue.fm/archives/9708). His programs also multiply the query at
///   position p by max(1, ln(p + 1) / ln(L)); that is not done here.
/// - Maximum length: W + (L - W) * leak.
struct LeakyReRoPE: PositionMethod {
  static let name = "leaky-rerope"
  static let summary = "distances beyond the window grow slower by a factor"
  static let parameters = [
    MethodParameter("W", "window", .integer(minimum: 1)), MethodParameter("leak", "leak", .number(minimum: 1)),
  ]
  static let limit = "W + (L - W) * leak"

  private let window: Int
  private let leak: Double

  init(_ values: MethodValues) {
    window = values.integer("W")
    leak = values.number("leak")
  }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    let shift = Double(window) - Double(window) / leak
    return .nearAndFar(
      window: window, farQuery: .scaled(leak: leak, shift: shift), farKey: .scaled(leak: leak, shift: 0))
  }

  func maximumLength(contextWindow: Int) -> Int? {
    window < contextWindow ? window + Int(Double(contextWindow - window) * leak) : contextWindow
  }
}
