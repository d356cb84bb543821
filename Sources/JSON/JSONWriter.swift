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
  public func written(_ style: JSONStyle) -> String { String(decoding: bytes(style), as: UTF8.self) }

  /// The same text's bytes in UTF-8.
  public func bytes(_ style: JSONStyle) -> [UInt8] {
    var writer = JSONWriter(style: style)
    writer.write(self, indent: 0)
    return writer.output
  }
}

/// Writes one value; into bytes, which take a piece with less work than a text does.
private struct JSONWriter {
  let style: JSONStyle
  var output: [UInt8] = []

  init(style: JSONStyle) { self.style = style }

  mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .integer(let number): append(String(number))
    case .number(let number): append(spelling(of: number))
    case .string(let text): write(text)
    case .array(let elements):
      list(UInt8(ascii: "["), UInt8(ascii: "]"), elements, indent) { writer, element in
        writer.write(element, indent: indent + 1)
      }
    case .object(let members):
      list(UInt8(ascii: "{"), UInt8(ascii: "}"), isInOrder(members) ? members : sorted(members), indent) {
        writer, member in
        writer.write(member.key)
        writer.append(writer.style == .pretty ? " : " : ":")
        writer.write(member.value, indent: indent + 1)
      }
    }
  }

  private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

  private mutating func list<Item>(
    _ opening: UInt8, _ closing: UInt8, _ items: [Item], _ indent: Int, _ write: (inout JSONWriter, Item) -> Void
  ) {
    output.append(opening)
    var isFirst = true
    for item in items {
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      newLine(indent + 1)
      write(&self, item)
    }
    // Foundation leaves a blank line in an empty list.
    if style == .pretty, items.isEmpty { append("\n") }
    newLine(indent)
    output.append(closing)
  }

  private mutating func newLine(_ indent: Int) {
    guard style == .pretty else { return }
    append("\n")
    for _ in 0..<indent { append("  ") }
  }

  /// True where the names are in ASCII and rise, as those of most objects do: nothing is to be sorted then.
  private func isInOrder(_ members: [JSONValue.Member]) -> Bool {
    for index in members.indices {
      guard members[index].key.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
      if index > 0, members[index - 1].key >= members[index].key { return false }
    }
    return true
  }

  private func sorted(_ members: [JSONValue.Member]) -> [JSONValue.Member] {
    // Names in ASCII, as nearly all are, have one order and are equal only where their bytes are.
    if members.allSatisfy({ $0.key.utf8.allSatisfy { $0 < 0x80 } }) {
      let ordered = members.sorted { $0.key < $1.key }
      let isUnique = zip(ordered, ordered.dropFirst()).allSatisfy { $0.key != $1.key }
      if isUnique { return ordered }
    }
    let unique = Dictionary(members.map { ($0.key, $0.value) }) { $1 }.map { JSONValue.Member(key: $0, value: $1) }
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
    output.append(UInt8(ascii: "\""))
    let start = output.count
    append(text)
    // Most texts are written as they are.
    if output[start...].contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
      output.removeLast(output.count - start)
      for byte in text.utf8 { write(byte) }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// A byte of a text; what is escaped is ASCII, and no byte of another character is.
  private mutating func write(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case UInt8(ascii: "\n"): append("\\n")
    case UInt8(ascii: "\r"): append("\\r")
    case UInt8(ascii: "\t"): append("\\t")
    case 0x08 where style != .canonical: append("\\b")
    case 0x0c where style != .canonical: append("\\f")
    case ..<0x20:
      let digits = String(byte, radix: 16)
      append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    default: output.append(byte)
    }
  }
}
