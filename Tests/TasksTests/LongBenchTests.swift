import Evaluation
import Foundation
import Tasks
import Testing

@Suite struct LongBenchTests {
  /// A LongBench folder with rows of datasets and one prompt for all of them.
  private func folder(
    _ rows: [String: [[String: Any]]], prompt: String = "{context}|{input}", limit: Int = 8
  ) throws -> String {
    var files: [String: String] = [:]
    for (name, rows) in rows { files["data/\(name).jsonl"] = try rows.map { try line($0) }.joined() }
    let names = rows.keys.map { $0.hasSuffix("_e") ? String($0.dropLast(2)) : $0 }
    files["config/dataset2prompt.json"] = try line(Dictionary(names.map { ($0, prompt) }) { $1 })
    files["config/dataset2maxlen.json"] = try line(Dictionary(names.map { ($0, limit) }) { $1 })
    return try tree(files)
  }

  private func row(_ context: String, input: String = "q", answers: [String] = ["a"], id: String = "r1") -> [String:
    Any]
  {
    ["context": context, "input": input, "answers": answers, "length": 5000, "all_classes": NSNull(), "_id": id]
  }

  private func task(_ path: String, _ more: [String: Value] = [:]) throws -> LongBench {
    try LongBench(settings: TaskSettings(["path": .text(path)].merging(more) { $1 }))
  }

  private func samples(
    _ path: String, _ more: [String: Value] = [:], chat: String? = nil, addsBOS: Bool = true
  ) throws -> [Sample] {
    let task = try task(path, more)
    return try task.samples(of: task.cells[0], in: byteContext(addsBOS: addsBOS, chat: chat))
  }

  @Test("only the braces of the template mean something; those of context and input are text")
  func braces() throws {
    let path = try folder(
      ["hotpotqa": [row("a {input} {0} }{", input: "{context}?")]], prompt: "T {{x}}: {context}\nQ: {input}\nA: ")
    let sample = try #require(try samples(path, ["datasets": .text("hotpotqa")]).first)
    #expect(sample.text == "T {x}: a {input} {0} }{\nQ: {context}?\nA: ")
    for prompt in ["{context} {answers}", "{context", "}"] {
      let path = try folder(["hotpotqa": [row("a")]], prompt: prompt)
      #expect(throws: TaskError.self) { try self.task(path, ["datasets": .text("hotpotqa")]) }
    }
  }

  @Test("the middle is cut by whole halves, BOS counted, and the halves are decoded, joined and tokenised again")
  func middle() throws {
    let path = try folder(
      ["hotpotqa": [row(String(repeating: "0123456789", count: 10), input: "")]], prompt: "{context}")
    for limit in [20, 21] {
      let settings: [String: Value] = ["datasets": .text("hotpotqa"), "lengths": .integer(limit)]
      let sample = try #require(try samples(path, settings).first)
      #expect(sample.text == "0123456780123456789")
      #expect(sample.request.tokens == [256] + sample.text.utf8.map { Int($0) })
      #expect(sample.truncatedTokenCount == 81 && sample.fact("full_prompt_tokens") == .integer(101))
      #expect(sample.fact("truncation") == .text("middle"))
    }
    // A character that is cut in two becomes U+FFFD twice, which has more bytes than were cut.
    let accents = try folder(["hotpotqa": [row(String(repeating: "\u{e9}", count: 50))]], prompt: "{context}")
    let sample = try #require(try samples(accents, ["datasets": .text("hotpotqa"), "lengths": .integer(21)]).first)
    #expect(sample.text == "\u{e9}\u{e9}\u{e9}\u{e9}\u{fffd}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}")
    #expect(sample.request.tokens.count == 22)
  }

