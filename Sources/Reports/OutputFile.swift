public import Foundation
import Glibc
import Text

/// A file that is written whole or not at all, so that a killed process leaves the old one or the new one.
public enum OutputFile {
  /// As many links as Linux follows.
  private static let linkLimit = 40

  /// Replaces what a file holds in one step.
  ///
  /// Two writers at once both succeed, and what a killed one left is taken over by the next. A symbolic link stays and
  /// the file that it leads to is replaced; a device or a pipe is written to.
  ///
  /// - Parameters:
  ///   - data: the new content.
  ///   - path: the file, a link, a device or a pipe.
  /// - Throws: `ReportError.cannotWrite`.
  public static func write(_ data: Data, to path: String) throws(ReportError) {
    do {
      let target = try target(of: path)
      if try isStream(target) {
        let handle = try openStream(target)
        try handle.write(contentsOf: data)
        try handle.close()
      } else {
        try PartialFile(of: target).replaceTarget(with: data)
      }
    } catch let error as ReportError {
      throw error
    } catch {
      throw ReportError(writing: path, error)
    }
  }

  /// A name for a file or a folder, made from a text of somebody else: it leads nowhere else.
  ///
  /// - Parameter text: for example the name of a run in a store.
  /// - Returns: ASCII letters, digits, `-`, `_` and `.`, beginning with a letter or a digit, at most 100 of them; other
  ///   characters become `-`.
  public static func safeName(_ text: String) -> String {
    let safe = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }
    let name = String(safe.drop { !$0.isLetter && !$0.isNumber }.prefix(100))
    return name.isEmpty ? "unnamed" : name
  }

  /// What a path means once its links are followed; the streams below /dev and /proc are left by their own name, because
  /// what their links say is not always a path.
  static func target(of path: String) throws -> String {
    var target = URL(filePath: path)
    for _ in 0..<linkLimit {
      guard !isSpecial(target.path),
        let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target.path)
      else { return target.path }
      target = URL(filePath: next, relativeTo: target.deletingLastPathComponent()).absoluteURL
    }
    throw ReportError.cannotWrite(path: path, problem: "its symbolic links lead in a circle")
  }

  private static func isSpecial(_ path: String) -> Bool { path.hasPrefix("/dev/") || path.hasPrefix("/proc/") }

  /// Opens a device or a pipe; standard output and error as they are: opened anew, a file behind them would be written over
  /// from its start.
  static func openStream(_ path: String) throws -> FileHandle {
    let descriptor: Int32? =
      switch path {
      case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1": 1
      case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2": 2
      default: nil
      }
    guard let descriptor else { return try FileHandle(forWritingTo: URL(filePath: path)) }
    let copy = dup(descriptor)
    guard copy >= 0 else { throw ReportError.cannotWrite(path: path, problem: "it is closed") }
    return FileHandle(fileDescriptor: copy, closeOnDealloc: true)
  }

  /// True for a device or a pipe, which is written to and never replaced.
  static func isStream(_ path: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    if path.hasPrefix("/dev/std") || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/") { return true }
    let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    return type != .typeRegular && type != .typeDirectory
  }
}
