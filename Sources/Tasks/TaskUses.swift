public import Metrics

/// What `tune` measures a method with.
public struct TuningProbe: Hashable, Sendable {
  /// The length of prompts, in tokens.
  public let length: Int
  /// Samples per cell.
  public let trials: Int
  /// Places of what is hidden.
  public let depths: Int
  /// A text file, or a folder of them, for perplexity.
  public let text: String?

  /// A probe.
  public init(length: Int, trials: Int, depths: Int, text: String?) {
    self.length = length
    self.trials = trials
    self.depths = depths
    self.text = text
  }
}

/// Scores a benchmark's own prediction files, with no model.
public struct PredictionScorer: Sendable {
  /// What tells the files of a benchmark apart on the command line.
  public enum Part: String, Hashable, Sendable {
    case dataset, task
  }

  /// The benchmark's name on the command line.
  public let name: String
  /// The option that says which of its files it is.
  public let part: Part
  /// Scores a file: of which part, whether LongBench-E's buckets are wanted, and jieba where it is installed.
  public let score: @Sendable (String, PredictionFile, Bool, JiebaSegmenter?) throws(ScoringError) -> BenchmarkScore
}
