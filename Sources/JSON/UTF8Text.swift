/// UTF-8 as bytes: scalars, validity and the start of a sequence that is still to come.
public enum UTF8Text {
  /// The scalar at `offset` of valid UTF-8 and its length in bytes.
  public static func scalar(_ bytes: Span<UInt8>, at offset: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(bytes[offset])
    if first < 0x80 { return (first, 1) }
    let second = UInt32(bytes[offset + 1] & 0x3f)
    if first < 0xe0 { return ((first & 0x1f) << 6 | second, 2) }
    let third = UInt32(bytes[offset + 2] & 0x3f)
    if first < 0xf0 { return ((first & 0x0f) << 12 | second << 6 | third, 3) }
    return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(bytes[offset + 3] & 0x3f), 4)
  }

  /// The bytes of a sequence by its first byte; 0 for a byte that starts none.
  public static func length(first: UInt8) -> Int {
    switch first {
    case 0..<0x80: 1
    case 0xc2..<0xe0: 2
    case 0xe0..<0xf0: 3
    case 0xf0..<0xf5: 4
    default: 0
    }
  }

  /// Whether a byte may follow the first one of a sequence: no overlong forms, no surrogates, nothing above U+10FFFF.
  public static func mayFollow(first: UInt8, _ second: UInt8) -> Bool {
    switch first {
    case 0xe0: 0xa0...0xbf ~= second
    case 0xed: 0x80...0x9f ~= second
    case 0xf0: 0x90...0xbf ~= second
    case 0xf4: 0x80...0x8f ~= second
    default: 0x80...0xbf ~= second
    }
  }

  /// Where the first byte lies that is not valid UTF-8; nil when all of it is valid.
  public static func firstInvalid(_ bytes: Span<UInt8>) -> Int? {
    var offset = 0
    while offset < bytes.count {
      let first = bytes[offset]
      if first < 0x80 {
        offset += 1
        continue
      }
      let length = length(first: first)
      guard length > 0, offset + length <= bytes.count, mayFollow(first: first, bytes[offset + 1]) else {
        return offset
      }
      for next in 2..<max(length, 2) where bytes[offset + next] & 0xc0 != 0x80 { return offset }
      offset += length
    }
    return nil
  }

  /// How many bytes at the end begin a sequence that more bytes could complete: 0 to 3.
  public static func incompleteSuffix(_ bytes: [UInt8]) -> Int {
    for back in 1..<4 where back <= bytes.count {
      let start = bytes.count - back
      let length = length(first: bytes[start])
      if length == 0, bytes[start] & 0xc0 == 0x80 { continue }
      guard length > back else { return 0 }
      guard back == 1 || mayFollow(first: bytes[start], bytes[start + 1]) else { return 0 }
      return back
    }
    return 0
  }

  /// The bytes of one scalar.
  public static func encode(_ scalar: UInt32) -> [UInt8] {
    guard let scalar = Unicode.Scalar(scalar) else { return [] }
    return Array(String(Character(scalar)).utf8)
  }
}
