/// A JSON value whose objects keep the order of their keys.
public indirect enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([Member])

  /// A key with its value.
  public struct Member: Hashable, Sendable {
    /// The key.
    public let key: String
    /// The value.
    public let value: JSONValue

    /// A member from its parts.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value of a key; the last one where a key is repeated, as in Python.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  /// The text of a text.
  public var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  /// The number of a number.
  public var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }

  /// The texts of a list of texts.
  public var texts: [String]? {
    guard case .list(let list) = self else { return nil }
    let texts = list.compactMap(\.text)
    return texts.count == list.count ? texts : nil
  }

  /// The keys of an object, in their order.
  public var keys: [String] {
    if case .object(let members) = self { return members.map(\.key) }
    return []
  }
}

/// What is wrong with a JSON text.
public struct JSONProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The byte at which it was noticed, from 0.
  public let offset: Int
  /// What was expected.
  public let expected: String

  /// The place and what was expected there.
  public var description: String { "not JSON at byte \(offset): expected \(expected)" }
}

/// Reads JSON as Python's json module does: NaN and Infinity are numbers, a lone surrogate is accepted (as U+FFFD).
public struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0

  /// Values nested deeper than this are refused.
  public static let depthLimit = 100

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value of a text.
  ///
  /// - Parameter bytes: UTF-8; a byte sequence that is not becomes an error.
  /// - Returns: the value.
  /// - Throws: `JSONProblem`.
  public static func value(of bytes: [UInt8]) throws(JSONProblem) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw JSONProblem(offset: firstInvalidByte(bytes), expected: "UTF-8")
    }
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    guard parser.peek == nil else { throw parser.problem("the end") }
    return value
  }

  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput, .error: return offset
      }
    }
  }

  private func problem(_ expected: String) -> JSONProblem { JSONProblem(offset: position, expected: expected) }

  /// The next byte that is not white space.
  private var peek: UInt8? {
    mutating get {
      while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) { position += 1 }
      return position < bytes.count ? bytes[position] : nil
    }
  }

  private mutating func accept(_ mark: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
    guard depth < JSONParser.depthLimit else { throw problem("less nesting") }
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""): return .text(try string())
    case nil: throw problem("a value")
    default: return try word()
    }
  }

  private mutating func object(depth: Int) throws(JSONProblem) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    if accept("}") { return .object(members) }
    repeat {
      guard peek == UInt8(ascii: "\"") else { throw problem("a key in quotes") }
      let key = try string()
      guard accept(":") else { throw problem("':' after a key") }
      members.append(.init(key: key, value: try value(depth: depth + 1)))
    } while accept(",")
    guard accept("}") else { throw problem("',' or '}'") }
    return .object(members)
  }

  private mutating func list(depth: Int) throws(JSONProblem) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    if accept("]") { return .list(values) }
    repeat { values.append(try value(depth: depth + 1)) } while accept(",")
    guard accept("]") else { throw problem("',' or ']'") }
    return .list(values)
  }

  private mutating func word() throws(JSONProblem) -> JSONValue {
    let end = bytes[position...].firstIndex { [0x2c, 0x5d, 0x7d, 0x3a].contains($0) || $0 <= 0x20 } ?? bytes.count
    let word = String(decoding: bytes[position..<end], as: UTF8.self)
    switch word {
    case "null": position = end; return .null
    case "true": position = end; return .flag(true)
    case "false": position = end; return .flag(false)
    case "NaN": position = end; return .number(.nan)
    case "Infinity": position = end; return .number(.infinity)
    case "-Infinity": position = end; return .number(-.infinity)
    default: break
    }
    let isNumeric = word.utf8.allSatisfy { (48...57).contains($0) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0) }
    guard isNumeric, word.utf8.first != 0x2b, word.utf8.first != 0x2e, let number = Double(word) else {
      throw problem("a value")
    }
    position = end
    return .number(number)
  }

  private mutating func string() throws(JSONProblem) -> String {
    position += 1
    var result: [UInt8] = []
    while true {
      guard let end = bytes[position...].firstIndex(where: { $0 == 0x22 || $0 == 0x5c || $0 < 0x20 }) else {
        position = bytes.count
        throw problem("'\"' at the end of a text")
      }
      result.append(contentsOf: bytes[position..<end])
      position = end
      switch bytes[end] {
      case 0x22:
        position += 1
        return String(decoding: result, as: UTF8.self)
      case 0x5c: try escape(into: &result)
      default: throw problem("no control character in a text")
      }
    }
  }

  private static let escapes: [UInt8: UInt8] = [
    0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09,
  ]

  private mutating func escape(into result: inout [UInt8]) throws(JSONProblem) {
    guard position + 1 < bytes.count else { throw problem("an escape") }
    if let plain = JSONParser.escapes[bytes[position + 1]] {
      result.append(plain)
      position += 2
      return
    }
    var value = try codeUnit()
    if (0xd800..<0xdc00).contains(value), position + 1 < bytes.count, bytes[position] == 0x5c,
      bytes[position + 1] == 0x75
    {
      let start = position
      let low = try codeUnit()
      if (0xdc00..<0xe000).contains(low) {
        value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
      } else {
        position = start
      }
    }
    let scalar = Unicode.Scalar(value) ?? "\u{fffd}"
    result.append(contentsOf: String(Character(scalar)).utf8)
  }

  /// `\uXXXX`.
  private mutating func codeUnit() throws(JSONProblem) -> UInt32 {
    let digits = bytes[min(position + 2, bytes.count)..<min(position + 6, bytes.count)]
    guard bytes[position + 1] == 0x75, digits.count == 4, digits.allSatisfy({ $0 != 0x2b && $0 != 0x2d }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("an escape") }
    position += 6
    return value
  }
}
