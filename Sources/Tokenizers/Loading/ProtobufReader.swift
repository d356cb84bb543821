/// Reads the fields of one protobuf message; every length is checked against the bytes that remain.
struct ProtobufReader {
  /// One field: its number, wire type and payload.
  struct Field {
    let number: Int
    let offset: Int
    let value: Value
  }

  enum Value {
    case integer(UInt64)
    case bytes(Range<Int>)
    case word(UInt32)
    case other
  }

  private let file: String
  private let end: Int
  private var offset: Int

  init(file: String, start: Int = 0, end: Int) {
    self.file = file
    self.end = end
    offset = start
  }

  /// The next field; nil at the end of the message.
  mutating func next(_ bytes: Span<UInt8>) throws(TokenizerError) -> Field? {
    guard offset < end else { return nil }
    let start = offset
    let tag = try varint(bytes)
    let number = Int(truncatingIfNeeded: tag >> 3)
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else {
      throw .malformed(file: file, offset: start, expected: "a protobuf field number")
    }
    let value: Value
    switch tag & 7 {
    case 0: value = .integer(try varint(bytes))
    case 1:
      _ = try take(8)
      value = .other
    case 2:
      let count = try varint(bytes)
      guard count <= UInt64(end - offset) else {
        throw .malformed(
          file: file, offset: start, expected: "a protobuf field of \(count) bytes, with \(end - offset) left")
      }
      value = .bytes(try take(Int(count)))
    case 5:
      let range = try take(4)
      value = .word((0..<4).reduce(0) { $0 | UInt32(bytes[range.lowerBound + $1]) << UInt32(8 * $1) })
    default: throw .malformed(file: file, offset: start, expected: "a protobuf wire type (0, 1, 2 or 5)")
    }
    return Field(number: number, offset: start, value: value)
  }

  private mutating func take(_ count: Int) throws(TokenizerError) -> Range<Int> {
    guard count <= end - offset else {
      throw .malformed(file: file, offset: offset, expected: "\(count) more bytes of protobuf")
    }
    defer { offset += count }
    return offset..<offset + count
  }

  private mutating func varint(_ bytes: Span<UInt8>) throws(TokenizerError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = bytes[try take(1).lowerBound]
      guard shift < 63 || byte < 2 else { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed(file: file, offset: offset, expected: "a protobuf integer of at most 64 bits")
  }

  // MARK: Typed payloads

  func message(_ field: Field, _ name: String) throws(TokenizerError) -> Range<Int> {
    guard case .bytes(let range) = field.value else { throw mismatch(field, name, "bytes") }
    return range
  }

  /// An integer; negative ones come as 64-bit two's complement.
  func integer(_ field: Field, _ name: String) throws(TokenizerError) -> Int {
    guard case .integer(let value) = field.value else { throw mismatch(field, name, "an integer") }
    return Int(truncatingIfNeeded: Int64(bitPattern: value))
  }

  func float(_ field: Field, _ name: String) throws(TokenizerError) -> Float {
    guard case .word(let bits) = field.value else { throw mismatch(field, name, "a float") }
    return Float(bitPattern: bits)
  }

  private func mismatch(_ field: Field, _ name: String, _ expected: String) -> TokenizerError {
    .malformed(file: file, offset: field.offset, expected: "\(expected) for \(name)")
  }
}
