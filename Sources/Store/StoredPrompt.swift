import Digest

/// A prompt as it is stored: named by its content, compressed where that makes it smaller.
struct StoredPrompt: Sendable {
  let sha256: String
  let byteCount: Int
  /// 0: as it is; 1: LZ (see `LZ`).
  let codec: Int64
  let content: [UInt8]

  init(_ text: String) {
    let bytes = Array(text.utf8)
    var digest = SHA256()
    digest.update(bytes)
    sha256 = digest.hexadecimal()
    byteCount = bytes.count
    let compressed = LZ.compress(bytes)
    codec = compressed.count < bytes.count ? 1 : 0
    content = codec == 1 ? compressed : bytes
  }

  init(sha256: String, byteCount: Int, codec: Int64, content: [UInt8]) {
    self.sha256 = sha256
    self.byteCount = byteCount
    self.codec = codec
    self.content = content
  }

  /// The text of a stored prompt, nil when it is damaged.
  static func text(codec: Int64, byteCount: Int, content: [UInt8]) -> String? {
    let bytes: [UInt8]?
    switch codec {
    case 0: bytes = content.count == byteCount ? content : nil
    case 1: bytes = LZ.decompress(content, byteCount: byteCount)
    default: bytes = nil
    }
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }
}
