import Evaluation
import Foundation
import Gates
import Positions
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

@Suite struct ExecutorTests {
  private let folder: TemporaryFolder
  private static let methods = "[plain, self-extend: {group: [1, 2], window: 6}]"
  private static let tasks = "[counting: {lengths: [4, 8], trials: 2}, scoring]"

  init() throws { folder = try modelFolder() }

  private func open(_ name: String) throws -> ResultStore {
    try ResultStore.open("\(folder.path)/\(name).sqlite", mode: .create)
  }

  @discardableResult
  private func run(
    _ store: ResultStore, _ provider: ScriptedProvider = ScriptedProvider(), options: SweepOptions = SweepOptions(),
    methods: String = ExecutorTests.methods, tasks: String = ExecutorTests.tasks, more: String = "",
    onEvent: @escaping (ProgressEvent) -> Void = { _ in }
  ) throws -> SweepSummary {
    let sweep = try Sweep(
      configuration(in: folder, methods: methods, tasks: tasks, more: more), options: options, provider: provider,
      purpose: .execution)
    return try sweep.execute(store: store, isCancelled: { provider.isCancelled }, onEvent: onEvent)
  }

  @Test("an interruption after any sample, resumed, leaves what an uninterrupted sweep leaves")
  func resume() throws {
    let reference = try open("reference")
    let whole = ScriptedProvider()
    #expect(try run(reference, whole).status == .complete)
    let expected = try content(of: reference)
    for count in 0..<whole.requests.count {
      let store = try open("interrupted-\(count)")
      let first = ScriptedProvider()
      first.cancelsAfter = count
      #expect(try run(store, first).status == .interrupted)
      #expect(try store.latestRun()?.status == 130)
      let second = ScriptedProvider()
      #expect(try run(store, second).status == .complete)
      #expect(first.requests.count == count)
      #expect(first.requests.count + second.requests.count == whole.requests.count)
      #expect(try content(of: store) == expected)
    }
  }

