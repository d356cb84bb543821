public import Foundation

/// The user's folder for what is quicker to read than to find out again.
public enum CacheFolder {
  /// `$XDG_CACHE_HOME/se-eval`, or `$HOME/.cache/se-eval`; nil where neither is set: a folder of everybody is no place
  /// for it.
  ///
  /// - Parameter environment: the variables.
  /// - Returns: the folder, which need not be there.
  public static func path(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty { return "\(cache)/se-eval" }
    return environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.cache/se-eval" }
  }

  /// The bytes of a file; nil where it cannot be read, is too large, or is none, as a pipe that nobody writes to.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - byteLimit: the most that is read.
  /// - Returns: its content.
  public static func read(_ path: String, byteLimit: Int) -> [UInt8]? {
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
    return try? WholeFile.bytes(file, byteLimit: byteLimit)
  }

  /// Writes a file whole or not at all, and makes its folder; where that is not possible nothing is written.
  ///
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - path: the file.
  public static func write(_ bytes: [UInt8], to path: String) {
    let file = URL(fileURLWithPath: path)
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? Data(bytes).write(to: file, options: .atomic)
  }
}
