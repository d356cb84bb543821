public import Evaluation
public import Positions
public import Tasks
public import Tokenizers

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
  public var cacheByteCount: @Sendable (Method, Configuration.CacheType) -> Int
  /// Bytes of the buffers of a forward pass.
  public var activationByteCount: Int

  /// Facts from their parts.
  public init(
    contextWindow: Int, slidingWindow: Int?, hasRotaryScaling: Bool, parameterCount: Int,
    multiplyAdds: @escaping @Sendable (_ newTokens: Int, _ cached: Int, _ logitCount: Int) -> Double,
    cacheByteCount: @escaping @Sendable (Method, Configuration.CacheType) -> Int, activationByteCount: Int
  ) {
    self.contextWindow = contextWindow
    self.slidingWindow = slidingWindow
    self.hasRotaryScaling = hasRotaryScaling
    self.parameterCount = parameterCount
    self.multiplyAdds = multiplyAdds
    self.cacheByteCount = cacheByteCount
    self.activationByteCount = activationByteCount
  }
}

/// What a runner gives back for one request.
public struct RunnerOutcome: Sendable {
  /// The outcome that the task scores.
  public var outcome: Outcome
  /// Tokens that went through the model; fewer than the prompt's where a prefix was reused.
  public var computedTokenCount: Int

  /// An outcome.
  public init(_ outcome: Outcome, computedTokenCount: Int) {
    self.outcome = outcome
    self.computedTokenCount = computedTokenCount
  }
}

/// A loaded model that carries out requests; between requests it keeps what a next one may reuse.
public protocol ModelRunner: AnyObject {
  /// SHA-256 over the weights and hyperparameters.
  var modelHash: String { get }
  /// Carries out one request.
  ///
  /// - Parameters:
  ///   - request: what to do.
  ///   - method: how positions and the mask are treated.
  ///   - isCancelled: asked often; true stops the work.
  ///   - onProgress: told the number of prompt tokens computed so far.
  /// - Returns: the outcome.
  /// - Throws: `RunnerError`.
  func run(
    _ request: Request, method: Method, isCancelled: @escaping () -> Bool, onProgress: @escaping (Int) -> Void
  ) throws(RunnerError) -> RunnerOutcome

  /// Carries out several `generate` requests so that they share passes over the weights; each result is that of `run`.
  ///
  /// - Parameters:
  ///   - requests: generations.
  ///   - method: how positions and the mask are treated.
  ///   - isCancelled: asked often; true stops the work.
  /// - Returns: the outcomes, in order.
  /// - Throws: `RunnerError`, also when only one of them fails; then each can be tried alone.
  func generate(
    together requests: [Request], method: Method, isCancelled: @escaping () -> Bool
  ) throws(RunnerError) -> [RunnerOutcome]
}

/// Why a request was not carried out.
public enum RunnerError: Error, Hashable, Sendable {
  /// `isCancelled` said so.
  case cancelled
  /// The sample failed; the others go on. The reason is the engine's.
  case failed(reason: String)
}

/// Where models come from: the engine, or a script in tests.
public protocol ModelProvider: AnyObject {
  /// The version of the arithmetic: everything of the engine that can move a number, kernels included.
  var numericsVersion: String { get }
  /// Names and values for the record of a run: engine, kernels, BLAS.
  var environment: [String: String] { get }

  /// What is known of a model without its weights.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - path: its path with variables replaced.
  /// - Returns: the facts.
  /// - Throws: `SweepError.model`.
  func facts(of entry: Configuration.ModelEntry, path: String) throws(SweepError) -> ModelFacts

  /// The model's tokenizer.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - path: its path with variables replaced.
  /// - Returns: the tokenizer.
  /// - Throws: `SweepError.model`.
  func tokenizer(of entry: Configuration.ModelEntry, path: String) throws(SweepError) -> Tokenizer

  /// Loads the weights.
  ///
  /// - Parameters:
  ///   - entry: the configuration's entry.
  ///   - path: its path with variables replaced.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: a runner that is used by one caller at a time.
  /// - Throws: `SweepError.model`.
  func load(
    _ entry: Configuration.ModelEntry, path: String, hashes: any FileHashCache
  ) throws(SweepError) -> any ModelRunner
}

/// Remembers the hashes of large files by path, size and time of change.
public protocol FileHashCache {
  /// The hash of a file that has not changed since it was remembered.
  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String?
  /// Remembers the hash of a file.
  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double)
}
