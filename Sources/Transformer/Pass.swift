/// The tokens of one sequence that go through the layers in one pass.
struct PassPart {
  /// The sequence; its caches take the new keys and values.
  let session: Session
  /// The new ids.
  let tokens: [Int]
  /// The length that rotary frequencies follow where they follow one.
  let sequenceLength: Int
  /// The row of the pass's buffers where these tokens begin.
  let firstRow: Int

  /// The positions of the new tokens in their sequence.
  var positions: Range<Int> { session.tokens.count..<session.tokens.count + tokens.count }
}

/// One forward pass: a chunk of one sequence, or the next tokens of several, which then share the products.
struct Pass {
  /// The sequences, in the order of their rows.
  let parts: [PassPart]
  /// The number of tokens.
  let rows: Int

  /// A chunk of one sequence.
  init(_ session: Session, _ tokens: [Int], sequenceLength: Int) {
    parts = [PassPart(session: session, tokens: tokens, sequenceLength: sequenceLength, firstRow: 0)]
    rows = tokens.count
  }

  /// One token of each of several sequences.
  init(_ next: [(session: Session, token: Int, sequenceLength: Int)]) {
    parts = next.enumerated().map {
      PassPart(
        session: $1.session, tokens: [$1.token], sequenceLength: $1.sequenceLength, firstRow: $0)
    }
    rows = next.count
  }
}
