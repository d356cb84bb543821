import JSON

/// GPT-2's spelling of bytes as printable characters, in which byte-level vocabularies are stored.
///
/// Printable Latin-1 bytes stand for themselves, the 68 others for U+0100 onwards in order
/// (github.com/openai/gpt-2, src/encoder.py, `bytes_to_unicode`).
enum ByteAlphabet {
  /// The scalar of each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (0..<256).map { (byte: UInt32) -> UInt32 in
      if 0x21...0x7e ~= byte || 0xa1...0xac ~= byte || 0xae...0xff ~= byte { return byte }
      defer { next += 1 }
      return next
    }
  }()

  /// The byte of each scalar below U+0144; -1 where there is none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
    return bytes
  }()

  /// The UTF-8 spelling of each byte.
  static let spellings: [[UInt8]] = scalars.map(UTF8Text.encode)

  /// Appends the bytes that a stored token stands for; false, with nothing appended, when it is not in the alphabet.
  static func decode(_ text: Span<UInt8>, into result: inout [UInt8]) -> Bool {
    let start = result.count
    var offset = 0
    while offset < text.count {
      let scalar = UTF8Text.scalar(text, at: offset)
      guard scalar.value < 0x144, bytes[Int(scalar.value)] >= 0 else {
        result.removeLast(result.count - start)
        return false
      }
      result.append(UInt8(truncatingIfNeeded: bytes[Int(scalar.value)]))
      offset += scalar.length
    }
    return true
  }
}
