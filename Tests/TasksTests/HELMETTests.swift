import Evaluation
import Foundation
import Testing

@testable import Tasks

@Suite struct HELMETTests {
  private func task(_ settings: [String: Value]) throws -> HELMET {
    let standard: [String: Value] = ["path": .text(samplesFolder("helmet")), "lengths": .integer(12000)]
    return try HELMET(settings: TaskSettings(standard.merging(settings) { $1 }))
  }

  private func samples(_ settings: [String: Value], chat: String? = nil) throws -> [Sample] {
    let task = try task(settings)
    return try task.samples(of: task.cells[0], in: byteContext(chat: chat, window: 16384))
  }

  @Test("every dataset of the project's own sample makes prompts, and its answers are right")
  func ownSample() throws {
    let names = ["recall", "rag", "rerank", "cite", "icl", "longqa"]
    let task = try task([
      "datasets": .list(names.map { .text($0) }), "infinitebench": .text(samplesFolder("infinitebench")),
      "samples": .integer(2),
    ])
    #expect(task.cells.count == 18 && task.protocolName.hasPrefix("helmet/own+samples=2+own-lengths"))
    for cell in task.cells {
      // The chat template of those that ask for one: nothing is put in front of the first item of a list then.
      let made = try task.samples(of: cell, in: byteContext(chat: "chatml", window: 16384))
      #expect(made.count >= 2)
      guard case .text(let name) = cell.coordinates[0].value, let dataset = HELMETDataset(rawValue: name) else {
        continue
      }
      for sample in made {
        #expect(sample.request.tokens.count + sample.request.maxNewTokens <= 12000)
        let scores = task.scores(of: sample.reference, outcome: generated(right(dataset, sample)))
        #expect(scores.first?.metric == "score" && scores.first?.value == 100, "\(name)")
      }
    }
  }

  /// A reply that has everything that is asked for.
  private func right(_ dataset: HELMETDataset, _ sample: Sample) -> String {
    switch dataset.category {
    case .rerank:
      let pairs = sample.expected.map { $0.split(separator: " ").map(String.init) }
      return pairs.sorted { (Int($0[1]) ?? 0) > (Int($1[1]) ?? 0) }.map { $0[0] }.joined(separator: " > ")
    case .cite:
      return sample.expected.map { $0.dropFirst(2).dropLast(2).components(separatedBy: "\",\"")[0] }.joined(
        separator: ", ")
    case .longQA: return sample.expected[0]
    default: return " " + sample.expected.joined(separator: " ")
    }
  }

  @Test("without chat the prompt ends with the beginning of the answer, which is put in front of the reply")
  func prepending() throws {
    let sample = try #require(try samples(["datasets": .text("kilt_nq")]).first)
    #expect(sample.text.hasSuffix("\nAnswer:") && sample.fact("prepended") == .text("Answer:"))
    let cited = try #require(try samples(["datasets": .text("alce_asqa")], chat: "chatml").first)
    #expect(!cited.text.contains("Answer:") && cited.fact("prepended") == .text(""))
    // Recall never goes through a chat template.
    let recalled = try #require(try samples(["datasets": .text("json_kv")], chat: "chatml").first)
    #expect(recalled.fact("chat") == .text("none") && recalled.text.hasSuffix("\nCorresponding value:"))
  }

  @Test("a server that wraps messages gets the user's part; words go in front where no chat is asked for")
  func server() throws {
    let asked = try #require(try samples(["datasets": .text("kilt_nq")], chat: SampleContext.serverChat).first)
    #expect(!asked.text.hasSuffix("Answer:") && asked.fact("prepended") == .text("Answer:"))
    let cited = try #require(try samples(["datasets": .text("alce_asqa")], chat: SampleContext.serverChat).first)
    #expect(!cited.text.contains("Answer:") && cited.fact("prepended") == .text(""))
  }

