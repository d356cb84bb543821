import Digest
import Foundation
import JSON
import Metrics
import Text

/// Reads the files that samples come from.
enum TaskFiles {
  /// Refuses what is no file that can be read again and again: a plan reads it, a sweep and its continuation too.
  ///
  /// - Throws: `TaskError.missingData` for nothing, `.damagedData` for a folder, a pipe or a device.
  static func check(_ path: String, need: String) throws(TaskError) {
    let manager = FileManager.default
    guard manager.fileExists(atPath: path) else { throw .missingData(path: path, need: need) }
    var place = path
    // As many links as the system follows; the target of a pipe's link is no path at all.
    for _ in 0..<40 {
      let type = (try? manager.attributesOfItem(atPath: place))?[.type] as? FileAttributeType
      switch type {
      case .typeRegular?: return
      case .typeSymbolicLink?:
        guard let target = try? manager.destinationOfSymbolicLink(atPath: place) else { break }
        place =
          target.hasPrefix("/") ? target : URL(fileURLWithPath: place).deletingLastPathComponent().path + "/" + target
        continue
      case .typeDirectory?: throw .damagedData(path: path, line: nil, problem: "it is a folder; \(need)")
      default: break
      }
      break
    }
    throw .damagedData(
      path: path, line: nil,
      problem: "it is a pipe or a device, and data are read more than once; write them to a file first")
  }

  /// The bytes of a file, at most `byteLimit`.
  static func bytes(
    _ path: String, need: String, byteLimit: Int = WholeFile.byteLimit
  ) throws(TaskError) -> [UInt8] {
    try check(path, need: need)
    do throws(WholeFileProblem) { return try WholeFile.bytes(path, byteLimit: byteLimit) } catch {
      throw .damagedData(path: path, line: nil, problem: "\(error)")
    }
  }

  /// The text of a file, which must be UTF-8, with LF as line ends.
  static func text(_ path: String, need: String) throws(TaskError) -> (text: String, sha256: String) {
    let bytes = try bytes(path, need: need)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let lines = bytes.prefix(firstInvalid(bytes)).reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
      throw .damagedData(path: path, line: lines, problem: "it is not UTF-8; convert it first, for example with iconv")
    }
    var digest = SHA256()
    digest.update(bytes)
    return (text.replacingOccurrences(of: "\r\n", with: "\n"), digest.hexadecimal())
  }

  /// The JSON object in a file.
  static func json(_ path: String, need: String) throws(TaskError) -> (value: JSONValue, sha256: String) {
    let bytes = try bytes(path, need: need)
    let value: JSONValue
    do throws(JSONProblem) { value = try JSONReader.value(of: bytes, rules: .python) } catch {
      throw .damagedData(path: path, line: nil, problem: "\(error)")
    }
    guard case .object = value else {
      throw .damagedData(path: path, line: nil, problem: "expected an object in braces")
    }
    var digest = SHA256()
    digest.update(bytes)
    return (value, digest.hexadecimal())
  }

  /// The `.txt` files of a folder sorted by name, or the one file that the path names.
  static func textFiles(_ path: String, need: String) throws(TaskError) -> [String] {
    guard FileManager.default.fileExists(atPath: path) else { throw .missingData(path: path, need: need) }
    // A path that is no folder lists nothing and throws.
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return [path] }
    // Hidden files (._book.txt of another system, a draft) are nobody's documents.
    let files = names.filter { $0.hasSuffix(".txt") && !$0.hasPrefix(".") }.sorted().map { "\(path)/\($0)" }
    guard !files.isEmpty else { throw .missingData(path: "\(path)/*.txt", need: need) }
    return files
  }

  /// A path's last component.
  static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private static func firstInvalid(_ bytes: [UInt8]) -> Int {
    var low = 0
    var high = bytes.count
    // Validity of prefixes is not monotonic inside a character; a few bytes either way do not change the line.
    while high - low > 4 {
      let middle = (low + high) / 2
      let valid = (0..<4).contains { String(validating: bytes[..<(middle - $0)], as: UTF8.self) != nil }
      if valid { low = middle } else { high = middle }
    }
    return low
  }
}
