import Foundation
import Glibc

/// A folder that is removed with its owner.
public final class TemporaryFolder: Sendable {
  /// The folder.
  public let path: String

  /// Makes an empty folder.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "se-eval-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A folder of the caller's own whose name outlives its maker; removed when the tests end.
  public static func untilExit() throws -> String {
    let path = lasting + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private static let lasting: String = {
    atexit { try? FileManager.default.removeItem(atPath: TemporaryFolder.lasting) }
    return FileManager.default.temporaryDirectory.appending(path: "se-eval-test-\(UUID().uuidString)").path
  }()

  /// The path of a file in it.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  /// Writes a text and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

  /// Removes a file.
  public func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }
}
