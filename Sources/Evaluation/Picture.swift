/// A picture that goes with a prompt, by the file that holds it.
public struct Picture: Hashable, Sendable {
  /// The file.
  public let path: String
  /// What kind of file it is, for example `image/png`.
  public let mediaType: String
  /// SHA-256 of its bytes: what identifies it.
  public let sha256: String

  /// A picture.
  public init(path: String, mediaType: String, sha256: String) {
    self.path = path
    self.mediaType = mediaType
    self.sha256 = sha256
  }
}

extension Picture {
  /// The kind of a picture by its first bytes; nil for what is none that models are shown.
  public static func mediaType(of bytes: some Sequence<UInt8>) -> String? {
    let head = Array(bytes.prefix(12))
    if head.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
    if head.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return "image/png" }
    return nil
  }
}
