import Backends
import Evaluation
import Foundation
import Store
import Synchronization
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// A judge of tests: says what its script says of a prompt, or of the two answers in it.
private final class JudgeScript: Sendable {
  private let verdict: @Sendable (_ prompt: String) -> String
  private let asked = Mutex<[String]>([])

  init(prompt verdict: @escaping @Sendable (_ prompt: String) -> String) { self.verdict = verdict }

  convenience init(_ verdict: @escaping @Sendable (_ a: String, _ b: String) -> String) {
    self.init { prompt in
      let parts = prompt.components(separatedBy: "### ").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
      func part(_ name: String) -> String {
        let found = parts.first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) } ?? ""
        return found.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      return verdict(part("Answer A"), part("Answer B"))
    }
  }

  /// The prompts so far.
  var prompts: [String] { asked.withLock { $0 } }

  func reply(_ request: FakeServer.Request) -> FakeServer.Reply? {
    guard request.path == "/v1/chat/completions",
      let body = try? JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any],
      let user = (body["messages"] as? [[String: String]])?.last?["content"]
    else { return nil }
    asked.withLock { $0.append(user) }
    return said(verdict(user))
  }
}

/// An answer of OpenAI's chat route.
private func said(_ text: String) -> FakeServer.Reply {
  .json(
    #"{"choices": [{"message": {"content": "\#(text.replacing("\"", with: "\\\""))"}, "finish_reason": "stop"}], "#
      + #""usage": {"prompt_tokens": 9999}}"#)
}

/// Judged rows of L-Eval and HELMET: two servers answer, a third one compares or marks.
@Suite struct JudgeTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private let folder: TemporaryFolder
  private let first: FakeServer
  private let second: FakeServer

  init() throws {
    folder = try TemporaryFolder()
    first = try FakeServer(Self.inference("ours"))
    second = try FakeServer(Self.inference("theirs"))
  }

  /// A model whose every answer is a word.
  private static func inference(_ word: String) -> FakeInference {
    var behaviour = FakeInference.Behaviour(.openAI)
    behaviour.version = word
    behaviour.override = { $0.path == "/v1/chat/completions" ? said(word) : nil }
    return FakeInference(behaviour)
  }

  private func judge(_ script: JudgeScript, context: Int = 4096) throws -> FakeServer {
    var behaviour = FakeInference.Behaviour(.openAI)
    behaviour.context = context
    behaviour.override = { script.reply($0) }
    return try FakeServer(FakeInference(behaviour))
  }

  private static let compared =
    "leval: {path: \(root)/Datasets/leval, tasks: [news_summ], truncation: middle, lengths: [4000]}"

  private func sweep(
    _ judge: String?, models: [String] = ["theirs", "ours"], task: String = Self.compared
  ) throws(SweepError) -> Sweep {
    let entries = models.map { name in
      // Weights tell them apart: else one's answers would be the other's, too.
      let weights = String(repeating: name == "ours" ? "a" : "b", count: 64)
      return "{name: \(name), chat: server, server: {url: \"\((name == "ours" ? first : second).url)\", retries: 0, "
        + "weights: \(weights)}}"
    }
    let text =
      "name: judged\nallow-unverified: true\nmodels: [\(entries.joined(separator: ", "))]\nmethods: [plain]\n"
      + "tasks: [\(task)]\n"
      + (judge.map { "judge: \($0)\n" } ?? "")
    let read = try Configuration.read(
      Array(text.utf8), file: "judged.yaml", overrides: [], taskTypes: TaskRegistry.types, environment: [:])
    let backend = ServerBackend(variables: [:])
    return try Sweep(read, options: SweepOptions(threads: 1), provider: backend, purpose: .execution)
  }

  private func entry(_ server: FakeServer, _ baseline: String = "{model: theirs}") -> String {
    "{name: umpire, server: {url: \"\(server.url)\", retries: 0}, baseline: \(baseline)}"
  }

  private func run(_ sweep: Sweep, _ store: ResultStore) throws -> SweepStatus {
    try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in }).status
  }

  /// The scores of the judged row of a model.
  private func scores(_ store: ResultStore, _ model: String) throws -> [String: Double] {
    for cell in try store.cells() where cell.record.model == model {
      for result in try store.results(in: cell.id, withPrompts: false, withLogProbabilities: false)
      where result.facts.contains(#""evaluation":"LLM""#) {
        return Dictionary(result.scores.compactMap { score in score.value.map { (score.metric, $0) } }) { $1 }
      }
    }
    return [:]
  }

  private func open(_ name: String) throws -> ResultStore {
    try ResultStore.open("\(folder.path)/\(name).sqlite", mode: .create)
  }

  @Test("answers are compared in both orders; a judge that likes what stands first gives a half")
  func orders() throws {
    for (name, verdict, expected) in [
      ("better", { @Sendable (a: String, _: String) in a == "ours" ? "So [[A]]" : "So [[B]]" }, 100.0),
      ("worse", { @Sendable (a: String, _: String) in a == "ours" ? "[[B]]" : "[[A]]" }, 0),
      ("tie", { @Sendable (_: String, _: String) in "[[C]]" }, 50), ("biased", { @Sendable (_, _) in "[[A]]" }, 50),
    ] {
      let script = JudgeScript(verdict)
      let server = try judge(script)
      let store = try open(name)
      #expect(try run(sweep(entry(server)), store) == .complete)
      #expect(script.prompts.count == 2)
      #expect(try scores(store, "ours") == ["win_rate": expected, "unreadable_judgments": 0])
      #expect(try scores(store, "theirs") == ["win_rate": 50])
      let cell = try #require(try store.cells().first { $0.record.model == "ours" })
      #expect(cell.record.protocolNotes.contains { $0.hasPrefix("the judge umpire: served by openai") })
      #expect(cell.record.metrics.map(\.name).contains("win_rate"))
    }
  }

  @Test("judgments without a verdict are dropped and counted; with none left there is no score")
  func unreadable() throws {
    let half = JudgeScript { a, _ in a == "ours" ? "[[A]]" : "I cannot say." }
    let store = try open("half")
    #expect(try run(sweep(entry(judge(half))), store) == .complete)
    #expect(try scores(store, "ours") == ["win_rate": 100, "unreadable_judgments": 1])
    let none = try open("none")
    _ = try run(sweep(entry(judge(JudgeScript { _, _ in "Both are fine." }))), none)
    #expect(try scores(none, "ours") == ["unreadable_judgments": 2])
  }

  @Test("judgments are evaluations of their own: stored, taken again, and asked anew only of another judge")
  func reuse() throws {
    let script = JudgeScript { a, _ in a == "ours" ? "[[A]]" : "[[B]]" }
    let store = try open("reuse")
    // Without a judge the rows say so.
    _ = try run(sweep(nil), store)
    #expect(try scores(store, "ours") == [:])
    let answered = first.requests.count { $0.path == "/v1/chat/completions" }
    let server = try judge(script)
    #expect(try run(sweep(entry(server)), store) == .complete)
    // What the models answered is taken from the store.
    #expect(first.requests.count { $0.path == "/v1/chat/completions" } == answered)
    #expect(script.prompts.count == 2)
    #expect(try run(sweep(entry(server)), store) == .complete)
    #expect(script.prompts.count == 2)
    #expect(try sweep(entry(server)).plan(store: store).cells.allSatisfy { $0.doneCount == $0.sampleCount })
    // Another baseline store with the same answer gives the same prompts.
    let other = entry(server, "{model: theirs, db: \(folder.path)/reuse.sqlite}")
    #expect(try run(sweep(other, models: ["ours"]), open("elsewhere")) == .complete)
    #expect(script.prompts.count == 4)
  }

  @Test("a judge that goes leaves a sweep that is resumed with the judgment that is missing")
  func resuming() throws {
    let script = JudgeScript { a, _ in a == "ours" ? "[[A]]" : "[[B]]" }
    let inference = FakeInference(.init(.openAI))
    inference.change { $0.override = { request in script.prompts.count == 1 ? .raw("") : script.reply(request) } }
    let dying = try FakeServer(inference)
    let store = try open("dying")
    #expect { try run(sweep(entry(dying)), store) } throws: { "\($0)".contains("umpire") }
    #expect(script.prompts.count == 1)
    #expect(try run(sweep(entry(judge(script))), store) == .complete)
    #expect(script.prompts.count == 2)
    #expect(try scores(store, "ours") == ["win_rate": 100, "unreadable_judgments": 0])
  }

  @Test("a baseline without the answer fails the sample by name, and a judge without a task is told")
  func mistakes() throws {
    let script = JudgeScript { _, _ in "[[C]]" }
    let server = try judge(script)
    let store = try open("missing")
    #expect(try run(sweep(entry(server, "{model: nobody}")), store) == .incomplete)
    #expect(script.prompts.isEmpty)
    #expect { try sweep("{server: {url: \"http://x\", tokenizer: a}}") } throws: { "\($0)".contains("tokenizer") }
    #expect { try sweep("{server: {url: \"http://x\"}, baseline: {method: plain}}") } throws: {
      "\($0)".contains("model")
    }
    let other = try configuration(
      "name: t\nmodels: [{name: s, chat: server, server: {url: \"\(first.url)\"}}]\nmethods: [plain]\n"
        + "tasks: [counting]\njudge: \(entry(server))")
    let backend = ServerBackend(variables: [:])
    let made = try Sweep(other, options: SweepOptions(threads: 1), provider: backend, purpose: .plan)
    #expect(made.warnings.contains { $0.hasPrefix("the judge is not asked") })
  }

  // MARK: Marks

  private static let marked =
    "helmet: {path: \(root)/Datasets/helmet, infinitebench: \(root)/Datasets/infinitebench, "
    + "datasets: [narrativeqa, infbench_sum_eng, multi_lexsum], lengths: [16000], limit: 1}"

  /// The scores of a dataset of HELMET.
  private func marks(_ store: ResultStore, _ dataset: String) throws -> [String: Double] {
    for cell in try store.cells() {
      for result in try store.results(in: cell.id, withPrompts: false, withLogProbabilities: false)
      where result.facts.contains("\"dataset\":\"\(dataset)\"") {
        return Dictionary(result.scores.compactMap { score in score.value.map { (score.metric, $0) } }) { $1 }
      }
    }
    return [:]
  }

  @Test("HELMET's answers are marked in one call and summaries in three; without a judge the rows say so")
  func rubrics() throws {
    let bare = try open("bare")
    _ = try run(sweep(nil, models: ["ours"], task: Self.marked), bare)
    #expect(try marks(bare, "narrativeqa")["score"] == nil)
    #expect(try marks(bare, "narrativeqa")["rougeL_f1"] == 0)
    let reasons = try bare.cells().flatMap { cell in
      try bare.results(in: cell.id, withPrompts: false, withLogProbabilities: false)
    }.compactMap { $0.scores.first?.unscored }
    #expect(reasons.count == 3 && reasons.allSatisfy { $0.hasPrefix("no judge given") })

    let script = JudgeScript(prompt: { prompt in
      if prompt.contains("correctness") { return "Half. {\"fluency\": 1, \"correctness\": 2}" }
      if prompt.contains("sentence_count") { return "{\"precision\": 1, \"sentence_count\": 2}" }
      return prompt.contains("recall") ? "{\"recall\": 1}" : "{\"fluency\": 1}"
    })
    let server = "{name: umpire, server: {url: \"\(try judge(script).url)\", retries: 0}}"
    let store = try open("marked")
    let made = try sweep(server, models: ["ours"], task: Self.marked)
    let plan = try made.plan(store: store)
    #expect(plan.text.contains("the judge umpire:\n  server: at most 7 requests, about "))
    #expect(plan.text.contains("served by openai") && plan.json.contains("requests_left"))
    #expect(try run(made, store) == .complete)
    // Equal answers share what depends on nothing else: both summaries their fluency.
    #expect(script.prompts.count == 6)
    #expect(try marks(store, "narrativeqa")["score"].map { abs($0 - 200 / 3) < 1e-9 } == true)
    let summary = try marks(store, "infbench_sum_eng")
    #expect(summary["judge_precision"] == 50)
    for (metric, value) in [("judge_recall", 100 / 3), ("score", 40.0)] {
      #expect(abs((summary[metric] ?? 0) - value) < 1e-9, "\(metric)")
    }
    // The model's answer, and neither the last judgment, is what string metrics see.
    #expect(script.prompts.allSatisfy { $0.contains("ours") })
    let cell = try #require(try store.cells().first)
    #expect(cell.record.protocolNotes.contains { $0.contains("gpt-4o-2024-05-13") })
    #expect(!cell.record.protocolNotes.contains { $0.contains("baseline") })
    // All of it is taken again.
    let again = try sweep(server, models: ["ours"], task: Self.marked)
    #expect(try again.plan(store: store).text.contains("; at most 0 requests are left"))
    #expect(try run(again, store) == .complete && script.prompts.count == 6)
  }

  @Test("a judge's prompts of the project beside a checkout's texts are part of the protocol's name, with a judge")
  func ownJudgePrompts() throws {
    let source = """
      def load_narrativeqa(dataset):
          user_template = "S {demo}{context}\\n{question}"
          system_template = "A:"
          data = data.map(lambda x: {
              "demo": "" if shots == 0 else "Ex:\\n" + " ".join([f"Q {ex['question']['text']}" for ex in d]) + "\\nNow:\\n"
          })
      """
    try source.write(toFile: folder.path + "/data.py", atomically: true, encoding: .utf8)
    let task =
      "helmet: {path: \(Self.root)/Datasets/helmet, checkout: \(folder.path), datasets: [narrativeqa], lengths: [16000], "
      + "limit: 1}"
    let script = JudgeScript(prompt: { _ in "{\"fluency\": 1, \"correctness\": 3}" })
    let server = "{name: umpire, server: {url: \"\(try judge(script).url)\", retries: 0}}"
    let store = try open("own")
    // Answers without a score.
    _ = try run(sweep(nil, models: ["ours"], task: task), store)
    #expect(try !store.cells().isEmpty && store.cells().allSatisfy { !$0.record.protocolName.contains("judge") })
    let judged = try sweep(server, models: ["ours"], task: task)
    #expect(try run(judged, store) == .complete)
    let names = try store.currentCells().map(\.record.protocolName)
    #expect(names.allSatisfy { $0.hasPrefix("helmet/v1+prompts") && $0.hasSuffix("+own-judge-prompts") })
    #expect(try run(judged, store) == .complete && script.prompts.count == 1)
    #expect(try judged.plan(store: store).cells.allSatisfy { $0.doneCount == $0.sampleCount })
  }

  @Test("a plan warns of judgments that may be longer than the judge's context")
  func judgeContext() throws {
    let script = JudgeScript(prompt: { _ in "" })
    for (context, count) in [(3000, 1), (8000, 0)] {
      let server = "{name: umpire, server: {url: \"\(try judge(script, context: context).url)\", retries: 0}}"
      let plan = try sweep(server, models: ["ours"], task: Self.marked).plan(store: nil)
      #expect(plan.warnings.count { $0.hasPrefix("the judge umpire: a judgment of helmet may have about") } == count)
    }
  }

  @Test("marks that cannot be read, or lie off their scale, leave a row without a score and are counted")
  func unreadableMarks() throws {
    let script = JudgeScript(prompt: { prompt in
      if prompt.contains("correctness") { return "{\"fluency\": 1, \"correctness\": 7}" }
      if prompt.contains("sentence_count") { return "{\"precision\": 3, \"sentence_count\": 2}" }
      return prompt.contains("recall") ? "{\"recall\": 1}" : "It reads well."
    })
    let server = "{name: umpire, server: {url: \"\(try judge(script).url)\", retries: 0}}"
    let store = try open("unreadable")
    _ = try run(sweep(server, models: ["ours"], task: Self.marked), store)
    #expect(try marks(store, "narrativeqa")["unreadable_judgments"] == 1)
    #expect(try marks(store, "multi_lexsum")["unreadable_judgments"] == 2)
    #expect(try marks(store, "multi_lexsum")["score"] == nil)
  }

  @Test("a plan counts what the judge is asked, and nothing about the baseline itself")
  func planned() throws {
    let script = JudgeScript { _, _ in "[[C]]" }
    let made = try sweep(entry(judge(script)))
    let plan = try made.plan(store: nil)
    #expect(plan.cells.map(\.judgments.requestCount) == [0, 2])
    #expect(plan.cells.allSatisfy { $0.following.requestCount == 0 && $0.judgments.newTokenCount <= 4096 })
    #expect(script.prompts.isEmpty)
    #expect(try !sweep(nil).plan(store: nil).text.contains("judge"))
  }
}