  @Test("other policies keep what they say, refuse, or leave out with a warning")
  func policies() throws {
    let path = try folder(["hotpotqa": [row("0123456789abcdefghij"), row("ab", id: "r2")]], prompt: "{context}")
    func settings(_ policy: String) -> [String: Value] {
      ["datasets": .text("hotpotqa"), "lengths": .integer(16), "truncation": .text(policy)]
    }
    #expect(try samples(path, settings("left"), addsBOS: false).first?.text == "456789abcdefghij")
    #expect(try samples(path, settings("right"), addsBOS: false).first?.text == "0123456789abcdef")
    #expect(throws: TaskError.self) { try self.samples(path, settings("error")) }
    #expect(throws: TaskError.self) { try self.samples(path, settings("center")) }
    let skipping = try task(path, settings("skip"))
    #expect(try skipping.samples(of: skipping.cells[0], in: byteContext()).map(\.text) == ["ab"])
    #expect(try skipping.warnings(in: byteContext()).contains { $0.contains("1 rows do not fit") })
    #expect(skipping.protocolName.hasSuffix("+truncation=skip"))
  }

  @Test("chat markers go around all but the six completion datasets; Llama-2's are the benchmark's, without spaces")
  func chat() throws {
    let path = try folder(["hotpotqa": [row("c")], "trec": [row("c")], "lcc": [row("c")]])
    func text(_ dataset: String, _ chat: String) throws -> String? {
      try samples(path, ["datasets": .text(dataset)], chat: chat).first?.text
    }
    #expect(try text("hotpotqa", "llama-2") == "[INST]c|q[/INST]")
    #expect(try text("hotpotqa", "vicuna") == "USER: c|q ASSISTANT:")
    #expect(try text("trec", "llama-2") == "c|q")
    #expect(try text("lcc", "vicuna") == "c|q")
    #expect(throws: TaskError.self) { try text("hotpotqa", "nobody") }
    #expect(throws: TaskError.self) { try text("hotpotqa", "auto") }
  }

  @Test("there is exactly one BOS, also when the document spells one", arguments: [nil, "llama-2", "chatml", "zephyr"])
  func oneBOS(chat: String?) throws {
    let path = try folder(["hotpotqa": [row("<s>one<s>")]])
    let sample = try #require(try samples(path, ["datasets": .text("hotpotqa")], chat: chat).first)
    #expect(sample.request.tokens.first == 256 && sample.request.tokens.count { $0 == 256 } == 1)
    #expect(sample.text.contains("<s>one<s>"))
    let none = try #require(try samples(path, ["datasets": .text("hotpotqa")], chat: chat, addsBOS: false).first)
    #expect(!none.request.tokens.contains(256))
    #expect(none.request.tokens == sample.request.tokens.dropFirst().map { $0 })
  }

