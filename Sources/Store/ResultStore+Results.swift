import Digest
import Evaluation

extension ResultStore {
  /// What is stored of a cell: identity by sample, current results only.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func identities(in cell: CellID) throws(StoreError) -> [String: String] {
    try locked { (connection) throws(StoreError) in
      var identities: [String: String] = [:]
      try connection.forEachRow(
        "SELECT sample_id, identity FROM results WHERE cell = ? AND current = 1", [.integer(cell.rawValue)]
      ) { row in identities[row.text(0)] = row.text(1) }
      return identities
    }
  }

  /// Commits one evaluated sample, in one transaction.
  ///
  /// It becomes the cell's current result for the sample; an older one of another identity stays in the store. A failure
  /// that was recorded for the sample is cleared. A score that is not finite is stored as unscored.
  ///
  /// - Throws: `StoreError` when the store cannot be written; then nothing of the sample is stored.
  public func append(_ result: SampleResult, cell: CellID, run: RunID) throws(StoreError) {
    // Hashing and compressing happen before the write lock is taken.
    let prompt = StoredPrompt(result.prompt)
    let time = Encoding.now()
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        let evaluation = try Self.insert(result, prompt, recordedAt: time, connection)
        let place = ResultPlace(cell: cell, sampleID: result.sampleID, identity: result.identity)
        try Self.makeCurrent(evaluation, at: place, run: run, connection)
      }
    }
  }

  /// Takes an equal result (same identity) of any cell as this cell's result, where there is one.
  ///
  /// The identity covers everything that the result depends on, the expected answers and facts included.
  ///
  /// - Parameters:
  ///   - identity: The identity of the sample that is wanted.
  ///   - sampleID: The sample's name in the cell.
  ///   - cell: The cell that lacks a result.
  ///   - run: The run that asks.
  /// - Returns: False when no such result is stored.
  /// - Throws: `StoreError` when the store cannot be written.
  public func reuse(identity: String, sampleID: String, cell: CellID, run: RunID) throws(StoreError) -> Bool {
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        guard
          let evaluation = try connection.first(
            "SELECT max(id) FROM evaluations WHERE identity = ? HAVING max(id) IS NOT NULL", [.text(identity)],
            { $0.integer(0) })
        else { return false }
        let place = ResultPlace(cell: cell, sampleID: sampleID, identity: identity)
        try Self.makeCurrent(evaluation, at: place, run: run, connection)
        return true
      }
    }
  }

  /// Whether a result of this identity is there for `reuse`.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func hasResult(identity: String) throws(StoreError) -> Bool {
    try locked { (connection) throws(StoreError) in
      try connection.first(
        "SELECT 1 FROM evaluations WHERE identity = ? LIMIT 1", [.text(identity)], { $0.integer(0) }) != nil
    }
  }

  /// Records that a sample could not be evaluated; a later `append` or `reuse` clears it.
  ///
  /// - Parameters:
  ///   - sampleID: The sample's name inside its task.
  ///   - cell: The cell that lacks it.
  ///   - run: The run in which it failed.
  ///   - message: What went wrong.
  /// - Throws: `StoreError` when the store cannot be written.
  public func recordFailure(
    sampleID: String, cell: CellID, run: RunID, message: String
  ) throws(StoreError) {
    let time = Encoding.now()
    try locked { (connection) throws(StoreError) in
      try connection.transaction { () throws(StoreError) in
        try Self.link(run, cell, connection)
        try Self.insertFailure(sampleID, cell, run, message, time, connection)
      }
    }
  }

  /// The samples that could not be evaluated, by cell and sample.
  ///
  /// - Throws: `StoreError` when the store cannot be read.
  public func failures() throws(StoreError) -> [StoredFailure] {
    try locked { (connection) throws(StoreError) in
      var failures: [StoredFailure] = []
      try connection.forEachRow("SELECT cell, sample_id, run, message FROM failures ORDER BY cell, sample_id") { row in
        failures.append(
          StoredFailure(
            cell: CellID(row.integer(0)), sampleID: row.text(1), run: RunID(row.integer(2)), message: row.text(3)))
      }
      return failures
    }
  }

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

/// Where a result belongs, and what it depends on.
struct ResultPlace {
  let cell: CellID
  let sampleID: String
  let identity: String
}

/// A prompt as it is stored: named by its content, compressed where that makes it smaller.
struct StoredPrompt: Sendable {
  let sha256: String
  let byteCount: Int
  let codec: Int
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

  /// The text of a stored prompt, nil when it is damaged.
  static func text(codec: Int, byteCount: Int, content: [UInt8]) -> String? {
    let bytes: [UInt8]?
    switch codec {
    case 0: bytes = content.count == byteCount ? content : nil
    case 1: bytes = LZ.decompress(content, byteCount: byteCount)
    default: bytes = nil
    }
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }
}
