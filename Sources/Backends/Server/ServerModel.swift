import Evaluation
import Foundation
import Positions
import Synchronization
import Tokenizers

/// A model that a server runs; several requests go out at a time where the configuration says so.
final class ServerModel: LoadedModel {
  let modelHash: String
  private let session: ServerSession
  private let specification: ModelSpecification
  private let work: ServerWork
  /// Why the server was given up, told with the next request; those before it keep their answers.
  private var end: String?
  /// Requests in a group for each that goes out at a time, so that no connection waits long for the slowest.
  private static let groupFactor = 4

  init(_ session: ServerSession, _ specification: ModelSpecification, hash: String) {
    self.session = session
    self.specification = specification
    modelHash = hash
    work = ServerWork(
      dialect: session.profile.dialect, tokenizer: session.tokenizer, connection: session.connection,
      usesTemplate: session.specification.usesServerTemplate, system: session.specification.system,
      countsBytes: session.countsBytes)
  }

  func groupCount(_ requests: ArraySlice<ModelRequest>) -> Int {
    let count = session.specification.concurrency
    return count == 1 ? 1 : count * Self.groupFactor
  }

  func verify() throws(BackendError) {
    do { try session.verify() } catch { throw .unusable(specification, cause: error) }
  }

  func run(
    _ requests: [ModelRequest], method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(BackendError) -> [Result<Answer, RequestFailure>] {
    if let end { throw .unusable(specification, cause: ServerError.lost(end)) }
    let begin = ContinuousClock.now
    let results =
      requests.count == 1
      ? [work.answer(requests[0], isCancelled)]
      : ServerPool.run(requests, work, session.specification.concurrency, isCancelled)
    if isCancelled() || results.contains(where: { $0 == .cancelled }) { throw .cancelled }
    var answers: [Result<Answer, RequestFailure>] = []
    for result in results {
      switch result {
      case .answered(var answer):
        // Those that ran together share their time.
        if requests.count > 1 { answer.seconds = begin.secondsSince / Double(requests.count) }
        answers.append(.success(answer))
      case .cancelled: throw .cancelled
      case .failed(.lost(let reason)):
        // The first reason is the cause; what comes behind it may be its consequence.
        end = end ?? reason
        answers.append(.failure(RequestFailure(reason)))
      case .failed(.request(let reason)): answers.append(.failure(RequestFailure(reason)))
      case .failed(.cancelled): throw .cancelled
      }
    }
    // Where nothing was answered, there is nothing to keep.
    if let end, !answers.contains(where: { if case .success = $0 { true } else { false } }) {
      throw .unusable(specification, cause: ServerError.lost(end))
    }
    return answers
  }
}

/// What one request came to.
enum ServerResult: Sendable {
  case answered(Answer)
  case failed(ServerFailure)
  case cancelled

  static func == (a: ServerResult, b: ServerResult) -> Bool {
    if case .cancelled = a, case .cancelled = b { return true }
    return false
  }
}

/// Carries out one request; the same for every thread.
struct ServerWork: Sendable {
  let dialect: any ServerDialect
  let tokenizer: Tokenizer
  let connection: ServerConnection
  let usesTemplate: Bool
  let system: String?
  /// The local tokenizer is none of a model: it counts bytes.
  let countsBytes: Bool

  /// The tokens that a tokenizer may make fewer of a message than of the whole text.
  private static let slack = 8
  /// More bytes than any text has for a token.
  private static let longestToken = 24

  func answer(_ request: ModelRequest, _ isCancelled: @escaping () -> Bool) -> ServerResult {
    let begin = ContinuousClock.now
    let call = ServerCall(connection: connection, isCancelled: isCancelled)
    do throws(ServerFailure) {
      let outcome = try outcome(of: request, call)
      var count = request.request.tokens.count
      if case .generation(let tokens, _, _) = outcome { count += max(0, tokens.count - 1) }
      return .answered(Answer(outcome, computedTokenCount: count, seconds: begin.secondsSince))
    } catch {
      return error == .cancelled ? .cancelled : .failed(error)
    }
  }

