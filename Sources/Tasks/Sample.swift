public import Tokenizers

/// The name of a sample inside its task: the same for every model and method, and never changed once published.
public struct SampleID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// The text that is stored, for example `length=4096/depth=0.50/trial=3`.
  public let rawValue: String

  /// An identifier from its stored text.
  public init(_ rawValue: String) { self.rawValue = rawValue }

  /// The stored text.
  public var description: String { rawValue }

  /// The order of the stored texts.
  public static func < (a: SampleID, b: SampleID) -> Bool { a.rawValue < b.rawValue }
}

/// What a task asks the model runner to do with one prompt.
public enum Request: Hashable, Sendable {
  /// Natural-log probabilities of every token after the first, given all before it (`count - 1` values).
  case score(tokens: [Int])
  /// Greedy continuation: at most `maxNewTokens`, ended by EOS, by any of `stopTokens`, or by a text in `stopTexts`.
  ///
  /// Neither EOS nor a stop token is chosen before there are `minNewTokens`.
  case generate(
    tokens: [Int], maxNewTokens: Int, stopTokens: [Int] = [], stopTexts: [String] = [], minNewTokens: Int = 0)
  /// Natural-log probabilities of the tokens of each continuation, given the prefix and what stands before them.
  ///
  /// Neither the prefix nor a continuation is empty. The prefix goes through the model once for all of them.
  case choices(prefix: [Int], continuations: [[Int]])

  /// The prompt's token ids.
  public var tokens: [Int] {
    switch self {
    case .score(let tokens): tokens
    case .generate(let tokens, _, _, _, _): tokens
    case .choices(let prefix, _): prefix
    }
  }
}

/// Why a generation ended.
public enum FinishReason: String, Hashable, Sendable, Codable {
  case endOfText = "eos"
  case length
  case stop
}

/// What the model runner gives back for a request.
public enum Outcome: Hashable, Sendable {
  /// One natural-log probability per token after the first.
  case logProbabilities([Float])
  /// The new tokens (without the one that ended the text) and their text without special tokens.
  case generation(tokens: [Int], text: String, finishReason: FinishReason)
  /// For each continuation, in order, one natural-log probability per token.
  case choiceLogProbabilities([[Float]])
}

/// One prompt, or one text to score, with what is expected of it.
public struct Sample: Sendable {
  /// The name of the sample inside its task.
  public let id: SampleID
  /// The rendered prompt or text, as a person would read it.
  public let text: String
  /// What the model must do.
  public let request: Request
  /// The accepted answers; empty for a text that is only scored.
  public let expected: [String]
  /// What is recorded beside the scores, in a fixed order: requested and realised length and depth, document, window.
  public let facts: [(name: String, value: Value)]
  /// The number of tokens that were cut away to fit, 0 when nothing was.
  public let truncatedTokenCount: Int

  /// A sample from its parts.
  public init(
    id: SampleID, text: String, request: Request, expected: [String] = [],
    facts: [(name: String, value: Value)] = [], truncatedTokenCount: Int = 0
  ) {
    self.id = id
    self.text = text
    self.request = request
    self.expected = expected
    self.facts = facts
    self.truncatedTokenCount = truncatedTokenCount
  }
}

/// What a scorer needs to know of a sample, no more than a store keeps: never the prompt's text or tokens.
public struct Reference: Sendable {
  /// The name of the sample inside its task.
  public let sampleID: SampleID
  /// The accepted answers; empty for a text that is only scored.
  public let expected: [String]
  /// What is recorded beside the scores, in a fixed order.
  public let facts: [(name: String, value: Value)]
  /// The number of the prompt's tokens.
  public let promptTokenCount: Int

  /// A reference from its parts.
  public init(
    sampleID: SampleID, expected: [String], facts: [(name: String, value: Value)], promptTokenCount: Int
  ) {
    self.sampleID = sampleID
    self.expected = expected
    self.facts = facts
    self.promptTokenCount = promptTokenCount
  }

  /// The value of a fact, or nil where none has the name.
  public func fact(_ name: String) -> Value? { facts.first { $0.name == name }?.value }
}

extension Sample {
  /// What a scorer needs to know of it.
  public var reference: Reference {
    Reference(sampleID: id, expected: expected, facts: facts, promptTokenCount: request.tokens.count)
  }
}

/// A named number that a scorer gives to one sample, for example `accuracy` 1 or `nll_sum` 512.4.
public struct Score: Hashable, Sendable, Codable {
  /// The metric's name, as in reports.
  public let metric: String
  /// The value; `nil` when the sample could not be scored, with the reason in `unscored`.
  public let value: Double?
  /// Why there is no value.
  public let unscored: String?

  /// A score.
  public init(_ metric: String, _ value: Double) {
    self.metric = metric
    self.value = value
    self.unscored = nil
  }

  /// A sample that cannot be scored, and why.
  public init(_ metric: String, unscored: String) {
    self.metric = metric
    self.value = nil
    self.unscored = unscored
  }
}

/// What a task may know of the model for which it makes samples.
public struct SampleContext: Sendable {
  /// The model's tokenizer.
  public let tokenizer: Tokenizer
  /// The model's pretraining window L, in tokens.
  public let contextWindow: Int
  /// The name of the chat template to wrap prompts in, or nil for none.
  public let chat: String?
  /// The sweep's seed; a task derives all its randomness from it and from sample coordinates.
  public let seed: UInt64

  /// A context from its parts.
  public init(tokenizer: Tokenizer, contextWindow: Int, chat: String?, seed: UInt64) {
    self.tokenizer = tokenizer
    self.contextWindow = contextWindow
    self.chat = chat
    self.seed = seed
  }
}
