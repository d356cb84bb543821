/// Reads one JSON text (RFC 8259) strictly and fast: a tokenizer.json has half a million strings.
///
/// Foundation's reader takes seconds for such a file on Linux, and accepts what must be refused.
public struct JSONReader {
  private let rules: JSONRules
  private var offset = 0

  /// Values nested deeper than this are refused.
  public static let depthLimit = 64

  /// The value of a whole text.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8, with or without a byte order mark.
  ///   - rules: what is accepted beside RFC 8259.
  /// - Returns: the value.
  /// - Throws: `JSONProblem`; bytes that are not UTF-8 and anything after the value are problems too.
  public static func value(
    of bytes: Span<UInt8>, rules: JSONRules = JSONRules()
  ) throws(JSONProblem) -> JSONValue {
    if let invalid = UTF8Text.firstInvalid(bytes) {
      throw JSONProblem(offset: invalid, expected: "UTF-8", found: bytes[invalid])
    }
    var reader = JSONReader(rules: rules)
    if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { reader.offset = 3 }
    let value = try reader.value(bytes, depth: 0)
    reader.skipSpace(bytes)
    guard reader.offset == bytes.count else { throw reader.problem(bytes, "the end of the JSON text") }
    return value
  }

  /// The value of a whole text.
  public static func value(of bytes: [UInt8], rules: JSONRules = JSONRules()) throws(JSONProblem) -> JSONValue {
    try value(of: bytes.span, rules: rules)
  }

  private init(rules: JSONRules) { self.rules = rules }

  private func problem(_ bytes: Span<UInt8>, _ expected: String) -> JSONProblem {
    JSONProblem(offset: offset, expected: expected, found: offset < bytes.count ? bytes[offset] : nil)
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x0a, 0x0d, 0x09: offset += 1
      default: return
      }
    }
  }

  private func peek(_ bytes: Span<UInt8>) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard peek(bytes) == byte, offset < bytes.count else { return false }
    offset += 1
    return true
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONProblem) -> JSONValue {
    guard depth < Self.depthLimit else { throw problem(bytes, "at most \(Self.depthLimit) nested levels") }
    skipSpace(bytes)
    switch peek(bytes) {
    case UInt8(ascii: "{"): return try object(bytes, depth: depth)
    case UInt8(ascii: "["): return try array(bytes, depth: depth)
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try word("null", .null, bytes)
    case UInt8(ascii: "N") where rules.allowsNonFinite: return try word("NaN", .number(.nan), bytes)
    case UInt8(ascii: "I") where rules.allowsNonFinite: return try word("Infinity", .number(.infinity), bytes)
    default: return try number(bytes)
    }
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(JSONProblem) -> JSONValue {
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    offset += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "}"), bytes) { return .object(members) }
    repeat {
      skipSpace(bytes)
      guard peek(bytes) == UInt8(ascii: "\"") else { throw problem(bytes, "a quoted name") }
      let key = try string(bytes)
      if rules.refusesRepeatedKeys, !keys.insert(key).inserted {
        throw JSONProblem(
          offset: offset, expected: "a key that is not there yet", found: UInt8(ascii: "\""), repeatedKey: key)
      }
      skipSpace(bytes)
      guard take(UInt8(ascii: ":"), bytes) else { throw problem(bytes, "':'") }
      members.append(JSONValue.Member(key: key, value: try value(bytes, depth: depth + 1)))
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "}"), bytes) else { throw problem(bytes, "',' or '}'") }
    return .object(members)
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONProblem) -> JSONValue {
    var elements: [JSONValue] = []
    offset += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "]"), bytes) { return .array(elements) }
    repeat {
      elements.append(try value(bytes, depth: depth + 1))
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "]"), bytes) else { throw problem(bytes, "',' or ']'") }
    return .array(elements)
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(JSONProblem) -> JSONValue {
    for byte in "\(word)".utf8 {
      guard take(byte, bytes) else { throw problem(bytes, "'\(word)'") }
    }
    return value
  }

  // MARK: Numbers

  private mutating func number(_ bytes: Span<UInt8>) throws(JSONProblem) -> JSONValue {
    let start = offset
    let isNegative = take(UInt8(ascii: "-"), bytes)
    if isNegative, rules.allowsNonFinite, peek(bytes) == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity), bytes)
    }
    let leadingZero = peek(bytes) == UInt8(ascii: "0")
    let whole = digits(bytes)
    guard whole > 0, !leadingZero || whole == 1 else {
      offset = start
      throw problem(bytes, "a JSON value")
    }
    var isInteger = true
    if take(UInt8(ascii: "."), bytes) {
      isInteger = false
      guard digits(bytes) > 0 else { throw problem(bytes, "a digit") }
    }
    if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
      isInteger = false
      if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
      guard digits(bytes) > 0 else { throw problem(bytes, "a digit") }
    }
    let text = Self.text(bytes, start..<offset)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text) else { throw problem(bytes, "a number") }
    return .number(number)
  }

  private mutating func digits(_ bytes: Span<UInt8>) -> Int {
    let start = offset
    while UInt8(ascii: "0")...UInt8(ascii: "9") ~= peek(bytes) { offset += 1 }
    return offset - start
  }

  // MARK: Strings

  private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    var copy: [UInt8] = []
    copy.reserveCapacity(range.count)
    for index in range { copy.append(bytes[index]) }
    return String(decoding: copy, as: UTF8.self)
  }

  private mutating func string(_ bytes: Span<UInt8>) throws(JSONProblem) -> String {
    offset += 1
    let start = offset
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return Self.text(bytes, start..<offset - 1)
      }
      guard byte >= 0x20 else { throw problem(bytes, "no control character in a string") }
      if byte == UInt8(ascii: "\\") { return try escapedString(bytes, from: start) }
      offset += 1
    }
    throw problem(bytes, "'\"'")
  }

  /// The rest of a string whose first escape is at `offset`.
  private mutating func escapedString(_ bytes: Span<UInt8>, from start: Int) throws(JSONProblem) -> String {
    var content: [UInt8] = []
    for index in start..<offset { content.append(bytes[index]) }
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte >= 0x20 else { throw problem(bytes, "no control character in a string") }
      offset += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: content, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: try escape(bytes))
      } else {
        content.append(byte)
      }
    }
    throw problem(bytes, "'\"'")
  }

  private mutating func escape(_ bytes: Span<UInt8>) throws(JSONProblem) -> [UInt8] {
    let letter = peek(bytes)
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try unicode(bytes)
    default:
      offset -= 1
      throw problem(bytes, "an escape sequence")
    }
  }

  /// The scalar after `\\u`, with the second half of a surrogate pair.
  private mutating func unicode(_ bytes: Span<UInt8>) throws(JSONProblem) -> [UInt8] {
    var scalar = try hexadecimal(bytes)
    let start = offset
    if 0xd800..<0xdc00 ~= scalar, take(UInt8(ascii: "\\"), bytes), take(UInt8(ascii: "u"), bytes) {
      let low = try hexadecimal(bytes)
      if 0xdc00..<0xe000 ~= low {
        scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
      } else {
        offset = start
      }
    } else {
      offset = start
    }
    if let scalar = Unicode.Scalar(scalar) { return Array(String(Character(scalar)).utf8) }
    guard rules.replacesLoneSurrogates else { throw problem(bytes, "a pair of surrogates") }
    return [0xef, 0xbf, 0xbd]
  }

  private mutating func hexadecimal(_ bytes: Span<UInt8>) throws(JSONProblem) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(peek(bytes))).hexDigitValue else {
        throw problem(bytes, "four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
