import Evaluation
import Foundation
import Tasks
import Testing

/// Prompts without the chat template that a checkpoint has: said by every benchmark that is asked of chat models.
@Suite struct UnusedTemplateTests {
  /// What a task's sample of the project needs beside its folder.
  private static let more: [String: [String: Value]] = [
    "helmet": ["lengths": .integer(12000), "datasets": .text("alce_asqa")],
    "babilong": ["tasks": .text("qa1"), "lengths": .text("0k")], "nolima": ["lengths": .integer(500)],
    "mrcr": ["needles": .integer(2)],
  ]

  private func warnings(_ name: String, chat: String?, template: String?) throws -> [String] {
    let type = try #require(TaskRegistry.types.first { $0.name == name })
    let settings = (Self.more[name] ?? [:]).merging(["path": .text("\(datasets)/\(name)")]) { $1 }
    let task = try type.init(settings: TaskSettings(settings))
    let tokenizer = try byteTokenizer(chatTemplate: template)
    let context = SampleContext(tokenizer: tokenizer, contextWindow: 4096, chat: chat, seed: 1)
    return task.warnings(in: context).filter { $0.contains("has a chat template, and its prompts go without one") }
  }

  @Test(
    "a checkpoint's template that nobody names is a warning once; one that is meant to be left out, or is missing, none",
    arguments: [
      "longbench", "longbench-v2", "leval", "infinitebench", "lv-eval", "helmet", "babilong", "nolima", "mrcr",
    ])
  func said(name: String) throws {
    let template = "{{ messages[0].content }}"
    #expect(try warnings(name, chat: nil, template: template).count == 1)
    #expect(try warnings(name, chat: "none", template: template).isEmpty)
    #expect(try warnings(name, chat: "auto", template: template).isEmpty)
    #expect(try warnings(name, chat: nil, template: nil).isEmpty)
  }
}
