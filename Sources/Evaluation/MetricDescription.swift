/// How the scores of a cell's samples become the cell's number in a table.
public enum Aggregation: String, Hashable, Sendable, Codable {
  /// Share of samples that are right, with an exact interval.
  case accuracy
  /// exp of the mean token NLL, with an interval over documents.
  case perplexity
  /// Plain mean of the per-sample score, with an interval over samples.
  case mean
}

/// A metric that a task reports.
public struct MetricDescription: Hashable, Sendable, Codable {
  /// The name under which scores are stored.
  public let name: String
  /// How samples are aggregated.
  public let aggregation: Aggregation
  /// True where a larger number is better.
  public let higherIsBetter: Bool

  /// A metric.
  public init(name: String, aggregation: Aggregation, higherIsBetter: Bool) {
    self.name = name
    self.aggregation = aggregation
    self.higherIsBetter = higherIsBetter
  }
}
