/// The order in which a person would list names with numbers in them: `G=4` before `G=16`, `0.5` before `10`.
public enum NaturalOrder {
  /// True when `a` comes before `b`.
  public static func isBefore(_ a: String, _ b: String) -> Bool {
    let (left, right) = (parts(a), parts(b))
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

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}
