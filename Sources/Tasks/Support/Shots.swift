import Metrics

/// Examples in the form of the questions, which stand before each of them.
struct Shots<Row: Sendable>: Sendable {
  /// The examples; none where no file is named.
  let rows: [Row]
  /// Their file.
  let file: DataFile?

  /// Reads the settings `shots-path` and `shots`.
  ///
  /// - Parameters:
  ///   - settings: the entry's settings.
  ///   - need: what the file should hold.
  ///   - decode: reads a row, as it reads one of the questions.
  /// - Throws: `TaskError`, for a file with a damaged row too: the examples are part of every prompt.
  init(
    _ settings: TaskSettings, need: String, decode: @escaping RowFile<Row>.Decoder
  ) throws(TaskError) {
    let count = try settings[ShotsSettings.count]
    guard let path = try settings[ShotsSettings.path] else {
      guard count == nil else {
        throw .setting(key: "shots", found: "\(count ?? 0)", expected: "nothing without `shots-path`")
      }
      (rows, file) = ([], nil)
      return
    }
    let examples = try RowFile(path, need: need, decode: decode)
    if let problem = examples.problems.first {
      throw .damagedData(path: path, line: problem.line, problem: problem.problem)
    }
    guard count ?? 1 <= examples.count else {
      throw .setting(key: "shots", found: "\(count ?? 0)", expected: "at most \(examples.count), the rows of the file")
    }
    rows = try examples.entries(limit: count).map(\.row)
    file = examples.dataFile
  }
}

/// The settings that name examples.
enum ShotsSettings {
  static let path = Setting.path(
    "shots-path", "a JSONL of examples in the same form, put before each question", otherwise: "no examples")
  static let count = Setting.integer("shots", "how many of the examples, the first ones", otherwise: "all")
}
