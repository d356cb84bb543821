import Foundation

/// The user's folder for what is quicker to read than to find out again.
public enum CacheFolder {
  /// `$XDG_CACHE_HOME/se-eval`, or `~/.cache/se-eval`.
  public static var path: String {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"].map { $0 + "/.cache" } ?? "/tmp"
    let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home
    return "\(cache)/se-eval"
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
