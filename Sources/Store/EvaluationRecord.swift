public import Evaluation

/// What a model did with one prompt: everything that running it again would give again.
///
/// Its identity covers weights, tokenizer, cache type, numerics, prompt tokens, decoding and effective method, and nothing
/// of what is made of it afterwards (`ScoringRecord`).
public struct EvaluationRecord: Hashable, Sendable {
  /// SHA-256 over all that the model's work depends on; nil for a row of schema 1 that was not adopted yet.
  public var identity: String?
  /// The identity that schema 1 gave, which covered the scoring too; nil for rows made since.
  public var legacyIdentity: String?
  /// The rendered prompt, stored once per distinct text, compressed; empty where it was not asked for.
  public var prompt: String
  /// The first eight token ids of the prompt, to see the BOS.
  public var firstTokens: [Int]
  /// The prompt's length in tokens.
  public var promptTokenCount: Int
  /// The generated text; nil where nothing was generated.
  public var output: String?
  /// The generated token ids; nil where nothing was generated.
  public var outputTokens: [Int]?
  /// Why the generation ended; `choice` where choices were compared, nil for a text that was only scored.
  public var finishReason: FinishReason?
  /// Natural-log probabilities of the tokens after the first, or of all choices' tokens one choice after another; nil
  /// for a text that was generated, and where they were not asked for.
  public var logProbabilities: [Float]?
  /// How many of `logProbabilities` belong to each choice; nil without choices, and in a row of schema 1.
  public var choiceCounts: [Int]?
  /// Wall seconds of the evaluation.
  public var durationSeconds: Double
  /// Tokens that were computed; fewer than the prompt's where a prefix was reused.
  public var computedTokenCount: Int

  /// A record from its parts.
  public init(
    identity: String?, legacyIdentity: String? = nil, prompt: String, firstTokens: [Int], promptTokenCount: Int,
    output: String? = nil, outputTokens: [Int]? = nil, finishReason: FinishReason? = nil,
    logProbabilities: [Float]? = nil,
    choiceCounts: [Int]? = nil, durationSeconds: Double, computedTokenCount: Int
  ) {
    self.identity = identity
    self.legacyIdentity = legacyIdentity
    self.prompt = prompt
    self.firstTokens = firstTokens
    self.promptTokenCount = promptTokenCount
    self.output = output
    self.outputTokens = outputTokens
    self.finishReason = finishReason
    self.logProbabilities = logProbabilities
    self.choiceCounts = choiceCounts
    self.durationSeconds = durationSeconds
    self.computedTokenCount = computedTokenCount
  }
}

/// What is made of an evaluation for a sample: scoring again never runs a model.
///
/// Its identity covers protocol, scorer's version, accepted answers and facts.
public struct ScoringRecord: Hashable, Sendable {
  /// SHA-256 over all that the scores depend on beside the evaluation; nil for a row of schema 1.
  public var identity: String?
  /// The protocol's versioned name.
  public var protocolName: String
  /// The version of the scorer; empty for a row of schema 1.
  public var scorerVersion: String
  /// The accepted answers.
  public var expected: [String]
  /// Requested and realised length and depth, document and the like: JSON object with sorted keys.
  public var facts: String
  /// Tokens of the sample that were cut away to fit.
  public var truncatedTokenCount: Int
  /// What is shown as the output where it is not the model's own text: the chosen answer.
  public var answer: String?
  /// One entry for each metric, in the task's order.
  public var scores: [Score]

  /// A record from its parts.
  public init(
    identity: String?, protocolName: String, scorerVersion: String, expected: [String], facts: String,
    truncatedTokenCount: Int, answer: String? = nil, scores: [Score]
  ) {
    self.identity = identity
    self.protocolName = protocolName
    self.scorerVersion = scorerVersion
    self.expected = expected
    self.facts = facts
    self.truncatedTokenCount = truncatedTokenCount
    self.answer = answer
    self.scores = scores
  }
}

/// An evaluation as it is stored.
public struct StoredEvaluation: Hashable, Sendable {
  /// Its row.
  public let id: EvaluationID
  /// What the model did.
  public let record: EvaluationRecord
  /// Seconds since 1970.
  public let recordedAt: Double
}

