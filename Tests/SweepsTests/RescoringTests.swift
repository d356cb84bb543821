import Backends
import Evaluation
import Foundation
import Positions
import Store
import Synchronization
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// A counting task whose scorer and accepted answers a test may change between runs, as a new version of the program
/// would.
private struct ChangingTask: EvaluationTask {
  struct Rules: Sendable {
    var version = 1
    var rightScore = 1.0
    var answer = 0
  }
  static let rules = Mutex(Rules())

  static let name = "changing"
  static let about = TaskDescription(summary: "changes", protocols: [], metrics: [], example: "{trials: 2}")
  static var scorerVersion: Int { rules.withLock { $0.version } }
  static let settings = CountingTask.settings
  private let counting: CountingTask

  init(settings: TaskSettings) throws(TaskError) { counting = try CountingTask(settings: settings) }

  var protocolName: String { "changing/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [] }
  var metrics: [MetricDescription] { [.init(name: "score", aggregation: .mean, higherIsBetter: true)] }
  var cells: [Coordinates] { counting.cells }

  func samples(of cell: Coordinates, in context: SampleContext) throws(TaskError) -> [Sample] {
    let answer = Self.rules.withLock { $0.answer }
    return try counting.samples(of: cell, in: context).map {
      Sample(id: $0.id, text: $0.text, request: $0.request, expected: ["\(answer)"], facts: $0.facts)
    }
  }

  func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else { return [Score("score", unscored: "no text")] }
    return [Score("score", reference.expected.contains(text) ? Self.rules.withLock { $0.rightScore } : 0)]
  }
}

@Suite(.serialized) struct RescoringTests {
  private let folder: TemporaryFolder
  private let types: [any EvaluationTask.Type] = [ChangingTask.self]

  init() throws {
    folder = try modelFolder()
    ChangingTask.rules.withLock { $0 = .init() }
  }

  private func read() throws -> Configuration {
    try Configuration.read(
      Array(
        """
        name: rescoring
        models: [{name: m, path: \(folder.path)/model.gguf}]
        methods: [plain, self-extend:G=2,W=6]
        tasks: [changing: {lengths: [4, 8], trials: 4}]
        """.utf8), file: "test.yaml", taskTypes: types, environment: [:])
  }

  private func run(_ store: ResultStore) throws -> (summary: SweepSummary, evaluated: Int) {
    let provider = ScriptedProvider()
    let sweep = try Sweep(read(), options: SweepOptions(), provider: provider, purpose: .execution)
    return (try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in }), provider.requests.count)
  }

  private func scores(_ store: ResultStore) throws -> [Double?] {
    try store.currentCells().flatMap {
      try store.results(in: $0.id, withPrompts: false, withLogProbabilities: false).map { $0.scores.first?.value }
    }
  }

  @Test("a changed scorer or reference is scored again by the next sweep, and no model runs")
  func sweepRescores() throws {
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    let first = try run(store)
    #expect(first.evaluated == 12)
    #expect(try scores(store).map { $0 ?? -1 } == Array(repeating: [1.0, 0, 1, 0], count: 4).flatMap { $0 })
    ChangingTask.rules.withLock { $0 = .init(version: 2, rightScore: 100) }
    let second = try run(store)
    #expect(second.evaluated == 0)
    #expect(second.summary.status == .complete)
    #expect(try scores(store).map { $0 ?? -1 } == Array(repeating: [100.0, 0, 100, 0], count: 4).flatMap { $0 })
    ChangingTask.rules.withLock { $0.answer = 1 }
    #expect(try run(store).evaluated == 0)
    #expect(try scores(store).map { $0 ?? -1 } == Array(repeating: [0, 100.0, 0, 100], count: 4).flatMap { $0 })
    #expect(try run(store).summary.progress.reusedSampleCount == 0)
  }

  @Test("rescore says what moved without a model; a dry run writes nothing; what did not change does not move")
  func rescore() throws {
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    _ = try run(store)
    let same = try Rescorer(store, tasks: read().tasks).run()
    #expect(same.sampleCount == 16)
    #expect(same.movedSampleCount == 0 && same.writtenCount == 0)
    ChangingTask.rules.withLock { $0.rightScore = 50 }
    let dry = try Rescorer(store, tasks: read().tasks, options: .init(isDryRun: true)).run()
    #expect(dry.movedSampleCount == 8 && dry.writtenCount == 0)
    #expect(try scores(store).compactMap(\.self).max() == 1)
    let resolved = try #require(try store.latestRun()?.record.configuration)
    let entries = try Configuration.tasks(
      ofResolved: resolved, store: store.path, taskTypes: types, environment: [:])
    let done = try Rescorer(store, tasks: entries).run()
    #expect(done.movedSampleCount == 8 && done.writtenCount == 8 && done.skipped.isEmpty)
    #expect(done.cells.first?.metrics.first?.before == 2 && done.cells.first?.metrics.first?.after == 100)
    #expect(try scores(store).compactMap(\.self).max() == 50)
    #expect(try run(store).evaluated == 0)
  }

  @Test("what a backend cannot do is refused by plan and sweep, by name")
  func capabilities() throws {
    func error(_ abilities: Capabilities, methods: String, tasks: String) throws -> SweepError? {
      let provider = ScriptedProvider()
      provider.abilities = abilities
      let read = try configuration(in: folder, methods: methods, tasks: tasks)
      return #expect(throws: SweepError.self) {
        _ = try Sweep(read, options: SweepOptions(), provider: provider, purpose: .plan).plan(store: nil)
      }
    }
    let method = try error(Capabilities(hasMethods: false), methods: "[self-extend:G=2,W=6]", tasks: "[counting]")
    #expect(method == .unsupported(model: "m", what: "the method self-extend:G=2,W=6"))
    #expect(method?.status == .usage)
    let text = try error(Capabilities(scoresTexts: false), methods: "[plain]", tasks: "[scoring]")
    #expect("\(text.map { "\($0)" } ?? "")".contains("log-probabilities"))
  }

  @Test("a stored log-probability that is none is said with its sample, and nothing is scored by it")
  func damaged() throws {
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    let entries = try configuration(in: folder, tasks: "[scoring]")
    let sweep = try Sweep(entries, options: SweepOptions(), provider: ScriptedProvider(), purpose: .execution)
    _ = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    let cell = try #require(try store.currentCells().first)
    let sample = try #require(try store.samples(in: cell.id, withPrompts: true, withLogProbabilities: true).first)
    var evaluation = sample.evaluation.record
    (evaluation.identity, evaluation.logProbabilities) = ("another", [-1, -1, -1, -1, 3])
    try store.append(
      evaluation, sample.scoring, sampleID: sample.sampleID, cell: cell.id, run: sample.run)
    for isDryRun in [true, false] {
      let rescorer = try Rescorer(store, tasks: entries.tasks, options: .init(isDryRun: isDryRun))
      let error = try #require(#expect(throws: SweepError.self) { try rescorer.run() })
      #expect("\(error)".contains("of the sample window=0: number 5 of 5 is 3.0, which is no log-probability"))
    }
    #expect(
      try store.samples(in: cell.id, withPrompts: false, withLogProbabilities: false).map(\.scoring) == [sample.scoring]
    )
  }
}
