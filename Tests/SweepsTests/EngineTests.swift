import Backends
import Evaluation
import Foundation
import Kernels
import Positions
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// The whole way on the project's own demo model: configuration, tokens, engine, store.
@Suite struct EngineTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private let folder: TemporaryFolder

  init() throws { folder = try modelFolder() }

  private func sweep(threads: Int, overrides: [String] = []) throws -> Sweep {
    let text = """
      name: engine
      models: [{name: demo, path: \(Self.root)/Datasets/demo/model}]
      methods: [plain, self-extend:G=4,W=32]
      tasks:
      - pg19: {path: \(Self.root)/Datasets/demo/stories, lengths: [24, 96], stride: 16, books: 2, windows: 1}
      - passkey: {lengths: [128], depths: [0.3, 0.7], trials: 1}
      - needle: {lengths: [220, 260], depths: [0, 0.5, 1], max-new-tokens: 4}
      - multiple-choice: {path: \(Self.root)/Datasets/multiple-choice/questions.jsonl, limit: 3}
      - custom: {file: \(Self.root)/Datasets/custom/colours.yaml}
      """
    let read = try Configuration.read(
      Array(text.utf8), file: "engine.yaml", overrides: overrides, taskTypes: TaskRegistry.types, environment: [:])
    return try Sweep(
      read, options: SweepOptions(threads: threads),
      provider: EngineBackend(workers: Workers(threads: threads)), purpose: .execution)
  }

  /// What a store holds, but for times and for what depends on where a run was interrupted.
  private func run(_ name: String, threads: Int, samplesPerRun: Int) throws -> [String] {
    let store = try ResultStore.open("\(folder.path)/\(name).sqlite", mode: .create)
    var status = SweepStatus.interrupted
    while status == .interrupted {
      let count = Counter()
      status = try sweep(threads: threads).execute(
        store: store, isCancelled: { count.value >= samplesPerRun },
        onEvent: { event in if case .sampleFinished = event { count.value += 1 } }
      ).status
    }
    #expect(status == .complete)
    return try content(of: store)
  }

  private final class Counter {
    var value = 0
  }

  @Test("a sweep stopped after every sample, on other threads and so without reuse of prompts, ends with equal bits")
  func resume() throws {
    let whole = try run("whole", threads: 1, samplesPerRun: .max)
    #expect(whole.count == 2 * (2 + 4 + 2 + 2 + 6 + 6 + 1 + 3 + 1 + 3))
    #expect(try run("steps", threads: 2, samplesPerRun: 1) == whole)
  }

  @Test("prompts of one haystack are computed from where they differ, across cells, and what was computed is stored")
  func reuse() throws {
    let store = try ResultStore.open("\(folder.path)/reuse.sqlite", mode: .create)
    _ = try sweep(threads: 1).execute(store: store, isCancelled: { false }, onEvent: { _ in })
    func counts(_ task: String) throws -> (prompt: Int, computed: Int) {
      var sum = (prompt: 0, computed: 0)
      for cell in try store.cells() where cell.record.task == task && cell.record.method == "plain" {
        for result in try store.results(in: cell.id, withPrompts: false, withLogProbabilities: false) {
          sum.prompt += result.promptTokenCount
          sum.computed += result.computedTokenCount - max(0, (result.outputTokens?.count ?? 1) - 1)
        }
      }
      return sum
    }
    let needle = try counts("needle")
    #expect(needle.computed < needle.prompt * 7 / 10, "\(needle)")
    let cells = try store.cells().filter { $0.record.task == "multiple-choice" }
    let result = try #require(try store.results(in: cells[0].id, withPrompts: true, withLogProbabilities: true).first)
    #expect(result.finishReason == .choice && result.output?.contains("[log-probabilities A -") == true)
    #expect(result.scores.map(\.metric) == ["accuracy", "accuracy_norm_chars", "accuracy_norm_bytes", "mc2"])
    // Four choices, all of their tokens.
    #expect(result.facts.contains("\"choice_tokens\":["))
    #expect((result.logProbabilities?.count ?? 0) >= 4)
  }

  @Test("Self-Extend on a text no longer than W is plain's stored result, on a longer one it is not")
  func equality() throws {
    let store = try ResultStore.open("\(folder.path)/s.sqlite", mode: .create)
    let summary = try sweep(threads: 1).execute(store: store, isCancelled: { false }, onEvent: { _ in })
    // Two windows of 24 tokens, and two questions of at most 32 with their choices.
    #expect(summary.progress.reusedSampleCount == 4)
    var values: [String: [[Float]?]] = [:]
    for cell in try store.cells() where cell.record.task == "pg19" {
      let results = try store.results(in: cell.id, withPrompts: false, withLogProbabilities: true)
      values["\(cell.record.method) \(cell.record.coordinates[0].text)"] = results.map(\.logProbabilities)
    }
    #expect(values["plain 24"] == values["self-extend:G=4,W=32 24"])
    #expect(values["plain 96"] != values["self-extend:G=4,W=32 96"])
    #expect(values["plain 24"]?.compactMap(\.self).map(\.count) == [23, 23])
  }

  @Test("a model that is no checkpoint is an error with the name and the reason")
  func brokenModel() throws {
    let path = folder.path + "/model.gguf"
    let error = #expect(throws: SweepError.self) { try sweep(threads: 1, overrides: ["models.0.path=\(path)"]) }
    guard let error, case .backend(.unusable(let model, cause: _)) = error, model.name == "demo", model.path == path
    else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.status == .missingInput)
  }

  @Test(
    "the configurations of the project are valid",
    arguments: ["demo", "smollm2-135m", "llama2", "tinystories", "methods-smollm2", "retrieval", "benchmarks-smollm2"])
  func configurations(_ name: String) throws {
    let read = try Configuration.load(
      path: "\(Self.root)/configs/\(name).yaml", taskTypes: TaskRegistry.types, environment: [:])
    #expect(read.methods.first?.method == .plain)
    #expect(read.methods.count >= 2)
  }
}
