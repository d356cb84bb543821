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
    return try baseline.check(store.store, absolute: absolute.map { .units($0) }, relative: relative)
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
    let baseline = try Baseline(from: store().store, absolute: .units(0.15))
    let moved = try store(nll: 101).store
    #expect(try baseline.check(moved).fault == nil)
    #expect(try baseline.check(moved, absolute: .units(0.1)).fault == .gateFailed)
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

  @Test("numbers of another seed are not compared: 2; a file of an older program is, and it is said")
  func seeds() throws {
    let store = try store().store
    var baseline = try Baseline(json: Baseline(from: store).json, path: "b.json")
    #expect(baseline.entries.map(\.seed) == [42, 42])
    baseline.entries[0].seed = 43
    let other = try baseline.check(store)
    #expect(other.fault == .usage && other.notCompared.map(\.reason) == [.seedDiffers])
    #expect(other.text.contains("seed 43") && other.text.contains("seed 42"))
    for index in baseline.entries.indices { baseline.entries[index].seed = nil }
    let old = try Baseline(json: baseline.json, path: "b.json").check(store)
    #expect(old.fault == nil && old.unseededCount == 2)
    for text in [old.text, old.markdown(title: "t")] {
      #expect(text.contains("2 numbers of the baseline without a seed"))
    }
    let changes = try Baseline(from: store).changes(from: baseline)
    #expect(changes.count == 2 && changes.allSatisfy { $0.hasSuffix(": seed not said -> 42") })
  }

  @Test("a tolerance that lets everything pass is refused, and the words say what to write")
  func idle() throws {
    let store = try store().store
    let baseline = try Baseline(from: store)
    func problem(_ absolute: ToleranceAmount?, _ relative: Double? = nil) -> String? {
      do { _ = try baseline.check(store, absolute: absolute, relative: relative) } catch {
        #expect(error.fault == .usage)
        return "\(error)"
      }
      return nil
    }
    #expect(
      problem(.units(5))?.hasSuffix(
        "accuracy goes from 0 to 1, and 5 allows every change; for 5 of 100 points write 0.05")
        == true)
    #expect(problem(.units(1)) != nil && problem(.units(0.5)) == nil)
    #expect(problem(nil, 5)?.contains("accuracy cannot lose more than 100 % of itself") == true)
    // Five points of a perplexity are nothing.
    #expect(problem(.points(0.05))?.contains("perplexity has no largest number") == true)
    #expect(throws: GateError.self) { try Baseline(from: store, absolute: .units(5)) }
    var old = baseline
    old.tolerances["accuracy"] = Tolerance(absolute: 5)
    #expect(throws: GateError.self) { try old.check(store) }
  }

  @Test("points are of a metric's range")
  func points() throws {
    let synthetic = try SyntheticStore()
    let cell = try synthetic.store.cell(
      SyntheticStore.record("passkey", "plain", [("length", "512")], metric: SyntheticStore.accuracy, count: 1))
    try synthetic.store.append(
      SyntheticStore.result(
        "0", "plain", scores: [Score(metric: "accuracy", value: 1, unscored: nil)], output: "x"),
      cell: cell, run: synthetic.run)
    let baseline = try Baseline(from: synthetic.store, absolute: #require(ToleranceAmount(parsing: "5%")))
    #expect(baseline.tolerances == ["accuracy": Tolerance(absolute: 0.05)])
    for text in ["", "%", "-1", "nan", "x%"] { #expect(ToleranceAmount(parsing: text) == nil) }
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
    let baseline = try Baseline(from: store().store, relative: 0.01)
    let result = try baseline.check(store(right: 1, nll: 101, modelHash: "q").store)
    try Golden.expect(result.text, "gate.txt")
  }
}
