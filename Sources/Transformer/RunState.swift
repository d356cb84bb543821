import Checkpoints

/// Every buffer of a forward pass on a device over at most `capacity` tokens, allocated once per session (logits when needed).
///
/// Letters: T tokens, E hidden size, F feed-forward size, H query heads, K key/value heads, D head dimension, V vocabulary.
final class RunState {
  /// The most tokens of one pass, T.
  let capacity: Int
  /// The most rows of logits computed at once.
  let logitRows: Int
  /// `[T, E]`, the residual stream.
  let hidden: any DeviceBuffer
  /// `[T, E]`, the output of a norm.
  let normed: any DeviceBuffer
  /// `[T, E]`, the output of a half block where it is normed before it is added.
  let branch: any DeviceBuffer
  /// `[T, H * D]` before rotation, and then the attention's output.
  let query: any DeviceBuffer
  /// `[T, H * D]` per query variant, rotated.
  let rotatedQueries: [any DeviceBuffer]
  /// Keys `[T, K * D]`, before rotation.
  let key: any DeviceBuffer
  /// Keys `[T, K * D]` of one variant, rotated.
  let rotatedKey: any DeviceBuffer
  /// Values `[T, K * D]`.
  let value: any DeviceBuffer
  /// The gate `[T, F]`.
  let gate: any DeviceBuffer
  /// The feed-forward half `[T, F]`.
  let up: any DeviceBuffer
  private let vocabularySize: Int
  private let device: any Device
  private var logits: any DeviceBuffer

  init(
    _ h: Hyperparameters, device: any Device, capacity: Int, queryVariants: Int, usesBranch: Bool, logitRows: Int
  ) {
    self.device = device
    logits = device.makeBuffer(count: 0)
    self.capacity = capacity
    self.logitRows = logitRows
    hidden = device.makeBuffer(count: capacity * h.hiddenSize)
    normed = device.makeBuffer(count: capacity * h.hiddenSize)
    branch = device.makeBuffer(count: usesBranch ? capacity * h.hiddenSize : 0)
    query = device.makeBuffer(count: capacity * h.headCount * h.headDimension)
    rotatedQueries = (0..<queryVariants).map { _ in device.makeBuffer(count: capacity * h.headCount * h.headDimension) }
    key = device.makeBuffer(count: capacity * h.keyValueHeadCount * h.headDimension)
    rotatedKey = device.makeBuffer(count: capacity * h.keyValueHeadCount * h.headDimension)
    value = device.makeBuffer(count: capacity * h.keyValueHeadCount * h.headDimension)
    gate = device.makeBuffer(count: h.gatedFeedForward ? capacity * h.intermediateSize : 0)
    up = device.makeBuffer(count: capacity * h.intermediateSize)
    vocabularySize = h.vocabularySize
  }

  /// Logits `[rows, V]`: grown when more are wanted, for a vocabulary is large and a generation needs one row.
  ///
  /// - Parameter rows: at most `logitRows`.
  /// - Returns: the same buffer until a larger one is wanted.
  func logits(rows: Int) -> any DeviceBuffer {
    if logits.count < rows * vocabularySize { logits = device.makeBuffer(count: rows * vocabularySize) }
    return logits
  }
}
