import Digest
import JSON

/// The rows of a file that is read as a whole: a JSON array of objects, or one object a line.
struct JSONRows<Row: Sendable>: Sendable {
  /// The file's name without its folders, and its hash.
  let file: DataFile
  /// The good rows with their places from 1: elements of the array, or lines.
  let rows: [(place: Int, row: Row)]
  /// What is wrong with the others, in words.
  let problems: [String]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - need: what should be there, for the error when it is missing.
  ///   - decode: makes a row of its fields.
  /// - Throws: `TaskError` for a file that is missing, is neither, or has no good row.
  init(
    _ path: String, need: String, decode: (RowFields) throws(RowFieldProblem) -> Row
  ) throws(TaskError) {
    let bytes = try TaskFiles.bytes(path, need: need)
    let values = try Self.values(bytes, path)
    var rows: [(place: Int, row: Row)] = []
    var problems: [String] = []
    for (place, value) in values {
      do throws(RowFieldProblem) {
        guard case .object = value else { throw RowFieldProblem(text: "expected an object in braces") }
        rows.append((place, try decode(RowFields(value: value, line: place))))
      } catch {
        problems.append("\(TaskFiles.name(path)), row \(place): \(error.text); the row is left out")
      }
    }
    guard !rows.isEmpty else {
      throw .damagedData(path: path, line: nil, problem: problems.first ?? "it has no rows; \(need)")
    }
    file = DataFile(name: TaskFiles.name(path), sha256: SHA256.hexadecimal(of: bytes))
    self.rows = rows
    self.problems = problems
  }

  private static func values(_ bytes: [UInt8], _ path: String) throws(TaskError) -> [(Int, JSONValue)] {
    do throws(JSONProblem) {
      if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
        let array = try JSONReader.value(of: bytes, rules: .python).elements ?? []
        return array.enumerated().map { ($0 + 1, $1) }
      }
      var values: [(Int, JSONValue)] = []
      for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
      where line.contains(where: { $0 > 0x20 }) {
        values.append((index + 1, try JSONReader.value(of: Array(line), rules: .python)))
      }
      return values
    } catch {
      throw .damagedData(path: path, line: nil, problem: "it is neither a JSON array nor one object a line: \(error)")
    }
  }
}
