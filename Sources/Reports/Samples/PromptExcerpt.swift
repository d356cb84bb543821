import JSON

/// What a reader wants to see of a prompt: its beginning, what stands around the expected answer, its end.
struct PromptExcerpt {
  /// A piece of the prompt, or the count of bytes that are left out.
  enum Part: Hashable {
    case text(String)
    case answer(String)
    case gap(Int)
  }

  let parts: [Part]

  private static let end = 280
  private static let around = 420
  /// Shorter answers stand in a prompt by chance.
  private static let shortestAnswer = 3

  /// The excerpt of a prompt with the first of the accepted answers that it holds.
  init(_ prompt: String, expected: [String]) {
    let bytes = Array(prompt.utf8)
    let found = expected.lazy
      .map { Array($0.utf8.drop { $0 == 0x20 }) }
      .filter { $0.count >= Self.shortestAnswer }
      .compactMap { answer in Self.place(of: answer, in: bytes).map { $0..<($0 + answer.count) } }
      .first
    var ranges: [Range<Int>] = [0..<min(Self.end, bytes.count)]
    if let found {
      ranges.append(max(0, found.lowerBound - Self.around)..<min(bytes.count, found.upperBound + Self.around))
    }
    ranges.append(max(0, bytes.count - Self.end)..<bytes.count)
    var parts: [Part] = []
    var shown = 0
    for range in ranges {
      var start = max(shown, range.lowerBound)
      // Few bytes are shown rather than counted.
      if start - shown < 80 { start = shown }
      start = Self.boundary(start, bytes)
      let stop = Self.boundary(range.upperBound, bytes)
      guard stop > start else { continue }
      if start > shown { parts.append(.gap(start - shown)) }
      parts += Self.marked(bytes, start..<stop, found)
      shown = stop
    }
    self.parts = parts
  }

  var json: JSONValue {
    .array(
      parts.map { part in
        switch part {
        case .text(let text): .string(text)
        case .answer(let text): .array([.string(text)])
        case .gap(let count): .integer(count)
        }
      })
  }

  private static func marked(_ bytes: [UInt8], _ range: Range<Int>, _ answer: Range<Int>?) -> [Part] {
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    guard let answer, answer.lowerBound >= range.lowerBound, answer.upperBound <= range.upperBound else {
      return [.text(text(range))]
    }
    let parts: [Part] = [
      .text(text(range.lowerBound..<answer.lowerBound)), .answer(text(answer)),
      .text(text(answer.upperBound..<range.upperBound)),
    ]
    return parts.filter { $0 != .text("") }
  }

  /// The end of the character that a byte belongs to.
  private static func boundary(_ index: Int, _ bytes: [UInt8]) -> Int {
    var index = min(max(index, 0), bytes.count)
    while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    return index
  }

  /// The first place of a text; between digits and letters of their like it is another one.
  static func place(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
    guard let first = needle.first, bytes.count >= needle.count else { return nil }
    var index = 0
    let last = bytes.count - needle.count
    while index <= last {
      if bytes[index] == first, bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
      index += 1
    }
    return nil
  }
}
