import Evaluation
import Gates
import Metrics
import Store
import Testing

@Suite struct MeasurementTests {
  private func result(_ id: String, _ scores: [(String, Double?)]) -> SampleResult {
    SampleResult(
      sampleID: id, identity: id, prompt: "p", firstTokens: [1], promptTokenCount: 1, truncatedTokenCount: 0,
      expected: [], facts: "{}", output: nil, outputTokens: nil, finishReason: nil,
      scores: scores.map { .init(metric: $0.0, value: $0.1, unscored: $0.1 == nil ? "no answer" : nil) },
      logProbabilities: nil, durationSeconds: 1, computedTokenCount: 1)
  }

  private func values(_ metrics: [(String, Aggregation)], _ results: [SampleResult]) -> [String: Double] {
    let record = CellRecord(
      model: "m", contextWindow: 8, modelHash: "h", method: "plain", task: "t", settings: "{}", protocolName: "t/v1",
      protocolNotes: [], dataHash: "", coordinates: [Coordinate(name: "length", spelling: "4")],
      metrics: metrics.map { .init(name: $0.0, aggregation: $0.1, higherIsBetter: true) }, sampleCount: 2)
    let complete = record.metrics.map { Measurement(record, $0, results) }.filter(\.isComplete)
    return complete.reduce(into: [:]) { $0[$1.metric.name] = $1.estimate.value }
  }

  @Test("a metric has no number for gates while a sample lacks its score; other metrics keep theirs")
  func partial() {
    let metrics: [(String, Aggregation)] = [("score", .mean), ("rouge1", .mean), ("f1", .mean)]
    let whole = [result("a", [("score", 1), ("rouge1", 4)]), result("b", [("score", 0), ("rouge1", 2)])]
    #expect(values(metrics, whole) == ["score": 0.5, "rouge1": 3])
    let unscored = [whole[0], result("b", [("score", nil), ("rouge1", 2)])]
    #expect(values(metrics, unscored) == ["rouge1": 3])
    #expect(values(metrics, [whole[0], result("b", [("score", 0)])]) == ["score": 0.5])
    #expect(values(metrics, [whole[0]]).isEmpty)
  }

  @Test("a perplexity needs the sum and the count of every sample")
  func perplexity() {
    let metrics: [(String, Aggregation)] = [("perplexity", .perplexity), ("word_perplexity", .perplexity)]
    let first = result("a", [("nll_sum", 0), ("token_count", 4), ("word_count", 2)])
    #expect(values(metrics, [first, first]) == ["perplexity": 1, "word_perplexity": 1])
    #expect(values(metrics, [first, result("b", [("nll_sum", 0), ("token_count", 4)])]) == ["perplexity": 1])
    #expect(values(metrics, [first, result("b", [("token_count", 4)])]).isEmpty)
  }
}
