import JSON

/// A token that is recognised in the text as a whole, before anything else happens to it.
struct AddedToken: Sendable, Equatable {
  var id: Int
  var text: String
  /// Whether it is a control token, which text from outside may be forbidden to spell.
  var isSpecial: Bool
  /// Swallows the white space before it.
  var stripsLeft = false
  /// Swallows the white space after it.
  var stripsRight = false
  /// Counts only when no word character touches it.
  var isSingleWord = false
  /// Is searched in the normalized text instead of the text as it came.
  var isNormalized = false
  /// How it looks in normalized text; nil makes it out of `text` by normalizing that.
  var normalizedText: String?
}

/// Finds added tokens in a text.
struct AddedTokens: Sendable {
  /// Which occurrence wins when two overlap.
  enum Priority: Sendable {
    /// The one that starts first, of these the longest (Hugging Face tokenizers).
    case leftmostLongest
    /// The longest anywhere, of these the first (llama.cpp).
    case longestFirst
  }

  /// A part of a text: ordinary bytes, or a token.
  struct Part {
    let range: Range<Int>
    let token: Int?
  }

  private struct Occurrence {
    let range: Range<Int>
    let token: Int
  }

  private let tokens: [AddedToken]
  private let priority: Priority
  /// (node, byte) -> next node, from the root, which is node 0.
  private var edges: PairTable
  /// Index into `tokens` of the one that ends at a node; -1 for none.
  private var tokenAt: [Int32] = [-1]
  private var startsToken = [Bool](repeating: false, count: 256)

  /// - Parameters:
  ///   - tokens: those to find, and the bytes to find them by (a normalized token's text is normalized).
  ///   - priority: which one wins.
  init(_ tokens: [(token: AddedToken, bytes: [UInt8])], priority: Priority) {
    self.tokens = tokens.map(\.token)
    self.priority = priority
    edges = PairTable(capacity: tokens.reduce(0) { $0 + $1.bytes.count })
    // Of equal texts the first wins, and special tokens come before the others.
    let order =
      tokens.indices.filter { tokens[$0].token.isSpecial } + tokens.indices.filter { !tokens[$0].token.isSpecial }
    for (index, entry) in order.map({ ($0, tokens[$0]) }) where !entry.bytes.isEmpty {
      startsToken[Int(entry.bytes[0])] = true
      var node: Int32 = 0
      for byte in entry.bytes {
        if let next = edges.value(node, Int32(byte)) {
          node = Int32(truncatingIfNeeded: next)
        } else {
          let next = Int32(tokenAt.count)
          tokenAt.append(-1)
          edges.insert(node, Int32(byte), UInt64(next))
          node = next
        }
      }
      if tokenAt[Int(node)] < 0 { tokenAt[Int(node)] = Int32(index) }
    }
  }

  /// Cuts a text into added tokens and what lies between them.
  ///
  /// - Parameters:
  ///   - text: valid UTF-8.
  ///   - parseSpecial: whether special tokens count; the others always do.
  ///   - spared: ranges in which special tokens do not count even so, in order and apart.
  /// - Returns: the parts in order; together they are the text.
  func parts(_ text: [UInt8], parseSpecial: Bool, spared: [Range<Int>] = []) -> [Part] {
    guard !isEmpty else { return text.isEmpty ? [] : [Part(range: 0..<text.count, token: nil)] }
    let spared = parseSpecial ? spared : [0..<text.count]
    return priority == .leftmostLongest ? partsOfLeftmost(text, spared) : partsOfLongest(text, spared)
  }

  /// As Hugging Face tokenizers: a token inside white space that the one before swallowed still counts, and what
  /// follows it is text again.
  private func partsOfLeftmost(_ text: [UInt8], _ spared: [Range<Int>]) -> [Part] {
    var parts: [Part] = []
    var end = 0
    for occurrence in leftmost(text, spared) {
      let token = tokens[occurrence.token]
      var (start, stop) = (occurrence.range.lowerBound, occurrence.range.upperBound)
      if token.stripsLeft { start = max(spaceStart(text, before: start), end) }
      if token.stripsRight { stop = spaceEnd(text, after: stop) }
      if end < start { parts.append(Part(range: end..<start, token: nil)) }
      parts.append(Part(range: min(start, stop)..<stop, token: token.id))
      end = stop
    }
    if end < text.count { parts.append(Part(range: end..<text.count, token: nil)) }
    return parts
  }

  private func partsOfLongest(_ text: [UInt8], _ spared: [Range<Int>]) -> [Part] {
    var parts: [Part] = []
    var end = 0
    for occurrence in longest(text, spared) {
      let token = tokens[occurrence.token]
      var range = occurrence.range
      if token.stripsLeft { range = spaceStart(text, before: range.lowerBound)..<range.upperBound }
      if token.stripsRight { range = range.lowerBound..<spaceEnd(text, after: range.upperBound) }
      let start = max(range.lowerBound, end)
      if end < start { parts.append(Part(range: end..<start, token: nil)) }
      end = max(range.upperBound, end)
      parts.append(Part(range: start..<end, token: token.id))
    }
    if end < text.count { parts.append(Part(range: end..<text.count, token: nil)) }
    return parts
  }

