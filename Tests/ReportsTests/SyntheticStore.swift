import Evaluation
import Foundation
import Store
import TestSupport
import Text

/// A small sweep of invented results: a passkey test, perplexity of three books and two datasets of answers.
///
/// The numbers follow the shape of the real thing: plain attention fails beyond L = 1024, Self-Extend does not.
struct SyntheticStore {
  let store: ResultStore
  let run: RunID
  let methods = [
    "self-extend:G=8,W=256", "plain", "self-extend:G=4,W=128", "self-extend:G=4,W=256", "self-extend:G=8,W=128",
  ]
  private let folder: TemporaryFolder

  /// An empty store with a run that has begun.
  init(configurationHash: String = "c0ffee", limit: Int? = nil) throws {
    folder = try TemporaryFolder()
    store = try ResultStore.open(folder.file("synthetic.sqlite"), mode: .create)
    run = try store.beginRun(
      RunRecord(
        name: "synthetic", configuration: #"{"methods":["plain"],"name":"synthetic","seed":42}"#,
        configurationHash: configurationHash,
        environment: ["cpu": "Test <CPU> & co", "engine": "1", "host": "test", "threads": "2"].merging(
          limit.map { ["limit": "\($0)"] } ?? [:]
        ) { $1 },
        warnings: ["self-extend:G=8,W=128 has room for 8064 tokens | the longest prompt has 2048"]))
  }

  /// Everything, in one go.
  static func complete() throws -> SyntheticStore {
    let synthetic = try SyntheticStore()
    try synthetic.fillPasskey()
    try synthetic.fillPerplexity()
    try synthetic.fillAnswers()
    return synthetic
  }

  static func record(
    _ task: String, _ method: String, _ coordinates: [(String, String)], metric: MetricDescription, count: Int,
    dataHash: String = ""
  ) -> CellRecord {
    CellRecord(
      model: "Tiny-1K", contextWindow: 1024, modelHash: "feed", method: method, task: task,
      settings: #"{"trials":2}"#, protocolName: "\(task)/v1",
      protocolNotes: ["The prompt ends with the question.", "Deviation: the haystack is `generated`."],
      dataHash: dataHash, coordinates: Coordinates(coordinates.map { Coordinate(name: $0.0, spelling: $0.1) }),
      metrics: [metric], sampleCount: count)
  }

  static func result(
    _ id: String, _ method: String, facts: String = "{}", scores: [Score], output: String? = nil,
    tokens: Int = 500, logProbabilities: [Float]? = nil
  ) -> SampleResult {
    SampleResult(
      sampleID: id, identity: "\(method)/\(id)", prompt: "A prompt of \(id). What is the key?", firstTokens: [1, 319],
      promptTokenCount: tokens, truncatedTokenCount: id.hasSuffix("trial=1") ? 12 : 0,
      expected: output == nil ? [] : ["71824"], facts: facts, output: output, outputTokens: output.map { _ in [5, 6] },
      finishReason: output == nil ? nil : FinishReason.length, scores: scores, logProbabilities: logProbabilities,
      durationSeconds: Double.random(in: 0.5..<2), computedTokenCount: Int.random(in: 1...tokens))
  }

  static let accuracy = MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)
  static let perplexity = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)
  static let f1 = MetricDescription(name: "f1", aggregation: .mean, higherIsBetter: true)

  /// One passkey cell; sample ids are those of `passkeyIDs`.
  func passkeyCell(_ method: String, length: Int, depth: String) throws -> CellID {
    try store.cell(
      Self.record("passkey", method, [("length", "\(length)"), ("depth", depth)], metric: Self.accuracy, count: 2))
  }

  /// One passkey sample, right or wrong as the method and the length say.
  func appendPasskey(_ method: String, length: Int, depth: String, trial: Int, cell: CellID) throws {
    let id = "length=\(length)/depth=\(depth)/trial=\(trial)"
    let isRight =
      length <= 1024 || (method != "plain" && !(method.contains("G=4,W=256") && depth == "0.5" && trial == 1))
    let output = isRight ? " 71824" : trial == 0 ? "" : "the the, \"the\"\nthe"
    try store.append(
      Self.result(
        id, method, facts: #"{"depth":\#(depth),"length":\#(length),"realised_length":\#(length - 3)}"#,
        scores: [.init(metric: "accuracy", value: isRight ? 1 : 0, unscored: nil)], output: output, tokens: length - 3),
      cell: cell, run: run)
  }

  func fillPasskey() throws {
    for method in methods {
      for length in [2048, 512, 1024] {
        for depth in ["0.0", "0.5", "1.0"] {
          let cell = try passkeyCell(method, length: length, depth: depth)
          for trial in 0..<2 { try appendPasskey(method, length: length, depth: depth, trial: trial, cell: cell) }
        }
      }
    }
  }

  func fillPerplexity() throws {
    for method in methods.prefix(3) {
      for length in [512, 2048] {
        let record = Self.record(
          "books", method, [("length", "\(length)")], metric: Self.perplexity, count: 3, dataHash: "b00c")
        let cell = try store.cell(record)
        for document in 0..<3 {
          var random = SplitMix64(seed: UInt64(document))
          let values = (1..<length).map { position -> Float in
            let beyond = method == "plain" && position > 1024 ? Float(position - 1024) / 300 : 0
            return -(1.4 + 0.9 * Float(64) / Float(64 + position) + beyond + 0.3 * random.unit())
          }
          let sum = values.reduce(0.0) { $0 - Double($1) }
          try store.append(
            Self.result(
              "book=\(document)", method, facts: #"{"document":"book \#(document)"}"#,
              scores: [
                .init(metric: "nll_sum", value: sum, unscored: nil),
                .init(metric: "token_count", value: Double(values.count), unscored: nil),
              ], tokens: length, logProbabilities: values), cell: cell, run: run)
        }
      }
    }
  }

  /// Two datasets, one with an unscored, a failed and a missing sample.
  func fillAnswers() throws {
    for (index, method) in ["plain", "self-extend:G=4,W=128"].enumerated() {
      for dataset in ["qasper", "hotpot_qa"] {
        let cell = try store.cell(
          Self.record("answers", method, [("dataset", dataset)], metric: Self.f1, count: 4, dataHash: "da7a"))
        for sample in 0..<4 {
          let id = "\(dataset)/\(sample)"
          if index == 1, dataset == "qasper", sample == 2 {
            try store.recordFailure(sampleID: id, cell: cell, run: run, message: "out of memory at 2048 tokens")
            continue
          }
          if index == 1, dataset == "qasper", sample == 3 { continue }
          let isUnscored = index == 1 && dataset == "qasper" && sample == 1
          let value = Double((sample * 7 + index * 3 + dataset.count) % 10) / 10
          try store.append(
            Self.result(
              id, method,
              scores: [
                .init(
                  metric: "f1", value: isUnscored ? nil : value, unscored: isUnscored ? "no reference answer" : nil)
              ], output: "answer \(sample)"), cell: cell, run: run)
        }
      }
    }
  }
}
