import Evaluation
import Foundation
import Tasks
import TestSupport
import Testing
import Tokenizers

/// Prompts that are filled to a length, with a tokenizer that makes one token of any text.
///
/// A model of random weights had such a vocabulary: its plan ran until the memory was full.
@Suite struct FillingTests {
  /// A vocabulary that knows no letter and no byte: what it does not know becomes one token.
  private func unknowing() throws -> Tokenizer {
    let file: [String: Any] = [
      "version": "1.0", "added_tokens": [] as [Any],
      "model": [
        "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": false, "vocab": ["<unk>": 0, "zq": 1],
        "merges": [] as [String],
      ] as [String: Any],
    ]
    let folder = try temporaryFolder()
    try JSONSerialization.data(withJSONObject: file).write(to: URL(fileURLWithPath: folder + "/tokenizer.json"))
    return try Tokenizer.load(modelPath: folder)
  }

  @Test("the tokenizer of these tests makes one token of any text")
  func one() throws {
    #expect(try unknowing().encode("The quick fox.", bos: .never, parseSpecial: false) == [0])
  }

  @Test(
    "a task that fills to a length says that the tokenizer makes no tokens of text, and ends",
    arguments: ["passkey", "needle", "ruler-niah", "infinitebench", "ruler"])
  func refuses(_ name: String) throws {
    let type = try #require(TaskRegistry.types.first { $0.name == name })
    var settings: [String: Value] = ["lengths": .list([.integer(1024)])]
    if name == "ruler" { settings["path"] = .text(samplesFolder("ruler")) }
    if name == "ruler" || name == "infinitebench" { settings["tasks"] = .text("all") }
    let task = try type.init(settings: TaskSettings(settings))
    let context = SampleContext(tokenizer: try unknowing(), contextWindow: 8192, chat: nil, seed: 1)
    #expect(!task.cells.isEmpty)
    for cell in task.cells {
      let error = #expect(throws: TaskError.self, "\(cell)") { try task.samples(of: cell, in: context) }
      #expect(error?.description.contains("vocabulary does not know") == true, "\(cell): \(error?.description ?? "")")
    }
  }
}
