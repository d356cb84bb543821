import Evaluation
import Gates
import Reports
import Store
import Testing
import Text

@Suite struct BaselineTests {
  /// A store with one accuracy cell of two samples and one perplexity cell.
  private func store(
    right: Int = 2, nll: Double = 100, protocolName: String = "passkey/v1", dataHash: String = "d", count: Int = 2,
    modelHash: String = "m"
  ) throws -> SyntheticStore {
    let synthetic = try SyntheticStore()
    var accuracy = SyntheticStore.record(
      "passkey", "plain", [("length", "512")], metric: SyntheticStore.accuracy, count: 2)
    accuracy.protocolName = protocolName
    accuracy.modelHash = modelHash
    let cell = try synthetic.store.cell(accuracy)
    for index in 0..<count {
      let score = Score(metric: "accuracy", value: index < right ? 1 : 0, unscored: nil)
      try synthetic.store.append(
        SyntheticStore.result("\(index)", "plain", scores: [score], output: "x"), cell: cell, run: synthetic.run)
    }
    var books = SyntheticStore.record("books", "plain", [], metric: SyntheticStore.perplexity, count: 1)
    books.dataHash = dataHash
    books.modelHash = modelHash
    let second = try synthetic.store.cell(books)
    try synthetic.store.append(
      SyntheticStore.result(
        "book", "plain",
        scores: [
          .init(metric: "nll_sum", value: nll, unscored: nil), .init(metric: "token_count", value: 50, unscored: nil),
        ]), cell: second, run: synthetic.run)
    return synthetic
  }

  private func check(_ store: SyntheticStore, absolute: Double? = nil, relative: Double? = nil) throws -> GateResult {
    let baseline = try Baseline(json: Baseline(from: self.store().store).json, path: "b.json")
    return try baseline.check(store.store, absolute: absolute, relative: relative)
  }

  @Test("the file is what was recorded, and reads back")
  func file() throws {
    var baseline = try Baseline(from: store().store)
    baseline.tolerances = ["perplexity": .init(absolute: 0.01, relative: 0.001)]
    let json = baseline.json
    try Golden.expect(json, "baseline.json")
    #expect(try Baseline(json: json, path: "b.json") == baseline)
  }

  @Test("the same results pass")
  func same() throws {
    let result = try check(store())
    #expect(result.fault == nil)
    #expect(result.unchanged.count == 2)
    #expect(result.text.hasSuffix("0 worse, 0 better, 2 within tolerance, 0 not comparable, 0 new.\n"))
    // The whole table: what was held is shown too.
    #expect(result.text.contains("Tiny-1K plain books perplexity"))
  }

  @Test("worse beyond the tolerance fails with 3, in each metric's own direction")
  func worse() throws {
    let accuracy = try check(store(right: 1))
    #expect(accuracy.fault == .gateFailed)
    #expect(accuracy.worse.map(\.name) == ["Tiny-1K plain passkey length=512 accuracy"])
    #expect(accuracy.worse.map { [$0.before, $0.after] } == [[1, 0.5]])
    let perplexity = try check(store(nll: 101))
    #expect(perplexity.worse.map(\.name) == ["Tiny-1K plain books perplexity"])
    #expect(try check(store(nll: 99)).fault == nil)
    #expect(try check(store(nll: 99)).improved.count == 1)
  }

  @Test("the larger of absolute and relative tolerance counts")
  func tolerance() throws {
    // exp(2) = 7.389 becomes exp(2.02) = 7.538: 0.149, or 2.02 %.
    #expect(try check(store(nll: 101), absolute: 0.15).fault == nil)
    #expect(try check(store(nll: 101), absolute: 0.14).fault == .gateFailed)
    #expect(try check(store(nll: 101), relative: 0.021).fault == nil)
    #expect(try check(store(nll: 101), relative: 0.02).fault == .gateFailed)
    #expect(try check(store(nll: 101), absolute: 0.01, relative: 0.021).fault == nil)
  }

  @Test("tolerances of the file hold unless they are replaced")
  func storedTolerance() throws {
    let baseline = try Baseline(from: store().store, tolerance: .init(absolute: 0.15))
    let moved = try store(nll: 101).store
    #expect(try baseline.check(moved).fault == nil)
    #expect(try baseline.check(moved, absolute: 0.1).fault == .gateFailed)
  }

  @Test("another protocol or other data is not compared: 2")
  func incomparable() throws {
    let protocolDiffers = try check(store(right: 0, protocolName: "passkey/v2"))
    #expect(protocolDiffers.fault == .usage)
    #expect(protocolDiffers.notCompared.map(\.reason) == [.protocolDiffers])
    #expect(protocolDiffers.text.contains("passkey/v1"))
    #expect(try check(store(nll: 900, dataHash: "other")).notCompared.map(\.reason) == [.dataDiffers])
    #expect(try check(store(nll: 900, dataHash: "other")).fault == .usage)
  }

  @Test("a missing sample is incomplete: 4; and something worse is still 3")
  func missing() throws {
    let incomplete = try check(store(count: 1))
    #expect(incomplete.fault == .incomplete)
    #expect(incomplete.notCompared.map(\.reason) == [.incomplete])
    #expect(try check(store(nll: 101, count: 1)).fault == .gateFailed)
  }

  @Test("a missing cell and a run of fewer samples cannot be compared: 2")
  func otherCells() throws {
    var baseline = try Baseline(from: store().store)
    baseline.entries[1].coordinates = "length=99"
    let missing = try baseline.check(store().store)
    #expect(missing.fault == .usage && missing.notCompared.map(\.reason) == [.missing])
    baseline = try Baseline(from: store().store)
    baseline.entries[1].n = 5
    #expect(try baseline.check(store().store).notCompared.map(\.reason) == [.samplesDiffer])
  }

  @Test("a perplexity that overflows is infinite in the file, and equal to itself")
  func overflow() throws {
    let store = try store(nll: 50 * 800).store
    let baseline = try Baseline(json: Baseline(from: store).json, path: "b.json")
    #expect(baseline.entries.contains { $0.value == .infinity && $0.low == nil })
    #expect(try baseline.check(store).fault == nil)
    #expect(try check(self.store(nll: 50 * 800)).fault == .gateFailed)
  }

  @Test("other weights are compared, and said")
  func otherModel() throws {
    let result = try check(store(nll: 101, modelHash: "quantised"))
    #expect(result.fault == .gateFailed)
    #expect(result.worse.map(\.modelDiffers) == [true])
    #expect(result.text.contains("2 numbers are of other weights than the baseline's."))
  }

  @Test("an empty baseline is not a pass")
  func nothingCompared() throws {
    var baseline = try Baseline(from: store().store)
    baseline.entries = []
    let result = try baseline.check(store().store)
    #expect(result.fault == .usage)
    #expect(result.added.count == 2)
  }

  @Test(
    "a file that is no baseline is refused",
    arguments: ["", "{}", "[1]", #"{"format":"x","tolerances":{},"entries":[]}"#])
  func damaged(json: String) throws {
    let error = #expect(throws: GateError.self) { _ = try Baseline(json: json, path: "b.json") }
    guard case .damagedBaseline("b.json", _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("the text of a failed gate is what was recorded")
  func text() throws {
    let baseline = try Baseline(from: store().store, tolerance: .init(relative: 0.01))
    let result = try baseline.check(store(right: 1, nll: 101, modelHash: "q").store)
    try Golden.expect(result.text, "gate.txt")
  }
}
