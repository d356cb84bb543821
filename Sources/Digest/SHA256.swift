import CDigest

/// The SHA-256 digest of a stream of bytes (FIPS 180-4), for identities of weights, datasets and samples.
///
/// Feed bytes with `update`, then call `finish` once. The toolchain has no hash of its own on Linux.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// A digest over nothing yet.
  public init() {}

  /// Adds bytes to the message.
  public mutating func update(_ bytes: Span<UInt8>) {
    byteCount += UInt64(bytes.count)
    var offset = 0
    if !pending.isEmpty {
      let taken = min(64 - pending.count, bytes.count)
      for i in 0..<taken { pending.append(bytes[i]) }
      offset = taken
      guard pending.count == 64 else { return }
      let block = pending
      pending.removeAll(keepingCapacity: true)
      compress(block.span, at: 0, blocks: 1)
    }
    let blocks = (bytes.count - offset) / 64
    if blocks > 0 {
      compress(bytes, at: offset, blocks: blocks)
      offset += 64 * blocks
    }
    while offset < bytes.count {
      pending.append(bytes[offset])
      offset += 1
    }
  }

  /// Adds bytes to the message.
  public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  /// Adds the UTF-8 bytes of a text to the message.
  public mutating func update(_ text: String) { update(Array(text.utf8)) }

  /// The digest of everything that was added, as 32 bytes.
  public consuming func finish() -> [UInt8] {
    pad()
    return bytes
  }

  /// Adds what ends a message.
  private mutating func pad() {
    let bitCount = byteCount &* 8
    var padding: [UInt8] = [0x80]
    let used = (pending.count + 1) % 64
    padding.append(contentsOf: [UInt8](repeating: 0, count: (used <= 56 ? 56 : 120) - used))
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    update(padding)
  }

  /// The digest of everything that was added, as 64 lower-case hexadecimal digits.
  public consuming func hexadecimal() -> String {
    pad()
    return spelling
  }

  /// The digest of one text, as 64 lower-case hexadecimal digits.
  public static func hexadecimal(of text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 72)
    bytes.append(contentsOf: text.utf8)
    return hexadecimal(padding: bytes)
  }

  /// The digest of a short message, as 64 lower-case hexadecimal digits; with room for 72 more bytes in it nothing is
  /// copied.
  public static func hexadecimal(padding message: consuming [UInt8]) -> String {
    // Padded in one go: identities are made by the hundred thousand.
    var bytes = message
    let bitCount = UInt64(bytes.count) &* 8
    bytes.append(0x80)
    while bytes.count % 64 != 56 { bytes.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    var digest = SHA256()
    digest.compress(bytes.span, at: 0, blocks: bytes.count / 64)
    return digest.spelling
  }

  /// The state as bytes, the first word's highest first.
  private var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for word in state {
      for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return bytes
  }

  /// The state in hexadecimal digits.
  private var spelling: String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for word in state {
      for shift: UInt32 in [28, 24, 20, 16, 12, 8, 4, 0] {
        let value = UInt8(truncatingIfNeeded: word >> shift & 15)
        text.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func compress(_ bytes: Span<UInt8>, at offset: Int, blocks: Int) {
    unsafe bytes.extracting(offset..<offset + 64 * blocks).withUnsafeBytes { bytes in
      unsafe state.withUnsafeMutableBufferPointer { state in
        unsafe cdigest_sha256_blocks(state.baseAddress, bytes.baseAddress, blocks)
      }
    }
  }
}
