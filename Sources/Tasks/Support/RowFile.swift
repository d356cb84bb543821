import Digest
import Foundation
import JSON
import Metrics
import Text

/// The rows of a JSONL dataset, or of a file that is one JSON array: every row that is what it should be, and file and
/// line (in an array: number) of those that are not.
///
/// All rows are checked when the file is opened; their content is read again when it is asked for, so that a benchmark
/// of hundreds of megabytes takes no memory while a model runs. One damaged row does not stop the others.
struct RowFile<Row: Sendable>: Sendable {
  /// Turns the fields of a row into what a task works with, or says what is wrong with them.
  typealias Decoder = @Sendable (RowFields) throws(RowFieldProblem) -> Row

  /// A good row.
  struct Entry: Sendable {
    /// Its line in the file, from 1.
    let line: Int
    /// Its content.
    let row: Row
  }

  /// Where a good row lies.
  private struct Place: Sendable {
    let line: Int
    let offset: Int
    let byteCount: Int
  }

  /// The file.
  let path: String
  /// The rows that cannot be used.
  private(set) var problems: [RowProblem]
  /// SHA-256 of the file's content.
  let sha256: String
  private var places: [Place]
  private let decode: Decoder

  /// The number of good rows.
  var count: Int { places.count }
  /// The file's name without its folders.
  var name: String { TaskFiles.name(path) }
  /// Name and SHA-256.
  var dataFile: DataFile { DataFile(name: name, sha256: sha256) }
  /// A sentence for `EvaluationTask.warnings(in:)` per row that is left out, at most ten and a count of the rest.
  var warnings: [String] {
    let shown = problems.prefix(10).map { "\(name):\($0.line): \($0.problem); the row is left out" }
    let rest = problems.count - shown.count
    return rest > 0 ? shown + ["\(name): \(rest) more rows are left out"] : shown
  }

  /// Opens a file and checks every row; empty lines are skipped.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - need: what should be there, for the error when it is missing.
  ///   - byteLimit: the longest line that is read.
  ///   - decode: makes a row of its fields.
  /// - Throws: `TaskError.missingData`, or `.damagedData` for a file that cannot be read or has no good row.
  init(
    _ path: String, need: String, byteLimit: Int = LineReader.byteLimit, decode: @escaping Decoder
  ) throws(TaskError) {
    try TaskFiles.check(path, need: need)
    guard var lines = LineReader.of(path, byteLimit: byteLimit) else {
      throw .damagedData(path: path, line: nil, problem: "it cannot be read; check its permissions")
    }
    var places: [Place] = []
    var problems: [RowProblem] = []
    while let line = try lines.next() {
      if let problem = Self.problem(of: line, byteLimit: byteLimit, decode) {
        problems.append(RowProblem(file: path, line: line.number, problem: problem))
      } else if line.bytes != nil {
        places.append(Place(line: line.number, offset: line.offset, byteCount: line.byteCount))
      }
    }
    guard !places.isEmpty else {
      throw .damagedData(
        path: path, line: problems.first?.line, problem: problems.first?.problem ?? "it has no rows; \(need)")
    }
    self.path = path
    self.decode = decode
    self.places = places
    self.problems = problems
    sha256 = lines.sha256()
  }

  /// Leaves out rows that are good by themselves and do not fit the others.
  ///
  /// - Parameter problem: what is wrong with a row; nil for one that stays.
  /// - Returns: the file with the other rows.
  /// - Throws: `TaskError.damagedData` when the file is no longer what it was.
  func leavingOut(_ problem: (Row) -> String?) throws(TaskError) -> RowFile {
    var rest = self
    rest.places = []
    for index in places.indices {
      let entry = try entry(index)
      if let problem = problem(entry.row) {
        rest.problems.append(RowProblem(file: path, line: entry.line, problem: problem))
      } else {
        rest.places.append(places[index])
      }
    }
    rest.problems.sort { ($0.line, $0.problem) < ($1.line, $1.problem) }
    return rest
  }

  /// Reads one good row.
  ///
  /// - Parameter index: 0 up to `count`.
  /// - Returns: the row.
  /// - Throws: `TaskError.damagedData` when the file is no longer what it was.
  func entry(_ index: Int) throws(TaskError) -> Entry {
    let place = places[index]
    guard let bytes = LineReader.bytes(path, offset: place.offset, count: place.byteCount),
      let value = try? JSONReader.value(of: bytes, rules: .python),
      let row = try? decode(RowFields(value: value, line: place.line))
    else { throw .damagedData(path: path, line: place.line, problem: "the file was changed while it was in use") }
    return Entry(line: place.line, row: row)
  }

