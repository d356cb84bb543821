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
  /// The protocols that it knows, the default one first; empty where there is one way only.
  public var protocols: [String] = []
  /// Scores a file, given the part and how.
  public let score: @Sendable (String, PredictionFile, Options) throws(ScoringError) -> BenchmarkScore

  /// How a file is scored.
  public struct Options: Sendable {
    /// True where the scores of length buckets are wanted too.
    public var isByLength: Bool
    /// jieba, where it is installed.
    public var segmenter: JiebaSegmenter?
    /// The protocol; nil for the default one.
    public var protocolName: String?

    /// Options.
    public init(isByLength: Bool, segmenter: JiebaSegmenter?, protocolName: String?) {
      self.isByLength = isByLength
      self.segmenter = segmenter
      self.protocolName = protocolName
    }
  }
}
