/// Why jieba's data cannot be used.
public enum JiebaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No folder holds the files.
  case notFound(searched: [String])
  /// A file is there and not what it should be.
  case damaged(path: String, line: Int?, problem: String)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .notFound(let searched):
      "Chinese text is cut into words with jieba's dictionary, which was not found in \(searched.joined(separator: ", "));"
        + " install python3-jieba, or name the folder that holds its dict.txt. Without it Chinese scores are not "
        + "comparable and are left out"
    case .damaged(let path, let line, let problem): "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)"
    }
  }
}
