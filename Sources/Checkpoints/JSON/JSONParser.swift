/// Reads one JSON text (RFC 8259) strictly: duplicate keys, trailing bytes and bytes that are not UTF-8 are errors.
///
/// The toolchain's decoder accepts duplicate keys silently, and a safetensors header with two tensors of one name must
/// be refused. Python's `NaN` and `Infinity` are accepted, because configurations are written by Python.
struct JSONParser {
  private let file: String
  /// Where the text begins in the file, for error messages.
  private let base: Int
  private var offset = 0

  private static let deepest = 64

  private init(file: String, base: Int) {
    self.file = file
    self.base = base
  }

  static func parse(_ bytes: Span<UInt8>, file: String, base: Int = 0) throws(CheckpointError) -> JSONValue {
    var parser = JSONParser(file: file, base: base)
    let value = try parser.value(bytes, depth: 0)
    parser.skipSpace(bytes)
    guard parser.offset == bytes.count else { throw parser.problem(bytes, "the end of the text") }
    return value
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(CheckpointError) -> JSONValue {
    guard depth < Self.deepest else { throw problem(bytes, "at most \(Self.deepest) nested levels") }
    skipSpace(bytes)
    switch peek(bytes) {
    case UInt8(ascii: "{"): return try object(bytes, depth: depth)
    case UInt8(ascii: "["): return try array(bytes, depth: depth)
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try word("null", .null, bytes)
    case UInt8(ascii: "N"): return try word("NaN", .real(.nan), bytes)
    case UInt8(ascii: "I"): return try word("Infinity", .real(.infinity), bytes)
    default: return try number(bytes)
    }
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(CheckpointError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    offset += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "}"), bytes) { return .object(members) }
    repeat {
      skipSpace(bytes)
      guard peek(bytes) == UInt8(ascii: "\"") else { throw problem(bytes, "a quoted key") }
      let key = try string(bytes)
      skipSpace(bytes)
      guard take(UInt8(ascii: ":"), bytes) else { throw problem(bytes, "':'") }
      let value = try value(bytes, depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else { throw .duplicate(file: file, name: key) }
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "}"), bytes) else { throw problem(bytes, "',' or '}'") }
    return .object(members)
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(CheckpointError) -> JSONValue {
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

  // MARK: Strings

  private mutating func string(_ bytes: Span<UInt8>) throws(CheckpointError) -> String {
    offset += 1
    var content: [UInt8] = []
    while let byte = peek(bytes) {
      offset += 1
      if byte == UInt8(ascii: "\"") {
        guard let text = String(validating: content, as: UTF8.self) else { throw problem(bytes, "UTF-8") }
        return text
      }
      guard byte >= 0x20 else { throw problem(bytes, "no control character in a string") }
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: String(try escaped(bytes)).utf8)
      } else {
        content.append(byte)
      }
    }
    throw problem(bytes, "'\"'")
  }

  private mutating func escaped(_ bytes: Span<UInt8>) throws(CheckpointError) -> Unicode.Scalar {
    let letter = peek(bytes)
    offset += 1
    switch letter {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicode(bytes)
    default:
      offset -= 1
      throw problem(bytes, "an escape sequence")
    }
  }

  private mutating func unicode(_ bytes: Span<UInt8>) throws(CheckpointError) -> Unicode.Scalar {
    let unit = try hexadecimal(bytes)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A surrogate: only a pair of them is a character.
    guard unit < 0xdc00, take(UInt8(ascii: "\\"), bytes), take(UInt8(ascii: "u"), bytes) else {
      throw problem(bytes, "a pair of surrogates")
    }
    let second = try hexadecimal(bytes)
    guard (0xdc00...0xdfff).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (second - 0xdc00))
    else { throw problem(bytes, "a pair of surrogates") }
    return scalar
  }

  private mutating func hexadecimal(_ bytes: Span<UInt8>) throws(CheckpointError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(bytes), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw problem(bytes, "four hexadecimal digits")
      }
      offset += 1
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  // MARK: Numbers and words

  private mutating func number(_ bytes: Span<UInt8>) throws(CheckpointError) -> JSONValue {
    let start = offset
    let negative = take(UInt8(ascii: "-"), bytes)
    if negative, peek(bytes) == UInt8(ascii: "I") { return try word("Infinity", .real(-.infinity), bytes) }
    let leadingZero = peek(bytes) == UInt8(ascii: "0")
    let digits = skipDigits(bytes)
    guard digits == 1 || digits > 1 && !leadingZero else {
      offset = start
      throw problem(bytes, "a JSON value")
    }
    var isReal = false
    if take(UInt8(ascii: "."), bytes) {
      isReal = true
      guard skipDigits(bytes) > 0 else { throw problem(bytes, "a digit") }
    }
    if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
      isReal = true
      if !take(UInt8(ascii: "-"), bytes) { _ = take(UInt8(ascii: "+"), bytes) }
      guard skipDigits(bytes) > 0 else { throw problem(bytes, "a digit") }
    }
    let text = String(decoding: (start..<offset).map { bytes[$0] }, as: UTF8.self)
    if !isReal, let integer = Int(text) { return .integer(integer) }
    guard let real = Double(text) else { throw problem(bytes, "a number") }
    return .real(real)
  }

  private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
    let start = offset
    while let byte = peek(bytes), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    return offset - start
  }

  private mutating func word(
    _ word: String, _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(CheckpointError) -> JSONValue {
    for byte in word.utf8 {
      guard take(byte, bytes) else { throw problem(bytes, word) }
    }
    return value
  }

  // MARK: Bytes

  private func peek(_ bytes: Span<UInt8>) -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard peek(bytes) == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while let byte = peek(bytes), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
  }

  private func problem(_ bytes: Span<UInt8>, _ expected: String) -> CheckpointError {
    guard let byte = peek(bytes) else {
      return .truncated(file: file, field: "JSON text", offset: base + offset, needed: 1, available: 0)
    }
    return .invalid(
      file: file, field: "JSON at byte \(base + offset)", expected: expected,
      found: byte >= 0x20 && byte < 0x7f ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)")
  }
}
