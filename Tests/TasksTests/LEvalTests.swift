import Evaluation
import Foundation
import Tasks
import Testing

@Suite struct LEvalTests {
  private func row(
    _ document: String, _ pairs: [(String, String)] = [("q?", "A")], evaluation: String = "exam"
  ) -> [String: Any] {
    [
      "input": document, "instructions": pairs.map(\.0), "outputs": pairs.map(\.1), "source": "s",
      "evaluation": evaluation,
    ]
  }

  private func task(
    _ name: String, _ rows: [[String: Any]], prompts: [String: [String: String]]? = nil, _ more: [String: Value] = [:]
  ) throws -> LEval {
    var files = ["LEval-data/Closed-ended-tasks/\(name).jsonl": try rows.map { try line($0) }.joined()]
    if let prompts { files["prompts.json"] = try line(["format": "leval-prompts/1", "tasks": prompts]) }
    return try LEval(
      settings: TaskSettings(["path": .text(try tree(files)), "tasks": .text(name)].merging(more) { $1 }))
  }

  private func samples(_ task: LEval, chat: String? = nil, window: Int = 4096) throws -> [Sample] {
    try task.samples(of: task.cells[0], in: byteContext(chat: chat, window: window))
  }

  private let plain = ["tpo": ["system": "Be short. ", "user": "D: {document} Q: {question} ({words} words)"]]

