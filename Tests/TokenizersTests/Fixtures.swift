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

extension Fixtures {
  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }
}
