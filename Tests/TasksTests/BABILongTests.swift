import Evaluation
import Foundation
import Metrics
import Testing

@testable import Tasks

@Suite struct BABILongTests {
  private func task(_ more: [String: Value] = [:]) throws -> BABILong {
    try BABILong(
      settings: TaskSettings(
        [
          "path": .text(datasets + "/babilong"), "tasks": .list([.text("qa1"), .text("qa3")]),
          "lengths": .list([.text("0k"), .text("1k")]), "limit": .integer(2),
        ].merging(more) { $1 }))
  }

  @Test("the prompt has its parts in the official order, and what is left out leaves its empty lines")
  func prompt() throws {
    let task = try task()
    #expect(task.protocolName == "babilong/2024-06-own")
    #expect(
      task.cells.map(\.label) == [
        "dataset=qa1,length=0", "dataset=qa1,length=1000", "dataset=qa3,length=0", "dataset=qa3,length=1000",
      ])
    let samples = try task.samples(of: task.cells[0], in: byteContext())
    #expect(samples.count == 2)
    let text = samples[0].text
    let marks = ["<example>", "Answer with", "<context>\n", "\n</context>\n\nQuestion: "]
    let places = marks.compactMap { text.firstRange(of: $0)?.lowerBound }
    #expect(places.count == 4 && places == places.sorted())
    let bare = try self.task([
      "instruction": .flag(false), "examples": .flag(false), "post-prompt": .flag(false),
    ])
    #expect(bare.protocolName == "babilong/2024-06-own+instruction=no+examples=no+post-prompt=no")
    #expect(try bare.samples(of: bare.cells[0], in: byteContext())[0].text.hasPrefix("<context>\n"))
  }

  @Test("a checkout's prompts are taken")
  func checkout() throws {
    let place = "babilong_evals/google/gemini-3-flash-preview"
    let name = "qa1_0k_instruction_yes_examples_yes_post_prompt_yes_chat_template_no.json"
    let path = try folder([:])
    try FileManager.default.createDirectory(atPath: "\(path)/\(place)", withIntermediateDirectories: true)
    let json =
      #"{"prompt": {"instruction": "I", "examples": "E", "post_prompt": "P", "template": "{instruction}|{examples}|{post_prompt}|{context}|{question}"}}"#
    try Data(json.utf8).write(to: URL(fileURLWithPath: "\(path)/\(place)/\(name)"))
    let task = try task(["prompts": .text(path), "tasks": .text("qa1")])
    #expect(task.protocolName == "babilong/2024-06")
    #expect(try task.samples(of: task.cells[0], in: byteContext())[0].text.hasPrefix("I|E|P|"))
    #expect(throws: TaskError.self) { try self.task(["prompts": .text(path)]) }
  }

  @Test("wrong settings and missing files are refused")
  func refused() {
    for more: [String: Value] in [
      ["tasks": .text("qa21")], ["lengths": .text("5")], ["lengths": .list([.text("1M"), .text("1000k")])],
      ["lengths": .text("64k")],
    ] { #expect(throws: TaskError.self) { try task(more) } }
  }

  @Test(
    "labels decide, with the oddities of the official rule",
    arguments: [
      ("qa8", "milk and apple", "apple,milk", "What?", true),
      ("qa8", "apple, milk, football", "apple,milk", "What?", false),
      ("qa1", "Not the kitchen. The garden", "garden", "Where?", false),
      ("qa1", "The garden\nQuestion: where is the kitchen", "garden", "Where is Mary?", false),
      ("qa1", "Garden <context> kitchen", "garden", "Where?", true),
      ("qa10", "maybe not", "maybe", "Is it?", false),
      ("qa5", "Mary gave it to Fred", "Mary", "Who gave it to Fred?", true),
      ("qa6", "no", "no", "Is it snowy?", false), ("qa7", "none", "none", "How many?", false),
      ("qa19", "n,e", "n,e", "How?", true), ("qa19", "n,e,s", "n,e", "How?", false),
      ("qa19", "n, e", "n,e", "How?", false),
    ])
  func labels(task: String, output: String, target: String, question: String, isRight: Bool) {
    #expect(BABILongAnswer.isRight(task: task, output: output, target: target, question: question) == isRight)
  }
}