  @Test("system and user's message are one text without a template and two with one; braces in a document are text")
  func rendering() throws {
    let task = try task("tpo", [row("a {question} {}", [("why", "one two  three")])], prompts: plain)
    #expect(try samples(task).first?.text == "Be short. D: a {question} {} Q: why (3 words)")
    #expect(
      try samples(task, chat: "llama-2").first?.text
        == "[INST] <<SYS>>\nBe short.\n<</SYS>>\n\nD: a {question} {} Q: why (3 words) [/INST]")
    #expect(try samples(task, chat: "llama-2").first?.request.tokens.count { $0 == 256 } == 1)
    let head = ["tpo": ["system": "Be short.", "user": "{document}\n{question}"]]
    let separate = try self.task("tpo", [row("doc", [("why", "A")])], prompts: head)
    #expect(try samples(separate).first?.text == "Be short.\n\ndoc\nwhy")
  }

  @Test("questions of a document are consecutive and share it as their beginning")
  func sharedPrefix() throws {
    let text = String(repeating: "word ", count: 40)
    let pairs = [("first?", "A"), ("second?", "B"), ("third?", "C")]
    let samples = try samples(try task("tpo", [row(text, pairs), row("other", pairs)]))
    #expect(samples.count == 6)
    let documents: [Value?] = [1, 1, 1, 2, 2, 2].map { .integer($0) }
    #expect(samples.map { $0.fact("document") } == documents)
    for (a, b) in zip(samples.prefix(2), samples.dropFirst()) {
      let shared = zip(a.request.tokens, b.request.tokens).prefix { $0 == $1 }.count
      #expect(shared >= text.utf8.count)
    }
    #expect(samples[4].id.rawValue == "dataset=tpo/document=2/question=2")
    #expect(samples[0].request == .generate(tokens: samples[0].request.tokens, maxNewTokens: 512))
  }

  @Test("documents are cut by words in steps of 250 as published; code keeps its end")
  func truncation() throws {
    let words = (100..<300).map { "w\($0)" }
    let text = words.joined(separator: " ")
    // 200 words of 4 bytes with spaces and BOS: 1000 tokens, more than 300; 300 words are all of them, then 50 are kept.
    let limits: [String: Value] = ["lengths": .integer(400), "reserve": .integer(100)]
    let prompts = ["system": "", "user": "{document}|{question}"]
    let head = try task("tpo", [row(text)], prompts: ["tpo": prompts], limits)
    let sample = try #require(try samples(head).first)
    #expect(sample.text == words.prefix(50).joined(separator: " ") + "|q?")
    #expect(sample.truncatedTokenCount == 750 && sample.fact("truncation") == .text("words"))
    #expect(sample.id.rawValue.hasSuffix("/length=400"))
    let tail = try task("codeU", [row(text)], prompts: ["codeU": prompts], limits)
    #expect(try samples(tail).first?.text == words.suffix(50).joined(separator: " ") + "|q?")
    let middle = try task(
      "tpo", [row(text)], prompts: ["tpo": prompts], limits.merging(["truncation": .text("middle")]) { $1 })
    #expect(try samples(middle).first?.truncatedTokenCount == 700)
    #expect(middle.protocolName.hasSuffix("+truncation=middle+reserve=100"))
    // However small the budget, the loop ends.
    let tiny = try task(
      "tpo", [row(text)], prompts: ["tpo": prompts], ["lengths": .integer(64), "reserve": .integer(63)])
    #expect(try samples(tiny).first?.text == "|q?")
  }

  @Test("prompts are read out of published predictions: system, document, question and the length that is asked for")
  func derivation() throws {
    func rows(_ prompts: [(prompt: String, query: String, gold: String)]) throws -> String {
      try prompts.map { try line(["prompt": $0.prompt, "query": $0.query, "gt": $0.gold]) }.joined()
    }
    let model = "turbo-16k-0613"
    let path = try tree([
      "exam_eval/\(model)/tpo.pred.jsonl": try rows([
        ("Do it. In brief. Here it is. {} Ask: {} now", "x", "A"),
        ("Do it. In brief. Here it is. {} Ask: {} now", "y", "B"),
      ]),
      "exam_eval/\(model)/gsm100.pred.jsonl": try rows([("Count well.", "x", "1")]),
      "exam_eval/\(model)/codeU.pred.jsonl": try rows([
        ("Run it.What prints?", "What prints?", "1"), ("Run it.Why?", "Why?", "1"),
      ]),
      "ngram_eval/\(model)/narrative_qa.pred.jsonl": try rows([
        ("Tell.This is it. {document} I: {inst} in 2 words. O: ", "x", "a b"),
        ("Tell.This is it. {document} I: {inst} in 3 words. O: ", "x", "a b c"),
      ]),
      "ngram_eval/\(model)/news_summ.pred.jsonl": try rows([
        ("Tell.This is it. {} I: {} in 9 words. O: ", "x", "a b"),
        ("Tell.This is it. {} I: {} in 9 words. O: ", "x", "a"),
      ]),
      "ngram_eval/\(model)/review_summ.pred.jsonl": try rows([("One. {} {}", "x", "a"), ("Two. {} {}", "x", "a")]),
    ])
    let derived = try LEvalPrompts.derive(predictions: path)
    let expected: [String: LEvalPrompts.Prompt] = [
      "tpo": .init(system: "Do it. In brief. ", user: "Here it is. {document} Ask: {question} now"),
      "gsm100": .init(system: "Count well.", user: "{document}\n\n{question}"),
      "codeU": .init(system: "Run it.", user: "{document}\n\n{question}"),
      "narrative_qa": .init(system: "Tell.", user: "This is it. {document} I: {question} in {words} words. O: "),
      "news_summ": .init(system: "Tell.", user: "This is it. {document} I: {question} in 9 words. O: "),
    ]
    #expect(derived.prompts.tasks == expected)
    #expect(derived.problems.contains { $0.hasPrefix("review_summ: the prompts") })
    #expect(derived.problems.contains { $0.hasPrefix("quality: there are no predictions") })
    #expect(derived.files.count == 6)
    let file = try folder(["prompts.json": derived.prompts.json]) + "/prompts.json"
    #expect(try LEvalPrompts(path: file) == derived.prompts)
    #expect(derived.prompts.tasks["tpo"]?.isOfficial(for: "tpo") == false)
    #expect(throws: TaskError.self) { try LEvalPrompts.derive(predictions: path + "/exam_eval") }
  }

  @Test(
    "a prompts file that is none is refused",
    arguments: [
      "[]", "{}", #"{"format": "leval-prompts/1", "tasks": {"tpo": {"system": ""}}}"#,
      #"{"format": "leval-prompts/1", "tasks": {"tpo": {"system": "", "user": "{question} {answer}"}}}"#,
      #"{"format": "leval-prompts/1", "tasks": {"tpo": {"system": "", "user": "{document}"}}}"#,
    ])
  func badPrompts(json: String) throws {
    let file = try folder(["prompts.json": json]) + "/prompts.json"
    #expect(throws: TaskError.self) { try LEvalPrompts(path: file) }
  }

  @Test("closed tasks are read and scored as upstream does")
  func closed() throws {
    func score(_ name: String, _ gold: String, _ prediction: String) throws -> Double? {
      let task = try task(name, [row("d", [("q", gold)])])
      return task.scores(of: try samples(task)[0].reference, outcome: generated(prediction)).first?.value
    }
    #expect(try score("tpo", "B", "(B) because") == 100)
    #expect(try score("coursera", "AB", "A") == 25)
    #expect(try score("coursera", "AC", "A. foo\nC. bar") == 100)
    #expect(try score("gsm100", "1234", "The answer is $1,234.50 .") == 100)
    #expect(try score("quality", "(A) x", "") == 0)
    #expect(try score("codeU", "[4, 2]", "it is the final output [4, 2]") == 100)
    #expect(try score("topic_retrieval_longchat", "art in society", "It was The Art in Society.") == 100)
  }

  @Test("sci_fi asks by the story and then, without it, by the real world")
  func sciFi() throws {
    let question = "Rain falls up, True or False? Answer this by the story."
    let task = try task("sci_fi", [row("STORY", [(question, "True [fact: False]"), ("S2", "False [fact: True]")])])
    let samples = try samples(task)
    let parts: [Value?] = ["loyalty", "loyalty", "fact", "fact"].map { .text($0) }
    #expect(samples.map { $0.fact("part") } == parts)
    #expect(samples[0].text.contains("STORY") && !samples[2].text.contains("STORY"))
    #expect(samples[2].text.contains("Rain falls up, True or False?") && !samples[2].text.contains("by the story"))
    func score(_ index: Int, _ text: String) -> Double? {
      task.scores(of: samples[index].reference, outcome: generated(text))[0].value
    }
    #expect(score(0, "True") == 100 && score(0, "False") == 0 && score(0, "Perhaps") == 0)
    #expect(score(2, "It is false.") == 100 && score(2, "True") == 0 && score(3, "true") == 100)
  }

  @Test("open tasks are scored as their document says, and without a judge there is no score")
  func open() throws {
    let f1 = try task("financial_qa", [row("d", [("q", "the red cat")], evaluation: "f1")])
    let f1Score = f1.scores(of: try samples(f1)[0].reference, outcome: generated("red dog"))
    #expect(f1Score == [Score("score", 50)])
    let rouge = try task("news_summ", [row("d", [("q", "the cat was on the mat")], evaluation: "rouge")])
    let scores = rouge.scores(of: try samples(rouge)[0].reference, outcome: generated("the cat sat on the mat"))
    #expect(scores.map(\.metric) == ["score", "rouge1", "rouge2", "rougeL"])
    #expect(abs((scores[0].value ?? 0) - 83.3333) < 1e-3 && abs((scores[2].value ?? 0) - 60) < 1e-9)
    for kind in ["LLM", "human"] {
      let judged = try task("news_summ", [row("d", evaluation: kind), row("e", evaluation: "rouge")])
      let samples = try samples(judged)
      #expect(samples.count == 2)
      #expect(
        judged.scores(of: samples[0].reference, outcome: generated("x")).first?.unscored?.hasPrefix("no judge given")
          == true)
      let without = try task(
        "news_summ", [row("d", evaluation: kind), row("e", evaluation: "rouge")], ["judged": .flag(false)])
      let left = try self.samples(without)
      #expect(left.count == 1 && left[0].fact("document") == .integer(2))
    }
  }

  @Test("prompts that are not the benchmark's give the protocol another name, and bad rows are reported")
  func protocolName() throws {
    let bad = row("d").merging(["outputs": ["A", "B"]]) { $1 }
    let task = try task("tpo", [row("d"), bad, row("d").merging(["evaluation": "vote"]) { $1 }])
    #expect(task.protocolName == "leval/se-eval-v2")
    let warnings = try task.warnings(in: byteContext())
    #expect(warnings.contains { $0.contains("tpo.jsonl:2: there are 1 `instructions` and 2 `outputs`") })
    #expect(warnings.contains { $0.contains("tpo.jsonl:3: `evaluation` is 'vote'") })
    #expect(warnings.contains { $0.contains("not the benchmark's") })
    #expect(throws: TaskError.self) { try self.task("tpo", [row("d")], ["tasks": .text("toefl")]) }
  }

  @Test("the project's own sample has all 20 tasks, and its references score full marks")
  func ownSample() throws {
    let task = try LEval(
      settings: TaskSettings([
        "path": .text(samplesFolder("leval")), "tasks": .text("all"), "lengths": .integer(4000),
      ]))
    #expect(task.cells.count == 20)
    for cell in task.cells {
      for sample in try task.samples(of: cell, in: byteContext()) {
        let gold = sample.expected[0]
        let answer = sample.fact("part") == .text("fact") ? (gold.contains("fact: T") ? "True" : "False") : gold
        let score = try #require(task.scores(of: sample.reference, outcome: generated(answer)).first)
        if score.unscored == nil { #expect(abs((score.value ?? 0) - 100) < 1e-9, "\(sample.id)") }
      }
    }
  }
}
