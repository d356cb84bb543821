import Evaluation
import Reports
import Store
import TestSupport
import Testing
import Text

@Suite struct ComparisonTests {
  @Test("two methods are compared on the samples that both have")
  func methods() throws {
    let synthetic = try SyntheticStore.complete()
    let comparison = try Comparison(synthetic.store, "self-extend:G=4,W=256", "plain")
    #expect(comparison.rows.map(\.place) == ["length=512", "length=1024", "length=2048"])
    #expect(comparison.rows.map(\.pairs) == [6, 6, 6])
    #expect(comparison.rows.map(\.better) == [0, 0, 5])
    #expect(comparison.rows.map(\.worse) == [0, 0, 0])
    // McNemar with 5 against 0: 2 / 2^5; three rows, so three times that by Holm.
    #expect(comparison.rows.map(\.p) == [1, 1, 0.0625])
    #expect(comparison.rows.map(\.adjustedP) == [1, 1, 0.1875])
    #expect(comparison.flips.count == 5)
    try Golden.expect(comparison.text(flipLimit: 3), "comparison.txt")
  }

  @Test("swapping the sides turns every sign")
  func swapped() throws {
    let synthetic = try SyntheticStore.complete()
    let forward = try Comparison(synthetic.store, "self-extend:G=4,W=128", "plain")
    let back = try Comparison(synthetic.store, "plain", "self-extend:G=4,W=128")
    #expect(forward.rows.map(\.difference) == back.rows.map { $0.difference.map { -$0 } })
    #expect(forward.rows.map(\.better) == back.rows.map(\.worse))
    #expect(forward.rows.count == 7)
  }

  @Test("two stores are compared by sample, not by order")
  func stores() throws {
    let (a, b) = (try SyntheticStore(), try SyntheticStore())
    let (cellA, cellB) = (
      try a.passkeyCell("plain", length: 512, depth: "0.5"), try b.passkeyCell("plain", length: 512, depth: "0.5")
    )
    for trial in [0, 1] { try a.appendPasskey("plain", length: 512, depth: "0.5", trial: trial, cell: cellA) }
    try b.appendPasskey("plain", length: 512, depth: "0.5", trial: 1, cell: cellB)
    let comparison = try Comparison(a.store, "plain", with: b.store, "plain")
    #expect(comparison.rows.map(\.pairs) == [1])
    #expect(comparison.rows.map(\.difference) == [0])
    #expect(comparison.flips.isEmpty)
  }

  @Test("a method that is not stored is an error that lists what is")
  func unknown() throws {
    let synthetic = try SyntheticStore()
    _ = try synthetic.passkeyCell("plain", length: 512, depth: "0.5")
    #expect(throws: ReportError.unknownMethod(method: "ntk:factor=4", known: ["plain"])) {
      _ = try Comparison(synthetic.store, "plain", "ntk:factor=4")
    }
  }

  @Test(
    "a log-probability that is none is damage to comparison, report and card, not a number in them",
    arguments: [Float.nan, 0.5, .infinity, -1e30])
  func damaged(value: Float) throws {
    let synthetic = try SyntheticStore()
    for method in ["plain", "ntk:factor=4"] {
      let cell = try synthetic.store.cell(
        SyntheticStore.record("books", method, [("length", "3")], metric: SyntheticStore.perplexity, count: 1))
      let scores = [Score("nll_sum", 2), Score("token_count", 2)]
      try synthetic.store.append(
        SyntheticStore.result(
          "book=7", method, scores: scores, tokens: 3, logProbabilities: [-1, method == "plain" ? -1 : value]),
        cell: cell, run: synthetic.run)
    }
    let writer = ReportWriter(store: synthetic.store, name: "damaged", tasks: .none)
    let folder = try TemporaryFolder()
    let uses: [() throws -> Void] = [
      { _ = try Comparison(synthetic.store, "ntk:factor=4", "plain") },
      { _ = try writer.write(to: folder.path, formats: [.csv]) }, { _ = try writer.summary() },
    ]
    for use in uses {
      let error = try #require(#expect(throws: ReportError.self, performing: use))
      #expect("\(error)".contains("of the sample book=7: number 2 of 2 is \(value), which is no log-probability"))
    }
    // The other method's samples are whole.
    #expect(try Comparison(synthetic.store, "plain", "plain").rows.map(\.difference) == [0])
  }
}
