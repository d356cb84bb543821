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

extension Request {
  /// The most new tokens; 0 where nothing is generated.
  public var maxNewTokens: Int {
    if case .generate(_, let count, _, _, _) = self { return count }
    return 0
  }

  /// The longest sequence that the model sees: prompt and new tokens, or the longest continuation.
  public var sequenceLength: Int {
    switch self {
    case .score, .generate: tokens.count + maxNewTokens
    case .choices(let prefix, let continuations): prefix.count + (continuations.map(\.count).max() ?? 0)
    }
  }
}

extension Request {
  /// The number of leading tokens that two prompts share, short of the last one of the first.
  public static func sharedPrefix(_ a: [Int], _ b: [Int]) -> Int {
    let limit = min(b.count, a.count - 1)
    var count = 0
    while count < limit, a[count] == b[count] { count += 1 }
    return max(0, count)
  }
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

/// Why a generation ended.
public enum FinishReason: String, Hashable, Sendable, Codable {
  case endOfText = "eos"
  case length
  case stop
  /// The likeliest of given continuations was taken.
  case choice
}
