/// What is wrong with a task's settings or data; facts only, worded by `description`.
public enum TaskError: Error, Hashable, Sendable {
  /// A setting has an impossible value (exit status 2).
  case setting(key: String, found: String, expected: String)
  /// A file or folder is missing (exit status 5).
  case missingData(path: String, need: String)
  /// A file is there and not what it should be (exit status 5).
  case damagedData(path: String, line: Int?, problem: String)
  /// A file of a benchmark is not what was imported, or no import made it (exit status 5).
  case unverifiedData(task: String, path: String, problem: String)
  /// A file or folder cannot be written (exit status 1).
  case unwritable(path: String, problem: String)
  /// A cell asks for a sample that cannot be made (exit status 2).
  case impossibleSample(cell: String, problem: String)
}

extension TaskError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .setting(let key, let found, let expected): "\(key) is \(found), expected \(expected)"
    case .missingData(let path, let need): "there is no \(path); \(need)"
    case .damagedData(let path, let line, let problem): "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)"
    case .unverifiedData(_, let path, let problem): "\(path): \(problem)"
    case .unwritable(let path, let problem):
      "\(path): cannot be written: \(problem); check permissions and space, or name another folder with --to"
    case .impossibleSample(let cell, let problem): "\(cell): \(problem)"
    }
  }
}
