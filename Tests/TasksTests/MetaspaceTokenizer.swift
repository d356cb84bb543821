import Foundation
import Tokenizers

/// A tokenizer in Llama-2's manner: a text begins with "▁", and "▁." is a token of its own.
///
/// `addsBOS` puts `<s>` in front.
func metaspaceTokenizer(addsBOS: Bool = false) throws -> Tokenizer {
  var vocabulary: [String: Int] = ["<unk>": 0, "<s>": 1, "</s>": 2]
  for byte in 0..<256 {
    let digits = String(byte, radix: 16, uppercase: true)
    vocabulary["<0x" + (digits.count == 1 ? "0" : "") + digits + ">"] = vocabulary.count
  }
  for scalar in 33...126 {
    vocabulary[Unicode.Scalar(UInt32(scalar)).map { String(Character($0)) } ?? ""] = vocabulary.count
  }
  vocabulary["▁"] = vocabulary.count
  vocabulary["▁."] = vocabulary.count
  func step(_ type: String, _ more: [String: Any]) -> [String: Any] { more.merging(["type": type]) { $1 } }
  let file: [String: Any] = [
    "version": "1.0",
    "added_tokens": [("<unk>", 0), ("<s>", 1), ("</s>", 2)].map { name, id in
      [
        "id": id, "content": name, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
        "special": true,
      ] as [String: Any]
    },
    "normalizer": step(
      "Sequence",
      [
        "normalizers": [
          step("Prepend", ["prepend": "▁"]), step("Replace", ["pattern": ["String": " "], "content": "▁"]),
        ]
      ]),
    "decoder": step(
      "Sequence",
      [
        "decoders": [
          step("Replace", ["pattern": ["String": "▁"], "content": " "]), step("ByteFallback", [:]), step("Fuse", [:]),
          step("Strip", ["content": " ", "start": 1, "stop": 0]),
        ]
      ]),
    "model": [
      "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab": vocabulary,
      "merges": ["▁ ."],
    ] as [String: Any],
  ]
  let folder = try temporaryFolder()
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try JSONSerialization.data(withJSONObject: file).write(to: URL(fileURLWithPath: folder + "/tokenizer.json"))
  if addsBOS {
    try JSONSerialization.data(withJSONObject: ["add_bos_token": true, "bos_token": "<s>"])
      .write(to: URL(fileURLWithPath: folder + "/tokenizer_config.json"))
  }
  return try Tokenizer.load(modelPath: folder)
}