  /// Reads the first good rows.
  ///
  /// - Parameter limit: how many at most; nil for all.
  /// - Returns: the rows in the order of the file.
  /// - Throws: `TaskError.damagedData` when the file is no longer what it was.
  func entries(limit: Int? = nil) throws(TaskError) -> [Entry] {
    var entries: [Entry] = []
    for index in 0..<min(count, limit ?? count) { entries.append(try entry(index)) }
    return entries
  }

  private static func problem(of line: LineReader.Line, byteLimit: Int, _ decode: Decoder) -> String? {
    guard let bytes = line.bytes else {
      return "the line has \(line.byteCount) bytes, at most \(byteLimit) are read"
    }
    do throws(JSONProblem) {
      let value = try JSONReader.value(of: bytes, rules: .python)
      guard case .object = value else { return "expected an object in braces" }
      do throws(RowFieldProblem) {
        _ = try decode(RowFields(value: value, line: line.number))
        return nil
      } catch {
        return error.text
      }
    } catch {
      return "\(error)"
    }
  }
}

/// Reads a file line by line through a small buffer.
struct LineReader: RowReader {
  /// A line that is not empty.
  struct Line {
    /// The line's number, from 1.
    let number: Int
    /// Where it begins in the file.
    let offset: Int
    /// Its length without the line end.
    let byteCount: Int
    /// Its bytes, or nil for a line longer than `byteLimit`.
    let bytes: [UInt8]?
  }

  /// The longest line that is read where a task does not say more.
  static let byteLimit = 16 << 20
  /// For the novels of InfiniteBench and the documents of HELMET.
  static let byteLimitOfBooks = 64 << 20

  private let path: String
  private let limit: Int
  private let handle: FileHandle
  private var digest = SHA256()
  private var buffer: [UInt8] = []
  private var place = 0
  private var offset = 0
  private var number = 0
  private var isAtEnd = false

  /// A reader at the beginning of a file, or nil where it cannot be opened.
  init?(_ path: String, byteLimit: Int = LineReader.byteLimit) {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    self.path = path
    self.handle = handle
    limit = byteLimit
  }

  /// The next line that holds more than white space; nil at the end of the file.
  ///
  /// - Throws: `TaskError.damagedData` when the file cannot be read on.
  mutating func next() throws(TaskError) -> Line? {
    while true {
      if place == buffer.count, isAtEnd { return nil }
      number += 1
      let start = offset
      var bytes: [UInt8] = []
      var count = 0
      while true {
        if place == buffer.count {
          if isAtEnd { break }
          try refill()
          continue
        }
        let end = buffer[place...].firstIndex(of: 0x0a)
        let part = buffer[place..<(end ?? buffer.count)]
        count += part.count
        if count <= limit { bytes.append(contentsOf: part) } else { bytes = [] }
        place = (end.map { $0 + 1 }) ?? buffer.count
        if end != nil { break }
      }
      offset = start + count + 1
      if count > limit { return Line(number: number, offset: start, byteCount: count, bytes: nil) }
      if bytes.contains(where: { $0 > 0x20 }) {
        return Line(number: number, offset: start, byteCount: count, bytes: bytes)
      }
    }
  }

  private mutating func refill() throws(TaskError) {
    do {
      guard let data = try handle.read(upToCount: 1 << 20), !data.isEmpty else {
        isAtEnd = true
        return
      }
      buffer = [UInt8](data)
      place = 0
      digest.update(buffer)
    } catch {
      throw .damagedData(path: path, line: number, problem: "it cannot be read on: \(SystemReason.text(error))")
    }
  }

  /// SHA-256 of what was read, 64 hexadecimal digits.
  func sha256() -> String { digest.hexadecimal() }

  /// A part of a file; nil where it cannot be read.
  static func bytes(_ path: String, offset: Int, count: Int) -> [UInt8]? {
    guard let handle = FileHandle(forReadingAtPath: path), (try? handle.seek(toOffset: UInt64(offset))) != nil,
      let data = try? handle.read(upToCount: count), data.count == count
    else { return nil }
    return [UInt8](data)
  }
}
