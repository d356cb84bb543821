import Evaluation
import Tokenizers

/// Makes of a server's answers what the engine would give: ended by the same tokens and texts, cut at the same place.
struct ServerGeneration {
  let dialect: any ServerDialect
  let tokenizer: Tokenizer
  let call: ServerCall

  /// What a generation is limited by.
  struct Limits {
    let maxNewTokens: Int
    let stopTokens: [Int]
    let stopTexts: [String]
    let minNewTokens: Int
  }

  /// A continuation of ids.
  func outcome(after prompt: [Int], _ limits: Limits) throws(ServerFailure) -> Outcome {
    let ends = tokenizer.endTokens.union(limits.stopTokens)
    var query = GenerationQuery(prompt: .tokens(prompt), maxNewTokens: limits.maxNewTokens)
    query.stopTexts = limits.stopTexts
    query.endTokens = ends.sorted()
    var tokens: [Int] = []
    while tokens.count < limits.maxNewTokens {
      query.prompt = .tokens(prompt + tokens)
      query.maxNewTokens = limits.maxNewTokens - tokens.count
      query.minNewTokens = max(0, limits.minNewTokens - tokens.count)
      query.banned = []
      let reply = try dialect.generate(query, call)
      try check(reply, promptTokenCount: prompt.count + tokens.count)
      guard let found = reply.tokens else { return try textOutcome(reply, limits) }
      let needed = limits.minNewTokens - tokens.count
      // An end that came too early, where the server does not know of a minimum: the next best token takes its place.
      if !dialect.keepsMinimum, let end = found.firstIndex(where: { ends.contains($0) }), end < needed {
        tokens += found[..<end]
        query.prompt = .tokens(prompt + tokens)
        query.maxNewTokens = 1
        query.banned = ends.sorted()
        let next = try dialect.generate(query, call)
        guard let token = next.tokens?.first, !ends.contains(token) else {
          throw .request("the server ends the text though it was asked for at least \(limits.minNewTokens) tokens")
        }
        tokens.append(token)
        continue
      }
      return try outcome(tokens + found, reply, ends, limits)
    }
    return cut(tokens, .length, limits.stopTexts)
  }

  /// An answer to messages, in the server's own template.
  ///
  /// - Parameters:
  ///   - conversation: the messages.
  ///   - least: the fewest tokens that the server may count: its template adds to the messages.
  ///   - limits: where it ends.
  /// - Returns: the answer.
  /// - Throws: `ServerFailure`, also where the server counted too few tokens.
  func outcome(
    to conversation: Conversation, least: Int, _ limits: Limits
  ) throws(ServerFailure) -> Outcome {
    var query = GenerationQuery(prompt: .messages(conversation), maxNewTokens: limits.maxNewTokens)
    query.stopTexts = limits.stopTexts
    let reply = try dialect.generate(query, call)
    if let count = reply.promptTokenCount, count < least {
      throw .request("the server counted \(count) tokens of a prompt of at least \(least): it was cut")
    }
    return try textOutcome(reply, limits)
  }

  private func check(_ reply: GenerationReply, promptTokenCount: Int) throws(ServerFailure) {
    guard let count = reply.promptTokenCount else {
      throw .request("the server does not say how many tokens of the prompt it read")
    }
    guard count == promptTokenCount else {
      throw .request("the server read \(count) tokens of a prompt of \(promptTokenCount): it was cut or changed")
    }
  }

  private func outcome(
    _ all: [Int], _ reply: GenerationReply, _ ends: Set<Int>, _ limits: Limits
  ) throws(ServerFailure) -> Outcome {
    if let end = all.firstIndex(where: { ends.contains($0) }) {
      let reason: FinishReason = tokenizer.endTokens.contains(all[end]) ? .endOfText : .stop
      return cut(Array(all[..<end]), reason, limits.stopTexts)
    }
    var tokens = all
    switch reply.ending {
    case .length where tokens.count < limits.maxNewTokens:
      throw .request("the answer ended after \(tokens.count) of \(limits.maxNewTokens) tokens: the context was full")
    case .endOfText:
      // An end of the server's that the local tokenizer takes for none.
      if let last = tokens.last, tokenizer.isSpecial(last) { tokens.removeLast() }
    case .length, .stop, .choice: break
    }
    return cut(tokens, reply.ending, limits.stopTexts)
  }

  /// Ends the text at the first of the stop texts, as the engine does: with the token that completed it.
  private func cut(_ tokens: [Int], _ reason: FinishReason, _ stopTexts: [String]) -> Outcome {
    let whole = tokenizer.decode(tokens, skipSpecial: true)
    guard stopTexts.contains(where: { whole.contains($0) }) else {
      return .generation(tokens: tokens, text: whole, finishReason: reason)
    }
    var count = tokens.count
    while count > 1 {
      let shorter = tokenizer.decode(Array(tokens.prefix(count - 1)), skipSpecial: true)
      guard stopTexts.contains(where: { shorter.contains($0) }) else { break }
      count -= 1
    }
    let kept = Array(tokens.prefix(count))
    let text = StopTexts.cut(tokenizer.decode(kept, skipSpecial: true), at: stopTexts)
    return .generation(tokens: kept, text: text, finishReason: .stop)
  }

  private func textOutcome(_ reply: GenerationReply, _ limits: Limits) throws(ServerFailure) -> Outcome {
    guard let text = reply.text else { throw .request("the answer has no text") }
    let short = StopTexts.cut(text, at: limits.stopTexts)
    let reason = short.utf8.count < text.utf8.count ? .stop : reply.ending
    return .generation(
      tokens: tokenizer.encode(short, bos: .never, parseSpecial: false), text: short, finishReason: reason)
  }
}
