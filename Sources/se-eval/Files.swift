import Foundation
import JSON
import Reports
import Text

/// A file that the command line names and that cannot be used.
struct FileError: FaultReporting, CustomStringConvertible {
  let path: String
  let problem: String
  /// True where the file is an input that is missing or damaged.
  var isInput = true

  var fault: Fault { isInput ? .missingInput : .runtime }
  var description: String { "\(path): \(problem)" }
}

/// Files that the command line names.
enum Files {
  /// The bytes of a file, a pipe or a device.
  ///
  /// - Parameters:
  ///   - path: what the command line names.
  ///   - byteLimit: the most that is read.
  /// - Returns: everything up to its end.
  /// - Throws: `FileError`.
  static func read(_ path: String, byteLimit: Int = WholeFile.byteLimit) throws(FileError) -> [UInt8] {
    do { return try WholeFile.bytes(path, byteLimit: byteLimit) } catch {
      throw FileError(path: path, problem: "\(error)")
    }
  }

  /// The text of a file; the bytes must be UTF-8.
  static func readText(_ path: String) throws(FileError) -> String {
    try text(read(path), path)
  }

  /// The text on standard input.
  ///
  /// - Parameters:
  ///   - handle: the stream.
  ///   - byteLimit: the most that is read.
  /// - Returns: everything up to its end.
  /// - Throws: `FileError`.
  static func readStandardInput(
    _ handle: FileHandle = .standardInput, byteLimit: Int = WholeFile.byteLimit
  ) throws(FileError) -> String {
    let bytes: [UInt8]
    do throws(WholeFileProblem) { bytes = try WholeFile.bytes(of: handle, byteLimit: byteLimit) } catch {
      let reason: String =
        if case .failed = error { "it cannot be read (closed, or a folder): give it a text, or name a file" } else {
          "\(error)"
        }
      throw FileError(path: "standard input", problem: reason)
    }
    return try text(bytes, "standard input")
  }

  private static func text(_ bytes: [UInt8], _ path: String) throws(FileError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError(path: path, problem: "it is not UTF-8; convert it first, for example with iconv")
    }
    return text
  }

  /// What a JSON file holds.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - expected: for the error where `content` gives nothing.
  ///   - content: what is wanted of the value.
  /// - Returns: what `content` gives.
  /// - Throws: `FileError`: the file cannot be read, or is not what was expected.
  static func json<Content>(
    _ path: String, expected: String, _ content: (JSONValue) -> Content?
  ) throws(FileError) -> Content {
    let bytes = try read(path)
    do throws(JSONProblem) {
      if let content = content(try JSONReader.value(of: bytes)) { return content }
    } catch {
      throw FileError(path: path, problem: "expected \(expected); \(error)")
    }
    throw FileError(path: path, problem: "expected \(expected)")
  }

  /// Writes a file of JSON, on one line.
  static func write(_ value: JSONValue, to path: String) throws(ReportError) {
    try write(Data(value.written(.compact).utf8), to: path)
  }

  /// What stands for standard output where a command writes one file.
  static let standardOutput = "-"

  /// Writes a file whole or not at all, or to standard output; a symbolic link stays and what it leads to is written.
  static func write(_ data: Data, to path: String) throws(ReportError) {
    if path == standardOutput { return Terminal.write(String(decoding: data, as: UTF8.self)) }
    try OutputFile.write(data, to: path)
  }
}
