/// What a file is, by its first bytes.
enum FileKind: Equatable, CustomStringConvertible {
  case gguf
  case safetensors
  case jsonText
  case gitPointer
  case torchArchive
  case markup
  /// Nothing, or the first letters of GGUF.
  case cut
  /// None of these; the first bytes.
  case other([UInt8])

  /// Looks at a file.
  ///
  /// Throws `CheckpointError.notFound` or `cannotRead`.
  init(_ path: String) throws(CheckpointError) {
    let file = try MappedFile(path: path)
    let head = file.withBytes(0..<min(64, file.byteCount)) { bytes in bytes.indices.map { bytes[$0] } }
    self.init(head)
  }

  /// The kind of a file that begins with these bytes.
  init(_ head: [UInt8]) {
    func begins(_ text: String) -> Bool { head.starts(with: text.utf8) }
    if head.count < 4, "GGUF".utf8.starts(with: head) {
      self = .cut
    } else if begins("GGUF") {
      self = .gguf
    } else if begins("version https://git-lfs") {
      self = .gitPointer
    } else if begins("PK\u{3}\u{4}") || head.starts(with: [0x80, 2]) {
      self = .torchArchive
    } else if head.count > 8, head[8] == UInt8(ascii: "{"), head[5...7].allSatisfy({ $0 == 0 }) {
      // An eight-byte length, then a JSON object.
      self = .safetensors
    } else if let first = head.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      self = .jsonText
    } else if head.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
      self = .markup
    } else {
      self = .other(Array(head.prefix(4)))
    }
  }

  /// The kind in words, for messages.
  var description: String {
    switch self {
    case .gguf: "GGUF"
    case .safetensors: "a safetensors file, a part of a Hugging Face model"
    case .jsonText: "JSON text, a part of a Hugging Face model"
    case .gitPointer: "a pointer of Git LFS to a file that was not fetched (git lfs pull)"
    case .torchArchive: "PyTorch's own format (convert it to safetensors)"
    case .markup: "a web page"
    case .cut: "empty or cut"
    case .other(let bytes): "one that begins with bytes \(bytes)"
    }
  }
}
