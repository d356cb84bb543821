/// The score of one sample: a number, or why there is none.
///
/// A sample without a score is never counted as 0.
public enum ScoreValue: Hashable, Sendable {
  /// The score.
  case value(Double)
  /// What was missing.
  case unscored(String)

  /// The number, where there is one.
  public var number: Double? {
    if case .value(let value) = self { return value }
    return nil
  }
}
