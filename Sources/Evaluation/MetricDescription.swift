/// How the scores of a cell's samples become the cell's number in a table.
public enum Aggregation: String, Hashable, Sendable, Codable {
  /// Share of samples that are right, with an exact interval.
  case accuracy
  /// exp of the mean token NLL, with an interval over documents.
  case perplexity
  /// Plain mean of the per-sample score, with an interval over samples.
  case mean
}

/// The scores that samples of means can have: by task, then by metric.
public typealias ScoreRanges = [String: [String: ClosedRange<Double>]]

/// A metric that a task reports.
public struct MetricDescription: Hashable, Sendable, Codable {
  /// The name under which scores are stored.
  public let name: String
  /// How samples are aggregated.
  public let aggregation: Aggregation
  /// True where a larger number is better.
  public let higherIsBetter: Bool
  /// The least and the greatest score that a sample of a mean can have; nil where nothing bounds them or it is not known.
  ///
  /// It is said by the task and never stored: a cell is the same with and without it, and a store's word for it would be
  /// believed.
  public private(set) var range: ClosedRange<Double>?

  private enum CodingKeys: CodingKey { case name, aggregation, higherIsBetter }

  /// A metric.
  ///
  /// - Parameters:
  ///   - name: The name under which scores are stored.
  ///   - aggregation: How samples are aggregated.
  ///   - higherIsBetter: True where a larger number is better.
  ///   - range: The scores that a sample of a mean can have; an accuracy is 0 or 1 in any case. A score outside is
  ///     never stored, and damage where a store has one.
  public init(name: String, aggregation: Aggregation, higherIsBetter: Bool, range: ClosedRange<Double>? = nil) {
    self.name = name
    self.aggregation = aggregation
    self.higherIsBetter = higherIsBetter
    self.range = range
  }

  /// The same metric with the range that its task says.
  public func bounded(by range: ClosedRange<Double>?) -> MetricDescription {
    MetricDescription(name: name, aggregation: aggregation, higherIsBetter: higherIsBetter, range: range)
  }

  /// Equal where what is stored of them is.
  public static func == (a: MetricDescription, b: MetricDescription) -> Bool {
    a.name == b.name && a.aggregation == b.aggregation && a.higherIsBetter == b.higherIsBetter
  }

  /// Hashes what equality goes by.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(aggregation)
    hasher.combine(higherIsBetter)
  }
}
