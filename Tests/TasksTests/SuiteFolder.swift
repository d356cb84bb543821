import Evaluation
import Foundation
import Tasks
import Tokenizers

/// A new folder with files in folders below it, by path.
func tree(_ files: [String: String]) throws -> String {
  let root = try temporaryFolder()
  for (path, text) in files { try write([UInt8](text.utf8), to: "\(root)/\(path)") }
  return root
}

/// Writes bytes to a file whose folder may not exist yet.
func write(_ bytes: [UInt8], to path: String) throws {
  let url = URL(fileURLWithPath: path)
  try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data(bytes).write(to: url)
}

/// A JSON object on one line.
func line(_ object: [String: Any]) throws -> String {
  String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self) + "\n"
}

/// The folder of the project's own samples.
func samplesFolder(_ name: String) -> String {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  return tests.deletingLastPathComponent().deletingLastPathComponent().path + "/Datasets/\(name)"
}

/// A context over the byte tokenizer.
func byteContext(
  addsBOS: Bool = true, chat: String? = nil, window: Int = 4096, seed: UInt64 = 1
) throws -> SampleContext {
  SampleContext(tokenizer: try byteTokenizer(addsBOS: addsBOS), contextWindow: window, chat: chat, seed: seed)
}

/// What a model that wrote a text gives back.
func generated(_ text: String) -> Outcome { .generation(tokens: [1], text: text, finishReason: .length) }

extension Sample {
  /// A fact by name.
  func fact(_ name: String) -> Value? { facts.first { $0.name == name }?.value }
}
