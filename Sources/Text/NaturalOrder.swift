/// The order in which a person would list names with numbers in them: `G=4` before `G=16`, `0.5` before `10`.
public enum NaturalOrder {
  /// True when `a` comes before `b`.
  public static func isBefore(_ a: String, _ b: String) -> Bool { isBefore(a, parts(a), b, parts(b)) }

  /// The elements in the order of their names; each name is taken apart once, which counts for many.
  ///
  /// - Parameters:
  ///   - elements: what is sorted.
  ///   - name: the name of an element.
  /// - Returns: the elements; those of equal names in the order in which they came.
  public static func sorted<Element>(
    _ elements: some Sequence<Element>, by name: (Element) -> String
  ) -> [Element] {
    let elements = Array(elements)
    // Apart from the elements, which a comparison would copy.
    let names = elements.map(name)
    let taken = names.map { parts($0) }
    var order = Array(elements.indices)
    order.sort { a, b in names[a] == names[b] ? a < b : isBefore(names[a], taken[a], names[b], taken[b]) }
    return order.map { elements[$0] }
  }

  private static func isBefore(_ a: String, _ left: [Part], _ b: String, _ right: [Part]) -> Bool {
    for (x, y) in zip(left, right) where x != y {
      switch (x, y) {
      case (.number(let x), .number(let y)): return x < y
      case (.text(let x), .text(let y)): return x < y
      case (.number, .text): return true
      case (.text, .number): return false
      }
    }
    return left.count == right.count ? a < b : left.count < right.count
  }

  private enum Part: Equatable {
    case number(Double)
    case text(String)
  }

  private static func parts(_ text: String) -> [Part] {
    if let parts = asciiParts(text) { return parts }
    var parts: [Part] = []
    var rest = text[...]
    while let first = rest.first {
      if isDigit(first) {
        var digits = rest.prefix(while: isDigit)
        var tail = rest[digits.endIndex...]
        if tail.first == "." {
          let fraction = tail.dropFirst().prefix(while: isDigit)
          if !fraction.isEmpty {
            digits = rest[digits.startIndex..<fraction.endIndex]
            tail = rest[fraction.endIndex...]
          }
        }
        parts.append(.number(Double(digits) ?? 0))
        rest = tail
      } else {
        let letters = rest.prefix { !isDigit($0) }
        parts.append(.text(String(letters)))
        rest = rest[letters.endIndex...]
      }
    }
    return parts
  }

  /// The parts of a text of ASCII alone, in which every byte is a character; nil for another.
  private static func asciiParts(_ text: String) -> [Part]? {
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    var parts: [Part] = []
    var at = 0
    func end(_ start: Int, while isWanted: (UInt8) -> Bool) -> Int {
      var end = start
      while end < bytes.count, isWanted(bytes[end]) { end += 1 }
      return end
    }
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    while at < bytes.count {
      var stop = end(at) { isDigit($0) }
      if stop > at {
        if stop < bytes.count, bytes[stop] == UInt8(ascii: ".") {
          let fraction = end(stop + 1) { isDigit($0) }
          if fraction > stop + 1 { stop = fraction }
        }
        parts.append(.number(Double(String(decoding: bytes[at..<stop], as: UTF8.self)) ?? 0))
      } else {
        stop = end(at) { !isDigit($0) }
        parts.append(.text(String(decoding: bytes[at..<stop], as: UTF8.self)))
      }
      at = stop
    }
    return parts
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}
