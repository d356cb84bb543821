import Evaluation
import Metrics
import Store
import Testing

@testable import Gates

@Suite struct PoolingTests {
  private let accuracy = MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)

  private func cell(
    _ method: String, _ coordinates: [(String, String)], right: Int, of count: Int, settings: String = "{}"
  ) -> (record: CellRecord, samples: [SampleResult]) {
    let record = CellRecord(
      model: "m", contextWindow: 8, modelHash: "h", method: method, task: "passkey", settings: settings,
      protocolName: "p/v1", protocolNotes: [], dataHash: "",
      coordinates: Coordinates(coordinates.map { Coordinate(name: $0.0, spelling: $0.1) }), metrics: [accuracy],
      sampleCount: count)
    let samples = (0..<count).map { index in
      SampleResult(
        sampleID: "\(index)", identity: "\(method)\(coordinates)\(index)", prompt: "p", firstTokens: [1],
        promptTokenCount: 1, truncatedTokenCount: 0, expected: [], facts: "{}", output: nil, outputTokens: nil,
        finishReason: nil, scores: [.init(metric: "accuracy", value: index < right ? 1 : 0, unscored: nil)],
        logProbabilities: nil, durationSeconds: 1, computedTokenCount: 1)
    }
    return (record, samples)
  }

  @Test("the depths of a length are one number, a length with one depth is none")
  func depths() {
    let cells = [
      cell("plain", [("length", "4096"), ("depth", "0.0")], right: 2, of: 2),
      cell("plain", [("length", "4096"), ("depth", "1.0")], right: 1, of: 2),
      cell("plain", [("length", "8192"), ("depth", "0.0")], right: 0, of: 2),
    ]
    let pooled = Pooling.length.measurements(cells.map { MeasuredCell($0.record, $0.samples) })
    #expect(pooled.map(\.estimate.value) == [0.75])
    #expect(pooled.map(\.estimate.count) == [4])
    #expect(pooled.map(\.name) == ["m plain passkey length=4096,over=length accuracy"])
    #expect(pooled.map(\.isComplete) == [true])
    #expect(Pooling.task.measurements(cells.map { MeasuredCell($0.record, $0.samples) }).map(\.estimate.value) == [0.5])
    #expect(Measurement.all(cells).map(\.pooling) == [.cell, .cell, .cell, .length, .task])
  }

  @Test("over datasets a task's number is the mean of theirs, whatever their sizes")
  func datasets() {
    let cells = [
      cell("plain", [("dataset", "a")], right: 1, of: 1), cell("plain", [("dataset", "b")], right: 0, of: 9),
    ]
    #expect(Pooling.task.measurements(cells.map { MeasuredCell($0.record, $0.samples) }).map(\.estimate.value) == [0.5])
    #expect(Pooling.dataset.measurements(cells.map { MeasuredCell($0.record, $0.samples) }).isEmpty)
  }

  @Test("a gate over lengths looks at pooled numbers alone, compares with plain's, and may name an entry")
  func rule() {
    let named = #"{"name":"keys"}"#
    let cells = ["plain", "self-extend:G=8,W=64"].flatMap { method in
      ["0.0", "1.0"].map { depth in
        cell(
          method, [("length", "4096"), ("depth", depth)], right: method == "plain" ? 1 : 2, of: 2, settings: named)
      }
    }
    let all = Measurement.all(cells)
    let rule = GateRule(metric: "accuracy", task: "keys", over: .length, method: "self-extend", minimum: 0.9)
    let judged = rule.judge(all)
    #expect(judged.map(\.verdict) == [.passed])
    #expect(judged.map(\.name) == ["m self-extend:G=8,W=64 keys length=4096,over=length accuracy"])
    #expect(judged.map(\.n) == [4])
    let relative = GateRule(metric: "accuracy", task: "keys", over: .length, maxDecrease: .init(relative: 0))
    #expect(relative.judge(all).map(\.before) == [0.5])
    #expect(GateRule(metric: "accuracy", task: "keys", minimum: 0.9).judge(all).count == 4)
  }

  @Test("accepting new numbers says what changes in the baseline")
  func changes() {
    let a = cell("plain", [("length", "1")], right: 2, of: 2)
    let b = cell("plain", [("length", "1")], right: 1, of: 2)
    let c = cell("plain", [("length", "2")], right: 1, of: 2)
    let old = Baseline(Pooling.cell.measurements([MeasuredCell(a.record, a.samples)]))
    #expect(Baseline(Pooling.cell.measurements([MeasuredCell(a.record, a.samples)])).changes(from: old).isEmpty)
    #expect(
      Baseline(Pooling.cell.measurements([b, c].map { MeasuredCell($0.record, $0.samples) })).changes(from: old) == [
        "~ m plain passkey length=1 accuracy: 1.000000 -> 0.500000",
        "+ m plain passkey length=2 accuracy: 0.500000, n=2",
      ])
    #expect(Baseline([]).changes(from: old) == ["- m plain passkey length=1 accuracy: 1.000000, n=2"])
  }

  @Test("a gate of bounds says them, one that a number meets in all but its last bits passes, and gates are counted")
  func bounds() throws {
    let all = Measurement.all([cell("plain", [("length", "1")], right: 1, of: 2)])
    let failed = try #require(GateRule(metric: "accuracy", task: "passkey", minimum: 0.9).judge(all).first)
    #expect(failed.verdict == .worse && failed.minimum == 0.9 && failed.maximum == nil)
    let met = GateRule(metric: "accuracy", task: "passkey", maximum: 0.5.nextDown, minimum: 0.5.nextUp)
    #expect(met.judge(all).map(\.verdict) == [.passed])
    var judgements = [failed, failed] + met.judge(all)
    for (index, gate) in [0, 0, 1].enumerated() { judgements[index].gate = gate }
    let counts = GateResult(judgements).gateCounts
    #expect([counts.all, counts.failed, counts.open] == [2, 1, 0])
  }

  @Test("an entry is named by what tells it from another, also where its numbers stand alone")
  func entries() {
    let lists = [#"{"datasets":["trec","lcc"]}"#, #"{"datasets":["qasper"]}"#]
    let cells = lists.map { cell("plain", [("length", "1")], right: 1, of: 2, settings: $0) }
    let names = TaskEntries(lists.map { ("passkey", $0) })
    let rule = GateRule(metric: "accuracy", task: "passkey (datasets=trec+lcc)", minimum: 0.1)
    #expect(rule.judge(Measurement.all(cells)).map(\.name) == ["m plain passkey (datasets=trec+lcc) length=1 accuracy"])
    #expect(rule.judge(Measurement.all([cells[0]]), names: names).map(\.verdict) == [.passed])
    #expect(rule.judge(Measurement.all([cells[0]])).map(\.verdict) == [.notCompared(.missing)])
  }
}
