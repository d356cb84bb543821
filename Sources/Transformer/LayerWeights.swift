import Checkpoints
import Kernels

/// A norm's scale and, for a layer norm, its bias; `[E]` each.
struct NormWeights: Sendable {
  let scale: any DeviceBuffer
  let bias: (any DeviceBuffer)?
}

/// A dense layer: `[out, in]` weights in their stored type, `[out]` bias or nil.
struct DenseWeights: Sendable {
  let matrix: any DeviceMatrix
  let bias: (any DeviceBuffer)?
}

/// The weights of one transformer block; what a family does not have is nil.
struct LayerWeights: Sendable {
  let attentionNorm: NormWeights
  let query: DenseWeights
  let key: DenseWeights
  let value: DenseWeights
  let queryNorm: NormWeights?
  let keyNorm: NormWeights?
  let attentionOutput: DenseWeights
  let postAttentionNorm: NormWeights?
  /// Nil in a parallel block, which feeds the attention's norm to both halves.
  let feedForwardNorm: NormWeights?
  let gate: DenseWeights?
  let up: DenseWeights
  let down: DenseWeights
  let postFeedForwardNorm: NormWeights?
}

/// Brings weights of a checkpoint to a device, by their canonical names.
struct WeightReader {
  let checkpoint: Checkpoint
  let device: any Device

  /// The matrix of a tensor `[out, in]`, or rows of it.
  func matrix(_ name: String, rows: Range<Int>? = nil) throws(CheckpointError) -> any DeviceMatrix {
    let whole = try checkpoint.tensor(name)
    let tensor = rows.map { whole.rows($0) } ?? whole
    let columns = tensor.shape.last ?? 0
    let rowCount = columns == 0 ? 0 : tensor.elementCount / columns
    return tensor.file.withBytes(tensor.byteRange) { bytes in
      device.makeMatrix(
        bytes: bytes, owner: tensor.file, type: WeightType(tensor.type), rows: rowCount, columns: columns)
    }
  }

  /// A vector in float32, or nil where the checkpoint has none of that name.
  func values(_ name: String) throws(CheckpointError) -> [Float]? {
    guard checkpoint.tensors[name] != nil else { return nil }
    let tensor = try checkpoint.tensor(name)
    return tensor.file.withBytes(tensor.byteRange) { bytes in
      let row = WeightMatrix(
        bytes: bytes, owner: tensor.file, type: WeightType(tensor.type), rows: 1, columns: tensor.elementCount)
      return row.values(row: 0)
    }
  }

  /// The same on the device: some of its elements, with `offset` added.
  func vector(
    _ name: String, rows: Range<Int>? = nil, adding offset: Float = 0
  ) throws(CheckpointError) -> (any DeviceBuffer)? {
    guard let values = try values(name) else { return nil }
    guard offset != 0 || rows != nil else { return device.makeBuffer(values) }
    return device.makeBuffer(values[rows ?? 0..<values.count].map { $0 + offset })
  }

  /// A dense layer from `<prefix>.weight` and, where there is one, `<prefix>.bias`.
  func dense(_ prefix: String, rows: Range<Int>? = nil) throws(CheckpointError) -> DenseWeights {
    DenseWeights(
      matrix: try matrix("\(prefix).weight", rows: rows), bias: try vector("\(prefix).bias", rows: rows))
  }

  /// A norm, or nil where the checkpoint has none of that name.
  func norm(_ prefix: String) throws(CheckpointError) -> NormWeights? {
    let offset = checkpoint.hyperparameters.normWeightOffset
    guard let scale = try vector("\(prefix).weight", adding: offset) else { return nil }
    return NormWeights(scale: scale, bias: try vector("\(prefix).bias"))
  }

  /// A norm that the family cannot do without.
  func requiredNorm(_ prefix: String) throws(CheckpointError) -> NormWeights {
    if let norm = try norm(prefix) { return norm }
    _ = try checkpoint.tensor("\(prefix).weight")
    return NormWeights(scale: device.makeBuffer(count: 0), bias: nil)
  }

  /// The weights of block `index`.
  func layer(_ index: Int) throws(CheckpointError) -> LayerWeights {
    let h = checkpoint.hyperparameters
    let block = "blk.\(index)"
    let queryRows = h.headCount * h.headDimension
    let keyRows = h.keyValueHeadCount * h.headDimension
    let isFused = checkpoint.tensors["\(block).attn_qkv.weight"] != nil
    func projection(_ name: String, _ rows: Range<Int>) throws(CheckpointError) -> DenseWeights {
      isFused ? try dense("\(block).attn_qkv", rows: rows) : try dense("\(block).\(name)")
    }
    let hasGate = checkpoint.tensors["\(block).ffn_gate.weight"] != nil
    let gateRows = 0..<h.intermediateSize
    let upRows = h.intermediateSize..<2 * h.intermediateSize
    let isGateFused = h.gatedFeedForward && !hasGate
    return LayerWeights(
      attentionNorm: try requiredNorm("\(block).attn_norm"),
      query: try projection("attn_q", 0..<queryRows),
      key: try projection("attn_k", queryRows..<queryRows + keyRows),
      value: try projection("attn_v", queryRows + keyRows..<queryRows + 2 * keyRows),
      queryNorm: try norm("\(block).attn_q_norm"), keyNorm: try norm("\(block).attn_k_norm"),
      attentionOutput: try dense("\(block).attn_output"),
      postAttentionNorm: try norm("\(block).post_attention_norm"),
      feedForwardNorm: h.parallelBlock ? nil : try requiredNorm("\(block).ffn_norm"),
      gate: isGateFused
        ? try dense("\(block).ffn_up", rows: gateRows) : hasGate ? try dense("\(block).ffn_gate") : nil,
      up: try dense("\(block).ffn_up", rows: isGateFused ? upRows : nil),
      down: try dense("\(block).ffn_down"),
      postFeedForwardNorm: try norm("\(block).post_ffw_norm"))
  }
}

extension WeightType {
  /// The kernel type of a stored type.
  init(_ type: TensorType) {
    self =
      switch type {
      case .f32: .f32
      case .f16: .f16
      case .bf16: .bf16
      case .q8_0: .q8_0
      case .q4_0: .q4_0
      case .q4_1: .q4_1
      case .q5_0: .q5_0
      case .q5_1: .q5_1
      case .q2_K: .q2_K
      case .q3_K: .q3_K
      case .q4_K: .q4_K
      case .q5_K: .q5_K
      case .q6_K: .q6_K
      case .iq4_NL: .iq4_NL
      case .iq4_XS: .iq4_XS
      case .mxfp4: .mxfp4
      }
  }
}
