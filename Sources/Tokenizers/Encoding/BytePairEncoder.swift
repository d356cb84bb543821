import JSON

/// Byte-pair encoding of one word: symbols of single bytes or scalars, merged in the order of the ranks.
///
/// Of all neighbouring pairs the one with the lowest rank merges first, of equal ranks the leftmost; the result does
/// not depend on how the pairs are found. Short words scan, long ones use a heap: O(n log n).
struct BytePairEncoder: Sendable {
  /// What the symbols are before the first merge.
  enum Alphabet: Sendable {
    /// Bytes, in GPT-2's spelling. A byte without a token disappears, and its neighbours meet unless
    /// `absentSeparate`.
    case bytes(absentSeparate: Bool)
    /// Unicode scalars.
    case scalars
  }

  /// What becomes of symbols that are no tokens.
  struct Fallback: Sendable {
    /// The token of each byte; empty when the vocabulary has none.
    var bytes: [Int32] = []
    var unknown: Int32?
    /// Whether neighbouring unknown symbols give one unknown token.
    var fusesUnknown = false
  }

  let alphabet: Alphabet
  let fallback: Fallback
  let vocabularySize: Int
  let merges: MergeTable
  /// Tokens by stored text, without the special ones.
  let symbols: ByteStringMap
  /// Parts of tokens that are no tokens themselves, by text.
  let extraSymbols: ByteStringMap
  /// Tokens by the bytes they stand for, when a word that is a token is not merged (`ignore_merges`).
  let wholeWords: ByteStringMap?
  /// The symbol of each byte, or of each ASCII scalar; -1 for none.
  let firstSymbols: [Int32]

  /// Stands for a scalar or byte that no merge knows.
  private static let unknownSymbol = Int32.max
  private static let longestScan = 40
  private static let longestCached = 48
  private static let cacheLimit = 1 << 17

  /// Memory that is reused from word to word, and from text to text: words that come again are looked up.
  struct Scratch {
    fileprivate var symbols: [Int32] = []
    fileprivate var starts: [Int] = []
    fileprivate var pairs: [(rank: UInt32, symbol: Int32)] = []
    fileprivate var next: [Int32] = []
    fileprivate var previous: [Int32] = []
    fileprivate var heap = MergeHeap()
    fileprivate var endsInUnknown = false
    /// How the parts of earlier texts were cut into words.
    var splits = SplitMemory()
    /// Words that were encoded before, and where their ids are in `cachedIDs`.
    fileprivate var cache = ByteStringMap()
    fileprivate var cachedRanges: [Range<Int>] = []
    fileprivate var cachedIDs: [Int] = []

    /// True where it knows so many words that keeping it would hold much memory.
    var isLarge: Bool { cachedRanges.count > 1 << 15 }
  }

  /// Appends the ids of the word at `range`.
  func encode(_ bytes: Span<UInt8>, _ range: Range<Int>, into ids: inout [Int], _ scratch: inout Scratch) {
    scratch.endsInUnknown = false
    if let wholeWords, let id = wholeWords.value(bytes, range) {
      ids.append(id)
      return
    }
    // Where unknown scalars disappear their neighbours may merge, so that nothing can be said about a cut.
    guard case .scalars = alphabet, !dropsUnknown else {
      encodeCached(bytes, range, into: &ids, &scratch)
      return
    }
    // Cutting where no token can span keeps the pieces short; see `MergeTable.joins`.
    var start = range.lowerBound
    var offset = start
    var previous: UInt32?
    while offset < range.upperBound {
      let (scalar, length) = UTF8Text.scalar(bytes, at: offset)
      if let previous, !merges.joins(previous, scalar) {
        encodeCached(bytes, start..<offset, into: &ids, &scratch)
        start = offset
      }
      previous = scalar
      offset += length
    }
    if start < range.upperBound { encodeCached(bytes, start..<range.upperBound, into: &ids, &scratch) }
  }

  private var dropsUnknown: Bool { fallback.bytes.isEmpty && fallback.unknown == nil }

  private func encodeCached(
    _ bytes: Span<UInt8>, _ range: Range<Int>, into ids: inout [Int], _ scratch: inout Scratch
  ) {
    guard range.count <= Self.longestCached else {
      merge(bytes, range, into: &ids, &scratch)
      return
    }
    if let index = scratch.cache.value(bytes, range) {
      for position in scratch.cachedRanges[index] { ids.append(scratch.cachedIDs[position]) }
      scratch.endsInUnknown = false
      return
    }
    let first = ids.count
    let metUnknown = merge(bytes, range, into: &ids, &scratch)
    guard !metUnknown, scratch.cachedRanges.count < Self.cacheLimit else { return }
    let start = scratch.cachedIDs.count
    scratch.cachedIDs.append(contentsOf: ids[first...])
    scratch.cache.update(bytes, range, to: scratch.cachedRanges.count)
    scratch.cachedRanges.append(start..<scratch.cachedIDs.count)
  }

  // MARK: Merging

  /// Merges one piece of text; true when an unknown token came out.
  @discardableResult
  private func merge(
    _ bytes: Span<UInt8>, _ range: Range<Int>, into ids: inout [Int], _ scratch: inout Scratch
  ) -> Bool {
    fillSymbols(bytes, range, &scratch)
    if scratch.symbols.count <= Self.longestScan { mergeByScan(&scratch) } else { mergeByHeap(&scratch) }
    var metUnknown = false
    for index in scratch.symbols.indices {
      let symbol = scratch.symbols[index]
      if symbol < vocabularySize {
        ids.append(Int(symbol))
        scratch.endsInUnknown = false
      } else {
        let end = index + 1 < scratch.starts.count ? scratch.starts[index + 1] : range.upperBound
        if appendFallback(bytes, scratch.starts[index]..<end, into: &ids, &scratch) { metUnknown = true }
      }
    }
    return metUnknown
  }

