import JSON

/// Builds a `MergeTable` out of a list of merges or out of the scores of tokens.
struct MergeBuilder {
  private let file: String
  private let vocabularySize: Int
  /// The tokens that merging may use and make, by stored text.
  private let symbols: ByteStringMap
  /// Whether cuts between scalars are wanted (texts without word splitting).
  private let notesJunctions: Bool
  private var extras = ByteStringMap()
  private var scratch: [UInt8] = []
  private(set) var table: MergeTable
  /// The merged pairs in the order they were added, for the identity.
  private(set) var order: [UInt64] = []

  /// SentencePiece's own limit is 16 scalars by default; every split of a piece is looked at, which is quadratic.
  static let longestPiece = 1024

  init(file: String, vocabularySize: Int, symbols: ByteStringMap, notesJunctions: Bool, capacity: Int) {
    self.file = file
    self.vocabularySize = vocabularySize
    self.symbols = symbols
    self.notesJunctions = notesJunctions
    table = MergeTable(capacity: capacity)
  }

  private mutating func symbol(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int32 {
    if let id = symbols.value(bytes, range) { return Int32(truncatingIfNeeded: id) }
    if let id = extras.value(bytes, range) { return Int32(truncatingIfNeeded: id) }
    let id = table.addExtraSymbol(range.map { bytes[$0] }, vocabularySize: vocabularySize)
    extras.update(bytes, range, to: Int(id))
    return id
  }

  // MARK: Ranked

  /// Adds the merge of two stored texts.
  ///
  /// - Parameters:
  ///   - left: the first text.
  ///   - right: the second text.
  ///   - rank: its place in the list; lower ranks merge first.
  ///   - isStrict: whether both texts and their joint one must be tokens.
  /// - Throws: `TokenizerError.invalid` for a text that must be a token and is none.
  mutating func add(
    _ left: Span<UInt8>, _ right: Span<UInt8>, rank: Int, isStrict: Bool
  ) throws(TokenizerError) {
    guard !left.isEmpty, !right.isEmpty else {
      throw .invalid(file: file, field: "merge \(rank)", expected: "two texts", found: "an empty text")
    }
    scratch.removeAll(keepingCapacity: true)
    for index in left.indices { scratch.append(left[index]) }
    for index in right.indices { scratch.append(right[index]) }
    let joint = 0..<scratch.count
    let middle = left.count
    if isStrict {
      try checkToken(0..<middle, rank)
      try checkToken(middle..<joint.upperBound, rank)
      try checkToken(joint, rank)
    }
    let leftSymbol = scratchSymbol(0..<middle)
    let rightSymbol = scratchSymbol(middle..<joint.upperBound)
    table.add(leftSymbol, rightSymbol, rank: rank, symbol: scratchSymbol(joint))
    order.append(UInt64(UInt32(bitPattern: leftSymbol)) << 32 | UInt64(UInt32(bitPattern: rightSymbol)))
    if notesJunctions {
      var last = middle - 1
      while last > 0, scratch[last] & 0xc0 == 0x80 { last -= 1 }
      table.addJunction(
        UTF8Text.scalar(scratch.span, at: last).value, UTF8Text.scalar(scratch.span, at: middle).value)
    }
  }

  private func checkToken(_ range: Range<Int>, _ rank: Int) throws(TokenizerError) {
    guard symbols.value(scratch.span, range) == nil else { return }
    throw .invalid(
      file: file, field: "merge \(rank)", expected: "tokens of the vocabulary",
      found: "'\(String(decoding: scratch[range], as: UTF8.self))'")
  }

  private mutating func scratchSymbol(_ range: Range<Int>) -> Int32 {
    if let id = symbols.value(scratch.span, range) { return Int32(truncatingIfNeeded: id) }
    let text = Array(scratch[range])
    return symbol(text.span, 0..<text.count)
  }

  // MARK: Scored

  /// Adds every way to make a piece out of two, in the order of falling scores (SentencePiece's BPE).
  ///
  /// Pieces with equal scores have equal ranks; the leftmost pair then merges first.
  mutating func add(pieces: [Int], texts: ByteStringPool, scores: [Float]) throws(TokenizerError) {
    let distinct = Set(pieces.map { scores[$0] }).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    for id in pieces {
      let text = texts.bytes.span.extracting(texts.range(id))
      guard text.count <= Self.longestPiece else {
        throw .tooLarge(file: file, field: "length of token \(id)", found: text.count, limit: Self.longestPiece)
      }
      addSplits(of: text, rank: ranks[scores[id]] ?? 0, symbol: Int32(truncatingIfNeeded: id))
    }
  }

  private mutating func addSplits(of text: Span<UInt8>, rank: Int, symbol merged: Int32) {
    var starts: [Int] = []
    var previous: UInt32?
    var offset = 0
    while offset < text.count {
      starts.append(offset)
      let (scalar, length) = UTF8Text.scalar(text, at: offset)
      if let previous { table.addJunction(previous, scalar) }
      previous = scalar
      offset += length
    }
    for (index, split) in starts.enumerated().dropFirst() {
      guard let left = part(text, 0..<split, isScalar: index == 1),
        let right = part(text, split..<text.count, isScalar: index == starts.count - 1)
      else { continue }
      table.add(left, right, rank: rank, symbol: merged)
    }
  }

  /// The symbol of a part of a piece: a token, or a scalar that is none; nil when merging cannot make it.
  private mutating func part(_ text: Span<UInt8>, _ range: Range<Int>, isScalar: Bool) -> Int32? {
    if isScalar { return symbol(text, range) }
    return symbols.value(text, range).map { Int32(truncatingIfNeeded: $0) }
  }

  /// Numbers of the texts that are no tokens.
  var extraSymbols: ByteStringMap { extras }

  /// What was built.
  var merges: VocabularySource.Merges { .ranked(table, extras: extras, order: order) }
}
