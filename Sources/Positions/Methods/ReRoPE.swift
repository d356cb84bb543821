/// `rerope`: distances of W or more are all seen as W.
///
/// - Formula: relative position min(i - j, W).
/// - Source: Jianlin Su, "Rectified rotary position embeddings", 2023 (kexue.fm/archives/9708). His programs also multiply the query at
///   position p by max(1, ln(p + 1) / ln(L)); that is not done here.
/// - Maximum length: none while W < L; L otherwise.
struct ReRoPE: PositionMethod {
  static let name = "rerope"
  static let summary = "distances beyond the window all count as the window"
  static let parameters = [MethodParameter("W", "window", .integer(minimum: 1))]
  static let limit = "none where W < L, else L"

  private let window: Int

  init(_ values: MethodValues) { window = values.integer("W") }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    .nearAndFar(window: window, farQuery: .constant(Double(window)), farKey: .constant(0))
  }

  func maximumLength(contextWindow: Int) -> Int? { window < contextWindow ? nil : contextWindow }
}
