import Tokenizers

/// Puts needles into a haystack.
enum NeedlePlacement {
  /// A haystack with needles in it.
  struct Placed: Sendable {
    /// The whole text.
    let text: String
    /// For each needle, the share of the haystack's tokens that stand before it, in 0...1.
    let depths: [Double]
    /// The haystack's own tokens.
    let haystackTokenCount: Int
  }

  /// The depths of several needles: the first one's, the others evenly over what is left of the text.
  static func depths(first: Double, count: Int) -> [Double] {
    (0..<count).map { first + Double($0) * (100 - first) / Double(count) }
  }

  /// The original program's rule on token ids, with what it does to tokenizers that it was not written for.
  ///
  /// It cuts the text to `length` less a buffer of 200 less the needles, goes to the depth's share of the tokens and
  /// back until the token before is among those of an encoded ".". A tokenizer that writes a full stop in a text
  /// differently from one alone (Llama-2: 29889 and 869) has no such token, so the needle comes first at every depth
  /// but 100.
  ///
  /// - Parameters:
  ///   - needles: the sentences.
  ///   - percent: the first one's depth, 0 to 100.
  ///   - haystack: the ids of the text.
  ///   - length: the context length of the grid, from which the buffer is taken.
  ///   - tokenizer: the model's tokenizer.
  /// - Returns: the text, or nil where the length leaves no room.
  /// - Source: gkamradt/LLMTest_NeedleInAHaystack, llm_needle_haystack_tester.py and
  ///   llm_multi_needle_haystack_tester.py.
  static func original(
    _ needles: [String], percent: Double, haystack: [Int], length: Int, _ tokenizer: Tokenizer
  ) -> Placed? {
    func ids(_ text: String) -> [Int] { tokenizer.encode(text, bos: .never, parseSpecial: false) }
    let buffer = 200
    var context = ids(tokenizer.decode(Array(haystack.prefix(length)), skipSpecial: true))
    let needleIDs = needles.map(ids)
    let needed = needleIDs.reduce(0) { $0 + $1.count }
    let room = length - buffer - needed
    guard room > 0 else { return nil }
    if context.count > room { context = Array(context.prefix(room)) }
    let haystackCount = context.count
    // For each token the needle that it belongs to; -1 for the text's own.
    var owners = Array(repeating: -1, count: haystackCount)
    let stops = Set(ids("."))
    for (index, percent) in depths(first: percent, count: needles.count).enumerated() {
      var place = context.count
      if percent < 100 {
        place = Int(Double(context.count) * (percent / 100))
        while place > 0, !stops.contains(context[place - 1]) { place -= 1 }
      }
      context.insert(contentsOf: needleIDs[index], at: place)
      owners.insert(contentsOf: Array(repeating: index, count: needleIDs[index].count), at: place)
    }
    let found = needles.indices.map { index -> Double in
      let before = owners.prefix { $0 != index }.count { $0 == -1 }
      return Double(before) / Double(max(1, haystackCount))
    }
    return Placed(
      text: tokenizer.decode(context, skipSpecial: true), depths: found, haystackTokenCount: haystackCount)
  }

  /// The corrected rule: the needle goes behind the last sentence of the text that ends at or before its depth.
  ///
  /// Sentences are told apart in the text, not in its tokens, so that every tokenizer places the needle alike.
  ///
  /// - Parameters:
  ///   - needles: the sentences.
  ///   - percent: the first one's depth, 0 to 100.
  ///   - haystack: the ids of the text, all of which are used.
  ///   - tokenizer: the model's tokenizer.
  /// - Returns: the text.
  static func fixed(
    _ needles: [String], percent: Double, haystack: ArraySlice<Int>, _ tokenizer: Tokenizer
  ) -> Placed {
    let bytes = wholeText(tokenizer.decodeBytes(Array(haystack), skipSpecial: true))
    var text: [UInt8] = []
    var done = 0
    var found: [Double] = []
    for (needle, percent) in zip(needles, depths(first: percent, count: needles.count)) {
      var place = bytes.count
      if percent < 100 {
        let count = Int(Double(haystack.count) * (percent / 100))
        let target = tokenizer.decodeBytes(Array(haystack.prefix(count)), skipSpecial: true).count
        place = max(done, sentenceEnd(bytes, notAfter: min(target, bytes.count)))
      }
      text += bytes[done..<place]
      append(needle, to: &text, before: place < bytes.count ? bytes[place] : nil)
      done = place
      let before = tokenizer.encode(String(decoding: bytes[..<place], as: UTF8.self), bos: .never, parseSpecial: false)
      found.append(min(1, Double(place == 0 ? 0 : before.count) / Double(max(1, haystack.count))))
    }
    text += bytes[done...]
    return Placed(
      text: String(decoding: text, as: UTF8.self), depths: found, haystackTokenCount: haystack.count)
  }

  /// Appends a needle with a space where it would stick to the text.
  private static func append(_ needle: String, to text: inout [UInt8], before next: UInt8?) {
    let bytes = Array(needle.utf8)
    if let first = bytes.first, let last = text.last, !isSpace(first), !isSpace(last) { text.append(0x20) }
    text += bytes
    if let last = bytes.last, let next, !isSpace(last), !isSpace(next) { text.append(0x20) }
  }

  /// Where the last sentence ends that ends at or before `limit`; 0 where none does.
  ///
  /// A sentence ends behind a full stop, question or exclamation mark and closing quotes or brackets, before white space.
  static func sentenceEnd(_ bytes: [UInt8], notAfter limit: Int) -> Int {
    var end = limit
    while end > 0 {
      if end == bytes.count || isSpace(bytes[end]) {
        var last = end - 1
        while last >= 0 {
          if [0x22, 0x27, 0x29, 0x5d].contains(bytes[last]) {
            last -= 1
          } else if last >= 2, bytes[last - 2] == 0xe2, bytes[last - 1] == 0x80, [0x99, 0x9d].contains(bytes[last]) {
            last -= 3
          } else {
            break
          }
        }
        if last >= 0, [0x2e, 0x21, 0x3f].contains(bytes[last]) { return end }
      }
      end -= 1
    }
    return 0
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// The bytes without a character that was cut in two at the end.
  private static func wholeText(_ bytes: [UInt8]) -> [UInt8] {
    for count in 0..<min(4, bytes.count) {
      let part = bytes.dropLast(count)
      if String(validating: part.suffix(8).drop { $0 & 0xc0 == 0x80 }, as: UTF8.self) != nil { return Array(part) }
    }
    return bytes
  }
}
