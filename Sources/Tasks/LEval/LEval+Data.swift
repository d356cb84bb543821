import JSON
import Metrics

extension LEval {
  /// The official files; the prompts stand in its published predictions alone.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "LEval", source: "github.com/OpenLMLab/LEval (LEval-data/, Predictions/)",
    takes: "the repository's checkout (LEval-data/ and, for the prompts, Predictions/)", wantsImport: true,
    files: KnownFile.table(LEvalTable.text), derivation: prompts
  ) { row in
    RowRule.missing(row, texts: ["input"], lists: ["instructions", "outputs"])
      ?? (row["instructions"]?.elements?.count == row["outputs"]?.elements?.count
        ? nil : "`instructions` and `outputs` differ in number")
  }

  private static let prompts = Benchmark.Derivation(
    name: LEvalPrompts.fileName, source: "Predictions/*/\(LEvalPrompts.model)",
    takes: { parts in
      parts.count >= 3 && parts[parts.count - 1].hasSuffix(".pred.jsonl")
        && parts[parts.count - 2] == LEvalPrompts.model
    }, keptParts: 3
  ) { (folder) throws(TaskError) in
    let derivation = try LEvalPrompts.derive(predictions: folder)
    return (Array(derivation.prompts.json.utf8), "the prompts of \(derivation.prompts.tasks.count) tasks")
  }

  /// The official prediction files.
  public static let predictions: PredictionScorer? = PredictionScorer(
    name: name, part: .task, protocols: [LEvalReading.v2, .v1].map(\.rawValue)
  ) { (task, file, options) throws(ScoringError) in
    try BenchmarkScorer.lEval(
      task: task, predictions: file, reading: options.protocolName.flatMap { LEvalReading(rawValue: $0) } ?? .v2)
  }
}
