/// A named number that a scorer gives to one sample, for example `accuracy` 1 or `nll_sum` 512.4.
public struct Score: Hashable, Sendable, Codable {
  /// The metric's name, as in reports.
  public let metric: String
  /// The value; `nil` when the sample could not be scored, with the reason in `unscored`.
  public let value: Double?
  /// Why there is no value.
  public let unscored: String?

  /// A score; a value that is no finite number is none, and the sample unscored.
  public init(_ metric: String, _ value: Double) {
    self.init(
      metric: metric, value: value.isFinite ? value : nil,
      unscored: value.isFinite ? nil : value.isNaN ? "the value is not a number" : "the value is infinite")
  }

  /// A score as it is stored: a value, or why there is none.
  public init(metric: String, value: Double?, unscored: String?) {
    self.metric = metric
    self.value = value
    self.unscored = unscored
  }

  /// A sample that cannot be scored, and why.
  public init(_ metric: String, unscored: String) {
    self.metric = metric
    self.value = nil
    self.unscored = unscored
  }
}
