import Checkpoints
import Kernels

extension Session {
  /// Natural-log probabilities of tokens given all before them: element t is log p(tokens[t + 1] | tokens[0...t]).
  ///
  /// Starts a new sequence; afterwards the cache holds all tokens but the last.
  ///
  /// - Parameters:
  ///   - sequence: at least 2 ids.
  ///   - last: how many values, counted from the end; nil for all `sequence.count - 1`.
  /// - Returns: the values, in order.
  /// - Throws: `TransformerError`.
  public func score(_ sequence: [Int], last: Int? = nil) throws(TransformerError) -> [Float] {
    guard sequence.count >= 2 else { throw .tooFewTokens(count: sequence.count, minimum: 2) }
    truncate(to: 0)
    try check(sequence)
    let inputs = Array(sequence.dropLast())
    var result: [Float] = []
    result.reserveCapacity(inputs.count)
    try extend(inputs, logitCount: min(last ?? inputs.count, inputs.count)) { logits, first, rows in
      result += workers.logProbabilities(
        logits, rows: rows, columns: model.hyperparameters.vocabularySize,
        targets: Array(sequence[first + 1..<first + 1 + rows]))
    }
    return result
  }

  /// Logits of the last positions of a new sequence.
  ///
  /// - Parameters:
  ///   - sequence: at least 1 id.
  ///   - last: how many positions, counted from the end; nil for all.
  /// - Returns: float32 `[rows, V]`, row-major.
  /// - Throws: `TransformerError`.
  public func logits(_ sequence: [Int], last: Int? = nil) throws(TransformerError) -> [Float] {
    guard !sequence.isEmpty else { throw .tooFewTokens(count: 0, minimum: 1) }
    truncate(to: 0)
    var result: [Float] = []
    let size = model.hyperparameters.vocabularySize
    try extend(sequence, logitCount: min(last ?? sequence.count, sequence.count)) { logits, _, rows in
      result += logits.array(0..<rows * size)
    }
    return result
  }

  private func check(_ sequence: [Int]) throws(TransformerError) {
    let size = model.hyperparameters.vocabularySize
    guard let index = sequence.firstIndex(where: { $0 < 0 || $0 >= size }) else { return }
    throw .tokenOutOfRange(token: sequence[index], index: index, vocabularySize: size)
  }
}
