import Evaluation
public import Kernels
import Positions
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

  /// What of the device and its arithmetic moves bits.
  public var numericsVersion: String { CPUDevice(workers).numericsIdentity(options.compute) }

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
      hasRotaryScaling: description.hasRotaryScaling,
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
