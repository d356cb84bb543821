import Metrics
import Testing

@Suite struct StoredWindowsTests {
  /// Log-probabilities that tell which token was predicted in which window: of ids[i], -(first * 1000 + ids[i]).
  private func values(_ window: ScoringWindow, _ ids: [Int], bos: Int?) -> [Float] {
    let sequence = window.sequence(of: ids, bos: bos)
    return sequence.dropFirst().map { Float(-(sequence[0] * 1000 + $0)) }
  }

  private func stored(
    _ convention: PerplexityConvention, _ text: [Int], context: Int, stride: Int, addsBOS: Bool = true
  ) throws -> [(offset: Int, logProbabilities: [Float])] {
    let ids = convention.usesBOSInText && addsBOS ? [1] + text : text
    return try convention.windows(count: ids.count, context: context, stride: stride).map {
      ($0.tokens.lowerBound, values($0, ids, bos: $0.hasPrefix || addsBOS ? 1 : nil))
    }
  }

  private func fresh(
    _ convention: PerplexityConvention, _ text: [Int], context: Int, stride: Int, addsBOS: Bool = true
  ) throws -> [[Float]] {
    let ids = convention.usesBOSInText && addsBOS ? [1] + text : text
    return try convention.windows(count: ids.count, context: context, stride: stride).compactMap {
      $0.scoredLogProbabilities(in: values($0, ids, bos: $0.hasPrefix || addsBOS ? 1 : nil))
    }
  }

  private let text = Array(10..<83)

  private func scored(_ derivation: StoredWindows.Derivation) -> [[Float]]? {
    if case .windows(let windows) = derivation { windows.map(\.scored) } else { nil }
  }

  @Test(
    "what is stored gives itself back, and every convention of the same windows",
    arguments: [
      (PerplexityConvention.hfStrided, PerplexityConvention.hfStrided), (.hfStrided, .hfDoc), (.hfDoc, .hfStrided),
      (.hfStrided, .lastK), (.sliding, .pg19Word), (.sliding, .lastK), (.lmEvalRolling, .lmEvalRolling),
      (.llamacpp, .llamacpp), (.llamacppStride, .llamacppStride), (.lastK, .lastK),
    ], [true, false])
  func same(_ pair: (PerplexityConvention, PerplexityConvention), _ addsBOS: Bool) throws {
    var pool = StoredWindows()
    pool.add(
      try stored(pair.0, text, context: 16, stride: 5, addsBOS: addsBOS), pair.0, context: 16, stride: 5,
      addsBOS: addsBOS, isWhole: true)
    let derived = pool.derive(pair.1, context: 16, stride: 5, addsBOS: addsBOS)
    #expect(scored(derived) == (try fresh(pair.1, text, context: 16, stride: 5, addsBOS: addsBOS)), "\(derived)")
  }

  @Test("rolling windows are strided ones of one token more, where both stand before the same tokens")
  func rolling() throws {
    // 73 tokens and BOS: strided windows of 17 every 16 hold all rolling ones of 16 but the last, which goes left.
    var pool = StoredWindows()
    pool.add(
      try stored(.hfStrided, text, context: 17, stride: 16), .hfStrided, context: 17, stride: 16, addsBOS: true,
      isWhole: true)
    #expect(pool.derive(.lmEvalRolling, context: 16, stride: 16, addsBOS: true) == .missing([57..<74]))
    pool.add(
      try stored(.sliding, text, context: 17, stride: 16), .sliding, context: 17, stride: 16, addsBOS: true,
      isWhole: true)
    let derived = pool.derive(.lmEvalRolling, context: 16, stride: 16, addsBOS: true)
    #expect(scored(derived) == (try fresh(.lmEvalRolling, text, context: 16, stride: 16)))
  }

  @Test("windows that were not stored are named; without the text's end nothing is made")
  func missing() throws {
    var pool = StoredWindows()
    #expect(scored(pool.derive(.hfStrided, context: 16, stride: 5, addsBOS: true)) == nil)
    pool.add(
      try stored(.lastK, text, context: 16, stride: 5), .lastK, context: 16, stride: 5, addsBOS: true, isWhole: true)
    guard case .impossible = pool.derive(.lastK, context: 16, stride: 4, addsBOS: true) else {
      Issue.record("made without the text's length")
      return
    }
    pool.add(
      try stored(.hfStrided, text, context: 16, stride: 5), .hfStrided, context: 16, stride: 5, addsBOS: true,
      isWhole: true)
    guard case .missing(let ranges) = pool.derive(.llamacpp, context: 16, stride: 5, addsBOS: true) else {
      Issue.record("chunks that begin with BOS were made of windows that do not")
      return
    }
    #expect(ranges == [16..<32, 32..<48, 48..<64])
  }
}