  private func fillSymbols(_ bytes: Span<UInt8>, _ range: Range<Int>, _ scratch: inout Scratch) {
    scratch.symbols.removeAll(keepingCapacity: true)
    scratch.starts.removeAll(keepingCapacity: true)
    var offset = range.lowerBound
    if case .bytes(let absentSeparate) = alphabet {
      for offset in range {
        var symbol = firstSymbols[Int(bytes[offset])]
        if symbol < 0 {
          guard absentSeparate else { continue }
          symbol = Self.unknownSymbol
        }
        scratch.symbols.append(symbol)
        scratch.starts.append(offset)
      }
      return
    }
    while offset < range.upperBound {
      let first = bytes[offset]
      let length = UTF8Text.length(first: first)
      var symbol = first < 0x80 ? firstSymbols[Int(first)] : -1
      if symbol < 0 {
        let scalar = offset..<offset + length
        let found = symbols.value(bytes, scalar) ?? extraSymbols.value(bytes, scalar)
        symbol = found.map { Int32(truncatingIfNeeded: $0) } ?? Self.unknownSymbol
      }
      if symbol != Self.unknownSymbol || !dropsUnknown {
        scratch.symbols.append(symbol)
        scratch.starts.append(offset)
      }
      offset += length
    }
  }

  private func mergeByScan(_ scratch: inout Scratch) {
    scratch.pairs.removeAll(keepingCapacity: true)
    for index in scratch.symbols.indices.dropLast() {
      scratch.pairs.append(pair(scratch.symbols[index], scratch.symbols[index + 1]))
    }
    while true {
      var best = UInt32.max
      var at = -1
      for index in scratch.pairs.indices where scratch.pairs[index].rank < best {
        best = scratch.pairs[index].rank
        at = index
      }
      guard at >= 0 else { return }
      scratch.symbols[at] = scratch.pairs[at].symbol
      scratch.symbols.remove(at: at + 1)
      scratch.starts.remove(at: at + 1)
      scratch.pairs.remove(at: at)
      if at < scratch.pairs.count { scratch.pairs[at] = pair(scratch.symbols[at], scratch.symbols[at + 1]) }
      if at > 0 { scratch.pairs[at - 1] = pair(scratch.symbols[at - 1], scratch.symbols[at]) }
    }
  }

  private func mergeByHeap(_ scratch: inout Scratch) {
    let count = scratch.symbols.count
    scratch.pairs = [(rank: UInt32, symbol: Int32)](repeating: (.max, 0), count: count)
    scratch.next = (0..<count).map { Int32($0 + 1) }
    scratch.previous = (0..<count).map { Int32($0 - 1) }
    scratch.heap.removeAll()
    for index in 0..<count - 1 { refresh(index, index + 1, &scratch) }
    while let (rank, index) = scratch.heap.pop() {
      // An entry is stale when its pair has gone or changed; a pair that has come back with the rank is as good.
      guard scratch.pairs[index].rank == rank else { continue }
      let right = Int(scratch.next[index])
      scratch.symbols[index] = scratch.pairs[index].symbol
      scratch.pairs[right].rank = .max
      scratch.symbols[right] = -1
      let after = Int(scratch.next[right])
      scratch.next[index] = Int32(after)
      scratch.pairs[index].rank = .max
      if after < count {
        scratch.previous[after] = Int32(index)
        refresh(index, after, &scratch)
      }
      let before = Int(scratch.previous[index])
      if before >= 0 { refresh(before, index, &scratch) }
    }
    var kept = 0
    for index in 0..<count where scratch.symbols[index] >= 0 {
      scratch.symbols[kept] = scratch.symbols[index]
      scratch.starts[kept] = scratch.starts[index]
      kept += 1
    }
    scratch.symbols.removeLast(count - kept)
    scratch.starts.removeLast(count - kept)
  }

  private func refresh(_ left: Int, _ right: Int, _ scratch: inout Scratch) {
    let pair = pair(scratch.symbols[left], scratch.symbols[right])
    scratch.pairs[left] = pair
    if pair.rank != .max { scratch.heap.push(pair.rank, left) }
  }

  private func pair(_ left: Int32, _ right: Int32) -> (rank: UInt32, symbol: Int32) {
    merges.merge(left, right) ?? (.max, 0)
  }

  // MARK: Symbols that are no tokens

  /// Appends the ids of a symbol that is no token; true when the unknown token was met.
  private func appendFallback(
    _ bytes: Span<UInt8>, _ range: Range<Int>, into ids: inout [Int], _ scratch: inout Scratch
  ) -> Bool {
    if case .bytes = alphabet {
      for offset in range where firstSymbols[Int(bytes[offset])] >= 0 {
        ids.append(Int(firstSymbols[Int(bytes[offset])]))
      }
      return false
    }
    if !fallback.bytes.isEmpty, range.allSatisfy({ fallback.bytes[Int(bytes[$0])] >= 0 }) {
      for offset in range { ids.append(Int(fallback.bytes[Int(bytes[offset])])) }
      scratch.endsInUnknown = false
      return false
    }
    guard let unknown = fallback.unknown else { return false }
    if !(fallback.fusesUnknown && scratch.endsInUnknown) { ids.append(Int(unknown)) }
    scratch.endsInUnknown = true
    return true
  }
}