  @Test("of a model that thinks what stands behind its thoughts is read")
  func thinking() throws {
    let settings: [String: Value] = ["datasets": .text("kilt_nq"), "thinking": .flag(true)]
    let task = try task(settings)
    let sample = try #require(try samples(settings).first)
    let plain = try #require(try samples(["datasets": .text("kilt_nq")]).first)
    #expect(sample.request.maxNewTokens == 20 + 32_768 && sample.text == plain.text)
    #expect(task.protocolName.hasSuffix("+thinking"))
    func score(_ sample: Sample, _ reply: String) -> Double? {
      task.scores(of: sample.reference, outcome: generated(reply)).first?.value
    }
    let right = sample.expected[0]
    #expect(score(sample, "<think> a </think> b </think>\n\(right)") == 100)
    #expect(score(sample, "<think> \(right) </think> nothing") == 0 && score(sample, right) == 100)
    #expect(score(plain, "<think> \(right) </think> nothing") == 100)
    #expect(throws: TaskError.self) { try self.task(settings.merging(["stop-newline": .flag(true)]) { $1 }) }
  }

  // MARK: The first cut

  @Test("a text keeps its beginning, no part of a character, and the words that say so")
  func firstCut() throws {
    let cut = HELMETFirstCut(try metaspaceTokenizer(addsBOS: true), name: "x")
    // BOS, the space in front, and a token a character, but two of é.
    let text = "abcd\u{e9} fgh ij"
    func kept(_ limit: Int) -> String { cut.cut(text, to: limit, omission: "~") }
    #expect(kept(15) == text && kept(14) == "abcd\u{e9} fgh~" && kept(10) == "abcd\u{e9}~")
    // As PyPI's tokenizers cuts: a token that is a byte of é has the offsets of é.
    #expect(kept(9) == "abcd\u{e9}~" && kept(8) == "abcd~" && kept(2) == "~")
    #expect(HELMETFirstCut.limit(.bookQuestion, length: 131_072) == 130_862)
    #expect(HELMETFirstCut.limit(.narrativeQA, length: 131_072) == 130_772)
    #expect(HELMETFirstCut.limit(.bookSummary, length: 131_072) == 129_672)
    #expect(HELMETFirstCut.limit(.lawSummary, length: 131_072) == 130_372)
  }

