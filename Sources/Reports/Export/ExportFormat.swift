/// A layout in which the samples of a store can be handed to other programs.
public enum ExportFormat: String, CaseIterable, Hashable, Sendable {
  /// One JSON object for each sample.
  case jsonl
  /// One row for each sample, one column for each metric; columns have one type each, so that they become Parquet.
  case csv
  /// lm-evaluation-harness: `samples_*.jsonl` and `results_*.json` in a folder for each model and method.
  case lmEval = "lm-eval"
  /// LongBench: `pred/<model>/<dataset>.jsonl`, which its own eval.py scores.
  case longBench = "longbench"
}

/// What an export wrote.
public struct ExportSummary: Hashable, Sendable {
  /// The files, in order.
  public var files: [String]
  /// Samples in them.
  public var sampleCount: Int
  /// What was left out, and why.
  public var notes: [String]
}
