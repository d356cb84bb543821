import Evaluation
import Foundation
import Tasks
import Testing
import Tokenizers

@Suite struct PasskeyTests {
  private func context(chat: String? = nil, seed: UInt64 = 42, addsBOS: Bool = true) throws -> SampleContext {
    SampleContext(
      tokenizer: try byteTokenizer(addsBOS: addsBOS), contextWindow: 2048, chat: chat, seed: seed)
  }

  private func task(_ more: [String: Value] = [:]) throws -> Passkey {
    var values: [String: Value] = [
      "lengths": .list([.integer(500), .integer(1000)]), "depths": .integer(5), "trials": .integer(3),
    ]
    values.merge(more) { $1 }
    return try Passkey(settings: TaskSettings(values))
  }

  private func facts(_ sample: Sample) -> [String: Value] {
    Dictionary(sample.facts.map { ($0.name, $0.value) }) { $1 }
  }

  @Test("a prompt fills its length from below, and one more sentence would not fit")
  func length() throws {
    let task = try task()
    let context = try context()
    for cell in task.cells {
      guard case .integer(let length) = cell.coordinates[0].value else { continue }
      for sample in try task.samples(of: cell, in: context) {
        let count = sample.request.tokens.count
        #expect(count <= length && count > length - 29, "\(sample.id): \(count) of \(length)")
        #expect(count == sample.text.utf8.count + 1 && sample.request.tokens.first == 256)
        #expect(facts(sample)["realised_length"] == .integer(count))
        #expect(sample.text.hasSuffix("The pass key is"))
      }
    }
  }

  @Test("the key stands at the depth that is recorded, deeper for deeper cells")
  func depth() throws {
    let task = try task()
    let context = try context()
    var previous = -1
    for cell in task.cells.prefix(5) {
      let sample = try #require(try task.samples(of: cell, in: context).first)
      let key = try #require(sample.expected.first)
      let start = try #require(sample.text.range(of: key))
      let place = sample.text.utf8.distance(from: sample.text.startIndex, to: start.lowerBound)
      // One token per byte, and BOS in front.
      #expect(facts(sample)["key_token"] == .integer(place + 1))
      #expect(place > previous)
      previous = place
    }
    #expect(task.cells.prefix(5).map { $0.coordinates[1].value } == [0, 0.25, 0.5, 0.75, 1].map { .number($0) })
  }

  @Test("keys depend on seed, length, depth and trial, and on nothing else")
  func keys() throws {
    let task = try task()
    let cell = task.cells[3]
    let first = try task.samples(of: cell, in: context())
    #expect(try task.samples(of: cell, in: context()).map(\.expected) == first.map(\.expected))
    #expect(Set(first.map(\.expected)).count == 3)
    #expect(first.allSatisfy { $0.expected[0].utf8.count == 5 && !$0.expected[0].hasPrefix("0") })
    #expect(try task.samples(of: cell, in: context(seed: 43)).map(\.expected) != first.map(\.expected))
    // The same cell in an entry with other depths and trials.
    let other = try self.task(["depths": .list([.number(0.75)]), "trials": .integer(1)])
    #expect(try other.samples(of: other.cells[0], in: context()).map(\.id) == [first[0].id])
    #expect(try other.samples(of: other.cells[0], in: context()).map(\.expected) == [first[0].expected])
  }

  @Test("the second built-in wording shares no sentence with the first and is named in the protocol")
  func wordings() throws {
    let unseen = try task(["wording": .text("unseen")])
    let sample = try #require(try unseen.samples(of: unseen.cells[0], in: context()).first)
    #expect(!sample.text.contains("pass key") && sample.text.hasSuffix("The secret code is"))
    #expect(try unseen.protocolName != task().protocolName)
    #expect(throws: TaskError.self) { try self.task(["wording": .text("other")]) }
  }

