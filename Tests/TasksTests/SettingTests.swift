import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct SettingTests {
  private enum Colour: String, CaseIterable {
    case red, green
  }

  private func message<Content>(_ setting: Setting<Content>, _ value: Value?) -> String {
    do {
      _ = try TaskSettings(value.map { [setting.description.key: $0] } ?? [:])[setting]
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test("a value that cannot be is refused with key, what was found and what was expected")
  func refused() {
    let trials = Setting.integer("trials", "samples", default: 5)
    #expect(message(trials, .integer(0)) == "trials is 0, expected 1 or more")
    #expect(message(trials, .integer(1 << 40)) == "trials is 1099511627776, expected at most 2147483648")
    #expect(message(trials, .text("5")) == "trials is '5', expected a whole number")
    let digits = Setting.integer("digits", "digits", default: 5, atMost: 18)
    #expect(message(digits, .integer(19)) == "digits is 19, expected 1 to 18")
    let lengths = Setting.lengths("of prompts", atLeast: 16)
    #expect(message(lengths, nil) == "lengths is missing, expected different lengths of at least 16 tokens")
    let twice = Value.list([.integer(64), .integer(64)])
    #expect(message(lengths, twice) == "lengths is [64, 64], expected different lengths of at least 16 tokens")
    #expect(message(lengths, .list([.number(16.5)])).hasPrefix("lengths is 16.5, expected whole numbers"))
    #expect(message(Setting.path("path", "a folder of texts"), nil) == "path is missing, expected a folder of texts")
    let colour = Setting.word("colour", "of the sky", default: Colour.red)
    #expect(message(colour, .text("blue")) == "colour is 'blue', expected one of red, green")
    #expect(
      message(Setting.flag("strict", "strictly", default: false), .integer(1)) == "strict is 1, expected true or false")
    #expect(
      message(Setting.texts("words", "some", otherwise: "none"), .list([.integer(1)])) == "words is 1, expected texts")
  }

  @Test("what is not given has the default that the help says")
  func defaults() throws {
    let none = TaskSettings([:])
    #expect(try none[Setting.integer("trials", "samples", default: 5)] == 5)
    #expect(Setting.integer("trials", "samples", default: 5).description.line == "samples (default 5)")
    #expect(try none[Setting.integer("limit", "rows", otherwise: "all")] == nil)
    #expect(Setting.integer("limit", "rows", otherwise: "all").description.line == "rows (default all)")
    #expect(try none[Setting.word("colour", "of it", default: Colour.green)] == .green)
    #expect(try none[Setting.texts("words", "some", default: ["a"], shown: "a")] == ["a"])
    #expect(Setting.path("path", "books", imported: "pg19/test").description.line.contains("$SE_EVAL_DATA/pg19/test"))
    let whole = TaskSettings(["words": .text("one"), "lengths": .list([.number(32)])])
    #expect(try whole[Setting.texts("words", "some", otherwise: "none")] == ["one"])
    #expect(try whole[Setting.lengths("of prompts", atLeast: 2)] == [32])
  }

  @Test("every task says what it is, its settings have keys of their own, and defaults stand in one place")
  func declarations() {
    for type in TaskRegistry.types {
      let settings = type.settings.map(\.description)
      #expect(Set(settings.map(\.key)).count == settings.count && !settings.isEmpty, "\(type.name)")
      #expect(settings.allSatisfy { !$0.help.contains("default") }, "\(type.name)")
      let about = type.about
      #expect(!about.summary.isEmpty && !about.protocols.isEmpty && !about.metrics.isEmpty, "\(type.name)")
      #expect(about.example.hasPrefix("{") && about.example.hasSuffix("}"), "\(type.name)")
      #expect(type.scorerVersion >= 1)
      if let benchmark = type.benchmark { #expect(benchmark.name == type.name) }
    }
  }

  @Test("protocols and metrics are those that the help names")
  func named() throws {
    let rows = try folder(["q.jsonl": "{\"question\": \"Q?\", \"choices\": [\"a\", \"b\"], \"answer\": 0}"])
    let books = try folder(["a.txt": "A small boat."])
    let lengths = Value.list([.integer(64)])
    let tasks: [any EvaluationTask] = [
      try Passkey(settings: TaskSettings(["lengths": lengths])),
      try Needle(settings: TaskSettings(["lengths": lengths])),
      try Needle(settings: TaskSettings(["lengths": lengths, "protocol": .text("original")])),
      try RulerNIAH(settings: TaskSettings(["lengths": lengths])),
      try KeyValueRetrieval(settings: TaskSettings([:])),
      try MultipleChoice(settings: TaskSettings(["path": .text(rows + "/q.jsonl")])),
      try PG19(settings: TaskSettings(["path": .text(books), "lengths": lengths, "stride": .integer(8)])),
    ]
    for task in tasks {
      let about = type(of: task).about
      #expect(about.protocols.contains { task.protocolName.hasPrefix($0.name) }, "\(task.protocolName)")
      let names = about.metrics.map(\.name).joined(separator: ", ").components(separatedBy: ", ")
      #expect(Set(task.metrics.map(\.name)).isSubset(of: names), "\(task.protocolName)")
    }
  }
}

@Suite struct TaskDataTests {
  @Test("hidden files of a folder are no documents")
  func hidden() throws {
    let path = try folder(["b.txt": "b", "a.txt": "a", ".c.txt": "secret", "._a.txt": "\u{0}"])
    #expect(try TaskFiles.textFiles(path, need: "texts").map(TaskFiles.name) == ["a.txt", "b.txt"])
    #expect(throws: TaskError.self) { try TaskFiles.textFiles(folder([".c.txt": "secret"]), need: "texts") }
  }

  @Test("a pipe or a device is refused in words, a link to a file is taken, a folder is no file")
  func pipes() throws {
    let path = try folder(["a.txt": "a"])
    let link = path + "/link.txt"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.txt")
    #expect(try TaskFiles.text(link, need: "a text").text == "a")
    for device in ["/dev/null", "/dev/zero"] {
      let error = #expect(throws: TaskError.self) { try TaskFiles.bytes(device, need: "a text") }
      #expect(error.map { "\($0)".contains("a pipe or a device") } == true)
      #expect(throws: TaskError.self) { try RowFile(device, need: "rows") { $0.line } }
    }
    #expect(throws: TaskError.self) { try TaskFiles.bytes(path, need: "a text") }
  }

  @Test("where fewer books can be used than were asked for, the plan says why")
  func books() throws {
    let long = String(repeating: "A small boat. ", count: 20)
    let path = try folder(["a.txt": "short", "b.txt": long, "c.txt": long])
    func warnings(_ books: Int) throws -> [String] {
      try PG19(
        settings: TaskSettings([
          "path": .text(path), "lengths": .list([.integer(64)]), "stride": .integer(8), "books": .integer(books),
        ])
      ).warnings(in: byteContext())
    }
    #expect(
      try warnings(2).last
        == "pg19: books is 2, and 1 can be used: 1 of the first 2 by name are too short; raise `books` by as many, or lower "
        + "`lengths`")
    #expect(try warnings(9).last?.contains("books is 9, and 2 can be used: there are 3 documents") == true)
  }

  @Test("lm-eval's rolling perplexity scores a document of one token, which its prefix predicts")
  func oneToken() throws {
    let path = try folder(["a.txt": "x"])
    let task = try PerplexityTask(
      settings: TaskSettings([
        "path": .text(path), "lengths": .list([.integer(64)]), "convention": .text("lm-eval-rolling"),
      ]))
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.request.tokens == [256, 120])
    let scores = task.scores(of: sample.reference, outcome: .logProbabilities([-2]))
    #expect(
      scores.first { $0.metric == "nll_sum" }?.value == 2 && scores.first { $0.metric == "token_count" }?.value == 1)
    #expect(task.protocolNotes.contains { $0.contains("add_bos_token=False") })
  }
}
