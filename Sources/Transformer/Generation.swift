import Checkpoints
import Kernels

/// How a continuation is generated.
public struct GenerationOptions: Sendable {
  /// The most new tokens.
  public var maxNewTokens: Int
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
    var writing = try begin(prompt, options)
    while writing.ending == nil { try step(&writing) }
    return writing.continuation
  }

  /// A continuation that is being written.
  struct Writing {
    let options: GenerationOptions
    var generated: [Int] = []
    var ending: Continuation.Ending?
    var stopToken: Int?

    init(_ options: GenerationOptions) {
      self.options = options
      if options.maxNewTokens <= 0 { ending = .length }
    }

    /// Takes the most likely next token, or ends.
    mutating func take(_ token: Int) {
      if options.stopTokens.contains(token) {
        (ending, stopToken) = (.stopToken, token)
        return
      }
      generated.append(token)
      if options.shouldStop?(token) == true {
        ending = .condition
      } else if generated.count >= options.maxNewTokens {
        ending = .length
      }
    }

    var continuation: Continuation {
      Continuation(tokens: generated, ending: ending ?? .length, stopToken: stopToken)
    }
  }

  /// Computes a prompt, but for what the cache shares with it, and takes the first token.
  func begin(_ prompt: [Int], _ options: GenerationOptions) throws(TransformerError) -> Writing {
    guard !prompt.isEmpty else { throw .tooFewTokens(count: 0, minimum: 1) }
    var writing = Writing(options)
    if writing.ending != nil { return writing }
    let shared = reusePrefix(of: prompt)
    writing.take(try mostLikely(after: Array(prompt[shared...])))
    return writing
  }

  /// Appends the last token that was taken and takes the next one.
  func step(_ writing: inout Writing) throws(TransformerError) {
    guard writing.ending == nil, let last = writing.generated.last else { return }
    writing.take(try mostLikely(after: [last]))
  }

  /// Appends tokens; the most likely one after them.
  private func mostLikely(after newTokens: [Int]) throws(TransformerError) -> Int {
    var next = 0
    try extend(newTokens, logitCount: 1) { logits, _, _ in
      next = workers.argmax(logits, row: 0, columns: model.hyperparameters.vocabularySize)
    }
    return next
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
      next = try mostLikely(after: [next])
      chosen.append(next)
    }
    return chosen
  }
}
