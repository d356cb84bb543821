import Evaluation
import Foundation
import Store

/// Small records for the store's tests.
enum Samples {
  static func run(_ configurationHash: String = "c0") -> RunRecord {
    RunRecord(
      name: "small", configuration: #"{"name":"small"}"#, configurationHash: configurationHash,
      environment: ["host": "test", "cpu": "one"], warnings: ["first", "second"])
  }

  static func cell(
    method: String = "plain", length: Int = 4096, protocolName: String = "passkey/se-eval-v1", count: Int = 3
  ) -> CellRecord {
    CellRecord(
      model: "tiny", contextWindow: 4096, modelHash: "m0", method: method, task: "passkey", settings: "{}",
      protocolName: protocolName, protocolNotes: ["a note"], dataHash: "",
      coordinates: [Coordinate(name: "length", spelling: "\(length)"), Coordinate(name: "depth", spelling: "0.5")],
      metrics: [.init(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)], sampleCount: count)
  }

  static func result(_ id: String, identity: String? = nil, prompt: String = "The key is 12345.") -> SampleResult {
    SampleResult(
      sampleID: id, identity: identity ?? "identity of \(id)", prompt: prompt, firstTokens: [1, 306, 4658],
      promptTokenCount: 4000, truncatedTokenCount: 7, expected: ["12345", "é\u{0}x"],
      facts: #"{"depth":0.5,"length":4096}"#, output: " 12345", outputTokens: [29871, 29896], finishReason: .length,
      scores: [
        .init(metric: "accuracy", value: 1, unscored: nil),
        .init(metric: "f1", value: nil, unscored: "no answer was found"),
      ],
      logProbabilities: [-0.5, -1.25, -.infinity, 0], durationSeconds: 1.5, computedTokenCount: 3000)
  }

  static func evaluation(
    _ identity: String, prompt: String = "The key is 12345.", output: String = " 12345"
  ) -> EvaluationRecord {
    EvaluationRecord(
      identity: identity, prompt: prompt, firstTokens: [1, 306, 4658], promptTokenCount: 4000, output: output,
      outputTokens: [29871, 29896], finishReason: .length, durationSeconds: 1.5, computedTokenCount: 3000)
  }

  static func scoring(
    _ identity: String = "s", accuracy: Double = 1, scorerVersion: String = "1"
  ) -> ScoringRecord {
    ScoringRecord(
      identity: identity, protocolName: "passkey/se-eval-v1", scorerVersion: scorerVersion, expected: ["12345"],
      facts: #"{"depth":0.5,"length":4096}"#, truncatedTokenCount: 7,
      scores: [
        .init(metric: "accuracy", value: accuracy, unscored: nil),
        .init(metric: "f1", value: nil, unscored: "no answer was found"),
      ])
  }
}

extension ResultStore {
  /// The identity of each current result of a cell, whichever schema gave it.
  func identities(in cell: CellID) throws -> [String: String] {
    try resultIdentities(in: cell).compactMapValues { $0.legacy ?? $0.evaluation }
  }

  /// Makes a result of one cell the result of another as it is.
  func share(_ sampleID: String, of cell: CellID, with other: CellID, as name: String, run: RunID) throws {
    for sample in try samples(in: cell, withPrompts: false, withLogProbabilities: false)
    where sample.sampleID == sampleID {
      try attach(
        [Attachment(evaluation: sample.evaluation.id, scoring: sample.scoring, cell: other, sampleID: name)], run: run)
    }
  }
}
