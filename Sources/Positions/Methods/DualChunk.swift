/// `dual-chunk`: dual chunk attention of ChunkLlama.
///
/// - Formula: with chunks of s tokens, keys sit at j mod s; the query sits at i mod s for its own chunk, at
///   min(i mod s + s, L - 1) for the chunk before it, at L - 1 for older ones. s is 3/4 of L where `chunk` is absent.
/// - Source: arXiv 2402.17463, sections 3.1 to 3.3. The authors' program (HKUNLP/ChunkLlama) differs: its chunks are
///   shorter by a local window (L / 16), it holds older queries at 3/4 L instead of L - 1, and later versions also
///   scale cosines and sines with the length.
/// - Maximum length: none while s < L; L otherwise.
struct DualChunk: PositionMethod {
  static let name = "dual-chunk"
  static let summary = "distances inside a chunk, to the chunk before and to all others mapped apart (DCA)"
  static let parameters = [MethodParameter("chunk", "chunk", .integer(minimum: 1), .optional)]
  static let limit = "none where chunk < L, else L (chunk: 3/4 L)"

  private let chunk: Int?

  init(_ values: MethodValues) { chunk = values.optionalInteger("chunk") }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    let size = chunk ?? max(1, contextWindow * 3 / 4)
    let last = Double(contextWindow - 1)
    return AttentionLayout(
      queries: [
        .chunked(size: size, shift: 0, maximum: last), .chunked(size: size, shift: Double(size), maximum: last),
        .constant(last),
      ],
      keys: [.chunked(size: size, shift: 0, maximum: last)],
      ranges: [.seen(query: 2, key: 0), .seen(query: 1, key: 0), .seen(query: 0, key: 0)],
      edges: [.chunk(size, back: 1), .chunk(size, back: 0)])
  }

  func maximumLength(contextWindow: Int) -> Int? {
    chunk ?? 0 < contextWindow ? nil : contextWindow
  }
}