  @Test("a chat template wraps the prompt inside the length; an unknown one is an error")
  func chat() throws {
    let task = try task()
    let sample = try #require(try task.samples(of: task.cells[0], in: context(chat: "llama-2")).first)
    #expect(sample.text.contains("[INST]") && sample.request.tokens.count <= 500)
    #expect(sample.request.tokens.count { $0 == 256 } == 1)
    #expect(throws: TaskError.self) { try task.samples(of: task.cells[0], in: context(chat: "no-such-template")) }
  }

  @Test("LongLM's file gives its lines as wording and its question from the key line")
  func template() throws {
    let filler = "Sand is dry. Water is wet."
    let input = (["Look for the number."] + [filler, filler, "The door code is 4711. Yes, 4711.", filler])
      .joined(separator: "\n")
    let row = "{\"input\": \"\(input.replacingOccurrences(of: "\n", with: "\\n"))\", \"target\": \"4711\"}\n"
    let path = try folder(["examples.jsonl": row]) + "/examples.jsonl"
    let generated = try task(["template": .text(path)])
    let sample = try #require(try generated.samples(of: generated.cells[0], in: context()).first)
    let key = sample.expected[0]
    #expect(sample.text.hasPrefix("Look for the number.\nThe door code is \(key). Yes, \(key).\n\(filler)\n"))
    #expect(sample.text.hasSuffix("\(filler)What is the door code? The door code is "))

    let rows = try Passkey(settings: TaskSettings(["examples": .text(path)]))
    let example = try #require(try rows.samples(of: rows.cells[0], in: context()).first)
    #expect(example.text == input + "What is the door code? The door code is ")
    #expect(example.expected == ["4711"])
    guard case .generate(_, 4, _, _, _) = example.request else {
      Issue.record("as many new tokens as the target has characters: \(example.request)")
      return
    }
    #expect(rows.dataFiles.map(\.name) == ["examples.jsonl"])
  }

  @Test("damaged rows are reported with file and line")
  func damaged() throws {
    let path = try folder(["rows.jsonl": "{\"input\": \"a 1\", \"target\": \"1\"}\n\n{\"input\": 3}\n"]) + "/rows.jsonl"
    #expect(
      throws: TaskError.damagedData(
        path: path, line: 3, problem: "expected {\"input\", \"target\", \"passkey_position\"}")
    ) { try Passkey(settings: TaskSettings(["examples": .text(path)])) }
  }

  @Test("impossible settings are refused by key")
  func refused() throws {
    for (key, value) in [
      ("lengths", Value.list([])), ("lengths", .list([.integer(500), .integer(500)])), ("depths", .integer(0)),
      ("depths", .list([.number(1.5)])), ("trials", .integer(0)), ("digits", .integer(19)),
      ("max-new-tokens", .integer(0)), ("template", .text("/no/such/file")),
    ] {
      let error = #expect(throws: TaskError.self, "\(key)") { try self.task([key: value]) }
      #expect("\(String(describing: error))".contains(key) || key == "template")
    }
    let short = try task(["lengths": .list([.integer(100)])])
    #expect(throws: TaskError.self) { try short.samples(of: short.cells[0], in: context()) }
  }

  @Test("only the first run of digits counts")
  func scores() throws {
    let task = try task()
    let sample = Sample(
      id: SampleID("x"), text: "", request: .generate(tokens: [1], maxNewTokens: 4), expected: ["12345"])
    func score(_ text: String) -> [Double?] {
      task.scores(of: sample.reference, outcome: .generation(tokens: [], text: text, finishReason: .length)).map(
        \.value)
    }
    #expect(score(" 12345. Keep") == [1, 1])
    #expect(score(" 123456") == [0, 1])
    #expect(score("It is 12345") == [1, 0])
    #expect(score("7 12345") == [0, 0])
    #expect(task.scores(of: sample.reference, outcome: .logProbabilities([])).first?.unscored != nil)
  }
}