  @Test(
    "log-probabilities that are none fail their sample and are not stored; minus infinity is one",
    arguments: [Float.nan, 0.25, .infinity, -1e30, -.infinity])
  func impossibleLogProbabilities(value: Float) throws {
    let store = try open("s")
    let provider = ScriptedProvider()
    provider.lastLogProbability = value
    let summary = try run(store, provider)
    let stored = try store.cells().filter { $0.record.task == "scoring" }.flatMap {
      try store.results(in: $0.id, withPrompts: false, withLogProbabilities: true)
    }
    #expect(stored.isEmpty == (value != -.infinity))
    if value == -.infinity {
      #expect(stored.allSatisfy { $0.logProbabilities?.last == value && $0.scores.first?.value == nil })
    } else {
      #expect(summary.status == .incomplete)
      #expect(
        summary.failures.contains { $0.reason.contains("number 5 of 5 is \(value), which is no log-probability") })
    }
  }

  @Test("interrupted after every single sample, it still ends the same")
  func manyInterruptions() throws {
    let reference = try open("reference")
    try run(reference)
    let store = try open("steps")
    var status = SweepStatus.interrupted
    var runs = 0
    while status == .interrupted, runs < 100 {
      let provider = ScriptedProvider()
      provider.cancelsAfter = 1
      status = try run(store, provider).status
      runs += 1
    }
    #expect(status == .complete)
    #expect(try content(of: store) == content(of: reference))
  }

  @Test("a second run evaluates nothing and is complete")
  func secondRun() throws {
    let store = try open("s")
    try run(store)
    let again = ScriptedProvider()
    let summary = try run(store, again)
    #expect(summary.status == .complete)
    #expect(again.requests.isEmpty)
    #expect(summary.progress.doneSampleCount == summary.progress.sampleCount)
    #expect(summary.progress.fraction == 1)
  }

  @Test("samples that are plain attention by definition are evaluated once and stand in every cell")
  func reuse() throws {
    let store = try open("s")
    let provider = ScriptedProvider()
    let summary = try run(store, provider)
    // Plain: 2 + 2 + 1. G=1 shares all of it; G=2, W=6 shares length 4 and the scored 6 tokens.
    #expect(provider.requests.count == 7)
    #expect(summary.progress.reusedSampleCount == 8)
    #expect(summary.progress.doneSampleCount == 15)
    for cell in try store.cells() {
      #expect(
        try store.results(in: cell.id, withPrompts: false, withLogProbabilities: false).count == cell.record.sampleCount
      )
    }
    #expect(try store.cells().map(\.record.method).filter { $0 == "self-extend:G=1,W=6" }.count == 3)
  }

  @Test("other weights, another numerics version or another seed share nothing")
  func noFalseSharing() throws {
    let store = try open("s")
    try run(store)
    let other = ScriptedProvider()
    other.modelHash = "other weights"
    try run(store, other)
    #expect(other.requests.count == 7)
    let version = ScriptedProvider()
    version.numericsVersion = "scripted-2"
    try run(store, version)
    #expect(version.requests.count == 7)
    let seeded = ScriptedProvider()
    try run(store, seeded, more: "seed: 50\n")
    // The scored text does not depend on the seed: one sample is shared.
    #expect(seeded.requests.count == 6)
  }

  @Test("what is said to be done is what is stored of the weights that are there")
  func announcedCounts() throws {
    let store = try open("s")
    /// Samples that the beginning of a run says are done, and prompts that it then evaluates.
    func announced(_ hash: String) throws -> (done: Int?, evaluated: Int) {
      let provider = ScriptedProvider()
      provider.modelHash = hash
      var done: Int?
      try run(store, provider) { event in
        if case .started(let overall) = event { done = overall.doneSampleCount }
      }
      return (done, provider.requests.count)
    }
    #expect(try announced("weights") == (0, 7))
    #expect(try announced("weights") == (15, 0))
    #expect(try announced("other weights") == (0, 7))
    #expect(try announced("other weights") == (15, 0))
    // The first weights again: all of their results are still there.
    #expect(try announced("weights") == (15, 0))
  }

  @Test("the status of an interruption is stored as the program ends with it")
  func interruption() throws {
    let store = try open("s")
    let provider = ScriptedProvider()
    provider.cancelsAfter = 2
    let sweep = try Sweep(
      configuration(in: folder, methods: Self.methods, tasks: Self.tasks), options: SweepOptions(),
      provider: provider, purpose: .execution)
    let summary = try sweep.execute(
      store: store, isCancelled: { provider.isCancelled }, interruption: { .terminated }, onEvent: { _ in })
    #expect(summary.status == .interrupted)
    #expect(try store.latestRun()?.status == 143)
  }

  @Test("a failed sample is recorded, the others go on, and the next run tries it again")
  func failure() throws {
    let store = try open("s")
    let provider = ScriptedProvider()
    provider.fails = { tokens, method in tokens.count == 8 && method == .plain }
    var failed: [String] = []
    let summary = try run(store, provider) { event in
      if case .sampleFailed(_, let id, _, _) = event { failed.append(id) }
    }
    #expect(summary.status == .incomplete)
    #expect(summary.failures.map(\.sampleID) == ["length=8/trial=0", "length=8/trial=1"])
    #expect(failed == summary.failures.map(\.sampleID))
    #expect(summary.failures.map(\.reason) == ["scripted failure", "scripted failure"])
    #expect(try store.failures().map(\.message) == ["scripted failure", "scripted failure"])
    #expect(try store.latestRun()?.status == 4)
    // A cell of which samples failed is over and not done.
    let sign = try #require(try store.heartbeats().last?.heartbeat)
    #expect(sign.doneCellCount == sign.cellCount - 1 && sign.failedSampleCount == 2)
    #expect(try run(store).status == .complete)
    #expect(try store.heartbeats().last?.heartbeat.doneCellCount == sign.cellCount)
    #expect(try store.failures().isEmpty)
  }

  @Test("the shards together hold what the whole holds, and each sample is in one of them", arguments: [2, 3, 7])
  func shards(_ count: Int) throws {
    let reference = try open("whole")
    let whole = ScriptedProvider()
    try run(reference, whole)
    let merged = try open("merged")
    var samples = 0
    var requests = 0
    for index in 1...count {
      let store = try open("shard\(index)")
      let provider = ScriptedProvider()
      let summary = try run(store, provider, options: SweepOptions(shard: Shard(parsing: "\(index)/\(count)")))
      samples += summary.progress.sampleCount
      requests += provider.requests.count
      _ = try merged.merge(store)
    }
    #expect(samples == 15)
    #expect(requests == whole.requests.count)
    #expect(try Set(content(of: merged)) == Set(content(of: reference)))
  }

  @Test("--limit takes the first samples and a later run without it adds the rest")
  func limit() throws {
    let store = try open("s")
    let first = try run(store, options: SweepOptions(limit: 1))
    #expect(first.status == .complete)
    #expect(first.progress.sampleCount == 9)
    try run(store)
    let reference = try open("reference")
    try run(reference)
    #expect(try content(of: store) == content(of: reference))
  }

  @Test("events count up to the whole and name the cells in order")
  func events() throws {
    var cells: [String] = []
    var fractions: [Double] = []
    var finished = 0
    try run(try open("s")) { event in
      switch event {
      case .cellStarted(let cell, let progress):
        cells.append("\(cell.index) \(cell.method) \(cell.task) \(cell.coordinates)")
        fractions.append(progress.fraction)
      case .sampleFinished(_, let progress):
        finished += 1
        fractions.append(progress.fraction)
      default: break
      }
    }
    #expect(finished == 15)
    #expect(cells.count == 9)
    #expect(cells.first == "0 plain counting length=4")
    #expect(cells.last == "8 self-extend:G=2,W=6 scoring length=6")
    #expect(fractions == fractions.sorted())
    #expect(fractions.last == 1)
  }

  @Test("the record of a run says what ran, where and with which versions")
  func runRecord() throws {
    let store = try open("s")
    try run(store, options: SweepOptions(threads: 3))
    let record = try #require(try store.latestRun()?.record)
    #expect(record.name == "test")
    #expect(record.configurationHash.count == 64)
    #expect(record.environment["threads"] == "3")
    #expect(record.environment["seed"] == "42")
    #expect(record.environment["engine"] == "scripted")
    #expect(record.environment["numerics"] == "scripted-1")
    #expect(record.environment["cpu"] != nil)
    // The tests run in a checkout; its commit is not the program's.
    #expect(record.environment["git"] == nil)
  }

  @Test(
    "gates compare with plain in the same cell and set status 3",
    arguments: [
      ("{metric: perplexity, task: scoring, max-increase: 1%}", SweepStatus.gateFailed),
      ("{metric: perplexity, task: scoring, max-increase: 500%}", .complete),
      ("{metric: perplexity, task: scoring, max-increase: 1000}", .complete),
      ("{metric: perplexity, task: scoring, method: plain, max: 3}", .complete),
      ("{metric: perplexity, task: scoring, max: 3}", .gateFailed),
      ("{metric: accuracy, task: counting, min: 1}", .complete),
      ("{metric: nothing, task: counting, min: 1}", .usage),
    ])
  func gates(_ gate: String, _ expected: SweepStatus) throws {
    let store = try open("s")
    let summary = try run(store, methods: "[plain, self-extend:G=2,W=3]", more: "gates: [\(gate)]\n")
    #expect(summary.status == expected)
    #expect(try store.latestRun()?.status == expected.rawValue)
  }

  @Test(
    "a gate that everything passes, or nothing, is refused before any work",
    arguments: [
      ("max-decrease: 5", "accuracy goes from 0 to 1, and 5 allows every change; for 5 of 100 points write 0.05"),
      ("max-increase: 1", "accuracy goes from 0 to 1, and 1 allows every change; for 1 of 100 points write 0.01"),
      ("max-decrease: 500%", "accuracy cannot lose more than 100 % of itself"),
      ("min: 90", "accuracy goes from 0 to 1, and min is 90; for 90 % write 0.9"),
      ("max: 1.5", "accuracy goes from 0 to 1, and max is 1.5; for 1.5 % write 0.015"),
      ("min: -1", "accuracy goes from 0 to 1, and min is -1"),
    ])
  func idleGate(_ condition: String, _ words: String) throws {
    let store = try open("s")
    let error = #expect(throws: SweepError.self) {
      try run(
        store, methods: "[plain, self-extend:G=2,W=3]",
        more: "gates: [{metric: accuracy, task: counting, \(condition)}]\n")
    }
    let said = "\(try #require(error))"
    #expect(said.contains(words), "\(said)")
    #expect(try store.runs().isEmpty)
  }

  @Test("a gate names an entry by what tells it from another, and its numbers are known by the gate")
  func gateOfEntry() throws {
    let store = try open("s")
    func gates(_ task: String) throws -> [Judgement] {
      try run(
        store, methods: "[plain]", tasks: "[counting: {lengths: [4]}, counting: {lengths: [6, 8]}]",
        more: "gates: [{metric: accuracy, task: \"\(task)\", min: 0.5}, {metric: accuracy, task: counting, max: 1}]\n"
      ).gates
    }
    let all = try gates("counting (lengths=6+8)")
    let first = all.filter { $0.gate == 0 }
    #expect(!first.isEmpty && first.allSatisfy { $0.name.contains("counting (lengths=6+8)") && $0.minimum == 0.5 })
    #expect(all.count { $0.gate == 1 } > first.count)
    #expect(GateResult(all).gateCounts.all == 2)
    #expect(throws: SweepError.self) { try gates("counting (lengths=7)") }
  }

  @Test("a baseline of another seed is not compared")
  func seed() throws {
    let store = try open("s")
    let more = "gates: [{metric: accuracy, task: counting, max-decrease: 0.1, baseline: \"base.json\"}]\n"
    let read = try configuration(in: folder, methods: "[plain]", tasks: "[counting]", more: more)
    let sweep = try Sweep(read, options: SweepOptions(), provider: ScriptedProvider(), purpose: .execution)
    func gates(_ baseline: Baseline) throws -> [Judgement] {
      try sweep.execute(store: store, readBaseline: { _ in baseline }, isCancelled: { false }, onEvent: { _ in }).gates
    }
    _ = try gates(Baseline([]))
    var baseline = try Baseline(from: store)
    #expect(baseline.entries.allSatisfy { $0.seed == Int(read.seed) })
    #expect(try gates(baseline).allSatisfy { $0.verdict == .passed })
    for index in baseline.entries.indices { baseline.entries[index].seed = 43 }
    #expect(try gates(baseline).allSatisfy { $0.verdict == .notCompared(.seedDiffers) })
  }

  @Test("a gate with a baseline file compares with its numbers")
  func baseline() throws {
    let store = try open("s")
    let read = try configuration(
      in: folder, methods: "[plain]", tasks: "[scoring]",
      more: "gates: [{metric: perplexity, task: scoring, max-increase: 0.1, baseline: \"base.json\"}]\n")
    let sweep = try Sweep(read, options: SweepOptions(), provider: ScriptedProvider(), purpose: .execution)
    func status(_ baseline: Baseline) throws -> SweepSummary {
      try sweep.execute(store: store, readBaseline: { _ in baseline }, isCancelled: { false }, onEvent: { _ in })
    }
    // Nothing to compare with is no pass.
    let unjudged = try status(Baseline([]))
    #expect(unjudged.status == .usage && unjudged.gates.first?.verdict == .notCompared(.missing))
    var baseline = try Baseline(from: store)
    let index = try #require(baseline.entries.firstIndex { $0.coordinates == "length=6" && $0.metric == "perplexity" })
    let own = try #require(baseline.entries[index].value)
    baseline.entries[index].value = own - 0.05
    #expect(try status(baseline).status == .complete)
    baseline.entries[index].value = own - 0.15
    #expect(try status(baseline).status == .gateFailed)
    baseline.entries[index].protocolName += "x"
    #expect(try status(baseline).gates.contains { $0.verdict == .notCompared(.protocolDiffers) })
    #expect(throws: SweepError.self) {
      try sweep.execute(
        store: store, readBaseline: { _ in throw CancellationError() }, isCancelled: { false }, onEvent: { _ in })
    }
  }
}
