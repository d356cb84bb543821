public import Evaluation

/// Scores outcomes with what a store keeps of a sample; made of an entry's settings alone, so that `rescore` works where
/// the data are no longer there.
public struct OutcomeScoring: Sendable {
  private let scores: @Sendable (Reference, Outcome) -> [Score]?
  private let answer: @Sendable (Reference, Outcome) -> String?

  /// A scoring.
  ///
  /// - Parameters:
  ///   - scores: what `EvaluationTask.scores(of:outcome:)` gives; nil for a sample whose score needs the data.
  ///   - answer: what `EvaluationTask.answer(of:outcome:)` gives.
  public init(
    _ scores: @escaping @Sendable (Reference, Outcome) -> [Score]?,
    answer: @escaping @Sendable (Reference, Outcome) -> String? = { _, _ in nil }
  ) {
    self.scores = scores
    self.answer = answer
  }

  /// A built task's own.
  public init(_ task: any EvaluationTask) {
    self.init({ task.scores(of: $0, outcome: $1) }, answer: { task.answer(of: $0, outcome: $1) })
  }

  /// The same, where a score that one of the metrics cannot have is none.
  ///
  /// - Parameter metrics: what the scores are of.
  /// - Returns: a scoring.
  public func limited(to metrics: [MetricDescription]) -> OutcomeScoring {
    let scores = scores
    return OutcomeScoring(
      { reference, outcome in
        scores(reference, outcome).map { given in metrics.reduce(given) { $1.possible($0) } }
      }, answer: answer)
  }

  /// The scores of one outcome; nil where they need the data.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score]? { scores(reference, outcome) }

  /// What is shown as the output of a sample for which the model wrote no text.
  public func answer(of reference: Reference, outcome: Outcome) -> String? { answer(reference, outcome) }
}

/// A task whose scores follow from the reference and the outcome alone, whatever its settings and data.
public protocol StatelessScoring: EvaluationTask {
  /// The scores of one outcome; see `EvaluationTask.scores(of:outcome:)`.
  static func scores(of reference: Reference, outcome: Outcome) -> [Score]
}

extension StatelessScoring {
  /// The scores of one outcome.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    Self.scores(of: reference, outcome: outcome)
  }

  /// Needs neither settings nor data.
  public static func scoring(settings: TaskSettings) -> OutcomeScoring? {
    OutcomeScoring { Self.scores(of: $0, outcome: $1) }
  }
}
