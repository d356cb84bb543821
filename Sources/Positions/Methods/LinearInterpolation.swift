/// `linear`: position interpolation.
///
/// - Formula: every position divided by the factor.
/// - Source: arXiv 2306.15595.
/// - Maximum length: factor * L.
struct LinearInterpolation: PositionMethod {
  static let name = "linear"
  static let summary = "all positions divided by a factor (position interpolation)"
  static let parameters = [MethodParameter("factor", "factor", .number(minimum: 1))]
  static let limit = "factor * L"

  private let factor: Double

  init(_ values: MethodValues) { factor = values.number("factor") }

  func rotaryScaling(contextWindow: Int) -> RotaryScaling? { .linear(factor: factor) }

  func maximumLength(contextWindow: Int) -> Int? { Int(Double(contextWindow) * factor) }
}
