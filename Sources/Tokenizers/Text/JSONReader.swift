/// Reads one JSON text (RFC 8259) strictly and fast: a tokenizer.json has half a million strings.
///
/// Foundation's reader takes seconds for such a file on Linux.
struct JSONReader {
  private let file: String
  private var offset = 0

  private static let deepest = 64

  /// Parses a whole text.
  ///
  /// Bytes that are not UTF-8, lone surrogates and anything after the value are errors.
  static func parse(_ bytes: Span<UInt8>, file: String) throws(TokenizerError) -> JSONValue {
    if let invalid = UTF8Text.firstInvalid(bytes) {
      throw .malformed(file: file, offset: invalid, expected: "UTF-8")
    }
    var reader = JSONReader(file: file)
    if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { reader.offset = 3 }
    let value = try reader.value(bytes, depth: 0)
    reader.skipSpace(bytes)
    guard reader.offset == bytes.count else { throw reader.problem("the end of the JSON text") }
    return value
  }

  private init(file: String) { self.file = file }

  private func problem(_ expected: String) -> TokenizerError {
    .malformed(file: file, offset: offset, expected: expected)
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

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(TokenizerError) -> JSONValue {
    guard depth < Self.deepest else { throw problem("at most \(Self.deepest) nested levels") }
    skipSpace(bytes)
    switch peek(bytes) {
    case UInt8(ascii: "{"): return try object(bytes, depth: depth)
    case UInt8(ascii: "["): return try array(bytes, depth: depth)
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try word("null", .null, bytes)
    default: return try number(bytes)
    }
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(TokenizerError) -> JSONValue {
    var members: [JSONMember] = []
    offset += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "}"), bytes) { return .object(members) }
    repeat {
      skipSpace(bytes)
      guard peek(bytes) == UInt8(ascii: "\"") else { throw problem("a quoted name") }
      let name = try string(bytes)
      skipSpace(bytes)
      guard take(UInt8(ascii: ":"), bytes) else { throw problem("':'") }
      members.append(JSONMember(name: name, value: try value(bytes, depth: depth + 1)))
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "}"), bytes) else { throw problem("',' or '}'") }
    return .object(members)
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(TokenizerError) -> JSONValue {
    var elements: [JSONValue] = []
    offset += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "]"), bytes) { return .array(elements) }
    repeat {
      elements.append(try value(bytes, depth: depth + 1))
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "]"), bytes) else { throw problem("',' or ']'") }
    return .array(elements)
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(TokenizerError) -> JSONValue {
    for byte in "\(word)".utf8 {
      guard take(byte, bytes) else { throw problem("'\(word)'") }
    }
    return value
  }

  // MARK: Numbers

  private mutating func number(_ bytes: Span<UInt8>) throws(TokenizerError) -> JSONValue {
    let start = offset
    _ = take(UInt8(ascii: "-"), bytes)
    let leadingZero = peek(bytes) == UInt8(ascii: "0")
    let whole = digits(bytes)
    guard whole > 0, !leadingZero || whole == 1 else {
      offset = start
      throw problem("a JSON value")
    }
    var isInteger = true
    if take(UInt8(ascii: "."), bytes) {
      isInteger = false
      guard digits(bytes) > 0 else { throw problem("a digit") }
    }
    if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
      isInteger = false
      if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
      guard digits(bytes) > 0 else { throw problem("a digit") }
    }
    let text = Self.text(bytes, start..<offset)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text) else { throw problem("a number") }
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

  private mutating func string(_ bytes: Span<UInt8>) throws(TokenizerError) -> String {
    offset += 1
    let start = offset
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        return Self.text(bytes, start..<offset - 1)
      }
      guard byte >= 0x20 else { throw problem("no control character in a string") }
      if byte == UInt8(ascii: "\\") { return try escapedString(bytes, from: start) }
      offset += 1
    }
    throw problem("'\"'")
  }

  /// The rest of a string whose first escape is at `offset`.
  private mutating func escapedString(_ bytes: Span<UInt8>, from start: Int) throws(TokenizerError) -> String {
    var content: [UInt8] = []
    for index in start..<offset { content.append(bytes[index]) }
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte >= 0x20 else { throw problem("no control character in a string") }
      offset += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: content, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: try escape(bytes))
      } else {
        content.append(byte)
      }
    }
    throw problem("'\"'")
  }

  private mutating func escape(_ bytes: Span<UInt8>) throws(TokenizerError) -> [UInt8] {
    let letter = peek(bytes)
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var scalar = try hexadecimal(bytes)
      if 0xd800..<0xdc00 ~= scalar, take(UInt8(ascii: "\\"), bytes), take(UInt8(ascii: "u"), bytes) {
        let low = try hexadecimal(bytes)
        guard 0xdc00..<0xe000 ~= low else { throw problem("a low surrogate") }
        scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
      }
      let encoded = UTF8Text.encode(scalar)
      guard !encoded.isEmpty else { throw problem("no lone surrogate") }
      return encoded
    default:
      offset -= 1
      throw problem("an escape sequence")
    }
  }

  private mutating func hexadecimal(_ bytes: Span<UInt8>) throws(TokenizerError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(peek(bytes))).hexDigitValue else {
        throw problem("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
