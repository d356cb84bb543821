import Synchronization

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
    return order(of: elements.map(name)).map { elements[$0] }
  }

  /// The places of names in their order; equal names in the order in which they came.
  fileprivate static func order(of names: [String]) -> [Int] {
    let taken = names.map { parts($0) }
    var order = Array(names.indices)
    order.sort { a, b in names[a] == names[b] ? a < b : isBefore(names[a], taken[a], names[b], taken[b]) }
    return order
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
    let bytes = text.utf8
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    var parts: [Part] = []
    func end(_ start: String.Index, while isWanted: (UInt8) -> Bool) -> String.Index {
      var end = start
      while end < bytes.endIndex, isWanted(bytes[end]) { bytes.formIndex(after: &end) }
      return end
    }
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    var at = bytes.startIndex
    while at < bytes.endIndex {
      var stop = end(at) { isDigit($0) }
      if stop > at {
        var isWhole = true
        if stop < bytes.endIndex, bytes[stop] == UInt8(ascii: ".") {
          let point = bytes.index(after: stop)
          let fraction = end(point) { isDigit($0) }
          if fraction > point { (stop, isWhole) = (fraction, false) }
        }
        parts.append(.number(number(text[at..<stop], isWhole: isWhole)))
      } else {
        stop = end(at) { !isDigit($0) }
        parts.append(.text(String(text[at..<stop])))
      }
      at = stop
    }
    return parts
  }

  /// The number of digits with or without a point.
  private static func number(_ digits: Substring, isWhole: Bool) -> Double {
    // Fifteen digits fit a Double exactly, and need no rounding.
    guard isWhole, digits.utf8.count <= 15 else { return Double(digits) ?? 0 }
    return Double(digits.utf8.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) })
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}

/// Sorts lists of which many have the same names, such as the cells of several methods: their order is found once.
public final class NaturalOrders: Sendable {
  private let known = Mutex<[(names: [String], order: [Int])]>([])
  /// Lists that are remembered, and the names in all of them; with more everything is forgotten.
  private static let limit = (lists: 64, names: 1_000_000)

  /// Nothing is known yet.
  public init() {}

  /// What `NaturalOrder.sorted` gives; may be called on several threads.
  public func sorted<Element>(_ elements: [Element], by name: (Element) -> String) -> [Element] {
    let names = elements.map(name)
    let found = known.withLock { $0 }.first { $0.names == names }?.order
    let order = found ?? NaturalOrder.order(of: names)
    if found == nil {
      known.withLock { known in
        let nameCount = known.reduce(names.count) { $0 + $1.names.count }
        if known.count == Self.limit.lists || nameCount > Self.limit.names { known = [] }
        known.append((names, order))
      }
    }
    return order.map { elements[$0] }
  }
}
