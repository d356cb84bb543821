import CKernels

/// What an operation does while it has the thread pool.
public enum WorkKind: String, Sendable, CaseIterable {
  /// Products of few rows, straight over the stored weights.
  case vectors
  /// Products of many rows, panel by panel.
  case tiles
  /// Activations brought into the order of the tiles.
  case pack
  /// Activations rounded to integers.
  case quantize
  /// Attention by blocks of queries.
  case attention
  /// Attention by blocks and super tiles of keys, and joining these.
  case supers, merges
  /// Keys or values into the cache.
  case cache
  /// Rows of the embedding.
  case embedding
  /// A norm of rows.
  case norm
  /// The feed-forward activation.
  case activation
  /// A residual sum.
  case sum
  /// A cap of the logits.
  case softcap
  /// Rotary embedding.
  case rotation
  /// Log-probabilities of targets.
  case logProbabilities
  /// A measurement of the machine.
  case measurement

  /// The kind of a number in a record.
  init(code: Int) {
    switch code {
    case Int(ckernels_work_vectors): self = .vectors
    case Int(ckernels_work_tiles): self = .tiles
    case Int(ckernels_work_pack): self = .pack
    case Int(ckernels_work_quantize): self = .quantize
    case Int(ckernels_work_attention): self = .attention
    case Int(ckernels_work_supers): self = .supers
    case Int(ckernels_work_merges): self = .merges
    case Int(ckernels_work_cache): self = .cache
    case Int(ckernels_work_embedding): self = .embedding
    case Int(ckernels_work_norm): self = .norm
    case Int(ckernels_work_activation): self = .activation
    case Int(ckernels_work_sum): self = .sum
    case Int(ckernels_work_softcap): self = .softcap
    case Int(ckernels_work_rotation): self = .rotation
    case Int(ckernels_work_log_probabilities): self = .logProbabilities
    default: self = .measurement
    }
  }
}
