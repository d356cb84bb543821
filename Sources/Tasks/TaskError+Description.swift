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
