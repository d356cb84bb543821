/// `plain`: the checkpoint as it is.
///
/// - Formula: relative position i - j; `window=none` turns the checkpoint's own sliding window (Mistral) off.
/// - Source: arXiv 1706.03762 with the rotary embedding of arXiv 2104.09864.
/// - Maximum length: L.
struct Plain: PositionMethod {
  static let name = "plain"
  static let summary = "the checkpoint as it is; `window=none` turns its own sliding window off"
  static let parameters = [MethodParameter("window", "window", .word(["none"]), .optional)]
  static let limit = "L"

  private let keepsWindow: Bool

  init(_ values: MethodValues) { keepsWindow = values.word("window") == nil }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    .causal(window: keepsWindow ? slidingWindow : nil)
  }

  func maximumLength(contextWindow: Int) -> Int? { contextWindow }

  func isPlain(forLength length: Int, slidingWindow: Int?) -> Bool {
    keepsWindow || slidingWindow.map { length <= $0 } ?? true
  }
}
