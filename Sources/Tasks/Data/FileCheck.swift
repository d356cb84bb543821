import Digest
import JSON
import Metrics

/// Looks into a file of a benchmark: fields of every row, number of rows, hash.
struct FileCheck {
  /// The bytes to keep: the file's own, or a text's with LF.
  let bytes: [UInt8]
  /// Rows of a JSONL file.
  let rows: Int?
  let standing: DataManifest.Standing
  /// What differs from the official file.
  let note: String?

  /// Checks a file.
  ///
  /// - Parameters:
  ///   - known: what is known of the official file.
  ///   - benchmark: whose it is.
  ///   - bytes: its content.
  ///   - path: for messages.
  /// - Throws: `TaskError.damagedData` where it cannot be read as what it should be.
  init(_ known: KnownFile, of benchmark: Benchmark, _ bytes: [UInt8], path: String) throws(TaskError) {
    guard !bytes.isEmpty else { throw .damagedData(path: path, line: nil, problem: "it is empty") }
    if known.hasCRLF {
      self = try Self.text(known, bytes, path: path)
      return
    }
    self.bytes = bytes
    let rows = try known.name.hasSuffix(".jsonl") ? Self.rows(benchmark, bytes, path) : nil
    self.rows = rows
    if rows == nil { try Self.checkText(known, bytes, path) }
    guard let sha256 = known.sha256 else {
      let isRight = known.rows == nil || known.rows == rows
      standing = isRight ? .checked : .different
      note = isRight ? nil : "\(rows ?? 0) rows, the official file has \(known.rows ?? 0)"
      return
    }
    let isOfficial = SHA256.hexadecimal(of: bytes) == sha256
    standing = isOfficial ? .official : .different
    let count = known.rows.map { $0 == rows ? "" : ", \(rows ?? 0) rows in place of \($0)" } ?? ""
    note = isOfficial ? nil : "its SHA-256 is not the official file's" + count
  }

  private init(bytes: [UInt8], standing: DataManifest.Standing, note: String?) {
    self.bytes = bytes
    rows = nil
    self.standing = standing
    self.note = note
  }

  /// A text that is published with CRLF and kept with LF.
  private static func text(_ known: KnownFile, _ bytes: [UInt8], path: String) throws(TaskError) -> FileCheck {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .damagedData(path: path, line: nil, problem: "it is not UTF-8; take the file as it is published")
    }
    let text = LineEnds.lf(bytes)
    // A copy that has LF already is the same book where putting CR back gives the official hash.
    let isOfficial = [bytes, LineEnds.crlf(text)].contains { SHA256.hexadecimal(of: $0) == known.sha256 }
    return FileCheck(
      bytes: text, standing: isOfficial ? .official : .different,
      note: isOfficial ? "CRLF turned into LF" : "it is not the official text")
  }

  // MARK: Rows

  private static func rows(_ benchmark: Benchmark, _ bytes: [UInt8], _ path: String) throws(TaskError) -> Int {
    let file = PredictionFile(path: path, bytes: bytes)
    if let problem = file.problems.first {
      throw .damagedData(path: path, line: problem.line, problem: problem.problem)
    }
    guard !file.rows.isEmpty else { throw .damagedData(path: path, line: nil, problem: "it holds no rows") }
    for row in file.rows {
      if let problem = benchmark.problem(row.value) {
        throw .damagedData(path: path, line: row.line, problem: problem)
      }
    }
    return file.rows.count
  }

  private static func checkText(_ known: KnownFile, _ bytes: [UInt8], _ path: String) throws(TaskError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .damagedData(path: path, line: nil, problem: "it is not UTF-8")
    }
    if known.name.hasSuffix(".json") {
      let value: JSONValue
      do throws(JSONProblem) {
        value = try JSONReader.value(of: bytes, rules: .python)
      } catch {
        throw .damagedData(path: path, line: nil, problem: "\(error)")
      }
      let isRight = if case .object = value { !known.isArray } else { known.isArray && value.elements != nil }
      guard isRight else {
        throw .damagedData(
          path: path, line: nil, problem: known.isArray ? "it is no JSON array" : "it is no JSON object")
      }
    }
    if known.name.hasSuffix(".prompt"), !text.contains("{") {
      throw .damagedData(path: path, line: nil, problem: "it has no place for the question; take the official file")
    }
  }
}

/// Line ends of a text in bytes.
enum LineEnds {
  /// CR LF as LF.
  static func lf(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(13) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { continue }
      result.append(byte)
    }
    return result
  }

  /// LF as CR LF.
  static func crlf(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 32)
    for byte in bytes {
      if byte == 10 { result.append(13) }
      result.append(byte)
    }
    return result
  }
}
