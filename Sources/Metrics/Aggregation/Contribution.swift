public import Evaluation

/// What one sample adds to a metric: its score, or its share of a perplexity.
public struct Contribution: Hashable, Sendable {
  /// Accuracy 0 or 1 or a score, weight 1; or the sum of token NLL in nats, weighing the scored tokens (words, bytes).
  public let sums: WeightedSum
  /// What is drawn together: samples of one document are no independent ones.
  public let unit: String

  /// A contribution.
  public init(sums: WeightedSum, unit: String) {
    self.sums = sums
    self.unit = unit
  }

  /// The sample's own number: its score, or its mean NLL.
  public var mean: Double { sums.mean ?? 0 }
}

extension MetricDescription {
  /// What a sample contributes; nil when it has no finite value for the metric.
  ///
  /// - Parameters:
  ///   - scores: the sample's scores.
  ///   - sampleID: the sample's name.
  ///   - document: the document that the sample comes from, where there is one: the fact `document`.
  /// - Returns: the contribution.
  public func contribution(of scores: [Score], sampleID: String, document: String?) -> Contribution? {
    func value(_ name: String) -> Double? {
      scores.first { $0.metric == name }?.value.flatMap { $0.isFinite ? $0 : nil }
    }
    let unit = document ?? sampleID
    switch aggregation {
    case .perplexity:
      guard let sum = value(PerplexityParts.sum), let count = value(PerplexityKind(metric: name).countName), count > 0
      else {
        return nil
      }
      return Contribution(sums: WeightedSum(sum: sum, weight: count), unit: unit)
    case .accuracy:
      // Accuracy is the share of samples with value 1.
      return value(name).map { Contribution(sums: WeightedSum($0 == 1 ? 1 : 0), unit: unit) }
    case .mean:
      return value(name).map { Contribution(sums: WeightedSum($0), unit: unit) }
    }
  }
}
