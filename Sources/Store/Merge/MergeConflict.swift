import Evaluation

/// Different numbers under one identity in two stores: one of them is not what it says.
public struct MergeConflict: Hashable, Sendable, CustomStringConvertible {
  /// The store that holds the other number: the one that was to receive the results, or one that was merged before.
  public let target: String
  /// The store that was to be merged.
  public let source: String
  /// The cell in words.
  public let cell: String
  /// The sample's name inside its task.
  public let sampleID: String
  /// The identity that both have.
  public let identity: String
  /// What differs, for example `output` or `score accuracy`.
  public let what: String
  /// What the target says.
  public let inTarget: String
  /// What the source says.
  public let inSource: String

  /// What is wrong, where, and what to do.
  public var description: String {
    "\(source): sample \(sampleID) of \(cell) has \(what) \(inSource), and \(inTarget) in \(target), under one identity "
      + "(\(identity.prefix(12))). Equal work must give equal numbers: find out which store is wrong (another build, a "
      + "damaged file) and merge the other. Nothing was merged."
  }
}

/// The first difference between two evaluations, or two lists of scores, that should be equal.
struct EvaluationDifference {
  let what: String
  let first: String
  let second: String

  private init(_ what: String, _ first: String, _ second: String) {
    self.what = what
    self.first = first
    self.second = second
  }

  /// Nil where a model did the same; times may differ, and so may what only one of the two says.
  init?(_ a: EvaluationRecord, _ b: EvaluationRecord) {
    if a.outputTokens != b.outputTokens {
      self.init("the output tokens", Self.text(a.outputTokens), Self.text(b.outputTokens))
    } else if a.output != b.output {
      self.init("the output", Self.text(a.output), Self.text(b.output))
    } else if a.finishReason != b.finishReason {
      self.init("the finish reason", Self.text(a.finishReason?.rawValue), Self.text(b.finishReason?.rawValue))
    } else if let counts = a.choiceCounts, let other = b.choiceCounts, counts != other {
      self.init("the tokens of the choices", Self.text(counts), Self.text(other))
    } else if let values = a.logProbabilities, let other = b.logProbabilities {
      self.init(values, other)
    } else {
      return nil
    }
  }

  private init?(_ a: [Float], _ b: [Float]) {
    guard a.count == b.count else {
      self.init("log-probabilities, in number", "\(a.count)", "\(b.count)")
      return
    }
    guard let at = a.indices.first(where: { a[$0].bitPattern != b[$0].bitPattern }) else { return nil }
    self.init("log-probability \(at)", "\(a[at])", "\(b[at])")
  }

  /// Nil where all scores are the same.
  init?(_ a: [Score], _ b: [Score]) {
    guard a != b else { return nil }
    guard let (first, second) = zip(a, b).first(where: { $0 != $1 }) else {
      self.init("scores, in number", "\(a.count)", "\(b.count)")
      return
    }
    self.init("the score", Self.text(first), Self.text(second))
  }

  private static func text(_ score: Score) -> String {
    "\(score.metric) \(score.value.map { "\($0)" } ?? "unscored (\(score.unscored ?? ""))")"
  }

  private static func text(_ text: String?) -> String { text.map { shortened("\"\($0)\"") } ?? "none" }

  private static func text(_ tokens: [Int]?) -> String { tokens.map { shortened(Encoding.json($0)) } ?? "none" }

  private static func shortened(_ text: String) -> String {
    text.count > 120 ? text.prefix(117) + "..." : text
  }
}
