import Evaluation
import Foundation
import Positions
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

/// Questions about documents: a question's prompt is its document and a few tokens more.
struct DocumentTask: EvaluationTask {
  static let name = "documents"
  static let scorerVersion = 1
  static let about = TaskDescription(summary: "asks", protocols: [], metrics: [], example: "{}")
  static let lengths = Setting.integers("lengths", "lengths", default: [200, 100], in: 1...1_000_000)
  static let documents = Setting.integer("documents", "documents", default: 6)
  static let settings: [any SettingDeclaration] = [lengths, documents]
  let lengths: [Int]
  let documents: Int

  init(settings: TaskSettings) throws(TaskError) {
    lengths = try settings[Self.lengths]
    documents = try settings[Self.documents]
  }

  var protocolName: String { "documents/v1" }
  var protocolNotes: [String] { [] }
  var dataFiles: [DataFile] { [] }
  var metrics: [MetricDescription] { [.init(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)] }
  var cells: [TaskCell] { lengths.map { TaskCell([.init("length", .integer($0))]) } }

  func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .integer(let length)? = cell.coordinates.first?.value else { return [] }
    return (0..<documents).flatMap { document in
      (0..<5).map { question in
        let text = (0..<length).map { document * 7 + length * 11 + $0 }
        return Sample(
          id: SampleID("length=\(length)/document=\(document)/question=\(question)"), text: "\(document) \(question)",
          request: .generate(tokens: text + [question, 1], maxNewTokens: 1), expected: ["1"])
      }
    }
  }

  func scores(of reference: Reference, outcome: Outcome) -> [Score] { [Score("accuracy", 1)] }
}

@Suite struct ShardTests {
  private let folder: TemporaryFolder
  private let provider = ScriptedProvider()

  init() throws { folder = try modelFolder() }

  private func sweep(
    _ task: String = "documents", methods: String = "[plain, \"self-extend:G=2,W=6\"]", models: Int = 2,
    shard: String? = nil
  ) throws -> Sweep {
    let list = (0..<models).map { "{name: m\($0), path: \(folder.path)/model.gguf}" }.joined(separator: ", ")
    let text = "name: test\nmodels: [\(list)]\nmethods: \(methods)\ntasks: [\(task)]\n"
    let read = try Configuration.read(
      Array(text.utf8), file: "test.yaml", taskTypes: taskTypes + [DocumentTask.self], environment: [:])
    return try Sweep(
      read, options: SweepOptions(shard: try shard.map { try Shard(parsing: $0) }), provider: provider,
      purpose: .execution)
  }

  private func parts(_ sweep: Sweep, _ count: Int) throws -> [[[SelectedSample]]] {
    let division = try sweep.samples.division(into: count)
    return try (1...count).map { index in
      let shard = try Shard(parsing: "\(index)/\(count)")
      return try sweep.cells.map { division.own(try sweep.samples.chosen(of: $0), of: $0, in: shard.index) }
    }
  }

