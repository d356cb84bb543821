import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct LongBenchV2Tests {
  private func row(_ id: String, _ more: [String: Any] = [:]) -> [String: Any] {
    let standard: [String: Any] = [
      "_id": id, "domain": "D", "sub_domain": "S", "difficulty": "hard", "length": "medium", "question": " q ",
      "choice_A": "a", "choice_B": "b", "choice_C": "c", "choice_D": "d", "answer": "B", "context": " text ",
    ]
    return standard.merging(more) { $1 }
  }

  private func folder(_ rows: [[String: Any]], prompts: [String: String] = [:]) throws -> String {
    let data = String(decoding: try JSONSerialization.data(withJSONObject: rows), as: UTF8.self)
    var files = ["data.json": data]
    for (name, text) in prompts { files["prompts/\(name)"] = text }
    return try tree(files)
  }

  private func task(_ path: String, _ more: [String: Value] = [:]) throws -> LongBenchV2 {
    try LongBenchV2(settings: TaskSettings(["path": .text(path)].merging(more) { $1 }))
  }

  @Test("placeholders are filled one after the other, so that one inside the text is filled too")
  func filling() throws {
    let path = try folder(
      [row("r", ["context": " x $Q$ "])], prompts: ["0shot.txt": "<$DOC$>$Q$|$C_A$$C_B$$C_C$$C_D$"])
    let task = try task(path)
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.text == "<x q>q|abcd" && sample.expected == ["B"])
    #expect(sample.fact("groups") == .list([.text("hard"), .text("medium")]))
    #expect(task.protocolName == "longbench-v2/v1+prompts")
  }

  @Test("the whole prompt keeps both halves, of an odd limit one token more of the end, decoded together")
  func cut() throws {
    let path = try folder(
      [row("r", ["context": String(repeating: "0123456789", count: 5)])], prompts: ["0shot.txt": "$DOC$$Q$"])
    let task = try task(path, ["lengths": .integer(17)])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    // 17 ids with BOS: 8 of the beginning, 9 of the end.
    #expect(sample.text == "0123456" + "23456789q")
    #expect(sample.truncatedTokenCount == 52 - 17 && sample.fact("question_cut") == .flag(false))
  }

  @Test("a chain of thought is asked twice; the second call holds the first reply and not the text")
  func chainOfThought() throws {
    let path = try folder(
      [row("r")], prompts: ["0shot_cot.txt": "$DOC$ $Q$ think", "0shot_cot_ans.txt": "$Q$ [$COT$] letter"])
    let task = try task(path, ["settings": .text("cot")])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.text == "text q think" && sample.request.maxNewTokens == 1024)
    let second = try #require(try sample.followUp?.sample(after: generated(" so b ")))
    #expect(second.text == "q [so b] letter" && second.request.maxNewTokens == 128 && second.expected == ["B"])
    let empty = try #require(try sample.followUp?.sample(after: generated(" ")))
    let scores = task.scores(of: empty.reference, outcome: generated("The correct answer is (B)"))
    #expect(scores.first { $0.metric == "empty_reply" }?.value == 1)
    #expect(scores.first { $0.metric == "accuracy" }?.value == 1)
  }

  @Test("retrieved chunks take the text's place in the order of the text; rag without a file is refused")
  func retrieval() throws {
    let path = try folder([row("r")], prompts: ["0shot_rag.txt": "$DOC$|$Q$"])
    let chunks = path + "/chunks.json"
    try write(
      Array(
        #"{"r": [{"c_idx": 5, "content": "five"}, {"c_idx": 2, "content": "two"}, {"c_idx": 0, "content": "no"}]}"#.utf8
      ),
      to: chunks)
    let task = try task(path, ["settings": .text("rag"), "retrieved": .text(chunks), "chunks": .integer(2)])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.text == "Retrieved chunk 1: two\n\nRetrieved chunk 2: five|q")
    #expect(throws: TaskError.self) { try self.task(path, ["settings": .text("rag")]) }
    #expect(throws: TaskError.self) { try self.task(path, ["settings": .text("both")]) }
    #expect(throws: TaskError.self) { try self.task(path, ["settings": .text("rag-cot")]) }
  }

  @Test("chunks with a chain of thought are asked under the prompt of chunks, then again as a chain is")
  func retrievedChain() throws {
    let path = try folder(
      [row("r")], prompts: ["0shot_rag.txt": "$DOC$|$Q$", "0shot_cot_ans.txt": "$DOC$$Q$ [$COT$] letter"])
    let chunks = path + "/chunks.json"
    try write(Array(#"{"r": [{"c_idx": 5, "content": "five"}]}"#.utf8), to: chunks)
    let task = try task(path, ["settings": .text("rag-cot"), "retrieved": .text(chunks)])
    #expect(task.protocolName == "longbench-v2/v1+prompts+chunks=5")
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.text == "Retrieved chunk 1: five|q" && sample.request.maxNewTokens == 1024)
    let second = try #require(try sample.followUp?.sample(after: generated("b, I think")))
    #expect(second.text == "q [b, I think] letter" && second.request.maxNewTokens == 128)
  }

  @Test("a second call that is too long is cut as every prompt is")
  func secondCut() throws {
    let path = try folder(
      [row("r")], prompts: ["0shot_cot.txt": "$Q$", "0shot_cot_ans.txt": "$Q$$COT$"])
    let task = try task(path, ["settings": .text("cot"), "lengths": .integer(17)])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    let second = try #require(try sample.followUp?.sample(after: generated("0123456789012345678901234567890123456789")))
    // As of a first call: 7 characters behind BOS and 9 of the end.
    #expect(second.text == "q012345" + "123456789")
  }

  @Test("a letter is right, wrong or missing; a missing one has a quarter in the other column")
  func scores() throws {
    let task = try task(samplesFolder("longbench-v2"))
    let reference = Reference(sampleID: SampleID("x"), expected: ["C"], facts: [], promptTokenCount: 1)
    func values(_ text: String) -> [Double?] { task.scores(of: reference, outcome: generated(text)).map(\.value) }
    #expect(values("The correct answer is (C)") == [1, 1, 0, 0, 0])
    #expect(values("The correct answer is (D)") == [0, 0, 0, 0, 0])
    #expect(values("C") == [0, 0.25, 1, 0, 0])
    #expect(values("") == [0, 0.25, 1, 1, 0])
    let cut = Reference(
      sampleID: SampleID("x"), expected: ["C"], facts: [("question_cut", .flag(true))], promptTokenCount: 1)
    #expect(task.scores(of: cut, outcome: generated("C")).last?.value == 1)
  }

  @Test("the project's own sample makes prompts for every setting, and says that it is no official file")
  func ownSample() throws {
    let path = samplesFolder("longbench-v2")
    let task = try task(
      path,
      [
        "settings": .list(["plain", "cot", "no-context", "rag", "rag-cot"].map { .text($0) }),
        "retrieved": .text(path + "/chunks.json"), "lengths": .integer(600),
      ])
    #expect(task.protocolName == "longbench-v2/own+chunks=5" && task.cells.count == 5)
    for cell in task.cells { #expect(try task.samples(of: cell, in: byteContext()).count == 6) }
    #expect(try task.warnings(in: byteContext()).contains { $0.contains("6 rows") })
  }

  @Test("an array is read row by row: bad rows are left out by number, brackets in texts are text")
  func rows() throws {
    let good = row("r1", ["context": "a ] } \" \\ [{"])
    let path = try folder([good, row("r2", ["answer": "E"]), row("r3")])
    let task = try task(path)
    #expect(
      try task.samples(of: task.cells[0], in: byteContext()).map { $0.fact("row_id") } == [.text("r1"), .text("r3")])
    #expect(try task.warnings(in: byteContext()).contains { $0.contains("data.json:2") })
    // A file that ends in the middle of a row has that row as a bad one.
    try write(Array(("[" + (try line(row("r1"))) + ",{\"_id\": \"x").utf8), to: path + "/data.json")
    let broken = try self.task(path)
    #expect(try broken.warnings(in: byteContext()).contains { $0.contains("data.json:2") })
  }
}