  private func outcome(of request: ModelRequest, _ call: ServerCall) throws(ServerFailure) -> Outcome {
    switch request.request {
    case .score(let tokens):
      let values = try dialect.score(tokens, call)
      guard values.count == tokens.count - 1 else {
        throw .request("the server gave \(values.count) log-probabilities for \(tokens.count) tokens")
      }
      return .logProbabilities(values)
    case .choices(let prefix, let continuations):
      var all: [[Float]] = []
      for continuation in continuations {
        let values = try dialect.score(continuation, after: prefix, call)
        guard values.count == continuation.count else {
          throw .request("the server gave \(values.count) log-probabilities for \(continuation.count) tokens")
        }
        all.append(values)
      }
      return .choiceLogProbabilities(all)
    case .generate(let tokens, let maxNewTokens, let stopTokens, let stopTexts, let minNewTokens):
      let generation = ServerGeneration(dialect: dialect, tokenizer: tokenizer, call: call)
      let limits = ServerGeneration.Limits(
        maxNewTokens: maxNewTokens, stopTokens: stopTokens, stopTexts: stopTexts, minNewTokens: minNewTokens)
      guard usesTemplate else { return try generation.outcome(after: tokens, limits) }
      let conversation = conversation(of: request)
      return try generation.outcome(to: conversation, least: leastTokenCount(of: conversation), limits)
    }
  }

  /// The messages of a request, with the configuration's system message where they have none.
  private func conversation(of request: ModelRequest) -> Conversation {
    var conversation = request.conversation ?? Conversation([Message(.user, request.text)])
    if let system, conversation.messages.first?.role != .system {
      conversation.messages.insert(Message(.system, system), at: 0)
    }
    return conversation
  }

  /// The fewest tokens that a server may count of messages that it read whole.
  private func leastTokenCount(of conversation: Conversation) -> Int {
    let texts = conversation.messages.map(\.content)
    guard !countsBytes else { return texts.reduce(0) { $0 + $1.utf8.count } / Self.longestToken }
    let counts = texts.map { tokenizer.encode($0, bos: .never, parseSpecial: false).count }
    return counts.reduce(0) { $0 + max(0, $1 - Self.slack) }
  }
}

extension ContinuousClock.Instant {
  /// Seconds from then to now.
  fileprivate var secondsSince: Double {
    let parts = (ContinuousClock.now - self).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}

/// A few threads that take requests one after another.
enum ServerPool {
  private final class State: Sendable {
    let next = Atomic(0)
    let isStopped = Atomic(false)
    let results: Mutex<[Int: ServerResult]> = Mutex([:])
    let finished = Atomic(0)
    /// Why the server was given up: the first reason that a thread met.
    let lossReason: Mutex<String?> = Mutex(nil)
  }

  /// Carries out requests, at most `width` at a time.
  ///
  /// - Parameters:
  ///   - requests: what to do.
  ///   - work: how.
  ///   - width: threads.
  ///   - isCancelled: asked by the caller's thread only.
  /// - Returns: one result per request, in order.
  static func run(
    _ requests: [ModelRequest], _ work: ServerWork, _ width: Int, _ isCancelled: () -> Bool
  ) -> [ServerResult] {
    let state = State()
    let wake = NSCondition()
    let count = min(width, requests.count)
    for _ in 0..<count {
      let thread = Thread {
        while !state.isStopped.load(ordering: .relaxed) {
          let index = state.next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < requests.count else { break }
          let result = work.answer(requests[index], { state.isStopped.load(ordering: .relaxed) })
          state.results.withLock { $0[index] = result }
          // A server that is lost is lost for all: the others need not find out one after another.
          if case .failed(.lost(let reason)) = result {
            state.lossReason.withLock { $0 = $0 ?? reason }
            state.next.store(requests.count, ordering: .relaxed)
          }
        }
        wake.lock()
        state.finished.wrappingAdd(1, ordering: .relaxed)
        wake.signal()
        wake.unlock()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    wake.lock()
    while state.finished.load(ordering: .relaxed) < count {
      _ = wake.wait(until: Date(timeIntervalSinceNow: 0.05))
      if isCancelled() { state.isStopped.store(true, ordering: .relaxed) }
    }
    wake.unlock()
    let results = state.results.withLock { $0 }
    let isStopped = state.isStopped.load(ordering: .relaxed)
    // Without an answer are those that nobody took: somebody wants to stop, or the server is lost.
    let untaken = state.lossReason.withLock { $0 }.map { ServerResult.failed(.lost($0)) } ?? .cancelled
    return requests.indices.map { results[$0] ?? (isStopped ? .cancelled : untaken) }
  }
}
