import Checkpoints

extension Model {
  /// The SHA-256 of the model's content: all weights and config.json; names and places of files do not count.
  ///
  /// - Parameters:
  ///   - recall: the digest of a file that has not changed since it was remembered; by path, bytes and seconds of the
  ///     last change.
  ///   - remember: keeps the digest of a file.
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `TransformerError.checkpoint` when a file was changed after it was opened.
  /// - Complexity: reads every byte of the files that are not remembered.
  public func contentHash(
    recall: (_ path: String, _ byteCount: Int, _ modified: Double) -> String? = { _, _, _ in nil },
    remember: (_ digest: String, _ path: String, _ byteCount: Int, _ modified: Double) -> Void = { _, _, _, _ in }
  ) throws(TransformerError) -> String {
    var digests: [String] = []
    for file in checkpoint.identityFiles {
      let modified = Double(file.modificationTimeNanoseconds) / 1e9
      if let known = recall(file.path, file.byteCount, modified) {
        digests.append(known)
        continue
      }
      do {
        let digest = try Checkpoint.digest(of: file)
        remember(digest, file.path, file.byteCount, modified)
        digests.append(digest)
      } catch {
        throw .checkpoint(error)
      }
    }
    return Checkpoint.contentHash(digests: digests + reading)
  }

  /// What tells results of a model whose fields were read otherwise before 2026-11-26 (LongRoPE's factor, Gemma's legacy
  /// `gelu`, a bias beside tied embeddings, a scaling of sliding layers alone) from those made since; empty for all
  /// other models, whose results keep their identity.
  private var reading: [String] {
    var isScaledBefore = false
    if case .longRope = hyperparameters.ropeScaling { isScaledBefore = true }
    if hyperparameters.localRopeScaling != .none { isScaledBefore = true }
    let isGemma = hyperparameters.architecture == .gemma
    let hasBias = checkpoint.tensors["output.weight"] == nil && checkpoint.tensors["output.bias"] != nil
    return isScaledBefore || isGemma || hasBias ? ["reading 2"] : []
  }

  /// The ids that end a text, as the checkpoint's configuration names them.
  public var endOfTextTokens: [Int] { hyperparameters.eosTokenIDs }
}

extension ModelDescription {
  /// The sliding window that every layer shares (Mistral), in tokens; nil where there is none or layers alternate.
  public var uniformSlidingWindow: Int? {
    let h = hyperparameters
    return (0..<h.layerCount).allSatisfy { h.usesSlidingWindow(layer: $0) } ? h.slidingWindow : nil
  }
}
