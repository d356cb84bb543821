public import Evaluation
public import Tokenizers

/// One prompt, or one text to score, with what is expected of it.
public struct Sample: Sendable {
  /// The name of the sample inside its task.
  public let id: SampleID
  /// The rendered prompt or text, as a person would read it.
  public let text: String
  /// What the model must do.
  public let request: Request
  /// The prompt as messages, before a chat template or their concatenation made `text` of it; nil for what is no prompt.
  public let conversation: Conversation?
  /// What is asked once the model has answered; nil where its answer is the last.
  public private(set) var followUp: FollowUp?
  /// The sweep's judge is asked, and not the model.
  public let isJudgment: Bool
  /// The accepted answers; empty for a text that is only scored.
  public let expected: [String]
  /// What is recorded beside the scores, in a fixed order: requested and realised length and depth, document, window.
  public private(set) var facts: [(name: String, value: Value)]
  /// The number of tokens that were cut away to fit, 0 when nothing was.
  public let truncatedTokenCount: Int

  /// A sample from its parts.
  public init(
    id: SampleID, text: String, request: Request, conversation: Conversation? = nil, expected: [String] = [],
    facts: [(name: String, value: Value)] = [], truncatedTokenCount: Int = 0, followUp: FollowUp? = nil,
    isJudgment: Bool = false
  ) {
    self.id = id
    self.text = text
    self.request = request
    self.conversation = conversation
    self.followUp = followUp
    self.isJudgment = isJudgment
    self.expected = expected
    self.facts = facts
    self.truncatedTokenCount = truncatedTokenCount
  }
}

extension Sample {
  /// The same sample with one more fact.
  public func adding(_ fact: String, _ value: Value) -> Sample {
    var copy = self
    copy.facts.append((fact, value))
    return copy
  }

  /// The same sample with calls behind it.
  public func followed(by followUp: FollowUp) -> Sample {
    var copy = self
    copy.followUp = followUp
    return copy
  }

  /// What a scorer needs to know of it.
  public var reference: Reference {
    Reference(sampleID: id, expected: expected, facts: facts, promptTokenCount: request.tokens.count)
  }
}

/// What a task may know of the model for which it makes samples.
public struct SampleContext: Sendable {
  /// The model's tokenizer.
  public let tokenizer: Tokenizer
  /// The model's pretraining window L, in tokens.
  public let contextWindow: Int
  /// The name of the chat template to wrap prompts in, or nil for none; `serverChat` where a server does it.
  public let chat: String?
  /// The model's system message, for chat prompts that have none of their own.
  public let system: String?
  /// The day that a chat template is told.
  public let chatDate: ChatDate
  /// Who judges answers that no rule can score; nil where the sweep has no judge.
  public let judge: Judge?
  /// The sweep's seed; a task derives all its randomness from it and from sample coordinates.
  public let seed: UInt64

  /// The name that stands for a server's own template: messages go out as they are.
  public static let serverChat = "server"

  /// A context from its parts.
  public init(
    tokenizer: Tokenizer, contextWindow: Int, chat: String?, seed: UInt64, system: String? = nil,
    chatDate: ChatDate = .standard, judge: Judge? = nil
  ) {
    self.tokenizer = tokenizer
    self.contextWindow = contextWindow
    self.chat = chat
    self.system = system
    self.chatDate = chatDate
    self.judge = judge
    self.seed = seed
  }
}
