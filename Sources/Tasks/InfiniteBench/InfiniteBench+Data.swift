import JSON
import Metrics

extension InfiniteBench {
  /// The twelve files and the two of the repository that hold the prompts.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, folder: "InfiniteBench",
    source: "huggingface.co/datasets/xinrongzhang2022/InfiniteBench and github.com/OpenBMB/InfiniteBench (src/)",
    takes: "the .jsonl files, and the repository's checkout for the prompts (src/prompt.py, src/eval_utils.py)",
    wantsImport: true,
    // The rows are not held to a number: Zh.QA lost some in August 2024.
    files: InfiniteBenchTask.allCases.map { KnownFile(name: "\($0.rawValue).jsonl") }
      + ["src/prompt.py", "src/eval_utils.py"].map { KnownFile(name: $0) }
  ) { row in
    RowRule.missing(row, texts: ["context"]) ?? (row["answer"] == nil ? "`answer` is missing" : nil)
  }

  /// The authors' prediction files: rows `prediction`, `ground_truth`.
  public static let predictions: PredictionScorer? = PredictionScorer(
    name: name, part: .task, protocols: InfiniteBenchScorer.allCases.map(\.rawValue)
  ) { (task, file, options) throws(ScoringError) in
    try BenchmarkScorer.infiniteBench(
      task: task, predictions: file,
      version: options.protocolName.flatMap { InfiniteBenchScorer(rawValue: $0) } ?? .snapshot)
  }
}
