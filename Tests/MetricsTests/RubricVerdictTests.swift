import Metrics
import Testing

@Suite struct RubricVerdictTests {
  private let scales: [String: ClosedRange<Double>] = ["fluency": 0...1, "correctness": 0...3]

  private func product(_ judgment: String) -> Double? {
    RubricVerdict(judgment: judgment, scales: scales).map { $0["fluency"] * $0["correctness"] }
  }

  @Test("the last object of a judgment counts; one that is not whole, no object or off its scale is unreadable")
  func reading() {
    #expect(product("First {\"fluency\": 0, \"correctness\": 1}, no: {\"fluency\": 1, \"correctness\": 3}.") == 3)
    #expect(product("{\n\"correctness\": 2,\n\"fluency\": 1, \"why\": \"x\"}\n") == 2)
    #expect(product("```json\n{\"fluency\": 1, \"correctness\": 1, \"parts\": {\"a\": 1}}\n```") == 1)
    for bad in [
      "", "fluency 1, correctness 3", "{\"fluency\": 1}", "{\"fluency\": 1, \"correctness\": \"3\"}",
      "{\"fluency\": 1, \"correctness\": 4}", "{\"fluency\": 1, \"correctness\": 3", "{fluency: 1, correctness: 3}",
      "} {", "[1]",
    ] {
      #expect(product(bad) == nil, "\(bad)")
    }
  }

  @Test("a summary is worth fluency times F1 of key points found and right sentences")
  func summaries() throws {
    func summary(_ fluency: Int, _ found: Int, _ right: Int, _ sentences: Int, points: Int) throws -> JudgedSummary {
      let many = 0...100.0
      return JudgedSummary(
        fluency: try #require(RubricVerdict(judgment: "{\"fluency\": \(fluency)}", scales: ["fluency": 0...1])),
        recall: try #require(RubricVerdict(judgment: "{\"recall\": \(found)}", scales: ["recall": many])),
        precision: try #require(
          RubricVerdict(
            judgment: "{\"precision\": \(right), \"sentence_count\": \(sentences)}",
            scales: ["precision": many, "sentence_count": many])), keyPointCount: points)
    }
    #expect(try summary(1, 2, 3, 4, points: 4).score == 0.6)
    #expect(try summary(0, 2, 3, 4, points: 4).score == 0)
    #expect(try summary(1, 0, 0, 0, points: 0).score == 0)
    #expect(try summary(1, 0, 3, 3, points: 5).score == 0)
  }
}
