import Evaluation
import Foundation
import Testing
import Tokenizers

@testable import Tasks

/// The folder of the project's sample data.
let datasets = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("Datasets").path

@Suite struct NeedleTests {
  private func task(_ more: [String: Value] = [:]) throws -> Needle {
    try Needle(
      settings: TaskSettings(
        ["lengths": .list([.integer(600), .integer(1200)]), "depths": .integer(5)].merging(more) { $1 }))
  }

  private func sample(_ task: Needle, _ cell: Int, _ context: SampleContext) throws -> Sample {
    try #require(try task.samples(of: task.cells[cell], in: context).first)
  }

  private func number(_ sample: Sample, _ fact: String) -> Double { sample.fact(fact)?.asNumber ?? -1 }

  @Test("the grids are those of the original program and of RULER")
  func grids() throws {
    let sigmoid = EvenSpacing.linear(0, 100, count: 15).map { EvenSpacing.sigmoid(percent: $0) }
    #expect(
      sigmoid == [
        0, 98.642, 97.265, 94.569, 89.5, 80.668, 67.135, 50, 32.865, 19.332, 10.5, 5.431, 2.735, 1.358, 100,
      ])
    #expect(
      RulerPrompt.depths == [
        0, 3, 5, 8, 10, 13, 15, 18, 21, 23, 26, 28, 31, 33, 36, 38, 41, 44, 46, 49, 51, 54, 56, 59, 62, 64, 67, 69, 72,
        74, 77, 79, 82, 85, 87, 90, 92, 95, 97, 100,
      ])
    let official = try task([
      "lengths": .integer(35), "depths": .integer(35), "protocol": .text("original"), "depth-spacing": .text("linear"),
    ])
    #expect(official.cells.count == 1225)
    let lengths = official.cells.compactMap { $0.coordinates[0].value.asNumber }
    #expect([lengths[0], lengths[35], lengths[70], lengths[1224]] == [1000, 1441, 1882, 16000])
    let depths = official.cells.prefix(35).compactMap { $0.coordinates[1].value.asNumber }
    #expect(Array(depths.prefix(4)) == [0, 0.03, 0.06, 0.09] && Array(depths.suffix(2)) == [0.97, 1])
    let curve = try task(["depths": .integer(15), "depth-spacing": .text("sigmoid")])
    #expect(curve.cells[1].coordinates[1].value == .number(0.98642))
    #expect(NeedlePlacement.depths(first: 40, count: 3) == [40, 60, 80])
  }

  @Test("the whole prompt fills the length from below, for every depth")
  func length() throws {
    let task = try task()
    let context = try byteContext()
    for (index, cell) in task.cells.enumerated() {
      let sample = try sample(task, index, context)
      guard case .integer(let length) = cell.coordinates[0].value else { continue }
      #expect(sample.request.tokens.count <= length && sample.request.tokens.count > length - 4, "\(sample.id)")
      #expect(sample.request.tokens.count == sample.text.utf8.count + 1)
      #expect(sample.text.components(separatedBy: "key to the old lighthouse hangs behind").count == 2)
    }
  }

  @Test("the needle follows the last sentence that ends before its depth, and the realised depth is recorded")
  func depth() throws {
    let task = try task(["lengths": .list([.integer(3000)])])
    let context = try byteContext()
    var previous = -1.0
    for (index, depth) in [0, 0.25, 0.5, 0.75, 1].enumerated() {
      let sample = try sample(task, index, context)
      let realised = number(sample, "realised_depth")
      #expect(realised <= depth && realised > depth - 0.1 && realised > previous, "\(depth): \(realised)")
      previous = realised
      let start = try #require(sample.text.range(of: "\nThe only key"))
      let before = sample.text[..<start.lowerBound]
      #expect(index == 0 || index == 4 || before.hasSuffix("."))
    }
    #expect(number(try sample(task, 0, context), "realised_depth") == 0)
    #expect(number(try sample(task, 4, context), "realised_depth") == 1)
  }

  @Test("sentences end behind quotes and before white space, not inside numbers")
  func sentenceEnds() {
    func end(_ text: String, _ limit: Int) -> Int { NeedlePlacement.sentenceEnd(Array(text.utf8), notAfter: limit) }
    #expect(end("One. Two. Three", 8) == 4)
    #expect(end("One. Two. Three", 9) == 9)
    #expect(end("It is 3.14 or so", 12) == 0)
    #expect(end("He said \u{201c}go.\u{201d} Then", 20) == "He said \u{201c}go.\u{201d}".utf8.count)
    #expect(end("All of it.", 10) == 10)
    #expect(end("", 0) == 0)
  }

  @Test("several needles stand evenly over what is left of the text")
  func severalNeedles() throws {
    let task = try task([
      "lengths": .list([.integer(4000)]), "wording": .text("soup"), "path": .text(datasets + "/needle/essays"),
    ])
    let sample = try sample(task, 1, byteContext())
    guard case .list(let list)? = sample.fact("realised_depths") else {
      Issue.record("no realised depths")
      return
    }
    let depths = list.compactMap(\.asNumber)
    for (realised, wanted) in zip(depths, [0.25, 0.5, 0.75]) { #expect(realised <= wanted && realised > wanted - 0.1) }
    #expect(sample.expected == ["honey", "smoked salt", "dried pears"])
    let places = ["honey", "smoked salt", "dried pears"].compactMap { sample.text.range(of: $0)?.lowerBound }
    #expect(places.count == 3 && places == places.sorted())
    #expect(task.protocolName == "needle/fixed-v1+soup")
  }

  @Test("the original rule sends the needle to the front where a lone full stop is another token")
  func periodTrap() throws {
    let text = String(repeating: "One two three. Four five six. ", count: 30)
    let bytes = try byteTokenizer()
    let byteIDs = bytes.encode(text, bos: .never)
    // One token per byte: the full stop alone is that of the text, so the needle stands in the middle.
    let good = try #require(
      NeedlePlacement.original(["\nNEEDLE\n"], percent: 50, haystack: byteIDs, length: 800, bytes))
    #expect(good.depths[0] > 0.45 && good.depths[0] <= 0.5)
    #expect(good.text.contains(".\nNEEDLE\n"))

    let llama = try metaspaceTokenizer()
    let ids = llama.encode(text, bos: .never)
    let alone = llama.encode(".", bos: .never)
    #expect(alone.count == 1 && !ids.contains(alone[0]) && ids.contains { llama.token($0) == "." })
    for percent in [3.0, 50, 97] {
      let trapped = try #require(
        NeedlePlacement.original(["NEEDLE"], percent: percent, haystack: ids, length: 800, llama))
      #expect(trapped.depths == [0])
    }
    let last = try #require(NeedlePlacement.original(["NEEDLE"], percent: 100, haystack: ids, length: 800, llama))
    #expect(last.depths == [1])
    // The fixed rule does not look at tokens.
    let fixed = NeedlePlacement.fixed(["NEEDLE"], percent: 50, haystack: ids.prefix(600), llama)
    #expect(fixed.depths[0] > 0.4 && fixed.depths[0] <= 0.5)
    #expect(fixed.text.contains(". NEEDLE "))
  }

  @Test("the original rule keeps 200 tokens free and says when there is no room")
  func originalBuffer() throws {
    let task = try task(["protocol": .text("original"), "lengths": .list([.integer(700)])])
    let sample = try sample(task, 2, byteContext())
    let needle = NeedleWording.builtIn[0].needles[0].utf8.count
    #expect(number(sample, "haystack_tokens") == Double(700 - 200 - needle))
    #expect(task.protocolName == "needle/original-placement-v1")
    guard case .generate(_, 300, _, _, _) = sample.request else {
      Issue.record("300 new tokens: \(sample.request)")
      return
    }
    let short = try self.task(["protocol": .text("original"), "lengths": .list([.integer(210)])])
    #expect(throws: TaskError.self) { try short.samples(of: short.cells[0], in: byteContext()) }
  }

  @Test("trials begin at other essays, and a longer text begins with a shorter one")
  func haystack() throws {
    let context = try byteContext()
    for path in [nil, datasets + "/needle/essays"] {
      let haystack = try Haystack(path: path)
      let short = try haystack.ids(atLeast: 500, context, trial: 0)
      let long = try haystack.ids(atLeast: 40_000, context, trial: 0)
      #expect(short.count >= 500 && long.count >= 40_000 && long.starts(with: short.prefix(500)))
      #expect(try !haystack.ids(atLeast: 500, context, trial: 1).starts(with: short.prefix(100)))
    }
  }

  @Test("essays are read sorted by name, and their order is in the notes")
  func order() throws {
    let path = try folder(["b.txt": "Bee. ", "a.txt": "Ant. ", "c.md": "no"])
    let task = try task(["path": .text(path)])
    #expect(task.dataFiles.map(\.name) == ["a.txt", "b.txt"])
    let sample = try sample(task, 0, byteContext())
    #expect(sample.text.contains("Ant. Bee. Ant. Bee. "))
    #expect(task.protocolNotes.contains { $0.contains("2 essays sorted by name") && $0.contains("order ") })
    #expect(throws: TaskError.self) { try self.task(["path": .text(folder(["a.txt": " \n"]))]) }
    #expect(throws: TaskError.self) { try self.task(["path": .text("/no/such/folder")]) }
  }

  @Test("the files of wordings are the built-in ones")
  func wordingFile() throws {
    let path = datasets + "/needle/wording.json"
    for wording in NeedleWording.builtIn {
      #expect(try NeedleWording.read(path, name: wording.name).wording == wording)
    }
    let ruler = try RulerWording.read(datasets + "/needle/ruler-wording.json").wording
    #expect(ruler.needle == RulerWording.own.needle && ruler.noise == RulerWording.own.noise)
    #expect(ruler.one == RulerWording.own.one && ruler.several == RulerWording.own.several)
    #expect(ruler.kinds == RulerWording.own.kinds)
    #expect(throws: TaskError.self) { try NeedleWording.read(path, name: "other") }
    let broken = try folder(["w.json": "{\"wordings\": [{\"name\": \"a\", \"needles\": [\"\"]}]}"]) + "/w.json"
    #expect(throws: TaskError.self) { try NeedleWording.read(broken, name: nil) }
  }

  @Test("the text and the question are two turns of the user where the template takes them, and else that is said")
  func twoTurns() throws {
    let markers = ["<|im_start|>", "<|im_end|>"]
    let turns =
      "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    let task = try task(["turns": .text("two"), "protocol": .text("original")])
    #expect(task.protocolName == "needle/original-placement-v1+two-turns")
    func context(_ chat: String?, _ template: String?) throws -> SampleContext {
      SampleContext(
        tokenizer: try byteTokenizer(specials: markers, chatTemplate: template), contextWindow: 4096, chat: chat,
        seed: 1)
    }
    let sample = try sample(task, 2, context("auto", turns))
    let roles = sample.conversation?.messages.map(\.role)
    #expect(roles == [.user, .user])
    #expect(sample.text.contains("<|im_end|>\n<|im_start|>user\nAnswer in one short sentence"))
    func problem(_ chat: String?, _ template: String?) throws -> String {
      do {
        _ = try task.samples(of: task.cells[2], in: context(chat, template))
        return ""
      } catch { return "\(error)" }
    }
    let strict =
      "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
      + "{{ raise_exception('roles must alternate') }}{% endif %}{{ m.content }}{% endfor %}"
    let refused = try problem("auto", strict)
    #expect(refused.contains("two user turns in a row") && refused.contains("roles must alternate"))
    #expect(try problem("llama-2", nil).contains("two user turns in a row"))
    #expect(try problem(nil, nil).contains("cannot be told apart"))
  }

  @Test("a system message of the wording goes into the chat template")
  func system() throws {
    let json = """
      {"wordings": [{"name": "s", "needles": ["The cat is in the hat."], "question": "Where is the cat?",
        "answers": ["hat"], "system": "Be brief.", "prompt": "{context} {question}"}]}
      """
    let path = try folder(["w.json": json]) + "/w.json"
    let task = try task(["template": .text(path)])
    let sample = try sample(task, 2, byteContext(chat: "llama-2"))
    #expect(sample.text.contains("<<SYS>>\nBe brief.\n<</SYS>>") && sample.text.hasSuffix("Where is the cat? [/INST]"))
    #expect(sample.request.tokens.count <= 600 && task.dataFiles.map(\.name) == ["w.json"])
  }

  @Test("all key phrases, or their share; which one leads is a setting")
  func scores() throws {
    let sample = Sample(
      id: SampleID("x"), text: "", request: .generate(tokens: [1], maxNewTokens: 4), expected: ["honey", "pears"])
    func score(_ task: Needle, _ text: String) -> [String] {
      task.scores(of: sample.reference, outcome: .generation(tokens: [], text: text, finishReason: .length))
        .map { "\($0.metric) \($0.value ?? -1)" }
    }
    let phrase = try task()
    #expect(score(phrase, "HONEY and pears.") == ["key_phrase 1.0", "string_match 1.0"])
    #expect(score(phrase, "honey") == ["key_phrase 0.0", "string_match 0.5"])
    let share = try task(["scorer": .text("string-match")])
    #expect(share.metrics.first?.name == "string_match")
    #expect(score(share, "honey") == ["string_match 0.5", "key_phrase 0.0"])
    #expect(phrase.scores(of: sample.reference, outcome: .logProbabilities([])).allSatisfy { $0.unscored != nil })
  }

  @Test("impossible settings are refused by key")
  func refused() throws {
    for (key, value) in [
      ("lengths", Value.list([.integer(8)])), ("lengths", .integer(0)), ("depths", .list([.number(50)])),
      ("depths", .integer(200)), ("protocol", .text("originl")), ("scorer", .text("judge")), ("trials", .integer(0)),
      ("wording", .text("other")), ("min-length", .integer(5)),
    ] {
      let error = #expect(throws: TaskError.self, "\(key)") { try self.task([key: value]) }
      #expect("\(String(describing: error))".contains(key))
    }
    #expect(throws: TaskError.self) {
      try self.task(["depths": .list([.number(0.5)]), "depth-spacing": .text("sigmoid")])
    }
  }
}
