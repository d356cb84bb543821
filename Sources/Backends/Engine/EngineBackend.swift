import Checkpoints
public import Kernels
import Positions
import Text
public import Tokenizers
public import Transformer

/// Models that this program's own engine runs.
public final class EngineBackend: Backend {
  private let device: any Device
  private let options: SessionOptions

  /// Models on the processor; the type of the key and value cache comes from the configuration.
  ///
  /// - Parameters:
  ///   - workers: threads and kernels that compute.
  ///   - options: arithmetic and chunking.
  public convenience init(workers: Workers, options: SessionOptions = SessionOptions()) {
    self.init(device: CPUDevice(workers), options: options)
  }

  /// Models on a device.
  ///
  /// - Parameters:
  ///   - device: what computes.
  ///   - options: arithmetic and chunking.
  public init(device: any Device, options: SessionOptions = SessionOptions()) {
    self.device = device
    self.options = options
  }

  /// What of the device and its arithmetic moves bits.
  public var numericsVersion: String { device.numericsIdentity(options.compute) }

  /// Names and values for the record of a run.
  public var environment: [String: String] {
    guard let cpu = device as? CPUDevice else {
      return [
        "engine.numerics": numericsVersion, "engine.compute": options.compute.rawValue,
        "engine.device": device.summary,
      ]
    }
    return [
      "engine.numerics": "\(NumericsVersion.current)", "engine.compute": options.compute.rawValue,
      "engine.instructions": "\(cpu.workers.instructionSet)",
    ]
  }

  /// The files of the model's folder, or the one file.
  public func inventory(of model: ModelSpecification) -> ModelInventory { ModelFiles.inventory(path: model.path) }

  /// What is known of a model without its weights.
  ///
  /// - Throws: `BackendError.unusable`.
  public func facts(of model: ModelSpecification) throws(BackendError) -> ModelFacts {
    let description = try using(model) { () throws(TransformerError) in try ModelDescription.read(path: model.path) }
    let rows = options.chunkSize ?? device.chunkSize
    // Where keys and values lie in one piece per layer, one layer's lie there twice while they grow.
    let layers = device.copiesWeights ? description.hyperparameters.layerCount : 0
    var facts = ModelFacts(
      contextWindow: description.contextWindow, slidingWindow: description.uniformSlidingWindow,
      hasRotaryScaling: description.hasRotaryScaling,
      parameterCount: parameterCount(of: model, description),
      multiplyAdds: { description.multiplyAdds(newTokens: $0, cached: $1, logitCount: $2) },
      cacheByteCount: { [device] method, type in
        let bytes = description.cacheByteCount(perTokenUnder: method, type: KeyValueType(type), on: device)
        return layers > 0 ? bytes + bytes / layers : bytes
      },
      activationByteCount: description.activationByteCount(chunkSize: rows),
      availableByteCount: device.availableByteCount, vocabularySize: description.vocabularySize)
    facts.heldTokenCount = GenerationGroup.heldTokenCount
    var options = options
    options.keyValueType = KeyValueType(model.cache)
    facts.operationByteCount = { [device, options] length in
      device.operationByteCount(description, rows: rows, length: length, options: options)
    }
    if device.copiesWeights {
      let stored = ModelFiles.inventory(path: model.path).weightByteCount
      facts.copiedWeightByteCount = stored > 0 ? stored : 2 * description.parameterCount
    }
    return facts
  }

  /// The parameters as they are stored, as `model` says them; without the weights what the hyperparameters say.
  private func parameterCount(of model: ModelSpecification, _ description: ModelDescription) -> Int {
    let stored = try? Checkpoint.open(model.path)
    return stored?.parameterCount ?? description.parameterCount
  }

  /// The model's tokenizer.
  ///
  /// - Throws: `BackendError.unusable`.
  public func tokenizer(of model: ModelSpecification) throws(BackendError) -> Tokenizer {
    try using(model) { () throws(TokenizerError) in try Tokenizer.load(modelPath: model.path) }
  }

  /// The hash of the weights; nil where files of them are missing.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `BackendError.unusable`.
  public func modelHash(
    of model: ModelSpecification, hashes: any FileHashCache
  ) throws(BackendError) -> String? {
    let inventory = inventory(of: model)
    guard inventory.missing.isEmpty, inventory.missingWeights.isEmpty else { return nil }
    return try using(model) { () throws(TransformerError) in
      // Nothing is computed with these weights: no copy of them is made.
      try Model.load(path: model.path, sharesWeights: true).contentHash(
        recall: { hashes.hash(ofFile: $0, byteCount: $1, modified: $2) },
        remember: { hashes.remember($0, ofFile: $1, byteCount: $2, modified: $3) })
    }
  }

  /// Maps the weights and hashes them, unless their hash is remembered.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - hashes: remembers hashes of large files between runs.
  /// - Returns: the model, for one caller at a time.
  /// - Throws: `BackendError.unusable`.
  public func load(
    _ model: ModelSpecification, hashes: any FileHashCache
  ) throws(BackendError) -> any LoadedModel {
    var options = options
    options.keyValueType = KeyValueType(model.cache)
    let tokenizer = try tokenizer(of: model)
    return try using(model) { () throws(TransformerError) in
      let weights = try Model.load(path: model.path, device: device, sharesWeights: options.sharesWeights)
      try weights.prepareProducts(in: options.compute)
      let hash = try weights.contentHash(
        recall: { hashes.hash(ofFile: $0, byteCount: $1, modified: $2) },
        remember: { hashes.remember($0, ofFile: $1, byteCount: $2, modified: $3) })
      return EngineModel(
        model: weights, specification: model, modelHash: hash, tokenizer: tokenizer, options: options)
    }
  }

  private func using<Result, Failure: FaultReporting>(
    _ model: ModelSpecification, _ body: () throws(Failure) -> Result
  ) throws(BackendError) -> Result {
    do { return try body() } catch { throw .unusable(model, cause: error) }
  }
}

extension KeyValueType {
  fileprivate init(_ type: CacheType) {
    self =
      switch type {
      case .float32: .float32
      case .float16: .float16
      }
  }
}