  @Test("each sample is in one shard, whatever their number", arguments: [1, 2, 5, 32, 500])
  func partition(_ count: Int) throws {
    let sweep = try sweep()
    let parts = try parts(sweep, count)
    for (index, cell) in sweep.cells.enumerated() {
      let wanted = try sweep.samples.chosen(of: cell).map(\.sample.id.rawValue)
      #expect(parts.flatMap { $0[index] }.map(\.sample.id.rawValue).sorted() == wanted.sorted())
    }
    #expect(
      try sweep.samples.division(into: count).loads.map(\.sampleCount)
        == parts.map { $0.reduce(0) { $0 + $1.count } })
  }

  @Test("shards cost about the same", arguments: [2, 3, 4, 8, 13])
  func balance(_ count: Int) throws {
    let costs = try sweep("documents: {lengths: [200, 150, 100, 50]}").samples.division(into: count).loads.map(\.total)
    let mean = costs.reduce(0, +) / Double(count)
    #expect(try #require(costs.max()) <= 1.1 * mean)
  }

  @Test("where few samples are as large as a shard, the plan says that no division is more even", arguments: [7, 12])
  func indivisible(_ count: Int) throws {
    let sweep = try sweep("documents: {lengths: [4000], documents: 1}", methods: "[plain]", models: 1)
    let division = try sweep.samples.division(into: count)
    #expect(try #require(division.loads.map(\.total).max()) >= division.leastLargest)
    var plan = try sweep.plan(store: nil)
    plan.shards = try sweep.shardLoads(count, plan: plan)
    // Five questions about one document: the document is one piece.
    #expect(plan.text.contains("none could take less"))
  }

  @Test("questions about one document stay together, so that hardly a token is computed twice")
  func together() throws {
    let sweep = try sweep()
    func computed(_ samples: [[SelectedSample]]) -> Int {
      samples.reduce(0) { sum, cell in
        let prompts = [cell.map(\.sample.request.tokens)]
        return sum + ReuseOrder.computedTokens(ReuseOrder.order(prompts), prompts)
      }
    }
    let whole = computed(try sweep.cells.map { try sweep.samples.chosen(of: $0) })
    let sharded = try parts(sweep, 4).reduce(0) { $0 + computed($1) }
    #expect(whole < 4 * 6 * 330)
    #expect(sharded <= whole + whole / 50)
  }

  @Test("a shard sees few models, and one that it does not need is not loaded")
  func models() throws {
    let sweep = try sweep(models: 4)
    let plan = try sweep.plan(store: nil)
    #expect(try sweep.shardLoads(4, plan: plan).map(\.models.count).max() == 1)
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    let part = try self.sweep(models: 4, shard: "1/4")
    _ = try part.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    #expect(provider.loadedModels.count == 1)
  }

  @Test("samples that are plain by definition are in the shard of plain's")
  func equal() throws {
    let sweep = try sweep("documents: {lengths: [5, 50]}", methods: "[\"self-extend:G=2,W=9\", plain]", models: 1)
    for part in try parts(sweep, 3) {
      // The cells of length 5 under Self-Extend and under plain.
      #expect(part[0].map(\.sample.id) == part[2].map(\.sample.id))
    }
  }

  @Test("an empty shard is a success, and its run is in its store")
  func empty() throws {
    let sweep = try sweep("documents: {lengths: [5], documents: 1}", methods: "[plain]", models: 1, shard: "9/9")
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    let summary = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    #expect(summary.status == .complete)
    #expect(summary.progress.sampleCount == 0)
    #expect(provider.loadedModels.isEmpty)
    let part = try #require(try store.progress().parts.first)
    #expect(part.run.record.shard == ShardRecord(index: 9, count: 9))
    #expect(part.state(at: 0) == .ended(0))
  }

  @Test("a store made as 1/4 refuses to go on as 1/2, as 2/4, and as the whole; one that it was merged into does not")
  func division() throws {
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    func run(_ shard: String?, in store: ResultStore) throws {
      _ = try sweep(shard: shard).execute(store: store, isCancelled: { false }, onEvent: { _ in })
    }
    try run("1/4", in: store)
    for (other, words) in [
      ("1/2", "shard 1/2, which is another division of the samples"), ("2/4", "shard 2/4, which is another part of it"),
      (nil, "the whole of it"),
    ] {
      let error = try #require(#expect(throws: SweepError.self) { try run(other, in: store) })
      #expect(error.description.contains("made as shard 1/4 of this sweep and cannot go on as \(words)"), "\(error)")
    }
    try run("1/4", in: store)
    let joined = try ResultStore.open(folder.path + "/joined.sqlite", mode: .create)
    _ = try joined.merge(store)
    try run(nil, in: joined)
  }

  @Test("a cell without a finite number stops after twenty samples; one with a single one does not")
  func notFinite() throws {
    provider.isNotFinite = true
    for (exception, tried) in [(-1, 20), (7, 30)] {
      // The question and the document of the one sample that can be evaluated.
      provider.fails = { tokens, _ in exception < 0 || tokens[tokens.count - 2] != 1 || tokens[0] != exception + 1100 }
      let sweep = try sweep("documents: {lengths: [100]}", methods: "[plain]", models: 1)
      let store = try ResultStore.open(folder.path + "/\(exception).sqlite", mode: .create)
      let summary = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
      #expect(summary.status == .incomplete)
      let reasons = summary.failures.map(\.reason)
      #expect(reasons.filter { $0 == "scripted failure" }.count == (tried == 30 ? 29 : 20))
      #expect(reasons.filter { $0.hasPrefix("not tried: ") }.count == 30 - tried)
    }
  }

  @Test("the plan says what each shard would do")
  func plan() throws {
    let sweep = try sweep()
    var plan = try sweep.plan(store: nil)
    plan.shards = try sweep.shardLoads(3, plan: plan)
    #expect(abs(plan.shards.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect(plan.shards.reduce(0) { $0 + $1.sampleCount } == plan.sampleCount)
    #expect(plan.text.contains("the largest shard takes 1.0"))
    #expect(plan.json.contains(#""shards":[{"#))
  }

  @Test("a plan whose shards take uneven times by a calibration says why they are not divided by it")
  func measuredTimes() {
    var plan = Plan(name: "p", models: [], cells: [], missing: [], choices: [], warnings: [])
    func load(_ index: Int, _ seconds: Double) -> ShardLoad {
      ShardLoad(index: index, sampleCount: 1, seconds: seconds, share: 0.5, models: [], leastLargestShare: 0.5)
    }
    plan.shards = [load(1, 30), load(2, 10)]
    #expect(plan.text.contains("takes 1.50 times the mean by the times measured; by multiply-adds"))
    #expect(plan.text.contains("it is 1.00 times"))
    plan.shards = [load(1, 10), load(2, 10)]
    #expect(plan.text.contains("takes 1.00 times the mean") && !plan.text.contains("multiply-adds"))
  }
}
