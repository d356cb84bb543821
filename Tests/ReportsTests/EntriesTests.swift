import Evaluation
import Foundation
import Reports
import Store
import TestSupport
import Testing
import Text

/// Two entries of one task are two everywhere.
@Suite struct EntriesTests {
  private let synthetic: SyntheticStore
  private let first = "passkey (wording=train)"
  private let second = "passkey (wording=unseen)"

  init() throws {
    synthetic = try SyntheticStore()
    for (wording, note) in [("train", "As trained."), ("unseen", "Deviation: other words.")] {
      var record = SyntheticStore.record(
        "passkey", "plain", [("length", "512")], metric: SyntheticStore.accuracy, count: 1)
      record.settings = #"{"wording":"\#(wording)"}"#
      record.protocolNotes = [note]
      let cell = try synthetic.store.cell(record)
      let score = Score(metric: "accuracy", value: 1, unscored: nil)
      try synthetic.store.append(
        SyntheticStore.result("0 \(wording)", "plain", scores: [score], output: "x"), cell: cell, run: synthetic.run)
    }
  }

  @Test("cost, data, protocols and rows for programs name the entry")
  func everywhere() throws {
    let folder = try TemporaryFolder()
    _ = try ReportWriter(store: synthetic.store, name: "two").write(to: folder.path, formats: [.markdown, .csv])
    func text(_ name: String) throws -> String { try String(contentsOfFile: folder.file(name), encoding: .utf8) }
    for entry in [first, second] {
      #expect(try text("timing.md").contains("Tiny-1K, \(entry), plain"))
      for name in ["cells.csv", "samples.csv", "timing.csv"] {
        #expect(try text(name).split(separator: "\n").count { $0.hasSuffix(",\(entry)") } == 1, "\(name)")
      }
    }
    let report = try text("report.md")
    #expect(report.contains("`passkey/v1` (\(first)):\n\n- As trained."))
    #expect(report.contains("`passkey/v1` (\(second)):\n\n- Deviation: other words."))
    #expect(report.split(separator: "\n").count { $0.hasPrefix("| `\(first)` | passkey/v1") } == 1)
  }

  @Test("samples say the entry, and one is chosen by it")
  func samples() throws {
    let printer = SamplePrinter(store: synthetic.store)
    let text = try printer.text(.init(selection: .init(pairs: ["task": second])))
    #expect(text.hasPrefix("== Tiny-1K | plain | \(second) length=512 |") && text.hasSuffix("\n1 samples\n"))
    #expect(try printer.text(.init(selection: .init(pairs: ["task": "passkey"]))).hasSuffix("\n2 samples\n"))
  }
}