  @Test("samsum stops at a line end and must write a token; others do neither")
  func samsum() throws {
    let path = try folder(["samsum": [row("c")], "trec": [row("c")]], limit: 77)
    let samsum = try #require(try samples(path, ["datasets": .text("samsum")]).first)
    let trec = try #require(try samples(path, ["datasets": .text("trec")]).first)
    #expect(
      samsum.request
        == .generate(tokens: samsum.request.tokens, maxNewTokens: 77, stopTokens: [10], minNewTokens: 1))
    #expect(trec.request == .generate(tokens: trec.request.tokens, maxNewTokens: 77))
    let short = try #require(
      try samples(path, ["datasets": .text("trec"), "max-new-tokens": .integer(5)]).first)
    #expect(short.request == .generate(tokens: trec.request.tokens, maxNewTokens: 5))
  }

  @Test("ids are made of dataset, row and length, and rows that share a name are told apart")
  func identifiers() throws {
    var unnamed = row("d")
    unnamed["_id"] = nil
    let path = try folder(["qasper": [row("c", id: "7f"), row("c", id: "7f"), unnamed]])
    let settings: [String: Value] = ["datasets": .text("qasper")]
    #expect(
      try samples(path, settings).map(\.id.rawValue) == [
        "dataset=qasper/row=7f", "dataset=qasper/row=7f@2", "dataset=qasper/row=line-3",
      ])
    let long = try samples(path, settings.merging(["lengths": .integer(99), "limit": .integer(1)]) { $1 })
    #expect(long.map(\.id.rawValue) == ["dataset=qasper/row=7f/length=99"])
  }

  @Test("the limit without lengths is the window in thousands less 500, as published")
  func standardLengths() throws {
    let path = try folder(["qasper": [row(String(repeating: "x", count: 40_000))]], prompt: "{context}")
    let task = try task(path, ["datasets": .text("qasper")])
    for (window, limit) in [(4096, 3500), (8192, 7500), (16384, 15500), (32768, 31500), (256, 224)] {
      let sample = try #require(try task.samples(of: task.cells[0], in: byteContext(window: window)).first)
      #expect(sample.request.tokens.count == limit)
    }
  }

  @Test("LongBench-E has its own files, protocol and buckets, and is not mixed with the others")
  func e() throws {
    let path = try folder(["qasper_e": [row("c")], "qasper": [row("c")]])
    let task = try task(path, ["datasets": .list([.text("qasper_e")])])
    #expect(task.cells[0].coordinates == [.init("dataset", .text("qasper_e"))])
    #expect(task.protocolName.hasPrefix("longbench-e/v1"))
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.fact("bucket") == .text("4-8k") && sample.fact("length") == .integer(5000))
    for names in [["qasper_e", "qasper"], ["narrativeqa_e"], ["qusper"], ["all", "e"]] {
      #expect(throws: TaskError.self) {
        try self.task(path, ["datasets": .list(names.map { .text($0) })])
      }
    }
  }

  @Test("classes come from the file's last row; only the first line counts; code has both ratios")
  func scoring() throws {
    var first = row("c", answers: ["Place"])
    var last = row("c", answers: ["Person"], id: "r2")
    first["all_classes"] = ["nothing"]
    last["all_classes"] = ["Place", "Person"]
    let path = try folder([
      "trec": [first, last], "lcc": [row("c", answers: ["diet"])], "qasper": [row("c", answers: [])],
    ])
    let trec = try task(path, ["datasets": .text("trec")])
    let sample = try trec.samples(of: trec.cells[0], in: byteContext())[0]
    #expect(trec.scores(of: sample.reference, outcome: generated("\n\nPlace\nPerson")).map(\.value) == [100])
    #expect(trec.scores(of: sample.reference, outcome: generated("Person")).first?.value == 0)
    #expect(trec.scores(of: sample.reference, outcome: .logProbabilities([])).first?.unscored != nil)
    let lcc = try task(path, ["datasets": .text("lcc")])
    let code = try lcc.samples(of: lcc.cells[0], in: byteContext())[0]
    #expect(
      lcc.scores(of: code.reference, outcome: generated("tide")) == [Score("score", 25), Score("code_sim@indel", 50)])
    #expect(lcc.scores(of: code.reference, outcome: generated("")).first?.value == 0)
    let qasper = try task(path, ["datasets": .text("qasper")])
    let unanswered = try qasper.samples(of: qasper.cells[0], in: byteContext())[0]
    #expect(qasper.scores(of: unanswered.reference, outcome: generated("x")).first?.value == 0)
  }

  @Test("Chinese scores need jieba: a folder without its dictionary is missing data")
  func jieba() throws {
    let path = try folder(["dureader": [row("c")]])
    #expect(throws: TaskError.self) {
      try self.task(path, ["datasets": .text("dureader"), "jieba": .text(path)])
    }
  }

  @Test("what deviates from the protocol is part of its name, and files that are missing are said to be")
  func deviations() throws {
    let path = try folder(["qasper": [row("c")]])
    let task = try task(path, ["datasets": .text("qasper"), "max-new-tokens": .integer(4)])
    #expect(task.protocolName.hasPrefix("longbench/v1+prompts="))
    #expect(task.protocolName.hasSuffix("+max-new-tokens=4"))
    #expect(task.protocolNotes.contains { $0.hasPrefix("deviation: prompts") })
    #expect(task.dataFiles.map(\.name) == ["qasper.jsonl", "dataset2prompt.json", "dataset2maxlen.json"])
    #expect {
      try self.task(path, ["datasets": .text("musique")])
    } throws: { error in
      guard case TaskError.damagedData? = error as? TaskError else { return false }
      return true
    }
    #expect {
      try self.task(path + "/nowhere")
    } throws: { error in
      guard case TaskError.missingData? = error as? TaskError else { return false }
      return true
    }
  }

  @Test("the project's own sample has all 21 datasets and the 13 of LongBench-E; the references score full marks")
  func ownSample() throws {
    for (group, count) in [("all", 21), ("all-english", 16), ("all-chinese", 5), ("e", 13)] {
      let task = try task(samplesFolder("longbench"), ["datasets": .text(group), "lengths": .integer(2000)])
      #expect(task.cells.count == count)
      for cell in task.cells {
        let samples = try task.samples(of: cell, in: byteContext())
        #expect(samples.count >= 2)
        for sample in samples {
          let score = try #require(task.scores(of: sample.reference, outcome: generated(sample.expected[0])).first)
          if score.unscored == nil { #expect(abs((score.value ?? 0) - 100) < 1e-5, "\(sample.id)") }
        }
      }
    }
  }
  /// A small jieba with one word.
  private func jieba(word: String) throws -> String {
    try tree([
      "dict.txt": word,
      "finalseg/prob_start.py": "P={'B': -0.5, 'E': -3.14e+100, 'M': -3.14e+100, 'S': -1.0}\n",
      "finalseg/prob_trans.py":
        "P={'B': {'E': -0.4, 'M': -1.1}, 'E': {'B': -0.6, 'S': -0.8}, 'M': {'E': -0.3, 'M': -1.2}, 'S': {'B': -0.7, 'S': -0.7}}\n",
      "finalseg/prob_emit.py":
        "P={'B': {'\u{6c34}': -3.5}, 'M': {'\u{6c34}': -2.0}, 'E': {'\u{6c34}': -1.5}, 'S': {'\u{6c34}': -5.0}}\n",
    ])
  }

  @Test("what the scorer takes beside the answers is in the facts, and so in a result's identity")
  func scoringFacts() throws {
    var classes = row("c")
    classes["all_classes"] = ["Place", "Person"]
    var others = classes
    others["all_classes"] = ["Place, Person"]
    func fact(_ name: String, _ rows: [String: [[String: Any]]], _ more: [String: Value] = [:]) throws -> Value? {
      let settings = more.merging(["datasets": .text(rows.keys.first ?? "")]) { $1 }
      return try samples(try folder(rows), settings).first?.fact(name)
    }
    let chinese = ["dureader": [row("c")]]
    let one = try fact("jieba", chinese, ["jieba": .text(try jieba(word: "\u{5929}\u{7a7a} 40 n\n"))])
    let two = try fact("jieba", chinese, ["jieba": .text(try jieba(word: "\u{84dd}\u{8272} 40 n\n"))])
    #expect(one != nil && two != nil && one != two)
    let first = try fact("classes", ["trec": [classes]])
    #expect(try first != nil && first == fact("classes", ["trec": [classes]]))
    #expect(try first != fact("classes", ["trec": [others]]))
    #expect(try fact("classes", ["qasper": [classes]]) == nil && fact("jieba", ["qasper": [classes]]) == nil)
  }

  @Test("a damaged dictionary is said to be damaged, not missing")
  func damagedJieba() throws {
    let path = try folder(["dureader": [row("c")]])
    let dictionary = try jieba(word: "word without-a-number\n")
    #expect(
      throws: TaskError.damagedData(
        path: dictionary + "/dict.txt", line: 1, problem: "expected a word and its frequency")
    ) { try self.task(path, ["datasets": .text("dureader"), "jieba": .text(dictionary)]) }
  }
}
