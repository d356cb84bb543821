/// `sliding-window`: keys at a distance of W or more are masked.
///
/// - Formula: relative position i - j where i - j < W.
/// - Source: arXiv 2004.05150, arXiv 2310.06825 (Mistral 7B).
/// - Maximum length: none while W <= L, as no distance ever exceeds W - 1; L otherwise. What lies outside the window is
///   not seen, and text beyond L suffers all the same when a model leans on its first tokens.
struct SlidingWindow: PositionMethod {
  static let name = "sliding-window"
  static let summary = "every token sees the last W tokens only"
  static let parameters = [MethodParameter("W", "window", .integer(minimum: 1))]
  static let limit = "none where W <= L, else L"

  private let window: Int

  init(_ values: MethodValues) { window = values.integer("W") }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout { .causal(window: window) }

  func maximumLength(contextWindow: Int) -> Int? { window <= contextWindow ? nil : contextWindow }

  func isPlain(forLength length: Int, slidingWindow: Int?) -> Bool {
    length <= window && slidingWindow.map { length <= $0 } ?? true
  }
}
