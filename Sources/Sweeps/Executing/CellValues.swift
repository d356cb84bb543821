import Evaluation
import Metrics
import Store

/// The numbers of a complete cell, for gates.
enum CellValues {
  /// One number per metric for which every sample has a value; nothing while samples are missing.
  ///
  /// A sample that could not be scored leaves its metrics without a number: a gate must not pass on what is left.
  static func of(_ record: CellRecord, _ results: [SampleResult]) -> [GateValue] {
    guard results.count >= record.sampleCount, !results.isEmpty else { return [] }
    let coordinates = record.coordinates.label
    return record.metrics.compactMap { metric in
      let value: Double?
      switch metric.aggregation {
      case .perplexity: value = perplexity(metric.name, results)
      default: value = values(of: metric.name, in: results).flatMap(mean)
      }
      return value.map {
        GateValue(
          model: record.model, method: record.method, task: record.task, coordinates: coordinates,
          metric: metric.name, value: $0)
      }
    }
  }

  /// The values of all samples; nil where one has none.
  private static func values(of metric: String, in results: [SampleResult]) -> [Double]? {
    let values = results.compactMap { result in result.scores.first { $0.metric == metric }?.value }
    return values.count == results.count ? values : nil
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// exp of the sum of NLL over the tokens, words or bytes that the metric counts; for `bits_per_byte` over ln 2.
  private static func perplexity(_ metric: String, _ results: [SampleResult]) -> Double? {
    guard let sums = values(of: "nll_sum", in: results),
      let counts = values(of: PerplexityKind(metric: metric).countName, in: results)
    else { return nil }
    let (sum, count) = (sums.reduce(0, +), counts.reduce(0, +))
    return count > 0 ? PerplexityKind(metric: metric).value(meanNLL: sum / count) : nil
  }
}
