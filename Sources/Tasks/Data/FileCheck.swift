import Digest
import JSON
import Metrics

/// Looks into a file of a benchmark: fields of every row, number of rows, hash.
struct FileCheck {
  /// The bytes to keep: the file's own, but for PG-19 with LF.
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
  ///   - bytes: its content.
  ///   - path: for messages.
  /// - Throws: `TaskError.damagedData` where it cannot be read as what it should be.
  init(_ known: KnownFile, _ bytes: [UInt8], path: String) throws(TaskError) {
    guard !bytes.isEmpty else { throw .damagedData(path: path, line: nil, problem: "it is empty") }
    if known.benchmark == .pg19 {
      self = try Self.book(known, bytes, path: path)
      return
    }
    self.bytes = bytes
    let rows = try known.name.hasSuffix(".jsonl") ? Self.rows(known, bytes, path) : nil
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

  /// A book of PG-19: published with CRLF, kept with LF.
  private static func book(_ known: KnownFile, _ bytes: [UInt8], path: String) throws(TaskError) -> FileCheck {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw .damagedData(path: path, line: nil, problem: "it is not UTF-8; take the file of PG-19 as it is published")
    }
    let text = LineEnds.lf(bytes)
    // A copy that has LF already is the same book where putting CR back gives the official hash.
    let isOfficial = [bytes, LineEnds.crlf(text)].contains { SHA256.hexadecimal(of: $0) == known.sha256 }
    return FileCheck(
      bytes: text, standing: isOfficial ? .official : .different,
      note: isOfficial ? "CRLF turned into LF" : "it is not the official text of this book")
  }

  // MARK: Rows

  private static func rows(_ known: KnownFile, _ bytes: [UInt8], _ path: String) throws(TaskError) -> Int {
    let file = PredictionFile(path: path, bytes: bytes)
    if let problem = file.problems.first {
      throw .damagedData(path: path, line: problem.line, problem: problem.problem)
    }
    guard !file.rows.isEmpty else { throw .damagedData(path: path, line: nil, problem: "it holds no rows") }
    for row in file.rows {
      if let problem = RowRule.problem(of: row.value, benchmark: known.benchmark) {
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
      guard case .object = value else {
        throw .damagedData(path: path, line: nil, problem: "it is no JSON object")
      }
    }
    if known.name.hasSuffix(".prompt"), !text.contains("{") {
      throw .damagedData(path: path, line: nil, problem: "it has no place for the question; take the official file")
    }
  }
}

/// The fields that the rows of a benchmark must have.
enum RowRule {
  /// What is wrong with a row; nil for nothing.
  static func problem(of row: JSONValue, benchmark: Benchmark) -> String? {
    switch benchmark {
    case .longbench:
      missing(row, texts: ["input", "context", "dataset", "language", "_id"], lists: ["answers"])
        ?? (row["length"]?.number == nil ? "`length` should be a number" : nil)
        ?? (row["answers"]?.texts == nil ? "`answers` should be texts" : nil)
    case .leval:
      missing(row, texts: ["input"], lists: ["instructions", "outputs"])
        ?? (row["instructions"]?.elements?.count == row["outputs"]?.elements?.count
          ? nil : "`instructions` and `outputs` differ in number")
    case .kvRetrieval: missing(row, texts: ["key", "value"], lists: ["ordered_kv_records"])
    case .mdqa: missing(row, texts: ["question"], lists: ["answers", "ctxs"])
    case .passkey:
      missing(row, texts: ["input", "target"], lists: [])
        ?? (row["input"]?.text?.contains(row["target"]?.text ?? "") == true ? nil : "`target` is not in `input`")
    case .pg19, .needle: nil
    }
  }

  private static func missing(_ row: JSONValue, texts: [String], lists: [String]) -> String? {
    if let key = texts.first(where: { row[$0]?.text == nil }) { return "`\(key)` should be a text" }
    if let key = lists.first(where: { row[$0]?.elements == nil }) { return "`\(key)` should be a list" }
    return nil
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