  @Test("short books are left out by the first cut's tokens, and serve as examples all the same")
  func longBooks() throws {
    func book(_ id: Int, _ count: Int) throws -> String {
      let text = String(repeating: "x", count: count)
      return try line(["id": id, "context": text, "input": "Q\(id)?", "answer": ["A\(id)"], "options": []])
    }
    // BOS and the space in front are two of the tokens.
    let path = try tree(["longbook_qa_eng.jsonl": book(1, 65_533) + book(2, 65_534) + book(3, 80)])
    func items(_ firstCut: HELMETLoader.FirstCut?) throws -> [HELMETItem] {
      let loader = HELMETLoader(
        dataset: .bookQuestion,
        source: try HELMETFiles(path: path, infiniteBench: path).source(.bookQuestion, length: 12_000),
        templates: HELMETTemplates(ownFor: .bookQuestion), shots: 2, count: 9, hasJudge: false, firstCut: firstCut)
      let items = try loader.items()
      return try (0..<items.count).map { try items.item($0) }
    }
    #expect(try items(nil).count == 3)
    let cut = HELMETFirstCut(try metaspaceTokenizer(addsBOS: true), name: "x")
    let long = try items(.init(cut: cut, limit: 20, omission: "~"))
    #expect(long.map(\.id) == ["2"] && long.first?.fields["context"] == String(repeating: "x", count: 16) + "~")
    #expect(long.first?.fields["demo"]?.contains("Q3?") == true)
    #expect(throws: TaskError.self) {
      try self.task([
        "datasets": .text("longqa"), "infinitebench": .text(path),
        "llama2-tokenizer": .text(samplesFolder("demo/model")),
      ])
    }
  }

  @Test("the words behind a cut book are the checkout's")
  func omission() throws {
    let source = "def truncate_llama2(dataset, data, postfix_text=\" ... [cut]\"):\n    x = 1\n"
    #expect(PythonFunction.standard("postfix_text", of: "truncate_llama2", in: source) == " ... [cut]")
    #expect(PythonFunction.standard("postfix_text", of: "filter_length", in: source) == nil)
  }

  @Test("a question comes with each place of its gold document; examples are other questions")
  func questions() throws {
    let made = try samples(["datasets": .text("kilt_nq"), "samples": .integer(1)])
    #expect(made.count == 2 && Set(made.map { $0.text.components(separatedBy: "Question: ").last ?? "" }).count == 1)
    #expect(made[0].text.components(separatedBy: "Question: ").count == 4)
    let bare = try samples(["datasets": .text("kilt_nq"), "samples": .integer(1), "shots": .integer(0)])
    #expect(bare[0].text.components(separatedBy: "Question: ").count == 2)
    #expect(try samples(["datasets": .text("kilt_nq"), "limit": .integer(3)]).count == 3)
  }

  @Test("a prompt that is too long loses the end of its documents and keeps its question")
  func cut() throws {
    let settings: [String: Value] = ["datasets": .text("json_kv"), "shots": .integer(0)]
    let whole = try #require(try samples(settings).first)
    let task = try HELMET(
      settings: TaskSettings(
        settings.merging(["path": .text(samplesFolder("helmet")), "lengths": .integer(900)]) { $1 }))
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    #expect(sample.request.tokens.count == 800 && sample.truncatedTokenCount == whole.request.tokens.count - 800)
    #expect(sample.text.hasSuffix(whole.text.suffix(100)) && whole.text.hasPrefix(sample.text.prefix(400)))
  }

  @Test("texts are read from the checkout's data.py: the branch of the dataset, whatever stands around it")
  func checkout() throws {
    let source = #"""
      def load_qa(dataset):
          if "bad" in dataset:
              user_template = "no"
          else:
              user_template = "Q \"{question}\"\n{demos}{context}"
          system_template = "A:"
          demo_template = "{documents}/{answer}"
          passage_template = "<{title}|{text}>"

      def load_msmarco_rerank(path):
          user_template = '{context} {question}'
          system_template = "R:"
          passage_template = "[{id}] {title}" if "title" in x else "[{id}] {text}"
      """#
    let path = try tree(["data.py": source])
    func templates(_ dataset: HELMETDataset) throws -> HELMETTemplates {
      try HELMETTemplates(checkout: path, dataset: dataset)
    }
    let fields = ["question": "q", "demos": "", "context": "c", "title": "t", "text": "x", "id": "7"]
    #expect(try templates(.naturalQuestions).user.filled(fields) == "Q \"q\"\nc")
    #expect(try templates(.naturalQuestions).passage.filled(fields) == "<t|x>")
    #expect(try templates(.rerank).untitled.filled(fields) == "[7] x")
    #expect(try templates(.rerank).passage.filled(fields) == "[7] t")
    #expect(throws: TaskError.self) { try templates(.keyValue) }
  }

  @Test("names that are none, and files that are not named, are refused")
  func refused() {
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("multi_lexsum_130372")]) }
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("infbench_sum_eng")]) }
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("infbench_qa_eng")]) }
    #expect(throws: TaskError.self) { try self.task(["datasets": .text("json_kv"), "lengths": .integer(4096)]) }
  }

  // MARK: What a judge marks

  private func judge(_ name: String = "umpire") throws -> Judge {
    Judge(name: name, tokenizer: try byteTokenizer(addsBOS: false), baseline: nil)
  }

  private func judged(_ dataset: String, _ settings: [String: Value] = [:]) throws -> (HELMET, [Sample]) {
    let task = try task(
      settings.merging(["datasets": .text(dataset), "infinitebench": .text(samplesFolder("infinitebench"))]) { $1 })
    let context = SampleContext(
      tokenizer: try byteTokenizer(addsBOS: true), contextWindow: 16384, chat: nil, seed: 1, judge: try judge())
    return (task, try task.samples(of: task.cells[0], in: context))
  }

  @Test("answers of judged datasets are stored without a judge, and the row says that there was none")
  func withoutJudge() throws {
    for dataset in ["narrativeqa", "infbench_sum_eng", "multi_lexsum"] {
      let settings: [String: Value] = [
        "datasets": .text(dataset), "infinitebench": .text(samplesFolder("infinitebench")),
      ]
      let task = try task(settings)
      let sample = try #require(try samples(settings).first)
      #expect(sample.followUp == nil && sample.fact("judge") == nil)
      let scores = task.scores(of: sample.reference, outcome: generated(" " + sample.expected[0]))
      #expect(scores[0].unscored?.hasPrefix("no judge given") == true)
      // Whole, or as read out, with the words in front that the prompt ends with.
      #expect(scores.contains { $0.metric == "rougeL_recall" && ($0.value ?? 0) > 99.9 })
      #expect(task.protocolName.contains("+own-first-cut"))
    }
    // Rows without a short summary are none.
    #expect(try judged("multi_lexsum").1.count == 3)
    #expect(try judged("multi_lexsum").0.protocolName.hasSuffix("+own-examples"))
  }

  @Test("the judge sees what is right and the answer, and no document; its marks are the score")
  func marks() throws {
    let (task, made) = try judged("narrativeqa")
    let sample = try #require(made.first)
    #expect(sample.text.hasSuffix("\nAnswer:") && sample.text.components(separatedBy: "Question: ").count == 4)
    let asked = try #require(try sample.followUp?.sample(after: generated(" Lena.\nAnswer: Piet")))
    #expect(asked.isJudgment && asked.followUp == nil && asked.conversation?.messages.count == 1)
    #expect(asked.text.hasSuffix("Answer: Lena. Answer: Piet") && asked.text.contains("Right answers: ['"))
    #expect(!asked.text.contains("green"))
    let scores = task.scores(of: asked.reference, outcome: generated("{\"fluency\": 1, \"correctness\": 3}"))
    #expect(scores.first { $0.metric == "score" }?.value == 100)
    #expect(scores.first { $0.metric == "rougeL_f1" }?.value ?? 100 < 100)
    #expect(Set(task.judgedMetrics.map(\.name)).isSubset(of: Set(scores.map(\.metric))))
  }

  @Test("a summary is judged three times; key points that are not there are an error where there is a judge")
  func summaries() throws {
    let (task, made) = try judged("infbench_sum_eng")
    var call = try #require(made.first)
    #expect(call.followUp?.calls().count == 3)
    for reply in ["A boat.", "{\"fluency\": 1}", "{\"recall\": 3}"] {
      call = try #require(try call.followUp?.sample(after: generated(reply)))
      #expect(call.text.contains("A boat."))
    }
    #expect(call.followUp == nil && call.fact("key_points") == .integer(3))
    let last = generated("{\"precision\": 1, \"sentence_count\": 1}")
    #expect(task.scores(of: call.reference, outcome: last).first?.value == 100)
    // The same without the points.
    let rows = try String(contentsOfFile: samplesFolder("infinitebench") + "/longbook_sum_eng.jsonl", encoding: .utf8)
    let folder = try tree(["i/longbook_sum_eng.jsonl": rows, "data/x": ""])
    let bare = try HELMET(
      settings: TaskSettings([
        "path": .text(folder), "infinitebench": .text(folder + "/i"), "datasets": .text("infbench_sum_eng"),
        "lengths": .integer(12000),
      ]))
    #expect(try !bare.samples(of: bare.cells[0], in: byteContext(window: 16384)).isEmpty)
    let context = SampleContext(
      tokenizer: try byteTokenizer(addsBOS: true), contextWindow: 16384, chat: nil, seed: 1, judge: try judge())
    #expect { try bare.samples(of: bare.cells[0], in: context) } throws: {
      "\($0)".contains("longbook_sum_eng_keypoints.jsonl")
    }
  }

  @Test("texts of judged datasets and their judge's are read from the checkout")
  func judgedCheckout() throws {
    let source = #"""
      def load_narrativeqa(dataset):
          user_template = "S {demo}{context}\n{question}"
          system_template = "A:"
          data = data.map(lambda x: {
              "demo": "" if shots == 0 else "Ex:\n" + "\n\n".join([f"Q {ex['question']['text']}={ex['answers'][0]['text']}" for ex in d["train"]]) + "\nNow:\n"
          })

      def load_multi_lexsum(dataset):
          user_template = "L {demo}{context}"
          system_template = "M:"
          all_data = all_data.map(lambda x: {
              "demo": "" if shots == 0 else "Ex:\n" + "\n".join(["M: {}".format(ex["summary/short"]) for ex in t]) + "\nNow:\n",
          })

      def load_infbench(dataset):
          if a:
              user_template = "1"
              system_template = "1"
          elif b:
              user_template = "2"
              system_template = "2"
          else:
              user_template = "B {demo}{context}"
              system_template = "3"
          def add_demos(example):
              demo = "1".join([temp.format(**x) for x in demos])
              demo = "2".join([temp.format(**x) for x in demos])
              demo = "\n\n".join([f"[x]\nM: {x['answer'][0].strip()}" for x in demos])
              return {"demo": f"F:\n{demo}\nG:\n"}
      """#
    let path = try tree([
      "data.py": source,
      "scripts/eval_gpt4_longqa.py":
        "judge_prompt = \"\"\"J {{\"fluency\": 0}} {question} {correct_answers} {parsed_output}\"\"\"\n",
      "scripts/eval_gpt4_summ.py": [
        ("fluency", "{text}"), ("recall", "{keypoints}{summary}"), ("precision", "{expert_summary}{summary}"),
      ].flatMap { name, fields in
        ["", "_book"].map { "\(name)_prompt\($0)=\"\"\"\(name)\($0) \(fields)\"\"\"\n" }
      }.joined(),
    ])
    let checkout: [String: Value] = ["checkout": .text(path), "shots": .integer(1)]
    let (stories, asked) = try judged("narrativeqa", checkout)
    let first = try #require(asked.first)
    #expect(first.text.hasPrefix("S Ex:\nQ Who is the ") && first.text.contains("\nNow:\n"))
    #expect(first.text.contains("?=") && first.text.hasSuffix("\nA:"))
    #expect(stories.dataFiles.contains { $0.name == "scripts/eval_gpt4_longqa.py" })
    let judgment = try #require(try first.followUp?.sample(after: generated("x")))
    #expect(judgment.text.contains("J {\"fluency\": 0} Who is") && judgment.text.hasSuffix("x"))
    #expect(try #require(try judged("multi_lexsum", checkout).1.first).text.hasPrefix("L Ex:\nM: "))
    let book = try #require(try judged("infbench_sum_eng", checkout).1.first)
    #expect(book.text.hasPrefix("B F:\n[x]\nM: Maud Easton plants") && book.text.hasSuffix("\n\n3"))
    let fluency = try #require(try book.followUp?.sample(after: generated("y")))
    #expect(fluency.text.hasSuffix("fluency_book 3y"))
    let said = "those of the checkout's scripts/eval_gpt4_longqa.py (SHA-256 "
    #expect(stories.judgedNotes(try judge()).contains { $0.contains(said) })
    #expect(stories.judgedProtocolName == stories.protocolName && stories.protocolName.hasPrefix("helmet/v1"))
    // A file with CR LF is the same.
    let windows = try tree([
      "data.py": source.replacing("\n", with: "\r\n"),
      "scripts/eval_gpt4_longqa.py": "judge_prompt = \"J {question} {correct_answers} {parsed_output}\"\r\n",
    ])
    #expect(try judged("narrativeqa", ["checkout": .text(windows), "shots": .integer(1)]).1.first?.text == first.text)
  }

  @Test("a line end of an answer, CR LF too, is a space for the judge")
  func lineEnds() throws {
    #expect(HELMETJudging.withoutLineEnds("a\r\nb\nc") == "a\r b c")
    let sample = try #require(try judged("narrativeqa").1.first)
    let asked = try #require(try sample.followUp?.sample(after: generated(" Lena.\r\nAnswer: Piet")))
    #expect(!asked.text.unicodeScalars.reversed().prefix { $0 != ":" }.contains("\n"))
    #expect(asked.text.contains("Lena."))
  }

  /// HELMET with what a judge needs of some files.
  private func damaged(_ dataset: String, _ files: [String: String], hasJudge: Bool) throws -> [Sample] {
    let rows = try String(contentsOfFile: samplesFolder("infinitebench") + "/longbook_sum_eng.jsonl", encoding: .utf8)
    let source = """
      def load_narrativeqa(dataset):
          user_template = "S {demo}{context}\\n{question}"
          system_template = "A:"
              "demo": "" if shots == 0 else "Ex:\\n" + " ".join([f"Q {answer}" for ex in d]) + "\\nNow:\\n"
      """
    var all = files.merging(["i/longbook_sum_eng.jsonl": rows]) { $1 }
    let stories = samplesFolder("helmet") + "/data/narrativeqa/"
    for name in ["test.jsonl", "train.jsonl"] {
      all["data/narrativeqa/" + name] = try String(contentsOfFile: stories + name, encoding: .utf8)
    }
    if dataset == "narrativeqa" { all["data.py"] = source }
    let folder = try tree(all)
    let task = try HELMET(
      settings: TaskSettings([
        "path": .text(folder), "infinitebench": .text(folder + "/i"), "datasets": .text(dataset),
        "lengths": .integer(12000),
      ]))
    let context = SampleContext(
      tokenizer: try byteTokenizer(addsBOS: true), contextWindow: 16384, chat: nil, seed: 1,
      judge: hasJudge ? try judge() : nil)
    return try task.samples(of: task.cells[0], in: context)
  }

  @Test(
    "what only a judge needs is looked at only where there is one, and then must be whole",
    arguments: [
      ("infbench_sum_eng", "data/infbench/longbook_sum_eng_keypoints.jsonl", #"{"keypoints": ["a"]}"#, "`id`"),
      (
        "infbench_sum_eng", "data/infbench/longbook_sum_eng_keypoints.jsonl",
        #"{"id": 0, "keypoints": ["a"]}"# + "\n" + #"{"id": 0, "keypoints": ["b"]}"#, "each `id` once"
      ), ("infbench_sum_eng", "data/infbench/longbook_sum_eng_keypoints.jsonl", "{", "keypoints.jsonl"),
      ("narrativeqa", "scripts/x", "", "eval_gpt4_longqa.py"),
      (
        "narrativeqa", "scripts/eval_gpt4_longqa.py", "judge_prompt = 'J {question} {parsed_output}'",
        "{correct_answers}"
      ),
      (
        "narrativeqa", "scripts/eval_gpt4_longqa.py",
        "judge_prompt = 'J {question} {correct_answers} {parsed_output} {other}'", "{correct_answers}"
      ),
    ])
  func judgesFiles(dataset: String, file: String, content: String, problem: String) throws {
    #expect(try !damaged(dataset, [file: content], hasJudge: false).isEmpty)
    #expect { try damaged(dataset, [file: content], hasJudge: true) } throws: { "\($0)".contains(problem) }
  }

  @Test("the rows of lawsuits are those that HELMET's shuffle of the rows with a short summary draws")
  func lawsuits() throws {
    let all = try judged("multi_lexsum").1
    let some = try judged("multi_lexsum", ["samples": .integer(2)]).1
    #expect(some.map(\.id) == HELMETSelection.shuffled(all.count).prefix(2).map { all[$0].id })
  }

  @Test("without a checkout's scripts the judge's prompts are the project's, which the protocol says with a judge")
  func ownJudgePrompts() throws {
    let own = try task(["datasets": .text("narrativeqa")])
    #expect(own.judgedProtocolName == own.protocolName && own.protocolName.hasPrefix("helmet/own"))
    for start in ["deviation: the judge's prompts are the project's own", "deviation: marks off their scale"] {
      #expect(own.judgedNotes(try judge()).contains { $0.hasPrefix(start) })
    }
  }

  @Test("right answers are listed as Python shows texts")
  func pythonLists() {
    #expect(HELMETJudging.pythonList(["a", "it's", "\"it's\"", "b\nc\\"]) == #"['a', "it's", '"it\'s"', 'b\nc\\']"#)
    let odd = ["a\u{a0}b\u{200b}", "\r\n\u{7f}", "\u{e0001}é", "'\u{301}", " "]
    #expect(
      HELMETJudging.pythonList(odd)
        == #"['a\xa0b\u200b', '\r\n\x7f', '\U000e0001é', "'"# + "\u{301}" + #"", ' ']"#)
  }
}
