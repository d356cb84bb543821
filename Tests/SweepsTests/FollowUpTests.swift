import Evaluation
import Foundation
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// A task that asks again: the second prompt holds what was answered to the first.
private struct AskingTwice: EvaluationTask {
  static let name = "asking-twice"
  static let scorerVersion = 1
  static let about = TaskDescription(summary: "asks twice", protocols: [], metrics: [], example: "{}")
  static let trials = Setting.integer("trials", "samples", default: 2)
  static let settings: [any SettingDeclaration] = [trials]
  let trials: Int

  init(settings: TaskSettings) throws(TaskError) { trials = try settings[Self.trials] }

  var protocolName: String { "asking-twice/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [] }
  var metrics: [MetricDescription] { [.init(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)] }
  var cells: [TaskCell] { [TaskCell([.init("length", .integer(3))])] }

  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    (0..<trials).map { trial in
      let id = SampleID("trial=\(trial)")
      let next = FollowUp(promptTokenCount: 4, maxNewTokens: 1) { (outcome) throws(TaskError) in
        guard case .generation(let answer, let text, _) = outcome, trial < 90 else {
          throw .impossibleSample(cell: id.rawValue, problem: "it is refused")
        }
        return Sample(
          id: id, text: "again after \(text)", request: .generate(tokens: [7, 7, trial] + answer, maxNewTokens: 1),
          expected: ["\(trial % 2)"], facts: [("first", .text(text))])
      }
      return Sample(
        id: id, text: "first", request: .generate(tokens: [5, 6, trial], maxNewTokens: 1), expected: ["none"],
        followUp: next)
    }
  }

  func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else { return [Score("accuracy", unscored: "no text")] }
    return [Score("accuracy", reference.expected.contains(text) ? 1 : 0)]
  }
}

/// Samples that are asked in two calls.
@Suite struct FollowUpTests {
  private let folder: TemporaryFolder

  init() throws { folder = try modelFolder() }

  private func open(_ name: String) throws -> ResultStore {
    try ResultStore.open("\(folder.path)/\(name).sqlite", mode: .create)
  }

  private func sweep(_ provider: ScriptedProvider, trials: Int = 2, shard: String? = nil) throws -> Sweep {
    let text =
      "name: test\nmodels: [{name: m, path: \(folder.path)/model.gguf}]\nmethods: [plain]\n"
      + "tasks: [asking-twice: {trials: \(trials)}]\n"
    let configuration = try Configuration.read(
      Array(text.utf8), file: "test.yaml", overrides: [], taskTypes: [AskingTwice.self], environment: [:])
    var options = SweepOptions()
    options.shard = try shard.map { (text) throws(SweepError) in try Shard(parsing: text) }
    return try Sweep(configuration, options: options, provider: provider, purpose: .execution)
  }

  @discardableResult
  private func run(
    _ store: ResultStore, _ provider: ScriptedProvider = ScriptedProvider(), trials: Int = 2, shard: String? = nil
  ) throws -> SweepSummary {
    try sweep(provider, trials: trials, shard: shard)
      .execute(store: store, isCancelled: { provider.isCancelled }, onEvent: { _ in })
  }

  @Test("the second call holds the answer to the first, and is what is scored; both calls are stored")
  func twoCalls() throws {
    let store = try open("s")
    let provider = ScriptedProvider()
    #expect(try run(store, provider).status == .complete)
    #expect(provider.requests.map(\.tokens) == [[5, 6, 0], [7, 7, 0, 0], [5, 6, 1], [7, 7, 1, 1]])
    let cell = try #require(try store.cells().first)
    let results = try store.results(in: cell.id, withPrompts: true, withLogProbabilities: false)
    #expect(results.map(\.prompt) == ["again after 0", "again after 1"])
    #expect(results.map(\.expected) == [["0"], ["1"]])
    #expect(results.allSatisfy { $0.scores.first?.value == 1 })
    let facts = try #require(StoredOutcome.facts(results[1].facts))
    #expect(facts.first { $0.name == "first" }?.value == .text("1"))
    guard case .list(let earlier)? = facts.first(where: { $0.name == "earlier_calls" })?.value,
      case .text(let identity)? = earlier.first
    else {
      Issue.record("no earlier call: \(facts)")
      return
    }
    let call = try #require(
      try store.evaluation(identity: identity, withPrompt: true, withLogProbabilities: false))
    #expect(call.record.prompt == "first" && call.record.output == "1")
  }

  @Test("counts of choices whose sum no number holds do not fit together")
  func impossibleCounts() {
    let record = EvaluationRecord(
      identity: nil, prompt: "", firstTokens: [], promptTokenCount: 1, logProbabilities: [-1, -2],
      choiceCounts: [.max, .max], durationSeconds: 0, computedTokenCount: 1)
    let reference = Reference(sampleID: SampleID("a"), expected: [], facts: [], promptTokenCount: 1)
    #expect(StoredOutcome.outcome(of: record, reference) == nil)
  }

  @Test("stopped after any call, a sweep goes on with the next one")
  func resume() throws {
    let reference = try open("reference")
    try run(reference)
    for count in 0..<4 {
      let store = try open("stopped-\(count)")
      let first = ScriptedProvider()
      first.cancelsAfter = count
      #expect(try run(store, first).status == .interrupted)
      let second = ScriptedProvider()
      let plan = try sweep(second).plan(store: store)
      #expect(plan.cells.map(\.doneCount) == [count / 2])
      #expect(try run(store, second).status == .complete)
      #expect(first.requests.count == count && second.requests.count == 4 - count)
      #expect(try content(of: store) == content(of: reference))
      let third = ScriptedProvider()
      #expect(try run(store, third).status == .complete)
      #expect(third.requests.isEmpty)
    }
  }

  @Test("shards are joined with the calls before the last, so that nothing is asked again")
  func merge() throws {
    let target = try open("target")
    for index in 1...3 {
      let store = try open("shard-\(index)")
      try run(store, trials: 8, shard: "\(index)/3")
      _ = try target.merge(store)
      _ = try target.merge(store)
    }
    let provider = ScriptedProvider()
    #expect(try run(target, provider, trials: 8).status == .complete)
    #expect(provider.requests.isEmpty)
  }

  @Test("a call that fails, and one that cannot be made, fail their sample only")
  func failures() throws {
    let store = try open("s")
    let provider = ScriptedProvider()
    provider.fails = { tokens, _ in tokens == [7, 7, 1, 1] }
    let summary = try run(store, provider, trials: 91)
    #expect(summary.status == .incomplete)
    #expect(summary.failures.map(\.sampleID) == ["trial=1", "trial=90"])
    #expect(summary.failures[1].reason.contains("it is refused"))
    // The first calls are there; only the second is asked again.
    let again = ScriptedProvider()
    #expect(try run(store, again, trials: 91).status == .incomplete)
    #expect(again.requests.map(\.tokens) == [[7, 7, 1, 1]])
  }
}
