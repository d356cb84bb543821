public import Checkpoints
public import Kernels
public import Positions

/// What is known of a model without its weights: enough for a plan.
public struct ModelDescription: Sendable {
  /// The description of the forward pass.
  public let hyperparameters: Hyperparameters

  /// Reads `config.json` or the GGUF header, no weights.
  ///
  /// - Parameter path: a GGUF file, or a folder that holds at least `config.json`.
  /// - Returns: the description.
  /// - Throws: `TransformerError.checkpoint`.
  public static func read(path: String) throws(TransformerError) -> ModelDescription {
    do throws(CheckpointError) {
      return ModelDescription(try Checkpoint.openHyperparameters(path))
    } catch {
      throw .checkpoint(error)
    }
  }

  /// The description of a model with these hyperparameters.
  public init(_ hyperparameters: Hyperparameters) { self.hyperparameters = hyperparameters }

  /// The pretraining window L, in tokens.
  public var contextWindow: Int { hyperparameters.contextWindow }

  /// The number of token ids that the model has an embedding for.
  public var vocabularySize: Int { hyperparameters.vocabularySize }

  /// Parameters of the dense layers of all blocks (each is multiplied once per token).
  public var blockParameterCount: Int {
    let h = hyperparameters
    let attention = h.hiddenSize * h.headDimension * (2 * h.headCount + 2 * h.keyValueHeadCount)
    let feedForward = h.hiddenSize * h.intermediateSize * (h.gatedFeedForward ? 3 : 2)
    return h.layerCount * (attention + feedForward)
  }

  /// Parameters of the embedding and, where it is separate, the output layer.
  public var embeddingParameterCount: Int {
    let h = hyperparameters
    return h.vocabularySize * h.hiddenSize * (h.tiedEmbeddings ? 1 : 2)
  }

  /// All parameters but norms and biases.
  public var parameterCount: Int { blockParameterCount + embeddingParameterCount }

  /// True where the checkpoint itself changes the rotary frequencies (Llama 3.1, LongRoPE and the like).
  public var hasRotaryScaling: Bool {
    hyperparameters.ropeScaling != .none || hyperparameters.localRopeScaling != .none
      || hyperparameters.ropeFrequencyFactors != nil
  }

  /// Bytes of cached keys and values per token under a method, with the rotations that keys cached once need.
  public func cacheByteCount(perTokenUnder method: Method, type: KeyValueType, on device: any Device) -> Int {
    let h = hyperparameters
    let variants = AttentionLayout(method, contextWindow: h.contextWindow, slidingWindow: nil).keyMaps.count
    let padded = (h.headDimension + 15) / 16 * 16
    let copies = device.keyCopyCount(variants: variants, type: type)
    let rotations = copies < variants ? variants * h.rotaryDimension * 4 : 0
    return h.layerCount * h.keyValueHeadCount * padded * (copies + 1) * (type == .float32 ? 4 : 2) + rotations
  }

  /// Multiply-adds of `count` new tokens after `cached` ones, attention included, with logits for `logitCount` of them.
  public func multiplyAdds(newTokens count: Int, cached: Int, logitCount: Int) -> Double {
    let h = hyperparameters
    let pairs = Double(count) * Double(cached) + Double(count) * Double(count + 1) / 2
    let attention = 2 * pairs * Double(h.headCount * h.headDimension * h.layerCount)
    let head = Double(logitCount) * Double(h.vocabularySize * h.hiddenSize)
    return Double(count) * Double(blockParameterCount) + attention + head
  }

  /// Bytes of the buffers of a forward pass over chunks of `chunkSize` tokens.
  public func activationByteCount(chunkSize: Int) -> Int {
    let h = hyperparameters
    let perToken =
      3 * h.hiddenSize + 4 * h.headCount * h.headDimension + 3 * h.keyValueHeadCount * h.headDimension
      + 2 * h.intermediateSize
    return 4 * (chunkSize * perToken + min(chunkSize, 128) * h.vocabularySize)
  }
}
