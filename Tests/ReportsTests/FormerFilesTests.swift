import Evaluation
import Foundation
import Store
import TestSupport
import Testing

@testable import Reports

@Suite struct FormerFilesTests {
  @Test("a report written again leaves no table that it has no more, and nothing of others is touched")
  func again() throws {
    let synthetic = try SyntheticStore()
    let record = SyntheticStore.record(
      "passkey", "plain", [("length", "512")], metric: SyntheticStore.accuracy, count: 2)
    let cell = try synthetic.store.cell(record)
    func fill(_ index: Int) throws {
      let score = Score(metric: "accuracy", value: 1, unscored: nil)
      try synthetic.store.append(
        SyntheticStore.result("length=512/\(index)", "plain", scores: [score], output: "x"), cell: cell,
        run: synthetic.run)
    }
    let folder = try TemporaryFolder()
    func write(_ formats: Set<ReportFormat>) throws {
      _ = try ReportWriter(store: synthetic.store, name: "r").write(to: folder.path, formats: formats)
    }
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.file(name)) }
    try fill(0)
    try write([.markdown, .csv, .svg, .latex])
    #expect(has("tables/gaps.csv"))
    try Data("x".utf8).write(to: URL(filePath: folder.file("tables/mine.csv")))
    try fill(1)
    // Formats that are not written are not looked at.
    try write([.markdown])
    #expect(has("tables/gaps.csv"))
    // A list that somebody changed leads nowhere else.
    try Data("x".utf8).write(to: URL(filePath: folder.file("outside.csv")))
    let list = folder.file(".report-files")
    let text = try String(contentsOfFile: list, encoding: .utf8)
    try Data((text + "../outside.csv\ntables/../outside.csv\noutside.csv\ntables/gone.csv\n").utf8)
      .write(to: URL(filePath: list))
    try write([.markdown, .csv, .svg, .latex])
    #expect(!has("tables/gaps.csv") && has("tables/mine.csv") && has("outside.csv") && has("tables/data.csv"))
    let other = try TemporaryFolder()
    _ = try ReportWriter(store: synthetic.store, name: "r").write(
      to: other.path, formats: [.markdown, .csv, .svg, .latex])
    #expect(
      try String(contentsOfFile: list, encoding: .utf8)
        == String(contentsOfFile: other.file(".report-files"), encoding: .utf8))
  }
}
