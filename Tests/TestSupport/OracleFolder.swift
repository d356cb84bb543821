import Foundation

/// Outputs of the official programs, in a folder that the variable `SE_EVAL_ORACLE` names: they are others' and not in this
/// repository, so the tests against them run where somebody has them.
public enum OracleFolder {
  /// The folder; nil where the environment names none.
  public static let path = ProcessInfo.processInfo.environment["SE_EVAL_ORACLE"]

  /// The lines of one of its files.
  ///
  /// - Parameter name: for example `nolima_placements.jsonl`.
  /// - Returns: the bytes of each line.
  /// - Throws: where the file cannot be read.
  public static func lines(_ name: String) throws -> [[UInt8]] {
    try Data(contentsOf: URL(filePath: "\(path ?? "")/\(name)")).split(separator: 10).map { [UInt8]($0) }
  }
}
