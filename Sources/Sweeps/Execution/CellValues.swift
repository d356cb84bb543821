import Metrics
import Store

/// The numbers of a complete cell, for gates.
enum CellValues {
  /// One number per metric that has values; nothing while samples are missing.
  static func of(_ record: CellRecord, _ results: [SampleResult]) -> [GateValue] {
    guard results.count >= record.sampleCount, !results.isEmpty else { return [] }
    let coordinates = record.coordinates.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    return record.metrics.compactMap { metric in
      let value: Double?
      switch metric.aggregation {
      case "perplexity": value = perplexity(metric.name, results)
      default: value = mean(values(of: metric.name, in: results))
      }
      return value.map {
        GateValue(
          model: record.model, method: record.method, task: record.task, coordinates: coordinates,
          metric: metric.name, value: $0)
      }
    }
  }

  private static func values(of metric: String, in results: [SampleResult]) -> [Double] {
    results.compactMap { result in result.scores.first { $0.metric == metric }?.value }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// exp of the sum of NLL over the tokens, words or bytes that the metric counts; for `bits_per_byte` over ln 2.
  private static func perplexity(_ metric: String, _ results: [SampleResult]) -> Double? {
    let sum = values(of: "nll_sum", in: results).reduce(0, +)
    let count = values(of: PerplexityKind(metric: metric).countName, in: results).reduce(0, +)
    return count > 0 ? PerplexityKind(metric: metric).value(meanNLL: sum / count) : nil
  }
}
