import Foundation
import Text

/// A file that is written in lines, under another name until it is whole; a device or a pipe takes them at once.
final class LineFile {
  let path: String
  private(set) var lineCount = 0
  /// What the path leads to.
  private let target: String
  /// Nil for a device or a pipe.
  private let temporary: String?
  private let handle: FileHandle
  private var buffer = ""
  private var isFinished = false

  /// Begins the file; its folder is made where it is missing.
  init(_ path: String) throws(ReportError) {
    self.path = path
    do {
      target = try OutputFile.target(of: path)
      if try OutputFile.isStream(target) {
        temporary = nil
        handle = try OutputFile.openStream(target)
        return
      }
      let part = "\(target).part-\(ProcessInfo.processInfo.processIdentifier)"
      let folder = URL(filePath: target).deletingLastPathComponent().path
      temporary = part
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: part))
      handle = try FileHandle(forWritingTo: URL(filePath: part))
    } catch {
      throw ReportError(writing: path, error)
    }
  }

  deinit {
    if !isFinished, let temporary { try? FileManager.default.removeItem(atPath: temporary) }
  }

  /// Adds a line.
  func add(_ line: String) throws(ReportError) {
    buffer += line
    buffer += "\n"
    lineCount += 1
    if buffer.utf8.count > 1 << 20 { try flush() }
  }

  /// Gives the file its name.
  func finish() throws(ReportError) {
    try flush()
    do {
      try handle.close()
      if let temporary { try PartialFile.replace(target, with: temporary) }
      isFinished = true
    } catch {
      throw ReportError(writing: path, error)
    }
  }

  private func flush() throws(ReportError) {
    do { try handle.write(contentsOf: Data(buffer.utf8)) } catch {
      throw ReportError(writing: path, error)
    }
    buffer = ""
  }
}
