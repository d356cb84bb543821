public import Checkpoints
public import Kernels
import Positions

/// A model ready to run: hyperparameters and weights in their stored types, mapped from the checkpoint's files.
///
/// One model may serve any number of sessions at once; it is never changed after loading.
public final class Model: Sendable {
  /// The description of the forward pass.
  public let hyperparameters: Hyperparameters
  /// The checkpoint that the weights are mapped from.
  public let checkpoint: Checkpoint
  /// What the weights were brought to.
  public let device: any Device
  let embedding: any DeviceMatrix
  let layers: [LayerWeights]
  let outputNorm: NormWeights
  let output: DenseWeights
  /// Divisors of the rotary frequencies that the checkpoint stores as a tensor (Llama 3 in GGUF), or nil.
  let frequencyDivisors: [Double]?

  /// Opens a checkpoint; on the processor its weights stay in their stored types, on large pages where memory allows.
  ///
  /// - Parameters:
  ///   - path: a GGUF file, or a folder in Hugging Face's layout.
  ///   - device: where the weights go; nil for the processor.
  ///   - sharesWeights: leave them in the system's cache of the file: one copy for all processes of the machine, opened at
  ///     once, on small pages, which decoding reads more slowly.
  /// - Returns: the model.
  /// - Throws: `TransformerError.checkpoint`; of a device with memory of its own `.weightsTooLarge`,
  ///   `.matrixTooLarge` and `.device`, too.
  public static func load(
    path: String, device: (any Device)? = nil, sharesWeights: Bool = false
  ) throws(TransformerError) -> Model {
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint.open(path, pages: sharesWeights ? .mapped : .large) } catch {
      throw .checkpoint(error)
    }
    guard let device, device.copiesWeights else {
      do { return try Model(checkpoint, device ?? CPUDevice(Workers(threads: 1))) } catch { throw .checkpoint(error) }
    }
    let needed = checkpoint.weightByteCount
    let available = device.availableByteCount
    guard needed <= available else {
      throw .weightsTooLarge(byteCount: needed, availableByteCount: available, device: device.summary)
    }
    if let largest = checkpoint.tensors.max(by: { $0.value.byteRange.count < $1.value.byteRange.count }),
      largest.value.byteRange.count > device.largestBufferByteCount
    {
      throw .matrixTooLarge(
        name: largest.key, byteCount: largest.value.byteRange.count, limit: device.largestBufferByteCount,
        device: device.summary)
    }
    let model: Model
    do { model = try Model(checkpoint, device) } catch { throw .checkpoint(error) }
    if let failure = device.takeFailure() { throw .device(failure) }
    return model
  }

  private init(_ checkpoint: Checkpoint, _ device: any Device) throws(CheckpointError) {
    let reader = WeightReader(checkpoint: checkpoint, device: device)
    let hyperparameters = checkpoint.hyperparameters
    self.checkpoint = checkpoint
    self.device = device
    self.hyperparameters = hyperparameters
    embedding = try reader.matrix("token_embd.weight")
    var layers: [LayerWeights] = []
    for index in 0..<hyperparameters.layerCount { layers.append(try reader.layer(index)) }
    self.layers = layers
    outputNorm = try reader.requiredNorm("output_norm")
    let hasOutput = checkpoint.tensors["output.weight"] != nil
    output =
      hasOutput ? try reader.dense("output") : DenseWeights(matrix: embedding, bias: try reader.vector("output.bias"))
    frequencyDivisors = try reader.values("rope_freqs.weight")?.map { Double($0) }
  }

  /// Gets the device ready, so that no sample's time contains what its first products do once.
  ///
  /// - Parameter compute: the arithmetic of products.
  /// - Throws: `TransformerError.device`.
  public func prepareProducts(in compute: Compute) throws(TransformerError) {
    let hasOutput = checkpoint.tensors["output.weight"] != nil
    let matrices = checkpoint.tensors.filter { name, tensor in
      tensor.shape.count == 2 && !(hasOutput && name == "token_embd.weight")
    }
    device.prepareProducts(with: Set(matrices.values.map { WeightType($0.type) }), compute: compute)
    if let failure = device.takeFailure() { throw .device(failure) }
  }

  /// The pretraining window L, in tokens.
  public var contextWindow: Int { hyperparameters.contextWindow }

  /// Bytes of all weights as stored.
  public var weightByteCount: Int { checkpoint.weightByteCount }

  /// Bytes of weights that decoding one token reads: all of them, but one row of an embedding that is not the output.
  public var decodedByteCount: Int {
    guard checkpoint.tensors["output.weight"] != nil, let table = checkpoint.tensors["token_embd.weight"] else {
      return weightByteCount
    }
    return weightByteCount - table.byteRange.count + table.byteRange.count / max(1, hyperparameters.vocabularySize)
  }

  /// The number of stored parameters.
  public var parameterCount: Int { checkpoint.parameterCount }
}

