import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct CustomTaskTests {
  private static let rows = [
    "{\"text\": \"A {brace} and a long story about a door.\", \"n\": 3, \"answer\": \"red\"}",
    "{\"text\": \"Short.\", \"n\": 4.5, \"answer\": [\"blue\", 7]}",
  ]

  private func task(_ more: [String: Value] = [:], rows: [String] = CustomTaskTests.rows) throws -> CustomTask {
    let path = try folder(["rows.jsonl": rows.joined(separator: "\n")]) + "/rows.jsonl"
    return try CustomTask(
      settings: TaskSettings(
        [
          "name": .text("mine"), "path": .text(path), "prompt": .text("{text} {{x}} {n}?"), "scorer": .text("contains"),
        ].merging(more) { $1 }))
  }

  private func samples(_ task: CustomTask, chat: String? = nil) throws -> [Sample] {
    try task.samples(of: task.cells[0], in: byteContext(chat: chat))
  }

  @Test("fields of the row go into the prompt, braces inside them stay")
  func prompt() throws {
    let all = try samples(task())
    #expect(all.map(\.text) == ["A {brace} and a long story about a door. {x} 3?", "Short. {x} 4.5?"])
    #expect(all.map(\.expected) == [["red"], ["blue", "7"]])
    #expect(all.map(\.id.rawValue) == ["row=1", "row=2"])
    guard
      case .generate(_, 5, _, ["\n"], _) = try samples(
        task(["max-new-tokens": .integer(5), "stop": .list([.text("\n")])]))[0].request
    else {
      Issue.record("limit and stop text")
      return
    }
  }

  @Test("the chat template is used unless chat is false; the answer's beginning stands behind it")
  func chat() throws {
    let more: [String: Value] = ["system": .text("About {n}."), "answer-start": .text(" It is")]
    let wrapped = try samples(task(more), chat: "llama-2")[1]
    #expect(wrapped.text.contains("About 4.5.") && wrapped.text.hasSuffix("[/INST] It is"))
    #expect(wrapped.request.tokens.suffix(6).map { $0 } == " It is".utf8.map { Int($0) })
    let bare = try samples(task(more.merging(["chat": .flag(false)]) { $1 }), chat: "llama-2")[1]
    #expect(bare.text.hasSuffix("Short. {x} 4.5? It is") && !bare.text.contains("[INST]"))
  }

  @Test("a prompt that is too long is cut at the place that is asked for, and the cut is counted")
  func truncation() throws {
    func cut(_ policy: String) throws -> [Sample] {
      try samples(task(["max-prompt-tokens": .integer(30), "truncation": .text(policy)]))
    }
    let left = try cut("left")
    #expect(left[0].text == "ory about a door. {x} 3?".suffix(29) || left[0].text.hasSuffix(" about a door. {x} 3?"))
    #expect(left[0].request.tokens.count == 30 && left[0].truncatedTokenCount > 0)
    #expect(left[1].truncatedTokenCount == 0)
    #expect(try cut("right")[0].text.hasPrefix("A {brace} and a"))
    let middle = try cut("middle")[0]
    #expect(middle.text.hasPrefix("A {br") && middle.text.contains("door. {x} 3?"))
    #expect(middle.request.tokens.count <= 30)
    #expect(throws: TaskError.self) { try cut("error") }
    #expect(try cut("skip").map(\.id.rawValue) == ["row=2"])
    let skipping = try task(["max-prompt-tokens": .integer(30), "truncation": .text("skip")])
    #expect(try skipping.warnings(in: byteContext()).count == 1)
    #expect(throws: TaskError.self) { try self.task(["truncation": .text("left")]) }
    #expect(throws: TaskError.self) {
      try self.task(["max-prompt-tokens": .integer(30), "truncate-field": .text("other")])
    }
  }

  @Test("the scorer is any of the registry, over the first line where asked")
  func scores() throws {
    func score(_ more: [String: Value], _ text: String) throws -> [Double?] {
      let task = try task(more)
      return task.scores(
        of: try samples(task)[0].reference, outcome: .generation(tokens: [], text: text, finishReason: .length)
      ).map(\.value)
    }
    #expect(try score([:], "it is\nRed") == [1])
    #expect(try score(["first-line": .flag(true)], "\n\nit is\nRed") == [0])
    #expect(try score(["scorer": .text("exact_match")], " red ") == [1])
    #expect(try task(["scorer": .text("f1")]).metrics.first?.aggregation == .mean)
    #expect(try task().metrics.first?.aggregation == .accuracy)
    #expect(try task(["scorer": .text("f1")]).protocolName == "custom/mine+f1")
  }

  @Test("what is missing or wrong is named")
  func refused() throws {
    for (key, value) in [
      ("name", Value.text("a b")), ("prompt", .text("no fields")), ("prompt", .text("{text} {")),
      ("scorer", .text("rougeX")), ("stop", .list([.text("")])), ("max-new-tokens", .integer(0)),
    ] {
      let error = #expect(throws: TaskError.self, "\(key)") { try self.task([key: value]) }
      #expect("\(String(describing: error))".contains(key))
    }
    let error = #expect(throws: TaskError.self) { try self.task(["prompt": .text("{missing}")]) }
    #expect("\(String(describing: error))".contains("rows.jsonl:1: there is no `missing`"))
    #expect(throws: TaskError.self) { try self.task(["reference-field": .text("gold")]) }
  }
}