  /// Whether there is no token to find.
  var isEmpty: Bool { tokenAt.count == 1 }

  // MARK: Search

  /// Whether a range meets one of others, which are in order and apart.
  private static func meets(_ range: Range<Int>, _ others: [Range<Int>]) -> Bool {
    var low = 0
    var high = others.count
    while low < high {
      let middle = (low + high) / 2
      if others[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < others.count && others[low].lowerBound < range.upperBound
  }

  /// Calls `report` with every token that starts at `start`, shortest first.
  private func forEachToken(_ text: Span<UInt8>, at start: Int, _ report: (Occurrence) -> Void) {
    guard startsToken[Int(text[start])] else { return }
    var node: Int32 = 0
    var offset = start
    while offset < text.count, let next = edges.value(node, Int32(text[offset])) {
      node = Int32(truncatingIfNeeded: next)
      offset += 1
      let token = Int(tokenAt[Int(node)])
      if token >= 0 { report(Occurrence(range: start..<offset, token: token)) }
    }
  }

  private func leftmost(_ text: [UInt8], _ spared: [Range<Int>]) -> [Occurrence] {
    var found: [Occurrence] = []
    let span = text.span
    var start = 0
    while start < span.count {
      var best: Occurrence?
      var isSpared = false
      forEachToken(span, at: start) { occurrence in
        let spares = tokens[occurrence.token].isSpecial && Self.meets(occurrence.range, spared)
        // One that begins outside and ends inside does not hide a shorter one that ends outside.
        guard !spares || best == nil || Self.meets(start..<start + 1, spared) else { return }
        (best, isSpared) = (occurrence, spares)
      }
      guard let best else {
        start += 1
        continue
      }
      start = best.range.upperBound
      if isSpared || tokens[best.token].isSingleWord && touchesWord(text, best.range) { continue }
      found.append(best)
    }
    return found
  }

  private func longest(_ text: [UInt8], _ spared: [Range<Int>]) -> [Occurrence] {
    var found: [Occurrence] = []
    let span = text.span
    for start in span.indices {
      forEachToken(span, at: start) { occurrence in
        if !tokens[occurrence.token].isSpecial || !Self.meets(occurrence.range, spared) { found.append(occurrence) }
      }
    }
    guard found.count > 1 else { return found }
    found.sort { ($1.range.count, $0.range.lowerBound) < ($0.range.count, $1.range.lowerBound) }
    // Longer ones are placed first, so an overlap always covers an end of the later, shorter one.
    var isTaken = [Bool](repeating: false, count: text.count)
    var chosen: [Occurrence] = []
    for occurrence in found
    where !isTaken[occurrence.range.lowerBound] && !isTaken[occurrence.range.upperBound - 1] {
      for offset in occurrence.range { isTaken[offset] = true }
      chosen.append(occurrence)
    }
    return chosen.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  // MARK: Surroundings

  private func spaceStart(_ text: [UInt8], before end: Int) -> Int {
    var start = end
    while let (scalar, offset) = scalar(text, before: start), scalar.properties.isWhitespace { start = offset }
    return start
  }

  private func spaceEnd(_ text: [UInt8], after start: Int) -> Int {
    var end = start
    while let (scalar, next) = scalar(text, at: end), scalar.properties.isWhitespace { end = next }
    return end
  }

  private func touchesWord(_ text: [UInt8], _ range: Range<Int>) -> Bool {
    func isWord(_ scalar: Unicode.Scalar) -> Bool {
      // Joiners belong to words; see UAX #18, annex C.
      ScalarSet.posixWord.contains(scalar) || scalar == "\u{200c}" || scalar == "\u{200d}"
    }
    if let (scalar, _) = scalar(text, before: range.lowerBound), isWord(scalar) { return true }
    if let (scalar, _) = scalar(text, at: range.upperBound), isWord(scalar) { return true }
    return false
  }

  private func scalar(_ text: [UInt8], at offset: Int) -> (Unicode.Scalar, next: Int)? {
    guard offset < text.count else { return nil }
    let (value, length) = UTF8Text.scalar(text.span, at: offset)
    return Unicode.Scalar(value).map { ($0, offset + length) }
  }

  private func scalar(_ text: [UInt8], before offset: Int) -> (Unicode.Scalar, start: Int)? {
    var start = offset - 1
    while start > 0, text[start] & 0xc0 == 0x80 { start -= 1 }
    guard start >= 0, let (scalar, _) = scalar(text, at: start) else { return nil }
    return (scalar, start)
  }
}
