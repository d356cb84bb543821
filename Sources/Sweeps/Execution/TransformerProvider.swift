public import Kernels
public import Positions
import Synchronization
public import Tasks
public import Tokenizers
public import Transformer

/// Models that the engine runs.
public final class TransformerProvider: ModelProvider {
  private let workers: Workers
  private let options: SessionOptions
  /// The prompt tokens between two reports of progress and two looks at `isCancelled`.
  private static let chunkSize = 512

  /// Models on these threads; the type of the key and value cache comes from the configuration.
  ///
  /// - Parameters:
  ///   - workers: threads and kernels that compute.
  ///   - options: arithmetic and chunking.
  public init(workers: Workers, options: SessionOptions = SessionOptions()) {
    self.workers = workers
    self.options = options
  }

  /// Numerics version of the engine and kind of arithmetic; what else moves bits only where the arithmetic is inexact.
  public var numericsVersion: String {
    let version = "\(NumericsVersion.current)/\(options.compute.rawValue)"
    return switch options.compute {
    case .float32: version
    case .int8: "\(version)/\(workers.instructionSet)"
    case .openBLAS: "\(version)/\(workers.instructionSet)/\(workers.threads)"
    }
  }

  /// Names and values for the record of a run.
  public var environment: [String: String] {
    [
      "engine.numerics": "\(NumericsVersion.current)", "engine.compute": options.compute.rawValue,
      "engine.instructions": "\(workers.instructionSet)",
    ]
  }

  /// What is known of a model without its weights.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - path: its path with variables replaced.
  /// - Returns: the facts.
  /// - Throws: `SweepError.model`.
  public func facts(of entry: Configuration.ModelEntry, path: String) throws(SweepError) -> ModelFacts {
    let description: ModelDescription
    do {
      description = try ModelDescription.read(path: path)
    } catch {
      throw .model(name: entry.name, path: path, reason: "\(error)")
    }
    return ModelFacts(
      contextWindow: description.contextWindow, slidingWindow: description.uniformSlidingWindow,
      parameterCount: description.parameterCount,
      multiplyAdds: { description.multiplyAdds(newTokens: $0, cached: $1, logitCount: $2) },
      cacheByteCount: { method, type in
        description.cacheByteCount(perTokenUnder: method, type: KeyValueType(type))
      },
      activationByteCount: description.activationByteCount(chunkSize: options.chunkSize ?? Self.chunkSize))
  }

  /// The model's tokenizer.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - path: its path with variables replaced.
  /// - Returns: the tokenizer.
  /// - Throws: `SweepError.model`.
  public func tokenizer(of entry: Configuration.ModelEntry, path: String) throws(SweepError) -> Tokenizer {
    do { return try Tokenizer.load(modelPath: path) } catch {
      throw .model(name: entry.name, path: path, reason: "\(error)")
    }
  }

  /// Maps the weights and hashes them, unless their hash is remembered.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - path: its path with variables replaced.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: a runner that is used by one caller at a time.
  /// - Throws: `SweepError.model`.
  public func load(
    _ entry: Configuration.ModelEntry, path: String, hashes: any FileHashCache
  ) throws(SweepError) -> any ModelRunner {
    var options = options
    options.keyValueType = KeyValueType(entry.cache)
    let tokenizer = try tokenizer(of: entry, path: path)
    do throws(TransformerError) {
      let model = try Model.load(path: path)
      let hash = try model.contentHash(
        recall: { hashes.hash(ofFile: $0, byteCount: $1, modified: $2) },
        remember: { hashes.remember($0, ofFile: $1, byteCount: $2, modified: $3) })
      return TransformerRunner(
        model: model, modelHash: hash, tokenizer: tokenizer, workers: workers, options: options)
    } catch {
      throw .model(name: entry.name, path: path, reason: "\(error)")
    }
  }
}

extension KeyValueType {
  fileprivate init(_ type: Configuration.CacheType) {
    self =
      switch type {
      case .float32: .float32
      case .float16: .float16
      }
  }
}

/// One loaded model; keeps the session of the last method, whose cache a next prompt reuses up to the shared prefix.
private final class TransformerRunner: ModelRunner {
  let modelHash: String
  private let model: Model
  private let tokenizer: Tokenizer
  private let workers: Workers
  private let options: SessionOptions
  private var session: Session?

  init(model: Model, modelHash: String, tokenizer: Tokenizer, workers: Workers, options: SessionOptions) {
    self.model = model
    self.modelHash = modelHash
    self.tokenizer = tokenizer
    self.workers = workers
    self.options = options
  }

  func run(
    _ request: Request, method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(RunnerError) -> RunnerOutcome {
    let session = session(method)
    session.isCancelled = isCancelled
    let before = session.computedTokenCount
    let outcome: Outcome
    do throws(TransformerError) {
      switch request {
      case .score(let tokens):
        session.plannedLength = 0
        session.onProgress = onProgress
        outcome = .logProbabilities(try session.score(tokens))
      case .generate(let tokens, let maxNewTokens, let stopTokens, let stopTexts, let minNewTokens):
        session.plannedLength = tokens.count + maxNewTokens
        // Decoding reports single tokens, which would read as a prompt that starts again.
        let shared = session.reusePrefix(of: tokens)
        session.onProgress = { count in if count > 1 { onProgress(shared + count) } }
        outcome = try generate(session, tokens, minNewTokens, maxNewTokens, stopTokens, stopTexts)
      }
    } catch {
      if case .cancelled = error { throw .cancelled }
      throw .failed(reason: "\(error)")
    }
    return RunnerOutcome(outcome, computedTokenCount: session.computedTokenCount - before)
  }

  private func session(_ method: Method) -> Session {
    if let session, session.method == method { return session }
    session = nil
    let new = Session(model: model, method: method, workers: workers, options: options)
    session = new
    return new
  }

  private func generate(
    _ session: Session, _ tokens: [Int], _ minNewTokens: Int, _ maxNewTokens: Int, _ stopTokens: [Int],
    _ stopTexts: [String]
  ) throws(TransformerError) -> Outcome {
    let ends = Set(model.endOfTextTokens).union(tokenizer.endTokens)
    var generation = GenerationOptions(maxNewTokens: maxNewTokens, stopTokens: ends.union(stopTokens))
    generation.minNewTokens = minNewTokens
    if !stopTexts.isEmpty {
      let seen = Mutex<[Int]>([])
      generation.shouldStop = { [tokenizer] token in
        let text = seen.withLock { tokens in
          tokens.append(token)
          return tokenizer.decode(tokens, skipSpecial: true)
        }
        return stopTexts.contains { text.contains($0) }
      }
    }
    let continuation = try session.generate(tokens, generation)
    let text = tokenizer.decode(continuation.tokens, skipSpecial: true)
    let reason: FinishReason
    switch continuation.ending {
    case .length: reason = .length
    case .condition: reason = .stop
    case .stopToken: reason = continuation.stopToken.map { ends.contains($0) } ?? true ? .endOfText : .stop
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
