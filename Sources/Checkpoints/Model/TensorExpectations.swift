/// Which tensors a model with given hyperparameters has, and their shapes.
struct TensorExpectations {
  let model: Hyperparameters
  let family: Family
  /// The file or folder, for errors.
  let path: String
  /// The stems of the dense layers that have a bias; nil where the tensors that are there decide.
  let biased: Set<String>?

  /// Checks presence, shape and type of every tensor.
  func check(_ tensors: [String: Tensor]) throws(CheckpointError) {
    for name in required(tensors) where tensors[name] == nil {
      throw .missingTensor(file: path, tensor: name)
    }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      guard let expected = shape(of: name, tensors) else {
        throw .unexpectedTensor(
          file: tensor.file.path, tensor: tensor.storedName, architecture: model.architecture.rawValue)
      }
      guard tensor.shape == expected else {
        throw .wrongShape(
          file: tensor.file.path, tensor: tensor.storedName, expected: expected, found: tensor.shape)
      }
      guard expected.count == 2 || tensor.type.isFloatingPoint else {
        throw .unsupported(
          file: tensor.file.path, field: "type of tensor '\(tensor.storedName)'", found: tensor.type.rawValue,
          supported: ["F32", "F16", "BF16"])
      }
    }
  }

  /// Whether the norms have biases, and with them the output projection (Phi).
  private var isBiased: Bool { model.norm == .layer }

  private func required(_ tensors: [String: Tensor]) -> [String] {
    var names = ["token_embd.weight", "output_norm.weight"]
    if isBiased { names.append("output_norm.bias") }
    if !model.tiedEmbeddings { names.append("output.weight") }
    for layer in 0..<model.layerCount {
      let block = "blk.\(layer)."
      var stems = ["attn_norm"] + family.layerNorms + ["attn_output", "ffn_up", "ffn_down"]
      stems += tensors["\(block)attn_qkv.weight"] == nil ? ["attn_q", "attn_k", "attn_v"] : ["attn_qkv"]
      if model.gatedFeedForward, !isFused(block, tensors) { stems.append("ffn_gate") }
      names += stems.map { "\(block)\($0).weight" }
      if isBiased { names.append("\(block)attn_norm.bias") }
      if let biased { names += stems.filter { biased.contains($0) }.map { "\(block)\($0).bias" } }
    }
    if biased?.contains("output") == true { names.append("output.bias") }
    return names
  }

  /// Whether `ffn_up` of a layer holds the rows of the gate, too.
  private func isFused(_ block: String, _ tensors: [String: Tensor]) -> Bool {
    model.gatedFeedForward && tensors["\(block)ffn_gate.weight"] == nil
      && tensors["\(block)ffn_up.weight"]?.shape.first == 2 * model.intermediateSize
  }

  /// The shape that a canonical name must have; nil when the model has no such tensor.
  private func shape(of name: String, _ tensors: [String: Tensor]) -> [Int]? {
    switch name {
    case "token_embd.weight": return [model.vocabularySize, model.hiddenSize]
    case "output.weight": return model.tiedEmbeddings ? nil : [model.vocabularySize, model.hiddenSize]
    case "output.bias": return biased?.contains("output") ?? isBiased ? [model.vocabularySize] : nil
    case "output_norm.weight": return [model.hiddenSize]
    case "output_norm.bias": return model.norm == .layer ? [model.hiddenSize] : nil
    case "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight":
      return [model.rotaryDimension / 2]
    default: break
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), (0..<model.layerCount).contains(layer),
      String(layer) == parts[1], parts[3] == "weight" || parts[3] == "bias"
    else { return nil }
    let block = "blk.\(layer)."
    let isWeight = parts[3] == "weight"
    let stem = String(parts[2])
    if let width = normWidth(stem) { return isWeight || model.norm == .layer ? [width] : nil }
    guard isWeight || biased?.contains(stem) ?? (tensors["\(block)\(stem).weight"] != nil),
      let matrix = matrix(stem, isFused: isFused(block, tensors))
    else { return nil }
    return isWeight ? matrix : [matrix[0]]
  }

  private func normWidth(_ stem: String) -> Int? {
    guard stem == "attn_norm" || family.layerNorms.contains(stem) else { return nil }
    return stem == "attn_q_norm" || stem == "attn_k_norm" ? model.headDimension : model.hiddenSize
  }

  private func matrix(_ stem: String, isFused: Bool) -> [Int]? {
    switch stem {
    case "attn_q": [model.queryWidth, model.hiddenSize]
    case "attn_k", "attn_v": [model.keyValueWidth, model.hiddenSize]
    case "attn_qkv": [model.queryWidth + 2 * model.keyValueWidth, model.hiddenSize]
    case "attn_output": [model.hiddenSize, model.queryWidth]
    case "ffn_gate": model.gatedFeedForward ? [model.intermediateSize, model.hiddenSize] : nil
    case "ffn_up": [isFused ? 2 * model.intermediateSize : model.intermediateSize, model.hiddenSize]
    case "ffn_down": [model.hiddenSize, model.intermediateSize]
    default: nil
    }
  }
}
