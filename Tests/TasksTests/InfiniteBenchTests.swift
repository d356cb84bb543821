import Evaluation
import Foundation
import Metrics
import Testing

@testable import Tasks

@Suite struct InfiniteBenchTests {
  private func task(_ settings: [String: Value]) throws -> InfiniteBench {
    try InfiniteBench(settings: TaskSettings(settings))
  }

  @Test("made rows fit into the length and hold their own answer", arguments: InfiniteBenchGenerator.tasks)
  func made(_ kind: InfiniteBenchTask) throws {
    let task = try task(["tasks": .text(kind.rawValue), "lengths": .integer(3000), "trials": .integer(5)])
    let samples = try task.samples(of: task.cells[0], in: byteContext())
    #expect(samples.count == 5 && Set(samples.map(\.id)).count == 5)
    for sample in samples {
      let length = sample.request.tokens.count + sample.request.maxNewTokens
      #expect(length <= 3000 && length > 2000)
      if [.passkey, .numberString, .keyValue].contains(kind) { #expect(sample.text.contains(sample.expected[0])) }
      let right = kind == .keyValue ? " \(sample.expected[0]) " : sample.expected[0]
      #expect(task.scores(of: sample.reference, outcome: generated(right)).first?.value == 100)
      #expect(task.scores(of: sample.reference, outcome: generated("none")).first?.value == 0)
    }
    #expect(try task.samples(of: task.cells[0], in: byteContext()).map(\.text) == samples.map(\.text))
  }

  @Test("made functions return what their label says")
  func functions() {
    for trial in 0..<5 {
      let row = InfiniteBenchGenerator(.codeRun, depth: 0, trial: trial, SeededRandom(3, "\(trial)")).row(amount: 30)
      var bodies: [String: (next: String?, step: Int)] = [:]
      for part in row.context.components(separatedBy: "def ").dropFirst() {
        let name = String(part.prefix { $0 != "(" })
        let body = part.components(separatedBy: "return ")[1].split(separator: " ")
        let step = Int(body[2].trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        bodies[name] = (body[0] == "x" ? nil : String(body[0].prefix { $0 != "(" }), body[1] == "-" ? -step : step)
      }
      let call = InfiniteBenchPrompts.call(in: row.input) ?? ""
      var value = Int(call.drop { $0 != "(" }.dropFirst().dropLast()) ?? 0
      var name: String? = String(call.prefix { $0 != "(" })
      while let function = name.flatMap({ bodies[$0] }) {
        value += function.step
        name = function.next
      }
      #expect(row.label == ["\(value)"])
    }
  }

  @Test("a made expression stays within 0 and 99, and its label begins behind the first operation")
  func calculation() {
    let row = InfiniteBenchGenerator(.mathCalculation, depth: 0, trial: 0, SeededRandom(1, "x")).row(amount: 50)
    let terms = row.context.split(separator: " ")
    var value = Int(terms[0]) ?? -1
    var values: [Int] = []
    for index in stride(from: 1, to: terms.count, by: 2) {
      value += (terms[index] == "+" ? 1 : -1) * (Int(terms[index + 1]) ?? 0)
      values.append(value)
    }
    #expect(values.count == 49 && values.allSatisfy { (0...99).contains($0) })
    #expect(row.label == ["[" + values.map(String.init).joined(separator: ",") + "]"])
  }

  @Test("the project's own sample makes prompts for all twelve tasks, and its labels are right answers to themselves")
  func ownSample() throws {
    let task = try task(["path": .text(samplesFolder("infinitebench")), "lengths": .integer(1500)])
    #expect(task.cells.count == 12 && task.protocolName == "infinitebench/own-completion")
    for cell in task.cells {
      let samples = try task.samples(of: cell, in: byteContext())
      #expect(samples.count == 2)
      for sample in samples {
        #expect(sample.request.tokens.count <= 1510)
        let answer =
          cell.coordinates[0].value == .text("code_debug") ? "answer is: \(sample.expected[0])" : sample.expected[0]
        #expect(task.scores(of: sample.reference, outcome: generated(answer)).first?.value == 100)
      }
    }
  }

  @Test("templates are read from the checkout's prompt.py and eval_utils.py, fields filled and values left alone")
  func checkout() throws {
    let prompts = """
      gpt4_templates = {
          "math_find": "{prefix}|{context}|{input}",  # a comment
          "code_run": "{func}: {context} -> {func_call}",
          "longbook_choice_eng": "{context}|{question}|{OPTION_D}",
      }
      yarn_mistral_templates = {
          "math_find": "other",
      }
      """
    let utilities =
      "def create_prompt(eg):\n    if True:\n        prefix = f\"Which is {target_number} here?\"  # noqa\n"
    let rows = try line(["id": 1, "context": "[1, 2]", "input": "The Largest number of them is:", "answer": 2])
    let path = try tree([
      "src/prompt.py": prompts, "src/eval_utils.py": utilities, "math_find.jsonl": rows,
      "code_run.jsonl": try line([
        "id": 0, "context": "{x}", "input": "What is func_12(-3)?", "answer": [7], "options": [],
      ]),
      "longbook_choice_eng.jsonl": try line([
        "id": 0, "context": "c", "input": "q", "answer": ["w"], "options": ["u", "v", "w", "x"],
      ]),
    ])
    let names: Value = .list(["math_find", "code_run", "longbook_choice_eng"].map { .text($0) })
    let task = try task(["path": .text(path), "tasks": names, "style": .text("chat")])
    let samples = try task.cells.map { try #require(try task.samples(of: $0, in: byteContext()).first) }
    #expect(samples[0].text == "Which is the largest number here?|[1, 2]|The Largest number of them is:")
    #expect(samples[1].text == "func_12: {x} -> func_12(-3)" && samples[1].expected == ["7"])
    #expect(samples[2].text == "c|q|x" && samples[2].expected == ["w", "C"])
    #expect(samples[0].request.maxNewTokens == 128 && task.protocolName == "infinitebench/v1-chat+prompts")
  }

  @Test("what cannot be is refused: made rows without a length, books without files, unknown tasks")
  func refused() {
    #expect(throws: TaskError.self) { try self.task([:]) }
    #expect(throws: TaskError.self) { try self.task(["lengths": .integer(2000), "tasks": .text("longbook_qa_eng")]) }
    #expect(throws: TaskError.self) { try self.task(["lengths": .integer(2000), "tasks": .text("pass")]) }
    #expect(throws: TaskError.self) { try self.task(["lengths": .integer(2000), "limit": .integer(2)]) }
  }

  @Test("a row on which the official scorer stops counts 0 and is counted")
  func crash() throws {
    let task = try task(["lengths": .integer(2000), "tasks": .text("math_find")])
    let reference = Reference(
      sampleID: SampleID("x"), expected: ["18"], facts: [("dataset", .text("math_find"))], promptTokenCount: 1)
    #expect(task.scores(of: reference, outcome: generated("18.5")).map(\.value) == [0, 1])
    #expect(task.scores(of: reference, outcome: generated("18")).map(\.value) == [100, 0])
  }
}
