public import Positions

/// What is known of a model before its weights are loaded.
public struct ModelFacts: Sendable {
  /// The pretraining window L, in tokens.
  public var contextWindow: Int
  /// The sliding window of the checkpoint, or nil.
  public var slidingWindow: Int?
  /// True where the checkpoint itself changes the rotary frequencies (Llama 3.1, LongRoPE and the like).
  public var hasRotaryScaling: Bool
  /// The number of parameters.
  public var parameterCount: Int
  /// Multiply-adds of new tokens after cached ones, with logits for the last of them.
  public var multiplyAdds: @Sendable (_ newTokens: Int, _ cached: Int, _ logitCount: Int) -> Double
  /// Bytes of cached keys and values per token.
  public var cacheByteCount: @Sendable (Method, CacheType) -> Int
  /// Bytes of the buffers of a forward pass.
  public var activationByteCount: Int
  /// Bytes that operations take beside these buffers when a sequence has so many tokens.
  public var operationByteCount: @Sendable (_ length: Int) -> Int = { _ in 0 }
  /// Tokens whose keys and values are held at once while prompts of a length are continued, several of them together.
  public var heldTokenCount: @Sendable (_ prompt: Int, _ newTokens: Int) -> Int = { $0 + $1 }

  /// Bytes that can be had now for keys, values and buffers, and for the weights where they are copied; 0 where that is
  /// not known.
  public var availableByteCount: Int
  /// Bytes of the weights where the device copies them to memory of its own; 0 where they stay in their files.
  public var copiedWeightByteCount = 0
  /// True where another program computes: neither this machine's memory nor its speed says anything.
  public var isRemote: Bool

  /// The number of token ids that the model has an embedding for; 0 where that is not known.
  public var vocabularySize: Int

  /// Facts from their parts.
  public init(
    contextWindow: Int, slidingWindow: Int?, hasRotaryScaling: Bool, parameterCount: Int,
    multiplyAdds: @escaping @Sendable (_ newTokens: Int, _ cached: Int, _ logitCount: Int) -> Double,
    cacheByteCount: @escaping @Sendable (Method, CacheType) -> Int, activationByteCount: Int,
    availableByteCount: Int = 0, isRemote: Bool = false, vocabularySize: Int = 0
  ) {
    self.contextWindow = contextWindow
    self.slidingWindow = slidingWindow
    self.hasRotaryScaling = hasRotaryScaling
    self.parameterCount = parameterCount
    self.multiplyAdds = multiplyAdds
    self.cacheByteCount = cacheByteCount
    self.activationByteCount = activationByteCount
    self.availableByteCount = availableByteCount
    self.isRemote = isRemote
    self.vocabularySize = vocabularySize
  }
}

/// What a backend can be asked for; a sweep asks before it runs, and a plan says what cannot be.
public struct Capabilities: Hashable, Sendable {
  /// True where every method of Positions is there; false where only the model as it is (`plain`).
  public var hasMethods: Bool
  /// True where the log-probabilities of a given text can be had: perplexity.
  public var scoresTexts: Bool
  /// True where given continuations can be compared: multiple choice.
  public var comparesChoices: Bool
  /// True where a prompt goes out as ids, or nobody needs it to.
  public var takesTokens = true
  /// True where pictures can go with a prompt.
  public var takesPictures = false
  /// The most tokens of prompt and answer, where there is such a limit.
  public var longestSequence: Int?
  /// The context that a server has in tokens, where it says it, whatever prompts are counted in here.
  public var servedContext: Int?
  /// Why something cannot be had, for messages.
  public var reasons: [String] = []

  /// Capabilities; by default all.
  public init(hasMethods: Bool = true, scoresTexts: Bool = true, comparesChoices: Bool = true) {
    self.hasMethods = hasMethods
    self.scoresTexts = scoresTexts
    self.comparesChoices = comparesChoices
  }
}
