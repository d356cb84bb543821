public import JSON
public import Text

/// A row of a file that cannot be scored; the others are.
public struct RowProblem: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The file, as it was named.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// What is wrong.
  public let problem: String

  /// A problem from its parts.
  public init(file: String, line: Int, problem: String) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// File, line and problem.
  public var description: String { "\(file):\(line): \(problem)" }
}

/// Why a file of predictions cannot be scored at all.
public enum ScoringError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file is missing or cannot be read (exit status 5).
  case unreadable(path: String, problem: WholeFileProblem)
  /// No row of the file could be scored (exit status 5).
  case noRows(path: String, firstProblem: RowProblem?)
  /// There is no such benchmark, dataset, task or metric (exit status 2).
  case unknown(kind: String, name: String, known: [String])

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let problem): "\(path): \(problem). Name a file with one JSON object per line"
    case .noRows(let path, let problem):
      "\(path) has no row that can be scored"
        + (problem.map { "; the first problem: line \($0.line): \($0.problem)" } ?? "")
    case .unknown(let kind, let name, let known):
      "there is no \(kind) '\(name)'; there are \(known.joined(separator: ", "))"
    }
  }
}

/// The rows of a JSONL file: every line that is a JSON object, and what is wrong with the others.
public struct PredictionFile: Sendable {
  /// A JSON object and its line.
  public struct Row: Sendable {
    /// The line, from 1.
    public let line: Int
    /// The object.
    public let value: JSONValue
  }

  /// The file, as it was named.
  public let path: String
  /// The objects, in order.
  public let rows: [Row]
  /// The lines that are no objects.
  public let problems: [RowProblem]

  /// Reads a file; empty lines are skipped.
  ///
  /// - Parameter path: the file.
  /// - Throws: `ScoringError.unreadable`.
  public init(path: String) throws(ScoringError) {
    let bytes: [UInt8]
    do throws(WholeFileProblem) { bytes = try WholeFile.bytes(path) } catch {
      throw .unreadable(path: path, problem: error)
    }
    self.init(path: path, bytes: bytes)
  }

  /// Reads bytes as if they were a file's.
  public init(path: String, bytes: [UInt8]) {
    var rows: [Row] = []
    var problems: [RowProblem] = []
    var line = 0
    for part in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      line += 1
      guard part.contains(where: { $0 > 0x20 }) else { continue }
      do throws(JSONProblem) {
        let value = try JSONReader.value(of: Array(part), rules: .python)
        if case .object = value {
          rows.append(Row(line: line, value: value))
        } else {
          problems.append(RowProblem(file: path, line: line, problem: "expected an object in braces"))
        }
      } catch {
        problems.append(RowProblem(file: path, line: line, problem: "\(error)"))
      }
    }
    self.path = path
    self.rows = rows
    self.problems = problems
  }
}