/// A cell's current result for a sample, as it is stored.
public struct StoredSample: Hashable, Sendable {
  /// The cell.
  public let cell: CellID
  /// The sample's name inside its task.
  public let sampleID: String
  /// The run that took the result for the cell.
  public let run: RunID
  /// What the model did.
  public let evaluation: StoredEvaluation
  /// The scoring's row.
  public let scoringID: ScoringID
  /// What is made of it.
  public let scoring: ScoringRecord
  /// When it was scored, in seconds since 1970.
  public let scoredAt: Double

  /// Both in one, as reports read it.
  public var result: SampleResult {
    let record = evaluation.record
    return SampleResult(
      sampleID: sampleID, identity: record.identity ?? record.legacyIdentity ?? "", prompt: record.prompt,
      firstTokens: record.firstTokens, promptTokenCount: record.promptTokenCount,
      truncatedTokenCount: scoring.truncatedTokenCount, expected: scoring.expected, facts: scoring.facts,
      output: scoring.answer ?? record.output, outputTokens: record.outputTokens, finishReason: record.finishReason,
      scores: scoring.scores, logProbabilities: record.logProbabilities, durationSeconds: record.durationSeconds,
      computedTokenCount: record.computedTokenCount)
  }
}

/// The scores of a cell's current result for a sample, which is all that gates look at.
public struct ScoredSample: Hashable, Sendable {
  /// The sample's name inside its task.
  public let sampleID: String
  /// The sample's facts: JSON object with sorted keys.
  public let facts: String
  /// Scores by metric.
  public let scores: [Score]

  /// The scores of a result.
  public init(_ result: SampleResult) {
    self.init(sampleID: result.sampleID, facts: result.facts, scores: result.scores)
  }

  init(sampleID: String, facts: String, scores: [Score]) {
    self.sampleID = sampleID
    self.facts = facts
    self.scores = scores
  }
}

/// What identifies a cell's current result for a sample.
public struct ResultIdentity: Hashable, Sendable {
  /// The evaluation's row.
  public let evaluationID: EvaluationID
  /// The evaluation's identity; nil for a row of schema 1 that was not adopted yet.
  public let evaluation: String?
  /// The identity that schema 1 gave the evaluation; nil for rows made since.
  public let legacy: String?
  /// The scoring's identity; nil for a row of schema 1.
  public let scoring: String?
  /// The scoring's row.
  public let scoringID: ScoringID
}

/// An evaluation of schema 1 that may be what a sample needs.
///
/// It is, where `legacyIdentity` equals schema 1's identity computed from what the sweep knows (model, tokenizer, cache
/// type, numerics, prompt, decoding, method) and from `protocolName`, `expected` and `facts` of this row.
public struct LegacyCandidate: Hashable, Sendable {
  /// The evaluation's row.
  public let evaluation: EvaluationID
  /// The identity that schema 1 gave.
  public let legacyIdentity: String
  /// The protocol under which it was evaluated.
  public let protocolName: String
  /// The accepted answers as they were.
  public let expected: [String]
  /// The facts as they were, in schema 1's canonical spelling.
  public let facts: String
}

/// The new identity of an evaluation of schema 1.
public struct Adoption: Hashable, Sendable {
  /// The evaluation's row.
  public var evaluation: EvaluationID
  /// Its identity from now on.
  public var identity: String
  /// How many log-probabilities belong to each choice; nil without choices.
  public var choiceCounts: [Int]?

  /// An adoption from its parts.
  public init(evaluation: EvaluationID, identity: String, choiceCounts: [Int]? = nil) {
    self.evaluation = evaluation
    self.identity = identity
    self.choiceCounts = choiceCounts
  }
}

/// A stored evaluation with the scoring that makes it a cell's result for a sample.
public struct Attachment: Hashable, Sendable {
  /// The evaluation's row.
  public var evaluation: EvaluationID
  /// What is made of it.
  public var scoring: ScoringRecord
  /// The cell that takes it.
  public var cell: CellID
  /// The sample's name inside its task.
  public var sampleID: String

  /// An attachment from its parts.
  public init(evaluation: EvaluationID, scoring: ScoringRecord, cell: CellID, sampleID: String) {
    self.evaluation = evaluation
    self.scoring = scoring
    self.cell = cell
    self.sampleID = sampleID
  }
}
