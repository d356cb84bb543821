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
  /// The bytes of a file.
  static func read(_ path: String) throws(FileError) -> Data {
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError(path: path, problem: "there is no such file")
    }
    // By a handle: it also reads pipes and devices, which `Data(contentsOf:)` refuses.
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError(path: path, problem: "it cannot be opened; check its permissions")
    }
    return try bytes(of: handle, path)
  }

  /// More than any text that a model reads; an endless file ends here, before memory does.
  private static let mostBytes = 1 << 30

  private static func bytes(of handle: FileHandle, _ path: String) throws(FileError) -> Data {
    var data = Data()
    while true {
      let part: Data?
      do { part = try handle.read(upToCount: 1 << 22) } catch {
        throw FileError(path: path, problem: "it cannot be read: \(error.localizedDescription)")
      }
      guard let part, !part.isEmpty else { return data }
      data += part
      guard data.count <= mostBytes else {
        throw FileError(path: path, problem: "it has more than 1 GiB; name a part of it")
      }
    }
  }

  /// The text of a file; the bytes must be UTF-8.
  static func readText(_ path: String) throws(FileError) -> String {
    try text(read(path), path)
  }

  /// The text on standard input.
  static func readStandardInput() throws(FileError) -> String {
    let data: Data
    do {
      data = try FileHandle.standardInput.readToEnd() ?? Data()
    } catch {
      throw FileError(
        path: "standard input", problem: "it cannot be read (closed, or a folder): give it a text, or name a file")
    }
    return try text(data, "standard input")
  }

  private static func text(_ data: Data, _ path: String) throws(FileError) -> String {
    guard let text = String(validating: data, as: UTF8.self) else {
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
    let bytes = [UInt8](try read(path))
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

  /// Writes a file whole or not at all; a symbolic link stays and what it leads to is written.
  static func write(_ data: Data, to path: String) throws(ReportError) { try OutputFile.write(data, to: path) }
}
