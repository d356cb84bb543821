import Evaluation

/// The order in which a person would list names with numbers in them: `G=4` before `G=16`, `0.5` before `10`.
enum NaturalOrder {
  /// True when `a` comes before `b`.
  static func isBefore(_ a: String, _ b: String) -> Bool {
    for (x, y) in zip(parts(a), parts(b)) where x != y {
      switch (x, y) {
      case (.number(let x), .number(let y)): return x < y
      case (.text(let x), .text(let y)): return x < y
      case (.number, .text): return true
      case (.text, .number): return false
      }
    }
    let counts = (parts(a).count, parts(b).count)
    return counts.0 == counts.1 ? a < b : counts.0 < counts.1
  }

  /// The order of methods: the checkpoint as it is first, then by name and parameters.
  static func methodIsBefore(_ a: String, _ b: String) -> Bool {
    let (plainA, plainB) = (Method(a).isPlain, Method(b).isPlain)
    return plainA == plainB ? isBefore(a, b) : plainA
  }

  private enum Part: Equatable {
    case number(Double)
    case text(String)
  }

  private static func parts(_ text: String) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isASCII, first.isNumber {
        var digits = rest.prefix { $0.isASCII && $0.isNumber }
        var tail = rest[digits.endIndex...]
        if tail.first == "." {
          let fraction = tail.dropFirst().prefix { $0.isASCII && $0.isNumber }
          if !fraction.isEmpty {
            digits = rest[digits.startIndex..<fraction.endIndex]
            tail = rest[fraction.endIndex...]
          }
        }
        parts.append(.number(Double(digits) ?? 0))
        rest = tail
      } else {
        let letters = rest.prefix { !($0.isASCII && $0.isNumber) }
        parts.append(.text(String(letters)))
        rest = rest[letters.endIndex...]
      }
    }
    return parts
  }
}

/// A method's canonical spelling, taken apart: `self-extend:G=8,W=512,logn=4096`.
struct Method: Hashable, Sendable {
  let spelling: String
  let name: String
  let parameters: [(name: String, value: String)]

  init(_ spelling: String) {
    self.spelling = spelling
    let parts = spelling.split(separator: ":", maxSplits: 1)
    name = parts.first.map(String.init) ?? spelling
    parameters = (parts.count > 1 ? parts[1].split(separator: ",") : []).map { part in
      let pair = part.split(separator: "=", maxSplits: 1)
      return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
    }
  }

  var isPlain: Bool { name == "plain" }

  /// The place in a grid of group sizes and neighbor windows, nil for a method without them.
  var groupAndWindow: (group: Int, window: Int)? {
    guard let group = integer("G"), let window = integer("W") else { return nil }
    return (group, window)
  }

  /// What must be equal for two methods to stand in one grid: the name and all other parameters.
  var gridName: String {
    let others = parameters.filter { $0.name != "G" && $0.name != "W" }.map { "\($0.name)=\($0.value)" }
    return others.isEmpty ? name : name + ":" + others.joined(separator: ",")
  }

  private func integer(_ name: String) -> Int? { parameters.first { $0.name == name }.flatMap { Int($0.value) } }

  static func == (a: Method, b: Method) -> Bool { a.spelling == b.spelling }
  func hash(into hasher: inout Hasher) { hasher.combine(spelling) }
}
