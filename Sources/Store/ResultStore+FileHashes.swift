extension ResultStore {
  /// The SHA-256 of a file, where it was remembered for this size and modification time.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - byteCount: Its size now.
  ///   - modified: Its modification time now, in seconds since 1970.
  /// - Returns: 64 hexadecimal digits, or nil when the file must be hashed.
  /// - Throws: `StoreError` when the store cannot be read.
  public func weightsHash(path: String, byteCount: Int, modified: Double) throws(StoreError) -> String? {
    try locked { (connection) throws(StoreError) in
      try connection.first(
        "SELECT sha256 FROM file_hashes WHERE path = ? AND byte_count = ? AND modified = ?",
        [.text(path), .count(byteCount), .real(modified)]
      ) { $0.text(0) }
    }
  }

  /// Remembers the SHA-256 of a file.
  ///
  /// - Parameters:
  ///   - hash: 64 hexadecimal digits.
  ///   - path: The file.
  ///   - byteCount: Its size before it was read.
  ///   - modified: Its modification time before it was read, in seconds since 1970.
  /// - Throws: `StoreError` when the store cannot be written.
  public func rememberWeightsHash(
    _ hash: String, path: String, byteCount: Int, modified: Double
  ) throws(StoreError) {
    try locked { (connection) throws(StoreError) in
      try connection.run(
        "INSERT OR REPLACE INTO file_hashes (path, byte_count, modified, sha256) VALUES (?, ?, ?, ?)",
        [.text(path), .count(byteCount), .real(modified), .text(hash)])
    }
  }
}
