/// `lm-infinite`: the first keys at a clipped distance, and the last W keys.
///
/// - Formula: relative position i - j for the last W keys, W for the first `sinks` keys before them; the rest is masked.
/// - Source: arXiv 2308.16137, section 3.
/// - Maximum length: none while W <= L, as the authors use it (W = L, where the first keys are seen at L, one beyond
///   what was trained); L otherwise.
struct LMInfinite: PositionMethod {
  static let name = "lm-infinite"
  static let summary = "the first tokens and the last ones, distances cut at a limit (LM-Infinite)"
  static let parameters = [
    MethodParameter("sinks", "sinks", .integer(minimum: 1), .stated("10")),
    MethodParameter("W", "window", .integer(minimum: 1)),
  ]
  static let limit = "none where W <= L, else L"

  private let sinks: Int
  private let window: Int

  init(_ values: MethodValues) {
    sinks = values.integer("sinks")
    window = values.integer("W")
  }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    AttentionLayout(
      queries: [.constant(Double(window)), .identity], keys: [.constant(0), .identity],
      ranges: [.seen(query: 0, key: 0), .masked, .seen(query: 1, key: 1)], edges: [.first(sinks), .recent(window)])
  }

  func maximumLength(contextWindow: Int) -> Int? { window <= contextWindow ? nil : contextWindow }
}
