import Foundation
import Tokenizers

/// The files that Fixtures/generate.py made.
enum Fixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func load(_ name: String) throws -> Tokenizer { try Tokenizer.load(modelPath: path(name)) }

  /// One text with the ids that the reference implementation gives.
  struct Case: Decodable {
    let text: String
    /// As the checkpoint wants it; nil where the reference has no notion of special tokens in a text.
    let ids: [Int]?
    /// Special tokens spelled out, no BOS.
    let plain: [Int]
    let decoded: String
    let hasAbsentBytes: Bool?
  }

  static func cases(_ name: String) throws -> [Case] {
    let data = try Data(contentsOf: folder.appending(path: "\(name)/expected.json"))
    return try JSONDecoder().decode([Case].self, from: data)
  }
}

/// A folder that exists while a test runs.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "tokenizers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}

extension Fixtures {
  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }
}
