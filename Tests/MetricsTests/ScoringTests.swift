import Foundation
import Metrics
import Testing

@Suite struct ScoringTests {
  private func file(_ lines: [String]) -> PredictionFile {
    PredictionFile(path: "pred.jsonl", bytes: Array(lines.joined(separator: "\n").utf8))
  }

  @Test("LongBench's file: best answer, first line, buckets, classes of the last row")
  func longBench() throws {
    let rows = file([
      #"{"pred": "\n\nfood\nQuestion: x", "answers": ["food"], "all_classes": ["nothing"], "length": 100}"#,
      #"{"pred": "date", "answers": ["food", "date"], "all_classes": null, "length": 5000}"#,
      #"{"pred": "food date", "answers": ["date"], "all_classes": ["food", "date"], "length": 9000}"#,
    ])
    let score = try BenchmarkScorer.longBench(dataset: "trec", predictions: rows, isE: true)
    #expect(score.scores == [1, 1, 0.5] && score.score == 83.33)
    #expect(score.buckets == [.init("0-4k", 100), .init("4-8k", 100), .init("8k+", 50)])
    #expect(score.metric == "classification_score")
  }

  @Test("bad rows are reported by line and do not stop the rest")
  func badRows() throws {
    let rows = file([
      #"{"pred": "{braces} in {text}", "answers": ["braces in text"]}"#, "", "{\"pred\": \"x\"}", "[1]",
      #"{"pred": "", "answers": ["y"]}"#, "{\"pred\": \"cut",
    ])
    let score = try BenchmarkScorer.longBench(dataset: "hotpotqa", predictions: rows)
    #expect(score.scores == [1, 0] && score.score == 50)
    #expect(score.problems.map(\.line) == [3, 4, 6])
    let broken = PredictionFile(path: "b", bytes: [0x7b, 0x22, 0xff, 0x22, 0x7d, 0x0a])
    #expect(broken.problems.first?.problem.contains("UTF-8") == true)
    #expect(throws: ScoringError.self) { try BenchmarkScorer.longBench(dataset: "hotpotqa", predictions: broken) }
    #expect(throws: ScoringError.self) { try BenchmarkScorer.longBench(dataset: "hotpot", predictions: rows) }
  }

  @Test("Chinese scores without jieba are missing, not something else")
  func chinese() throws {
    let rows = file([#"{"pred": "a", "answers": ["a"]}"#])
    let score = try BenchmarkScorer.longBench(dataset: "dureader", predictions: rows)
    #expect(score.score == nil && score.scores == [nil] && score.rowCount == 0)
    #expect(score.notes.contains { $0.contains("not comparable") })
    let json = String(decoding: try JSONEncoder().encode(score), as: UTF8.self)
    #expect(json.contains("\"score\":null") && json.contains("\"scores\":[null]"))
  }

  @Test("pairs give one score per row under every name of the registry")
  func pairs() throws {
    let rows = file([
      #"{"prediction": "12", "reference": "12", "all_classes": ["12"]}"#,
      #"{"prediction": "12", "reference": ["x", "12"], "all_classes": ["12"]}"#,
    ])
    for scorer in ScorerRegistry.scorers where !scorer.needsSegmenter && !scorer.name.hasPrefix("retrieval") {
      let score = try BenchmarkScorer.pairs(metric: scorer.name, pairs: rows)
      #expect(score.scores.count == 2, "\(scorer.name)")
      let isPairwise = scorer.name.hasPrefix("rouge2")
      #expect(score.scores[0].map { $0 > 0.99 } == !isPairwise, "\(scorer.name)")
    }
    #expect(Set(ScorerRegistry.names).count == ScorerRegistry.names.count)
    #expect(throws: ScoringError.self) { try BenchmarkScorer.pairs(metric: "none", pairs: rows) }
  }

  @Test("lost in the middle's rows")
  func lostInTheMiddle() throws {
    let rows = file([
      #"{"model_answer": " Paris\nmore", "answers": ["paris"], "value": "b"}"#, #"{"model_answer": "B", "value": "b"}"#,
    ])
    let questions = try BenchmarkScorer.lostInTheMiddle(task: "mdqa", predictions: rows)
    #expect(questions.score == 1 && questions.problems.map(\.line) == [2])
    #expect(try BenchmarkScorer.lostInTheMiddle(task: "kv-retrieval", predictions: rows).scores == [0, 1])
  }

  @Test(
    "numbers are rounded as Python's round does",
    arguments: [
      (2.675, 2.67), (0.125, 0.12), (0.375, 0.38), (1.005, 1.0), (83.333333, 83.33), (99.995, 100), (2.5, 2.5),
    ])
  func rounding(value: Double, expected: Double) {
    #expect(PythonRounding.round(value, 2) == expected)
  }
}