extension Model {
  /// How the layers of one kind see positions: global ones, and local ones with a sliding window of their own.
  struct LayerKind {
    let layout: AttentionLayout
    let rotary: RotaryEmbedding
  }

  /// The two kinds under a method; `kindIndex(layer:)` picks.
  ///
  /// In a model whose layers alternate (Gemma 2 and 3) the local layers stay as trained under every method: their
  /// distances never leave the window they were trained with. A window that all layers share (Mistral) belongs to
  /// `plain` and is off under Self-Extend, as the authors say.
  func kinds(_ method: Method) -> [LayerKind] {
    let h = hyperparameters
    // The layers that a method changes: those without the window, or all where all have one.
    let changed = (0..<h.layerCount).first { !h.usesSlidingWindow(layer: $0) } ?? 0
    let scaling = method.rotaryScaling(contextWindow: h.contextWindow) ?? checkpointScaling(layer: changed)
    let uniformWindow = alternates ? nil : h.slidingWindow
    let global = LayerKind(
      layout: AttentionLayout(method, contextWindow: h.contextWindow, slidingWindow: uniformWindow),
      rotary: RotaryEmbedding(
        dimension: h.rotaryDimension, theta: h.ropeTheta(layer: changed), scaling: scaling))
    guard alternates, let windowed = (0..<h.layerCount).first(where: h.usesSlidingWindow) else { return [global] }
    let keepsWindow = method != .plain(keepsWindow: false)
    let local = LayerKind(
      layout: AttentionLayout(
        .plain(keepsWindow: keepsWindow), contextWindow: h.contextWindow, slidingWindow: h.slidingWindow),
      rotary: RotaryEmbedding(
        dimension: h.rotaryDimension, theta: h.ropeTheta(layer: windowed),
        scaling: checkpointScaling(layer: windowed)))
    return [global, local]
  }

  /// Index into `kinds` for a layer.
  func kindIndex(layer: Int) -> Int { alternates && hyperparameters.usesSlidingWindow(layer: layer) ? 1 : 0 }

  private var alternates: Bool {
    let h = hyperparameters
    guard h.slidingWindow != nil else { return false }
    return (0..<h.layerCount).contains { !h.usesSlidingWindow(layer: $0) }
  }

  private func checkpointScaling(layer: Int) -> RotaryScaling {
    let window = hyperparameters.contextWindow
    if let divisors = frequencyDivisors {
      return .perFrequency(short: divisors, long: divisors, originalContext: window, attentionFactor: 1)
    }
    return RotaryScaling(hyperparameters.ropeScaling(layer: layer), contextWindow: window)
  }
}

extension RotaryScaling {
  /// The scaling that a checkpoint's configuration asks for.
  init(_ scaling: RopeScaling, contextWindow: Int) {
    switch scaling {
    case .none: self = .none
    case .linear(let factor): self = .linear(factor: factor)
    case .dynamic(let factor): self = .dynamicNTK(factor: factor, contextWindow: contextWindow)
    case .yarn(let factor, let original, let fast, let slow, let attention):
      self = .yarn(
        factor: factor, originalContext: original, betaFast: fast, betaSlow: slow, attentionFactor: attention)
    case .llama3(let factor, let low, let high, let original):
      self = .llama3(factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext: original)
    case .longRope(let short, let long, let original, let attention):
      self = .perFrequency(short: short, long: long, originalContext: original, attentionFactor: attention)
    }
  }
}

extension Checkpoint {
  /// Bytes of all tensors as stored.
  fileprivate var weightByteCount: Int { tensors.values.reduce(0) { $0 + $1.byteRange.count } }
}
