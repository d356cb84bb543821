/// `attention-sinks`: StreamingLLM, the first keys and the last W keys at their positions in that cache.
///
/// - Formula: with s sinks, relative position i - j for the last W keys, min(i, s + W - 1) - j for the sinks; keys
///   between them are masked.
/// - Source: arXiv 2309.17453, section 3.2.
/// - Maximum length: none while s + W <= L; L otherwise.
struct AttentionSinks: PositionMethod {
  static let name = "attention-sinks"
  static let summary = "the first tokens and the last W, positions counted inside the cache (StreamingLLM)"
  static let parameters = [
    MethodParameter("sinks", "sinks", .integer(minimum: 1), .stated("4")),
    MethodParameter("W", "window", .integer(minimum: 1)),
  ]
  static let limit = "none where sinks + W <= L, else L"

  private let sinks: Int
  private let window: Int

  init(_ values: MethodValues) {
    sinks = values.integer("sinks")
    window = values.integer("W")
  }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    // The query's place in the cache of sinks and recent keys is its distance to the first sink.
    AttentionLayout(
      queries: [.clipped(Double(sinks + window - 1)), .identity], keys: [.identity],
      ranges: [.seen(query: 0, key: 0), .masked, .seen(query: 1, key: 0)], edges: [.first(sinks), .recent(window)])
  }

  func maximumLength(contextWindow: Int) -> Int? { sinks + window <= contextWindow ? nil : contextWindow }
}
