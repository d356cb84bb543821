import Backends
import Evaluation
import Foundation
import Kernels
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// The whole way of LongBench and L-Eval on the project's own samples and demo model.
@Suite struct SuiteSweepTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private let folder: TemporaryFolder

  init() throws { folder = try modelFolder() }

  private func sweep(_ tasks: String, chat: String = "none") throws -> Sweep {
    let text = """
      name: suites
      allow-unverified: true
      models: [{name: demo, path: \(Self.root)/Datasets/demo/model, chat: \(chat)}]
      methods: [plain]
      tasks: [\(tasks)]
      """
    let read = try Configuration.read(
      Array(text.utf8), file: "suites.yaml", overrides: [], taskTypes: TaskRegistry.types, environment: [:])
    return try Sweep(
      read, options: SweepOptions(threads: 1), provider: EngineBackend(workers: Workers(threads: 1)),
      purpose: .execution)
  }

  private func results(_ sweep: Sweep) throws -> [SampleResult] {
    let store = try ResultStore.open("\(folder.path)/\(UUID().uuidString).sqlite", mode: .create)
    let summary = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    #expect(summary.status == .complete)
    var results: [SampleResult] = []
    for cell in try store.cells() {
      results += try store.results(in: cell.id, withPrompts: true, withLogProbabilities: false)
    }
    return results
  }

  @Test("LongBench's prompts are cut to their length, answered, scored and stored with what was cut")
  func longBench() throws {
    let settings = "lengths: [96], limit: 1, max-new-tokens: 4"
    let sweep = try sweep(
      "longbench: {path: \(Self.root)/Datasets/longbench, datasets: [narrativeqa, samsum, lcc], \(settings)}")
    let results = try results(sweep)
    #expect(results.count == 3)
    for result in results {
      #expect(result.promptTokenCount <= 100 && result.truncatedTokenCount > 0)
      #expect(result.scores.first?.metric == "score" && result.scores.first?.value != nil)
      #expect(!result.prompt.isEmpty && result.facts.contains("\"truncation\":\"middle\""))
    }
    // samsum may end at a line end, but not with it.
    let samsum = try #require(results.first { $0.sampleID.hasPrefix("dataset=samsum") })
    #expect(samsum.outputTokens?.isEmpty == false)
  }

  @Test("questions of one L-Eval document reuse it: only the first one computes it")
  func prefixReuse() throws {
    let sweep = try sweep(
      "leval: {path: \(Self.root)/Datasets/leval, tasks: [coursera], lengths: [400], max-new-tokens: 2}")
    let results = try results(sweep)
    #expect(results.count == 2)
    let computed = results.map(\.computedTokenCount).sorted()
    #expect(computed[0] < computed[1] / 2)
  }

  @Test("an answer that only a judge can score is stored without a score and counted")
  func judged() throws {
    let sweep = try sweep(
      "leval: {path: \(Self.root)/Datasets/leval, tasks: [news_summ], lengths: [300], truncation: middle, "
        + "max-new-tokens: 2}")
    let results = try results(sweep)
    #expect(results.count == 2)
    #expect(results.contains { $0.scores.first?.unscored?.hasPrefix("no judge given") == true })
    #expect(results.contains { $0.scores.first?.value != nil })
  }

  @Test("chat: auto on a checkpoint without a chat template of its own is an error of the configuration")
  func unknownTemplate() throws {
    #expect {
      try sweep("longbench: {path: \(Self.root)/Datasets/longbench, datasets: [trec]}", chat: "auto")
    } throws: { error in
      guard case .configuration(_, .impossible("chat", "auto", let expected))? = error as? SweepError else {
        return false
      }
      return expected.contains("no chat template of its own")
    }
  }
}
