/// `dynamic-ntk`: NTK-aware scaling whose base grows with the sequence.
///
/// - Formula: for a sequence of n tokens beyond L, base' = base * (factor * n / L - (factor - 1))^(d / (d - 2)); the
///   checkpoint's own base up to L.
/// - Source: emozilla, "Dynamically scaled RoPE", 2023; transformers' "dynamic" rotary embedding.
/// - Maximum length: none, as the slowest frequency is stretched by at least n / L.
///
/// What n is decides what a decoded token sees. Here every key and query of a sequence is rotated with one base, that of
/// the whole sequence, so that decoding, prefill in chunks and a reused prefix give the numbers of one fresh prefill:
///
/// * where the length is known beforehand (every sample of a sweep: prompt and limit of new tokens), n is that length,
///   and no token is computed twice;
/// * where it is not (`generate`), n is the length so far, and the cache is computed again whenever it grows beyond L,
///   which costs a prefill per new token.
///
/// The reference implementation with its cache leaves the keys of earlier calls at the base of their time and rotates
/// only new ones with the new base, so that a cached decode differs from its own prefill; that is not imitated.
struct DynamicNTK: PositionMethod {
  static let name = "dynamic-ntk"
  static let summary = "NTK-aware scaling whose base grows with the length"
  static let parameters = [MethodParameter("factor", "factor", .number(minimum: 1))]
  static let limit = "none"

  private let factor: Double

  init(_ values: MethodValues) { factor = values.number("factor") }

  func rotaryScaling(contextWindow: Int) -> RotaryScaling? {
    .dynamicNTK(factor: factor, contextWindow: contextWindow)
  }

  func maximumLength(contextWindow: Int) -> Int? { nil }
}
