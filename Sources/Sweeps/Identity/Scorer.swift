import Evaluation
import Store
import Tasks

/// Makes the scoring of an evaluation; never runs a model.
struct Scorer {
  let scoring: OutcomeScoring
  let identity: ScoringIdentity

  /// A task's scorer, under the protocol's name in the sweep.
  init(_ task: any EvaluationTask, protocolName: String) {
    scoring = OutcomeScoring(task).limited(to: task.metrics)
    identity = ScoringIdentity(protocolName: protocolName, scorerVersion: "\(type(of: task).scorerVersion)")
  }

  /// A scorer without a task, under the protocol that a scoring was made by.
  init(_ scoring: OutcomeScoring, protocolName: String, scorerVersion: Int) {
    self.scoring = scoring
    identity = ScoringIdentity(protocolName: protocolName, scorerVersion: "\(scorerVersion)")
  }

  /// The scoring of an outcome.
  ///
  /// - Parameters:
  ///   - outcome: what the model answered.
  ///   - reference: what the scorer takes of the sample.
  ///   - facts: the reference's facts in the one spelling.
  ///   - truncatedTokenCount: tokens that were cut away to fit.
  /// - Returns: the record to store; nil where the scores need data that the scorer was made without.
  func stored(
    _ outcome: Outcome, _ reference: Reference, facts: String, truncatedTokenCount: Int
  ) -> ScoringRecord? {
    scoring.scores(of: reference, outcome: outcome).map {
      record($0, outcome, reference, facts, truncatedTokenCount)
    }
  }

  /// The scoring of an outcome by a task's scorer, which has its data.
  func record(_ outcome: Outcome, _ reference: Reference, facts: String, truncatedTokenCount: Int) -> ScoringRecord {
    record(scoring.scores(of: reference, outcome: outcome) ?? [], outcome, reference, facts, truncatedTokenCount)
  }

  private func record(
    _ scores: [Score], _ outcome: Outcome, _ reference: Reference, _ facts: String, _ truncatedTokenCount: Int
  ) -> ScoringRecord {
    var answer: String?
    if case .choiceLogProbabilities = outcome { answer = scoring.answer(of: reference, outcome: outcome) }
    return ScoringRecord(
      identity: identity.of(expected: reference.expected, facts: facts), protocolName: identity.protocolName,
      scorerVersion: identity.scorerVersion, expected: reference.expected, facts: facts,
      truncatedTokenCount: truncatedTokenCount, answer: answer, scores: scores)
  }
}
