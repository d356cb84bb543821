/// `ntk`: NTK-aware scaling of the rotary base by a fixed factor.
///
/// - Formula: base' = base * factor^(d / (d - 2)), which divides the slowest frequency by the factor and leaves the
///   fastest alone.
/// - Source: bloc97, "NTK-aware scaled RoPE", 2023; arXiv 2309.00071, section 3.1.
/// - Maximum length: factor * L, where the slowest frequency reaches the angle that it had at L. Faster ones are
///   stretched less, so that text holds to a smaller length in practice.
struct NTK: PositionMethod {
  static let name = "ntk"
  static let summary = "a larger rotary base, so that high frequencies stay (NTK-aware scaling)"
  static let parameters = [MethodParameter("factor", "factor", .number(minimum: 1))]
  static let limit = "factor * L (less in practice)"

  private let factor: Double

  init(_ values: MethodValues) { factor = values.number("factor") }

  func rotaryScaling(contextWindow: Int) -> RotaryScaling? { .ntk(factor: factor) }

  func maximumLength(contextWindow: Int) -> Int? { Int(Double(contextWindow) * factor) }
}
