import Digest

extension Checkpoint {
  /// The files that make up the model's identity: config.json first, then the weights, ordered by name.
  public var identityFiles: [MappedFile] { (configurationFile.map { [$0] } ?? []) + files }

  /// The SHA-256 of the model's content: all weights and config.json, in the order of `identityFiles`.
  ///
  /// Names and places of files do not count. A model of one file has that file's own SHA-256.
  ///
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `CheckpointError` when a file was changed after it was opened, or cannot be read any more.
  /// - Complexity: reads every byte; keep `digest(of:)` by path, size and modification time to avoid that.
  public func contentHash() throws(CheckpointError) -> String {
    var digests: [String] = []
    for file in identityFiles { digests.append(try Self.digest(of: file)) }
    return Self.contentHash(digests: digests)
  }

  /// The content hash of a model from the digests of its `identityFiles`, in their order.
  public static func contentHash(digests: [String]) -> String {
    guard digests.count > 1 else { return digests.first ?? SHA256.hexadecimal(of: "") }
    return SHA256.hexadecimal(of: digests.map { $0 + "\n" }.joined())
  }

  /// The SHA-256 of one mapped file.
  ///
  /// - Parameter file: the file.
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `CheckpointError.invalid` when the file at the path is no longer the one that was opened, which would
  ///   otherwise give a hash of a mixture, and errors of opening.
  public static func digest(of file: MappedFile) throws(CheckpointError) -> String {
    let now = try MappedFile(path: file.path)
    guard now.byteCount == file.byteCount, now.modificationTimeNanoseconds == file.modificationTimeNanoseconds else {
      throw .invalid(
        file: file.path, field: "the file", expected: "the same size and modification time as when it was opened",
        found: "a changed file")
    }
    var digest = SHA256()
    try file.forEachChunk { digest.update($0) }
    return digest.hexadecimal()
  }

  /// Checks that no file was shortened since it was opened.
  ///
  /// - Throws: `CheckpointError.invalid`, naming the file.
  public func requireWholeFiles() throws(CheckpointError) {
    for file in files where !file.isWhole {
      throw .invalid(
        file: file.path, field: "the file", expected: "\(file.byteCount) bytes, as when it was opened",
        found: "a shorter one")
    }
  }
}
