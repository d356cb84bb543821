/// `yarn`: interpolation of slow frequencies only, with an attention temperature.
///
/// - Formula: frequencies that turn fewer than 1 time in the original context are divided by the factor, those that turn
///   more than 32 times stay, a linear ramp between; queries and keys each times 0.1 ln(factor) + 1. `original` is the
///   context that the checkpoint was trained on, L where it is absent.
/// - Source: arXiv 2309.00071, sections 3.2 to 3.4.
/// - Maximum length: factor * original.
struct YaRN: PositionMethod {
  static let name = "yarn"
  static let summary = "frequencies scaled by parts, and a temperature of the attention"
  static let parameters = [
    MethodParameter("factor", "factor", .number(minimum: 1)),
    MethodParameter("original", "original", .integer(minimum: 1), .optional),
  ]
  static let limit = "factor * original (original: L)"

  private let factor: Double
  private let original: Int?

  init(_ values: MethodValues) {
    factor = values.number("factor")
    original = values.optionalInteger("original")
  }

  func rotaryScaling(contextWindow: Int) -> RotaryScaling? {
    .yarn(factor: factor, originalContext: original ?? contextWindow, betaFast: 32, betaSlow: 1, attentionFactor: nil)
  }

  func maximumLength(contextWindow: Int) -> Int? { Int(Double(original ?? contextWindow) * factor) }
}
