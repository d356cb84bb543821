import Checkpoints

/// What happens when a logit is not a finite number: the first place where that is so is looked for, at the price of
/// computing the sequence again.
extension Session {
  /// Does work whose error about logits then says where the values stopped being finite.
  func locatingNonFinite<Result>(_ work: () throws(TransformerError) -> Result) throws(TransformerError) -> Result {
    do {
      return try work()
    } catch {
      guard case .nonFiniteLogits(origin: nil) = error else { throw error }
      throw nonFiniteLogits()
    }
  }

  /// Computes the cached tokens again with a look at the residual stream after each layer; the cache is empty then.
  func nonFiniteLogits() -> TransformerError {
    let sequence = tokens
    truncate(to: 0)
    onLayer = { [unowned self] (layerCount, pass) throws(TransformerError) in
      let size = model.hyperparameters.hiddenSize
      let values = device.read(state.hidden, 0..<pass.rows * size)
      guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
      let position = pass.parts[0].positions.lowerBound + index / size
      throw .nonFiniteLogits(origin: NonFiniteOrigin(layerCount: layerCount, position: position))
    }
    defer {
      onLayer = nil
      truncate(to: 0)
    }
    do {
      try extend(sequence, logitCount: 0) { (_, _, _) in }
    } catch {
      return error
    }
    return .nonFiniteLogits(origin: NonFiniteOrigin(layerCount: nil, position: nil))
  }
}
