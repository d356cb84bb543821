import Checkpoints

extension Session {
  /// Natural-log probabilities of tokens given all before them: element t is log p(tokens[t + 1] | tokens[0...t]).
  ///
  /// What the cache shares with the sequence is not computed again, as far as the values of those tokens are known from
  /// an earlier call or not asked for; afterwards the cache holds all tokens but the last.
  ///
  /// - Parameters:
  ///   - sequence: at least 2 ids.
  ///   - last: how many values, counted from the end; nil for all `sequence.count - 1`.
  /// - Returns: the values, in order.
  /// - Throws: `TransformerError`.
  public func score(_ sequence: [Int], last: Int? = nil) throws(TransformerError) -> [Float] {
    guard sequence.count >= 2 else { throw .tooFewTokens(count: sequence.count, minimum: 2) }
    try check(sequence)
    let inputs = Array(sequence.dropLast())
    let firstWanted = inputs.count - min(last ?? inputs.count, inputs.count)
    if mustRecompute(for: max(plannedLength, inputs.count)) { truncate(to: 0) }
    // A cached token is kept where the value after it is known, or nobody asks for it.
    truncate(to: sharedPrefix(with: inputs))
    let known = knownLogProbabilities
    let kept = min(tokens.count, max(known.count, firstWanted))
    truncate(to: kept)
    let report = onProgress
    onProgress = { report(kept + $0) }
    defer { onProgress = report }
    let firstComputed = max(kept, firstWanted)
    var values = known.count >= kept ? Array(known.prefix(kept)) : []
    let isGapless = values.count == kept && firstComputed == kept
    var computed: [Float] = []
    computed.reserveCapacity(inputs.count - firstComputed)
    try locatingNonFinite { () throws(TransformerError) in
      try extend(Array(inputs[kept...]), logitCount: inputs.count - firstComputed) {
        (logits, first, rows) throws(TransformerError) in
        computed += try logProbabilities(
          logits, rows: rows, targets: Array(sequence[kept + first + 1..<kept + first + 1 + rows]))
      }
    }
    guard isGapless else { return computed }
    values += computed
    knownLogProbabilities = Array(values.dropLast())
    return Array(values[firstWanted...])
  }

  /// Natural-log probabilities of the tokens of each continuation of a prefix.
  ///
  /// The prefix goes through the layers once, and not where the cache holds it already; of each continuation only its
  /// own tokens do. Values have equal bits to those of `score(prefix + continuation)` under the same `plannedLength`.
  ///
  /// - Parameters:
  ///   - prefix: at least 1 id.
  ///   - continuations: each at least 1 id.
  /// - Returns: for each continuation one value per token, in order.
  /// - Throws: `TransformerError`.
  public func choices(prefix: [Int], continuations: [[Int]]) throws(TransformerError) -> [[Float]] {
    let shortest = min(prefix.count, continuations.map(\.count).min() ?? 1)
    guard shortest >= 1 else { throw .tooFewTokens(count: shortest, minimum: 1) }
    try check(prefix)
    for continuation in continuations { try check(continuation) }
    var result = Array(repeating: [Float](), count: continuations.count)
    for (stem, members) in Self.byStem(continuations) {
      let inputs = prefix + stem
      let kept = min(sharedPrefix(with: inputs), prefix.count - 1)
      truncate(to: kept)
      try locatingNonFinite { () throws(TransformerError) in
        try extend(Array(inputs[kept...]), logitCount: stem.count + 1) {
          (logits, first, rows) throws(TransformerError) in
          let place = kept + first + 1 - prefix.count
          for index in members {
            result[index] += try logProbabilities(
              logits, rows: rows, targets: Array(continuations[index][place..<place + rows]))
          }
        }
      }
    }
    return result
  }

  /// Continuations that differ in their last token only need one pass: their indices by what stands before it.
  private static func byStem(_ continuations: [[Int]]) -> [(stem: [Int], members: [Int])] {
    var groups: [(stem: [Int], members: [Int])] = []
    var places: [[Int]: Int] = [:]
    for (index, continuation) in continuations.enumerated() {
      let stem = Array(continuation.dropLast())
      if let place = places[stem] {
        groups[place].members.append(index)
      } else {
        places[stem] = groups.count
        groups.append((stem, [index]))
      }
    }
    return groups
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
    try locatingNonFinite { () throws(TransformerError) in
      try extend(sequence, logitCount: min(last ?? sequence.count, sequence.count)) {
        (logits, _, rows) throws(TransformerError) in
        let values = device.read(logits, 0..<rows * size)
        guard values.allSatisfy(\.isFinite) else { throw .nonFiniteLogits(origin: nil) }
        result += values
      }
    }
    return result
  }

  /// Natural-log probabilities of the targets of rows of logits.
  private func logProbabilities(
    _ logits: any DeviceBuffer, rows: Int, targets: [Int]
  ) throws(TransformerError) -> [Float] {
    let values = device.logProbabilities(
      logits, rows: rows, columns: model.hyperparameters.vocabularySize, targets: targets)
    guard values.allSatisfy(\.isFinite) else { throw .nonFiniteLogits(origin: nil) }
    return values
  }

  private func check(_ sequence: [Int]) throws(TransformerError) {
    let size = model.hyperparameters.vocabularySize
    guard let index = sequence.firstIndex(where: { $0 < 0 || $0 >= size }) else { return }
    throw .tokenOutOfRange(token: sequence[index], index: index, vocabularySize: size)
  }
}
