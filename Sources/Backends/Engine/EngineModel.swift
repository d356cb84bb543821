import Evaluation
import Positions
import Synchronization
import Tokenizers
import Transformer

/// A model that the engine has loaded; keeps the sessions of the last method, whose caches next prompts reuse up to the shared prefix.
final class EngineModel: LoadedModel {
  let modelHash: String
  private let model: Model
  private let specification: ModelSpecification
  private let tokenizer: Tokenizer
  private let options: SessionOptions
  /// The first one serves single requests; more are made when generations run together.
  private var sessions: [Session] = []

  init(
    model: Model, specification: ModelSpecification, modelHash: String, tokenizer: Tokenizer, options: SessionOptions
  ) {
    self.model = model
    self.specification = specification
    self.modelHash = modelHash
    self.tokenizer = tokenizer
    self.options = options
  }

  deinit {
    sessions = []
    model.device.releaseIdleMemory()
  }

  func groupCount(_ requests: ArraySlice<ModelRequest>) -> Int {
    GenerationGroup.count(requests.lazy.map(\.request))
  }

  func run(
    _ requests: [ModelRequest], method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(BackendError) -> [Result<Answer, RequestFailure>] {
    if requests.count > 1, requests.allSatisfy({ $0.request.isGeneration }) {
      do throws(TransformerError) {
        return try generate(together: requests.map(\.request), method: method, isCancelled: isCancelled)
          .map { .success($0) }
      } catch {
        // One that fails is found when each is tried alone, with the memory that all of them held.
        if case .cancelled = error { throw .cancelled }
      }
    }
    var answers: [Result<Answer, RequestFailure>] = []
    for request in requests {
      let begin = ContinuousClock.now
      do throws(TransformerError) {
        let (outcome, count) = try run(
          request.request, method: method, isCancelled: isCancelled, onProgress: onProgress)
        answers.append(
          .success(Answer(outcome, computedTokenCount: count, seconds: (ContinuousClock.now - begin).inSeconds)))
      } catch {
        if case .cancelled = error { throw .cancelled }
        // The device is lost for every request; what is stored stays, and the same command goes on.
        if case .device = error { throw .unusable(specification, cause: error) }
        var isNotFinite = false
        if case .nonFiniteLogits = error { isNotFinite = true }
        answers.append(.failure(RequestFailure("\(error)", isNotFinite: isNotFinite)))
      }
    }
    return answers
  }

  private func run(
    _ request: Request, method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(TransformerError) -> (Outcome, computedTokenCount: Int) {
    let session = makeSessions(1, method)[0]
    // It gets the memory that sequences held which were decoded together.
    sessions.removeLast(sessions.count - 1)
    session.isCancelled = isCancelled
    let before = session.computedTokenCount
    let outcome: Outcome
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
    return (outcome, session.computedTokenCount - before)
  }

  private func generate(
    together requests: [Request], method: Method, isCancelled: @escaping () -> Bool
  ) throws(TransformerError) -> [Answer] {
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
    let begin = ContinuousClock.now
    let continuations = try Session.generateTogether(work)
    let seconds = (ContinuousClock.now - begin).inSeconds / Double(requests.count)
    return requests.indices.map { index in
      var stopTexts: [String] = []
      if case .generate(_, _, _, let texts, _) = requests[index] { stopTexts = texts }
      return Answer(
        outcome(continuations[index], stopTexts),
        computedTokenCount: sessions[index].computedTokenCount - before[index], seconds: seconds)
    }
  }

  /// The first `count` sessions of a method.
  private func makeSessions(_ count: Int, _ method: Method) -> [Session] {
    if sessions.first?.method != method { sessions = [] }
    if sessions.isEmpty {
      sessions = [Session(model: model, method: method, options: options)]
    }
    while sessions.count < count { sessions.append(Session(beside: sessions[0])) }
    return Array(sessions.prefix(count))
  }

  private func limits(of request: Request) -> GenerationOptions {
    guard case .generate(_, let maxNewTokens, let stopTokens, let stopTexts, let minNewTokens) = request else {
      return GenerationOptions(maxNewTokens: 0)
    }
    var options = GenerationOptions(
      maxNewTokens: maxNewTokens, stopTokens: model.endTokens(with: tokenizer).union(stopTokens))
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
    case .stopToken:
      reason = continuation.stopToken.map { model.endTokens(with: tokenizer).contains($0) } ?? true ? .endOfText : .stop
    }
    return .generation(
      tokens: continuation.tokens, text: StopTexts.cut(text, at: stopTexts), finishReason: reason)
  }
}

extension Request {
  fileprivate var isGeneration: Bool {
    if case .generate = self { return true }
    return false
  }
}

extension Duration {
  fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
