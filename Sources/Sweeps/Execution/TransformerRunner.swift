import Evaluation
import Kernels
import Positions
import Synchronization
import Tasks
import Tokenizers
import Transformer

/// One loaded model; keeps the sessions of the last method, whose caches next prompts reuse up to the shared prefix.
final class TransformerRunner: ModelRunner {
  let modelHash: String
  private let model: Model
  private let tokenizer: Tokenizer
  private let workers: Workers
  private let options: SessionOptions
  /// The first one serves single requests; more are made when generations run together.
  private var sessions: [Session] = []

  init(model: Model, modelHash: String, tokenizer: Tokenizer, workers: Workers, options: SessionOptions) {
    self.model = model
    self.modelHash = modelHash
    self.tokenizer = tokenizer
    self.workers = workers
    self.options = options
  }

  deinit {
    sessions = []
    KeyValueCache.releaseIdleMemory()
  }

  func run(
    _ request: Request, method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(RunnerError) -> RunnerOutcome {
    let session = makeSessions(1, method)[0]
    // A long prompt gets the memory that short ones before it held.
    if request.tokens.count > GenerationGroup.promptTokenLimit { sessions.removeLast(sessions.count - 1) }
    session.isCancelled = isCancelled
    let before = session.computedTokenCount
    let outcome: Outcome
    do throws(TransformerError) {
      switch request {
      case .score(let tokens):
        session.plannedLength = 0
        session.onProgress = onProgress
        outcome = .logProbabilities(try session.score(tokens))
      case .generate(let tokens, let maxNewTokens, _, let stopTexts, _):
        session.plannedLength = tokens.count + maxNewTokens
        // Decoding reports single tokens, which would read as a prompt that starts again.
        let shared = session.reusePrefix(of: tokens)
        session.onProgress = { count in if count > 1 { onProgress(shared + count) } }
        outcome = self.outcome(try session.generate(tokens, limits(of: request)), stopTexts)
      case .choices(let prefix, let continuations):
        // One length for all, so that frequencies that follow it are the same for every choice.
        session.plannedLength = prefix.count + (continuations.map(\.count).max() ?? 1) - 1
        session.onProgress = { count in onProgress(min(count, prefix.count)) }
        outcome = .choiceLogProbabilities(try session.choices(prefix: prefix, continuations: continuations))
      }
    } catch {
      throw RunnerError(error)
    }
    return RunnerOutcome(outcome, computedTokenCount: session.computedTokenCount - before)
  }

  func generate(
    together requests: [Request], method: Method, isCancelled: @escaping () -> Bool
  ) throws(RunnerError) -> [RunnerOutcome] {
    let sessions = makeSessions(requests.count, method)
    for (session, request) in zip(sessions, requests) {
      session.isCancelled = isCancelled
      session.onProgress = { _ in }
      session.plannedLength = request.tokens.count + limits(of: request).maxNewTokens
    }
    let before = sessions.map(\.computedTokenCount)
    let work = zip(sessions, requests).map { session, request in
      (session: session, prompt: request.tokens, options: limits(of: request))
    }
    let continuations: [Continuation]
    do throws(TransformerError) {
      continuations = try Session.generateTogether(work)
    } catch {
      throw RunnerError(error)
    }
    return requests.indices.map { index in
      var stopTexts: [String] = []
      if case .generate(_, _, _, let texts, _) = requests[index] { stopTexts = texts }
      return RunnerOutcome(
        outcome(continuations[index], stopTexts),
        computedTokenCount: sessions[index].computedTokenCount - before[index])
    }
  }

  /// The first `count` sessions of a method.
  private func makeSessions(_ count: Int, _ method: Method) -> [Session] {
    if sessions.first?.method != method { sessions = [] }
    if sessions.isEmpty {
      sessions = [Session(model: model, method: method, workers: workers, options: options)]
    }
    while sessions.count < count { sessions.append(Session(beside: sessions[0])) }
    return Array(sessions.prefix(count))
  }

  /// Every token that ends a text for this model.
  private var endTokens: Set<Int> { Set(model.endOfTextTokens).union(tokenizer.endTokens) }

  private func limits(of request: Request) -> GenerationOptions {
    guard case .generate(_, let maxNewTokens, let stopTokens, let stopTexts, let minNewTokens) = request else {
      return GenerationOptions(maxNewTokens: 0)
    }
    var options = GenerationOptions(maxNewTokens: maxNewTokens, stopTokens: endTokens.union(stopTokens))
    options.minNewTokens = minNewTokens
    if !stopTexts.isEmpty {
      let seen = Mutex<[Int]>([])
      options.shouldStop = { [tokenizer] token in
        let text = seen.withLock { tokens in
          tokens.append(token)
          return tokenizer.decode(tokens, skipSpecial: true)
        }
        return stopTexts.contains { text.contains($0) }
      }
    }
    return options
  }

  private func outcome(_ continuation: Continuation, _ stopTexts: [String]) -> Outcome {
    let text = tokenizer.decode(continuation.tokens, skipSpecial: true)
    let reason: FinishReason
    switch continuation.ending {
    case .length: reason = .length
    case .condition: reason = .stop
    case .stopToken: reason = continuation.stopToken.map { endTokens.contains($0) } ?? true ? .endOfText : .stop
    }
    return .generation(
      tokens: continuation.tokens, text: Self.cut(text, at: stopTexts), finishReason: reason)
  }

  /// The text before the first of the stop texts.
  private static func cut(_ text: String, at stopTexts: [String]) -> String {
    let ends = stopTexts.compactMap { text.firstRange(of: $0)?.lowerBound }
    return ends.min().map { String(text[..<$0]) } ?? text
  }
}

extension RunnerError {
  fileprivate init(_ error: TransformerError) {
    if case .cancelled = error { self = .cancelled } else { self = .failed(reason: "\(error)") }
  }
}
