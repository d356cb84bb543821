/// How a JSON value is spelled; keys are sorted in every style, and of a repeated key the last value counts.
public enum JSONStyle: Hashable, Sendable {
  /// The one spelling that identities and hashes are made of: no spaces, keys in Swift's order of texts, `2` for 2.0.
  ///
  /// It is part of the identity of stored results and must not change by one byte.
  case canonical
  /// One line, as Foundation's encoder writes it with sorted keys and bare slashes; stored records are in it.
  case compact
  /// One key or element to a line, as Foundation's encoder writes it when it is pretty-printing.
  case pretty
}

extension JSONValue {
  /// The one spelling: sorted keys, no spaces, shortest numbers; see `JSONStyle.canonical`.
  public var spelling: String { written(.canonical) }

  /// The value as text; a number that is not finite is `null`.
  public func written(_ style: JSONStyle) -> String {
    var writer = JSONWriter(style: style)
    writer.write(self, indent: 0)
    return writer.output
  }
}

/// Writes one value.
private struct JSONWriter {
  let style: JSONStyle
  var output = ""

  init(style: JSONStyle) { self.style = style }

  mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .null: output += "null"
    case .bool(let flag): output += flag ? "true" : "false"
    case .integer(let number): output += String(number)
    case .number(let number): output += spelling(of: number)
    case .string(let text): write(text)
    case .array(let elements):
      list("[", "]", elements, indent) { writer, element in writer.write(element, indent: indent + 1) }
    case .object(let members):
      list("{", "}", sorted(members), indent) { writer, member in
        writer.write(member.key)
        writer.output += writer.style == .pretty ? " : " : ":"
        writer.write(member.value, indent: indent + 1)
      }
    }
  }

  private mutating func list<Item>(
    _ opening: String, _ closing: String, _ items: [Item], _ indent: Int, _ write: (inout JSONWriter, Item) -> Void
  ) {
    output += opening
    for (index, item) in items.enumerated() {
      if index > 0 { output += "," }
      newLine(indent + 1)
      write(&self, item)
    }
    // Foundation leaves a blank line in an empty list.
    if style == .pretty, items.isEmpty { output += "\n" }
    newLine(indent)
    output += closing
  }

  private mutating func newLine(_ indent: Int) {
    guard style == .pretty else { return }
    output += "\n"
    for _ in 0..<indent { output += "  " }
  }

  private func sorted(_ members: [JSONValue.Member]) -> [(key: String, value: JSONValue)] {
    // Names in ASCII, as nearly all are, have one order and are equal only where their bytes are.
    if members.allSatisfy({ $0.key.utf8.allSatisfy { $0 < 0x80 } }) {
      let ordered = members.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
      let isUnique = zip(ordered, ordered.dropFirst()).allSatisfy { $0.0 != $1.0 }
      if isUnique { return ordered }
    }
    let unique = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
    // The orders differ for keys whose accents are letters of their own.
    return style == .canonical
      ? unique.sorted { $0.key < $1.key } : unique.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  /// A number without a fraction where it has none.
  private func spelling(of value: Double) -> String {
    guard value.isFinite else { return "null" }
    let text = "\(value)"
    guard style == .canonical else { return text.hasSuffix(".0") ? String(text.dropLast(2)) : text }
    return value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : text
  }

  private mutating func write(_ text: String) {
    output += "\""
    // Most texts are written as they are.
    if !text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
      output += text
      output += "\""
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{8}" where style != .canonical: output += "\\b"
      case "\u{c}" where style != .canonical: output += "\\f"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
