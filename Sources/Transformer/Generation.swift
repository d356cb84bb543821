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
    var writer = try begin(prompt, options)
    while !writer.isDone { try step(&writer) }
    return writer.continuation
  }

  /// Continues several prompts greedily, each in a session of its own.
  ///
  /// A pass decodes one token of each, which costs little more than one token of one. The results are those of
  /// `generate` for each alone, bit for bit.
  ///
  /// - Parameter work: sessions that were made beside each other, their prompts and limits.
  /// - Returns: the continuations, in order.
  /// - Throws: `TransformerError`.
  public static func generateTogether(
    _ work: [(session: Session, prompt: [Int], options: GenerationOptions)]
  ) throws(TransformerError) -> [Continuation] {
    var writers: [GreedyWriter] = []
    for item in work { writers.append(try item.session.begin(item.prompt, item.options)) }
    while true {
      let active = writers.indices.filter { !writers[$0].isDone }
      guard let first = active.first else { return writers.map(\.continuation) }
      let alone = active.count == 1 ? active : active.filter { work[$0].session.nextTokenStartsAgain }
      for index in alone { try work[index].session.step(&writers[index]) }
      let rest = active.filter { !alone.contains($0) }
      // At most a chunk's rows in one pass; `RunState` has no more.
      for start in stride(from: 0, to: rest.count, by: work[first].session.state.logitRows) {
        let together = rest[start..<min(rest.count, start + work[first].session.state.logitRows)]
        try work[first].session.step(together.map { ($0, work[$0].session) }, &writers)
      }
    }
  }

  /// Computes a prompt, but for what the cache shares with it, and takes the first token.
  private func begin(_ prompt: [Int], _ options: GenerationOptions) throws(TransformerError) -> GreedyWriter {
    guard !prompt.isEmpty else { throw .tooFewTokens(count: 0, minimum: 1) }
    var writer = GreedyWriter(options)
    if writer.isDone { return writer }
    let shared = reusePrefix(of: prompt)
    try locatingNonFinite { () throws(TransformerError) in
      try extend(Array(prompt[shared...]), logitCount: 1) { (logits, _, _) throws(TransformerError) in
        try writer.take(logits, row: 0, columns: model.hyperparameters.vocabularySize, device)
      }
    }
    return writer
  }

  /// Appends the last token that was taken and takes the next one.
  private func step(_ writer: inout GreedyWriter) throws(TransformerError) {
    guard let last = writer.tokens.last else { return }
    try locatingNonFinite { () throws(TransformerError) in
      try extend([last], logitCount: 1) { (logits, _, _) throws(TransformerError) in
        try writer.take(logits, row: 0, columns: model.hyperparameters.vocabularySize, device)
      }
    }
  }

  /// Appends one token to each of several sequences in one pass over this session's buffers, and takes the next ones.
  private func step(_ sequences: [(index: Int, session: Session)], _ writers: inout [GreedyWriter])
    throws(TransformerError)
  {
    let next = sequences.compactMap { index, session in
      writers[index].tokens.last.map {
        (session: session, token: $0, sequenceLength: max(session.plannedLength, session.tokens.count + 1))
      }
    }
    for item in next { try item.session.reserveMemory(for: item.sequenceLength) }
    try forward(Pass(next))
    for item in next { item.session.append([item.token]) }
    computeLogits(firstRow: 0, rows: next.count)
    let logits = state.logits(rows: next.count)
    device.finish()
    if let failure = device.takeFailure() {
      for item in next { item.session.truncate(to: 0) }
      throw .device(failure)
    }
    for (row, sequence) in sequences.enumerated() {
      try sequence.session.locatingNonFinite { () throws(TransformerError) in
        try writers[sequence.index].take(
          logits, row: row, columns: model.hyperparameters.vocabularySize, device)
      }
    }
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
      try extend([next], logitCount: 1) { (logits, _, _) throws(TransformerError) in
        guard let best = device.argmax(logits, row: 0, columns: model.hyperparameters.vocabularySize) else {
          throw .nonFiniteLogits(origin: nil)
        }
        next = best
      }
      chosen.append(next)
    }
    return chosen
  }
}
