/// A book in tokens, and where needles can stand in it.
///
/// Source: adobe-research/NoLiMa, data/book_haystack.py.
struct NoLiMaBook: Sendable {
  /// The ids of the whole book, without special ones.
  let tokens: [Int]
  /// Tokens after which a needle may stand: the first, and all with a line end.
  private let places: [Int]
  private let decode: @Sendable (ArraySlice<Int>) -> String

  /// A book.
  ///
  /// - Parameters:
  ///   - tokens: its ids.
  ///   - hasLineEnd: whether the text of an id holds a line end.
  ///   - decode: the text of ids.
  init(
    tokens: [Int], hasLineEnd: (Int) -> Bool, decode: @escaping @Sendable (ArraySlice<Int>) -> String
  ) {
    self.tokens = tokens
    self.decode = decode
    places = tokens.indices.filter { $0 == 0 || hasLineEnd(tokens[$0]) }
  }

  /// A text with a sentence in it.
  struct Placed: Hashable {
    /// What stands before the sentence.
    let before: String
    /// Everything.
    let text: String
    /// Tokens of the window before the sentence.
    let tokenDepth: Int
  }

  /// A window of the book with a sentence at a depth.
  ///
  /// The window slides with the depth, so that the sentence stands at a line end: the line end, and what its token holds
  /// behind it, is lost.
  ///
  /// - Parameters:
  ///   - sentence: the sentence.
  ///   - length: the tokens of the window.
  ///   - depth: 0 to 1.
  ///   - shift: tokens of the book that are left away in front.
  /// - Returns: nil where the book is too short.
  func placed(_ sentence: String, length: Int, depth: Double, shift: Int = 0) -> Placed? {
    var best: (place: Int, distance: Double)?
    for place in places {
      let distance = Double(place - shift) / Double(length + 1) - depth
      if distance >= 0, distance < best?.distance ?? .infinity { best = (place, distance) }
    }
    guard let place = best?.place else { return nil }
    let offset = Int((Double(length) * depth).rounded(.toNearestOrEven))
    let start = place - offset
    let end = start + length
    guard start >= 0, end <= tokens.count else { return nil }
    let head = decode(tokens[start...place])
    let before = head.unicodeScalars.lastIndex(of: "\n").map { String(head.unicodeScalars[..<$0]) } ?? ""
    let tail = place + 1 < end ? decode(tokens[place + 1..<end]) : ""
    return Placed(before: before, text: before + " " + sentence + "\n" + tail, tokenDepth: offset)
  }

  /// The same with a second sentence, which leads astray, at a depth of its own.
  ///
  /// It is put behind the characters that stand before its own place in the book.
  ///
  /// - Returns: nil where the book is too short, or where those characters are not in the window exactly once.
  func placed(
    _ sentence: String, length: Int, depth: Double, distractor: String, at distractorDepth: Double
  ) -> String? {
    guard let main = placed(sentence, length: length, depth: depth),
      let other = placed(distractor, length: length, depth: distractorDepth)
    else { return nil }
    let before = Array(other.before.unicodeScalars)
    // In short windows the last character is not among them.
    let mark = length < 500 ? Array(before.dropLast().suffix(25)) : Array(before.suffix(50))
    let text = Array(main.text.unicodeScalars)
    guard !mark.isEmpty, let place = Self.onlyPlace(of: mark, in: text) else { return nil }
    let end = place + mark.count
    var result = String.UnicodeScalarView()
    result.append(contentsOf: text[..<end])
    result.append(contentsOf: " \(distractor)\n".unicodeScalars)
    result.append(contentsOf: text[end...])
    return String(result)
  }

  private static func onlyPlace(of mark: [Unicode.Scalar], in text: [Unicode.Scalar]) -> Int? {
    guard text.count >= mark.count else { return nil }
    var found: Int?
    var index = 0
    while index <= text.count - mark.count {
      if text[index] == mark[0], text[index..<index + mark.count].elementsEqual(mark) {
        if found != nil { return nil }
        found = index
        index += mark.count
      } else {
        index += 1
      }
    }
    return found
  }

  /// Where a distractor goes: at least 0.2 from the needle, drawn evenly; at fixed places in short windows, where
  /// something is drawn all the same.
  static func distractorDepth(_ depth: Double, length: Int, _ random: inout NumPyRandom) -> Double {
    let left = max(0, depth - 0.4)
    let right = max(0, 1 - (depth + 0.4))
    let drawn = random.uniform(0, left + right)
    if length < 500 { return depth < 0.6 ? 0.7 : depth > 0.75 ? 0.6 : 0.5 }
    return drawn > left ? depth + 0.2 + (drawn - left) : drawn + 0.2
  }
}
