import Digest
import Foundation
import JSON
import Metrics

/// Looks into a file of a benchmark: fields of every row, number of rows, hash.
struct FileCheck {
  /// What is kept.
  enum Content {
    /// These bytes: the file's own, or a text's with LF.
    case bytes([UInt8])
    /// A file of rows as it lies on the disk, which was read row by row.
    case file(String)
  }

  /// What is kept.
  let content: Content
  /// Its size.
  let byteCount: Int
  /// Its SHA-256.
  let sha256: String
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
    content = .bytes(bytes)
    byteCount = bytes.count
    sha256 = SHA256.hexadecimal(of: bytes)
    rows = try known.hasRows ? Self.rows(known, benchmark, bytes, path) : nil
    if rows == nil { try Self.checkText(known, bytes, path) }
    (standing, note) = Self.standing(known, rows: rows, sha256: sha256)
  }

  /// Checks a file of rows on the disk, of which only one row at a time is in memory.
  ///
  /// - Parameters:
  ///   - known: what is known of the official file.
  ///   - benchmark: whose it is.
  ///   - file: the file.
  ///   - path: for messages.
  /// - Throws: `TaskError.damagedData` where it cannot be read as what it should be.
  init(_ known: KnownFile, of benchmark: Benchmark, rowsOf file: String, path: String) throws(TaskError) {
    guard var reader = LineReader.of(file, byteLimit: LineReader.byteLimitOfBooks) else {
      throw .damagedData(path: path, line: nil, problem: "it cannot be read; check its permissions")
    }
    guard reader is ElementReader == known.isArray else {
      throw .damagedData(
        path: path, line: 1,
        problem: known.isArray ? "it is no JSON array" : "it is a JSON array and should hold an object a line")
    }
    var count = 0
    var end = 0
    while let line = try reader.next() {
      let value: JSONValue
      guard let bytes = line.bytes else {
        throw .damagedData(
          path: path, line: line.number, problem: "the row has \(line.byteCount) bytes, more than are read")
      }
      do throws(JSONProblem) { value = try JSONReader.value(of: bytes, rules: .python) } catch {
        throw .damagedData(path: path, line: line.number, problem: "\(error)")
      }
      guard case .object = value else {
        throw .damagedData(path: path, line: line.number, problem: "expected an object in braces")
      }
      if let problem = benchmark.problem(value) { throw .damagedData(path: path, line: line.number, problem: problem) }
      count += 1
      end = line.offset + line.byteCount
    }
    guard count > 0 else { throw .damagedData(path: path, line: nil, problem: "it holds no rows") }
    content = .file(file)
    let size = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? NSNumber
    byteCount = size.map { Int(truncating: $0) } ?? end
    sha256 = reader.sha256()
    rows = count
    (standing, note) = Self.standing(known, rows: count, sha256: sha256)
  }

  private static func standing(
    _ known: KnownFile, rows: Int?, sha256: String
  ) -> (DataManifest.Standing, String?) {
    guard let official = known.sha256 else {
      let isRight = known.rows == nil || known.rows == rows
      return isRight
        ? (.checked, nil) : (.different, "\(rows ?? 0) rows, the official file has \(known.rows ?? 0)")
    }
    if sha256 == official { return (.official, nil) }
    let count = known.rows.map { $0 == rows ? "" : ", \(rows ?? 0) rows in place of \($0)" } ?? ""
    return (.different, "its SHA-256 is not the official file's" + count)
  }

  private init(bytes: [UInt8], standing: DataManifest.Standing, note: String?) {
    content = .bytes(bytes)
    byteCount = bytes.count
    sha256 = SHA256.hexadecimal(of: bytes)
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

  private static func rows(
    _ known: KnownFile, _ benchmark: Benchmark, _ bytes: [UInt8], _ path: String
  ) throws(TaskError) -> Int {
    if known.isArray {
      guard let rows = (try? JSONReader.value(of: bytes, rules: .python))?.elements, !rows.isEmpty else {
        throw .damagedData(path: path, line: nil, problem: "it is no JSON array with rows")
      }
      for (index, row) in rows.enumerated() {
        if let problem = benchmark.problem(row) { throw .damagedData(path: path, line: index + 1, problem: problem) }
      }
      return rows.count
    }
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
