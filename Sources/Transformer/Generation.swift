import Checkpoints
import Kernels

/// How a continuation is generated.
public struct GenerationOptions: Sendable {
  /// The most new tokens.
  public var maxNewTokens: Int
  /// No stop token is chosen before there are that many.
  public var minNewTokens = 0
  /// Ids that end the text; they are not part of the result.
  public var stopTokens: Set<Int>
  /// Called with each new token; true ends the text after it.
  public var shouldStop: (@Sendable (_ token: Int) -> Bool)?

  /// Greedy generation.
  public init(
    maxNewTokens: Int, stopTokens: Set<Int> = [], shouldStop: (@Sendable (_ token: Int) -> Bool)? = nil
  ) {
    self.maxNewTokens = maxNewTokens
    self.stopTokens = stopTokens
    self.shouldStop = shouldStop
  }
}

/// The new tokens of a generation and why it ended.
public struct Continuation: Sendable, Equatable {
  /// Why a generation ended.
  public enum Ending: String, Sendable {
    /// A stop token.
    case stopToken
    /// The limit on new tokens.
    case length
    /// The caller's condition.
    case condition
  }

  /// New ids, without the stop token.
  public let tokens: [Int]
  /// Why it ended.
  public let ending: Ending
  /// The stop token that ended it, where one did.
  public let stopToken: Int?
}

extension Session {
  /// Continues a prompt greedily, taking the lowest id on a tie; the cache is cut back to what it shares with the prompt.
  ///
  /// - Parameters:
  ///   - prompt: at least 1 id.
  ///   - options: limits.
  /// - Returns: the continuation.
  /// - Throws: `TransformerError`.
  public func generate(_ prompt: [Int], _ options: GenerationOptions) throws(TransformerError) -> Continuation {
    guard !prompt.isEmpty else { throw .tooFewTokens(count: 0, minimum: 1) }
    let shared = reusePrefix(of: prompt)
    var pending = Array(prompt[shared...])
    var generated: [Int] = []
    while generated.count < options.maxNewTokens {
      var next = 0
      try extend(pending, logitCount: 1) { logits, _, _ in
        next = workers.argmax(logits, row: 0, columns: model.hyperparameters.vocabularySize)
        if generated.count < options.minNewTokens, options.stopTokens.contains(next) {
          next = Self.argmax(logits, count: model.hyperparameters.vocabularySize, without: options.stopTokens)
        }
      }
      if options.stopTokens.contains(next) {
        return Continuation(tokens: generated, ending: .stopToken, stopToken: next)
      }
      generated.append(next)
      if options.shouldStop?(next) == true {
        return Continuation(tokens: generated, ending: .condition, stopToken: nil)
      }
      pending = [next]
    }
    return Continuation(tokens: generated, ending: .length, stopToken: nil)
  }

  /// The most likely id that is not among `excluded`, the lowest on a tie.
  private static func argmax(_ logits: FloatBuffer, count: Int, without excluded: Set<Int>) -> Int {
    let allowed = (0..<count).lazy.filter { !excluded.contains($0) }
    return allowed.reduce(nil as Int?) { best, id in best.map { logits[id] > logits[$0] } ?? true ? id : best } ?? 0
  }

  /// Appends one token after another, each the most likely one after the last, with no end but the count.
  ///
  /// - Parameters:
  ///   - first: the token to append first.
  ///   - count: how many tokens go through the model.
  /// - Returns: the most likely token after each.
  /// - Throws: `TransformerError`.
  public func decode(_ first: Int, count: Int) throws(TransformerError) -> [Int] {
    var next = first
    var chosen: [Int] = []
    for _ in 0..<count {
      try extend([next], logitCount: 1) { logits, _, _ in
        next = workers.argmax(logits, row: 0, columns: model.hyperparameters.vocabularySize)
      }
      chosen.append(next)
    }
    return chosen
  }
}
