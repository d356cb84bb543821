import Checkpoints
import Kernels

/// Every buffer of a forward pass over at most `capacity` tokens, allocated once per session (logits when needed).
///
/// Letters: T tokens, E hidden size, F feed-forward size, H query heads, K key/value heads, D head dimension, V vocabulary.
final class RunState {
  /// The most tokens of one pass, T.
  let capacity: Int
  /// The most rows of logits computed at once.
  let logitRows: Int
  /// `[T, E]`, the residual stream.
  let hidden: FloatBuffer
  /// `[T, E]`, the output of a norm.
  let normed: FloatBuffer
  /// `[T, E]`, the output of a half block where it is normed before it is added.
  let branch: FloatBuffer
  /// `[T, H * D]` before rotation, and then the attention's output.
  let query: FloatBuffer
  /// `[T, H * D]` per query variant, rotated.
  let rotatedQueries: [FloatBuffer]
  /// Keys `[T, K * D]`, before rotation.
  let key: FloatBuffer
  /// Keys `[T, K * D]` of one variant, rotated.
  let rotatedKey: FloatBuffer
  /// Values `[T, K * D]`.
  let value: FloatBuffer
  /// The gate `[T, F]`.
  let gate: FloatBuffer
  /// The feed-forward half `[T, F]`.
  let up: FloatBuffer
  private let vocabularySize: Int
  private var logits = FloatBuffer(count: 0)

  init(_ h: Hyperparameters, capacity: Int, queryVariants: Int, usesBranch: Bool, logitRows: Int) {
    self.capacity = capacity
    self.logitRows = logitRows
    hidden = FloatBuffer(count: capacity * h.hiddenSize)
    normed = FloatBuffer(count: capacity * h.hiddenSize)
    branch = FloatBuffer(count: usesBranch ? capacity * h.hiddenSize : 0)
    query = FloatBuffer(count: capacity * h.headCount * h.headDimension)
    rotatedQueries = (0..<queryVariants).map { _ in FloatBuffer(count: capacity * h.headCount * h.headDimension) }
    key = FloatBuffer(count: capacity * h.keyValueHeadCount * h.headDimension)
    rotatedKey = FloatBuffer(count: capacity * h.keyValueHeadCount * h.headDimension)
    value = FloatBuffer(count: capacity * h.keyValueHeadCount * h.headDimension)
    gate = FloatBuffer(count: h.gatedFeedForward ? capacity * h.intermediateSize : 0)
    up = FloatBuffer(count: capacity * h.intermediateSize)
    vocabularySize = h.vocabularySize
  }

  /// Logits `[rows, V]`: grown when more are wanted, for a vocabulary is large and a generation needs one row.
  ///
  /// - Parameter rows: at most `logitRows`.
  /// - Returns: the same buffer until a larger one is wanted.
  func logits(rows: Int) -> FloatBuffer {
    if logits.count < rows * vocabularySize { logits = FloatBuffer(count: rows * vocabularySize) }
    return logits
  }
}
