/// Which neighbours a tokenizer merges, in which order, into what.
struct MergeTable: Sendable {
  /// (left, right) -> rank in the high half, merged symbol in the low half.
  private(set) var pairs: PairTable
  /// Byte strings of the symbols beyond the vocabulary: parts of tokens that are no tokens.
  private(set) var extraSymbols = ByteStringPool()
  /// Scalars that may be neighbours inside a token across some merge; see `joins`.
  private var junctions: PairTable

  /// No merge, for a vocabulary without any.
  init(capacity: Int) {
    pairs = PairTable(capacity: capacity)
    junctions = PairTable()
  }

  /// The rank and result of merging two symbols; nil when they are never merged.
  func merge(_ left: Int32, _ right: Int32) -> (rank: UInt32, symbol: Int32)? {
    guard let value = pairs.value(left, right) else { return nil }
    return (UInt32(truncatingIfNeeded: value >> 32), Int32(truncatingIfNeeded: value & 0xffff_ffff))
  }

  /// Whether some merge joins a symbol that ends in one scalar with a symbol that begins with the other.
  ///
  /// Where none does, no token spans the place, and the text may be cut there without changing any id.
  func joins(_ left: UInt32, _ right: UInt32) -> Bool {
    junctions.value(Int32(bitPattern: left), Int32(bitPattern: right)) != nil
  }

  // MARK: Building

  /// Adds a merge; a pair that is there already keeps its rank.
  mutating func add(_ left: Int32, _ right: Int32, rank: Int, symbol: Int32) {
    pairs.insert(left, right, UInt64(UInt32(truncatingIfNeeded: rank)) << 32 | UInt64(UInt32(bitPattern: symbol)))
  }

  /// Notes that a merge joins text at these two scalars.
  mutating func addJunction(_ left: UInt32, _ right: UInt32) {
    junctions.insert(Int32(bitPattern: left), Int32(bitPattern: right), 0)
  }

  /// Numbers a byte string that is no token.
  mutating func addExtraSymbol(_ bytes: [UInt8], vocabularySize: Int) -> Int32 {
    extraSymbols.append(bytes)
    return Int32(vocabularySize + extraSymbols.count - 1)
  }
}
