import Evaluation
import Store
import Tasks

/// Makes the scoring of an evaluation; never runs a model.
struct Scorer {
  let task: any EvaluationTask
  let identity: ScoringIdentity

  init(_ task: any EvaluationTask) {
    self.task = task
    identity = ScoringIdentity(of: task)
  }

  /// The scoring of an outcome.
  ///
  /// - Parameters:
  ///   - outcome: what the model answered.
  ///   - reference: what the scorer takes of the sample.
  ///   - facts: the reference's facts in the one spelling.
  ///   - truncatedTokenCount: tokens that were cut away to fit.
  /// - Returns: the record to store.
  func record(_ outcome: Outcome, _ reference: Reference, facts: String, truncatedTokenCount: Int) -> ScoringRecord {
    var answer: String?
    if case .choiceLogProbabilities = outcome { answer = task.answer(of: reference, outcome: outcome) }
    return ScoringRecord(
      identity: identity.of(expected: reference.expected, facts: facts), protocolName: identity.protocolName,
      scorerVersion: identity.scorerVersion, expected: reference.expected, facts: facts,
      truncatedTokenCount: truncatedTokenCount, answer: answer,
      scores: task.scores(of: reference, outcome: outcome))
  }
}
