import Backends
import Evaluation
import Foundation
import Positions
import Store
import Tasks
import TestSupport
import Testing
import Text

@testable import Sweeps

@Suite struct SweepTests {
  private let folder: TemporaryFolder
  private static let grid = "[plain, self-extend: {group: [1, 2], window: [6, 100]}]"

  init() throws { folder = try modelFolder() }

  private func sweep(
    methods: String = "[plain]", tasks: String = "[counting]", options: SweepOptions = SweepOptions(),
    provider: ScriptedProvider = ScriptedProvider(), purpose: Sweep.Purpose = .execution
  ) throws(SweepError) -> Sweep {
    try Sweep(
      configuration(in: folder, methods: methods, tasks: tasks), options: options, provider: provider,
      purpose: purpose)
  }

  private func labels(_ sweep: Sweep) -> [String] {
    sweep.cells.map { "\($0.method) \($0.task.name) \($0.place.label)" }
  }

  @Test("cells come by method, then task, then the task's own order")
  func expansion() throws {
    let sweep = try sweep(
      methods: "[plain, self-extend: {group: [4, 2], window: 6}]", tasks: "[counting: {lengths: [8, 4]}, scoring]")
    let places = ["counting length=8", "counting length=4", "scoring length=6"]
    #expect(
      labels(sweep)
        == ["plain", "self-extend:G=4,W=6", "self-extend:G=2,W=6"].flatMap { method in places.map { "\(method) \($0)" }
        })
  }

  @Test(
    "--only keeps the cells that match every key",
    arguments: [
      (["task=scoring"], 5), (["task=counting,length=4"], 5), (["method=plain"], 3), (["method=self-extend"], 12),
      (["method=self-extend:G=2,W=6,task=counting"], 2), (["method=self-extend:window=6,group=2"], 3),
      (["length=4", "length=8"], 10), (["model=m,method=plain", "task=counting"], 2),
    ])
  func only(_ texts: [String], _ count: Int) throws {
    let sweep = try sweep(
      methods: Self.grid, tasks: "[counting, scoring]", options: SweepOptions(only: Selection(parsing: texts)))
    #expect(sweep.cells.count == count)
  }

  @Test("--only with a key or value that nothing has is an error with what was meant")
  func wrongOnly() throws {
    func error(_ text: String) -> SweepError? {
      do throws(SweepError) {
        _ = try sweep(tasks: "[counting, scoring]", options: SweepOptions(only: Selection(parsing: [text])))
        return nil
      } catch { return error }
    }
    #expect(
      error("taks=scoring")
        == .selection(
          .unknown(key: "taks", value: nil, suggestion: "task", known: ["model", "method", "task", "length"])))
    #expect(
      error("task=scorin")
        == .selection(.unknown(key: "task", value: "scorin", suggestion: "scoring", known: ["counting", "scoring"])))
    #expect(
      error("length=5") == .selection(.unknown(key: "length", value: "5", suggestion: "4", known: ["4", "8", "6"])))
    #expect(
      error("plain")
        == .selection(.form("plain")))
    #expect(error("task=scoring,length=4") == .nothingToDo)
  }

  @Test("a shard is I/N", arguments: ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3"])
  func wrongShards(_ text: String) {
    #expect(throws: SweepError.argument("--shard \(text)", expected: "I/N with I from 1 to N, for example 2/8")) {
      try Shard(parsing: text)
    }
  }

  @Test("a missing model lists the files, the place and the way to get it, before any work")
  func missingModel() throws {
    let read = try configuration(
      "models: [{name: a, path: \"${GONE}/a\"}, {name: b, path: /nowhere/b.gguf}]\nmethods: [plain]\n"
        + "tasks: [counting: {path: /nowhere/data}]\n")
    let provider = ScriptedProvider()
    let error = #expect(throws: SweepError.self) {
      try Sweep(read, options: SweepOptions(), provider: provider, purpose: .execution)
    }
    guard let error, case .missing(let found) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.status == .missingInput)
    for part in ["GONE is not set", "${GONE}/a/config.json", "/nowhere/b.gguf", "/nowhere/data", "test.yaml:1:"] {
      #expect(error.description.contains(part), "\(part) is not in \(error)")
    }
    #expect(found.map(\.name) == ["a", "b", "counting"])
    #expect(found[0].unsetVariable == "GONE")
  }

  @Test("--skip-missing runs what is there and ends incomplete")
  func skipMissing() throws {
    let read = try configuration(
      "models: [{name: a, path: /nowhere/a.gguf}, {name: m, path: \(folder.path)/model.gguf}]\nmethods: [plain]\n"
        + "tasks: [counting]\n")
    let provider = ScriptedProvider()
    let sweep = try Sweep(
      read, options: SweepOptions(skipsMissing: true), provider: provider, purpose: .execution)
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    let summary = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    #expect(summary.status == .incomplete)
    #expect(summary.missing.map(\.name) == ["a"])
    #expect(provider.loadedModels == ["m"])
    #expect(summary.progress.doneSampleCount == 4)
  }

  @Test("a task's wrong setting is placed at the setting")
  func taskSettings() throws {
    let read = try configuration(in: folder, tasks: "[counting: {trials: 0}]")
    #expect(
      throws: SweepError.configuration(
        TextLocation(file: "test.yaml", line: 4, column: 28),
        .impossible(key: "trials", found: "0", expected: "1 or more"))
    ) { try Sweep(read, options: SweepOptions(), provider: ScriptedProvider(), purpose: .plan) }
  }

  @Test("the identities change with everything they cover and with nothing else")
  func identity() {
    func sample(_ tokens: [Int] = [1, 2, 3], stop: [Int] = [5, 4], expected: [String] = ["x"], fact: Int = 1) -> Sample
    {
      Sample(
        id: SampleID("any"), text: "t", request: .generate(tokens: tokens, maxNewTokens: 4, stopTokens: stop),
        expected: expected, facts: [("depth", .integer(fact))])
    }
    func evaluation(
      _ sample: Sample, model: String = "m", tokenizer: String = "t", cache: CacheType = .float32,
      numerics: String = "1", method: Method = .plain
    ) -> String {
      EvaluationIdentity(modelHash: model, tokenizer: tokenizer, cache: cache, numerics: numerics, slidingWindow: nil)
        .of(SampleKey(sample), method: method)
    }
    func scoring(_ sample: Sample, protocolName: String = "p/v1", version: String = "1") -> String {
      let key = SampleKey(sample)
      return ScoringIdentity(protocolName: protocolName, scorerVersion: version)
        .of(expected: key.expected, facts: key.facts)
    }
    let extended = Method.selfExtend(SelfExtend(groupSize: 2, neighborWindow: 3), logBase: nil)
    let all = [
      evaluation(sample()), evaluation(sample([1, 2, 4])), evaluation(sample([1, 2])), evaluation(sample(stop: [5])),
      evaluation(sample(), model: "n"), evaluation(sample(), tokenizer: "u"), evaluation(sample(), cache: .float16),
      evaluation(sample(), numerics: "2"), evaluation(sample(), method: extended),
      evaluation(sample(), method: .selfExtend(SelfExtend(groupSize: 3, neighborWindow: 3), logBase: nil)),
      evaluation(sample(), method: .selfExtend(SelfExtend(groupSize: 2, neighborWindow: 4), logBase: nil)),
      evaluation(sample(), method: .selfExtend(SelfExtend(groupSize: 2, neighborWindow: 3), logBase: 2)),
      evaluation(
        Sample(
          id: SampleID("any"), text: "t", request: .score(tokens: [1, 2, 3]), expected: ["x"],
          facts: [("depth", .integer(1))])),
      scoring(sample()), scoring(sample(expected: ["y"])), scoring(sample(fact: 2)),
      scoring(sample(), protocolName: "p/v2"), scoring(sample(), version: "2"),
    ]
    #expect(Set(all).count == all.count)
    #expect(evaluation(sample()) == evaluation(sample(stop: [4, 5])))
    #expect(evaluation(sample()) == evaluation(sample(expected: ["y"], fact: 2)))
    #expect(scoring(sample()) == scoring(sample([9])))
    #expect(all.allSatisfy { $0.count == 64 })
  }

  @Test("a method that is plain attention at the sample's length shares plain's identity, a longer sample does not")
  func sharedIdentity() {
    let identity = EvaluationIdentity(
      modelHash: "m", tokenizer: "t", cache: .float32, numerics: "1", slidingWindow: nil)
    func key(_ count: Int) -> SampleKey {
      SampleKey(
        Sample(id: SampleID("s"), text: "", request: .generate(tokens: Array(0..<count), maxNewTokens: 2)))
    }
    let extended = Method.selfExtend(SelfExtend(groupSize: 4, neighborWindow: 10), logBase: nil)
    #expect(identity.of(key(8), method: extended) == identity.of(key(8), method: .plain))
    #expect(identity.of(key(9), method: extended) != identity.of(key(9), method: .plain))
  }

  @Test("a plan counts samples, tokens, truncations, memory and what equals plain")
  func plan() throws {
    let plan = try sweep(
      methods: "[plain, self-extend:G=2,W=6]", tasks: "[counting: {lengths: [4, 8], trials: 3}]",
      options: SweepOptions(limit: 2), purpose: .plan
    ).plan(store: nil)
    #expect(plan.cells.map(\.totalSampleCount) == [3, 3, 3, 3])
    #expect(plan.cells.map(\.sampleCount) == [2, 2, 2, 2])
    #expect(plan.cells.map(\.promptTokenCount) == [8, 16, 8, 16])
    #expect(plan.cells.map(\.truncatedSampleCount) == [1, 1, 1, 1])
    #expect(plan.cells.map(\.equalToPlainCount) == [0, 0, 2, 0])
    #expect(plan.cells[2].remainingSeconds == 0)
    #expect(plan.doneCount == 0)
    #expect(plan.models[0].longestSequence == 9)
    #expect(plan.models[0].cacheByteCount == 9 * 24)
    #expect(plan.models[0].weightByteCount == 1)
    #expect(plan.models[0].rate.source == .assumed(threads: 1))
  }

  @Test("a plan warns of prompts beyond a method's capacity and of a G that does not divide W, once")
  func planWarnings() throws {
    let provider = ScriptedProvider()
    provider.window = 10
    let plan = try sweep(
      methods: "[plain, self-extend:G=3,W=7]", tasks: "[counting: {lengths: [12, 13]}]", provider: provider,
      purpose: .plan
    ).plan(store: nil)
    #expect(plan.warnings.count == 2)
    #expect(plan.warnings.contains { $0.hasPrefix("m: plain has room for 10 tokens with L=10; 14 tokens") })
    #expect(plan.warnings.contains { $0.contains("G does not divide W") })
  }

  @Test("a plan says when a method replaces the checkpoint's own scaling of frequencies", arguments: [true, false])
  func replacedScaling(hasScaling: Bool) throws {
    let provider = ScriptedProvider()
    provider.hasRotaryScaling = hasScaling
    let plan = try sweep(
      methods: "[plain, self-extend:G=2,W=4, yarn:factor=4]", tasks: "[counting: {lengths: [12]}]", provider: provider,
      purpose: .plan
    ).plan(store: nil)
    let warnings = plan.warnings.filter { $0.contains("replaces the checkpoint's own scaling") }
    #expect(warnings.count == (hasScaling ? 1 : 0) && warnings.allSatisfy { $0.hasPrefix("m: yarn:factor=4 ") })
  }

  @Test("a plan after a sweep finds everything done and takes its speed from the store")
  func planAfterSweep() throws {
    let store = try ResultStore.open(folder.path + "/s.sqlite", mode: .create)
    let sweep = try sweep(methods: Self.grid, tasks: "[counting, scoring]")
    let summary = try sweep.execute(store: store, isCancelled: { false }, onEvent: { _ in })
    #expect(summary.status == .complete)
    let plan = try self.sweep(methods: Self.grid, tasks: "[counting, scoring]", purpose: .plan).plan(store: store)
    #expect(plan.doneCount == plan.sampleCount)
    #expect(plan.sampleCount == 25)
    #expect(plan.remainingSeconds == 0)
    guard case .store = plan.models[0].rate.source else {
      Issue.record("\(plan.models[0].rate)")
      return
    }
  }

  @Test("the plan's text has a row per task, length and method, and says where its speed comes from")
  func planText() throws {
    let plan = try sweep(
      methods: "[plain, self-extend:G=2,W=6]", tasks: "[counting: {lengths: [4, 8]}]",
      options: SweepOptions(threads: 2), purpose: .plan
    ).plan(store: nil)
    let lines = plan.text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "m: context window 1,000, 100 parameters")
    #expect(
      lines[1].split(separator: " ").joined(separator: " ")
        == "task method cells samples done = plain tokens longest cut time left")
    #expect(
      lines[2...5].map { $0.split(separator: " ").joined(separator: " ") } == [
        "counting length=4 plain 1 2 0 0 8 4 1 1 s", "counting length=8 plain 1 2 0 0 16 8 1 1 s",
        "counting length=4 self-extend:G=2,W=6 1 2 0 2 8 4 1 0 s",
        "counting length=8 self-extend:G=2,W=6 1 2 0 0 16 8 1 1 s",
      ])
    #expect(lines[6] == "  memory: 5.09 KiB at 9 tokens (weights 1 B, keys and values 216 B, buffers 4.88 KiB)")
    #expect(lines[7] == "  speed: 80.0 GFLOP/s, assumed for 2 threads; nothing was measured yet")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(plan.json.utf8)) as? [String: Any])
    #expect(json["samples"] as? Int == 8)
    #expect(json["equal_to_plain"] as? Int == 2)
    #expect((json["cells"] as? [[String: Any]])?.count == 4)
  }

  @Test("a plan measures the speed where it is asked to")
  func measuredRate() throws {
    let plan = try sweep(tasks: "[counting: {lengths: [32]}]", purpose: .plan).plan(store: nil, measuresRate: true)
    #expect(plan.models[0].rate.source == .measured(tokens: 32))
  }
}
