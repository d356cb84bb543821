import Foundation
import TestSupport
import Tokenizers

/// A tokenizer of one token per byte, `<s>` = 256 in front; written as a tokenizer.json of byte-level BPE without merges.
///
/// More special tokens have the ids from 257 on.
func byteTokenizer(
  addsBOS: Bool = true, specials: [String] = [], chatTemplate: String? = nil, bos: String = "<s>"
) throws -> Tokenizer {
  var vocabulary: [String: Int] = [:]
  var next = 256
  for byte in 0..<256 {
    let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
    let scalar = isPrintable ? byte : next
    if !isPrintable { next += 1 }
    vocabulary[Unicode.Scalar(UInt32(scalar)).map { String(Character($0)) } ?? ""] = byte
  }
  let special = ["<s>"] + specials
  for (index, name) in special.enumerated() { vocabulary[name] = 256 + index }
  let file: [String: Any] = [
    "version": "1.0",
    "added_tokens": special.enumerated().map { index, name in
      [
        "id": 256 + index, "content": name, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ] as [String: Any]
    },
    "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true]
      as [String: Any],
    "decoder": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true]
      as [String: Any],
    "model": ["type": "BPE", "vocab": vocabulary, "merges": [String]()] as [String: Any],
  ]
  let folder = try temporaryFolder()
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try JSONSerialization.data(withJSONObject: file).write(to: URL(fileURLWithPath: folder + "/tokenizer.json"))
  var settings: [String: Any] = ["add_bos_token": addsBOS, "bos_token": bos]
  settings["chat_template"] = chatTemplate
  try JSONSerialization.data(withJSONObject: settings)
    .write(to: URL(fileURLWithPath: folder + "/tokenizer_config.json"))
  return try Tokenizer.load(modelPath: folder)
}

/// A new folder of the test's own.
func temporaryFolder() throws -> String { try TemporaryFolder.untilExit() }

/// A folder with files.
func folder(_ files: [String: String]) throws -> String {
  let path = try temporaryFolder()
  for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)")) }
  return path
}
