import Evaluation
import Foundation
import Reports
import Store
import TestSupport
import Testing
import Text

@Suite struct ReportWriterTests {
  private func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  @Test("every file of a report is what was recorded, times aside")
  func goldens() throws {
    let synthetic = try SyntheticStore.complete()
    let folder = try TemporaryFolder()
    let files = try ReportWriter(store: synthetic.store, name: "synthetic")
      .write(to: folder.path, formats: Set(ReportFormat.allCases))
    // Pictures as PDF have tests of their own.
    let recorded = files.filter { !$0.hasPrefix("timing.") && !$0.hasSuffix(".pdf") }
    for name in recorded {
      // What zlib makes of the samples is zlib's own business.
      let lines = try text(folder, name).split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("<script type=\"text/plain\"") }
      try Golden.expect(lines.joined(separator: "\n"), "report/" + name)
    }
    #expect(recorded == Golden.names(below: "report"))
    try Golden.expect(try ReportWriter(store: synthetic.store, name: "synthetic").summary(), "summary.txt")
  }

  @Test("a sweep that was interrupted, resumed and evaluated in another order has the same report")
  func resumed() throws {
    let whole = try SyntheticStore()
    let parts = try SyntheticStore()
    let places = ["0.0", "1.0"].flatMap { depth in whole.methods.prefix(2).map { (method: $0, depth: depth) } }
    for (method, depth) in places {
      let cell = try whole.passkeyCell(method, length: 2048, depth: depth)
      for trial in 0..<2 {
        try whole.appendPasskey(method, length: 2048, depth: depth, trial: trial, cell: cell)
      }
    }
    try whole.store.finishRun(whole.run, status: 0)
    for round in 0..<2 {
      let record = try #require(try parts.store.latestRun()).record
      let run = try parts.store.beginRun(record)
      for (method, depth) in places.reversed() {
        let cell = try parts.passkeyCell(method, length: 2048, depth: depth)
        if round == 0 {
          try parts.store.recordFailure(
            sampleID: "length=2048/depth=\(depth)/trial=1", cell: cell, run: run, message: "no memory")
        }
        try parts.appendPasskey(method, length: 2048, depth: depth, trial: round, cell: cell)
      }
    }
    let (a, b) = (try TemporaryFolder(), try TemporaryFolder())
    let formats = Set(ReportFormat.allCases)
    let files = try ReportWriter(store: whole.store, name: "r").write(to: a.path, formats: formats)
    #expect(try ReportWriter(store: parts.store, name: "r").write(to: b.path, formats: formats) == files)
    for name in files where !name.hasPrefix("timing.") {
      #expect(
        try Data(contentsOf: URL(filePath: a.file(name))) == Data(contentsOf: URL(filePath: b.file(name))), "\(name)")
    }
  }

  @Test("two reports of one store are the same bytes")
  func deterministic() throws {
    let synthetic = try SyntheticStore.complete()
    let (a, b) = (try TemporaryFolder(), try TemporaryFolder())
    let writer = ReportWriter(store: synthetic.store, name: "r")
    for name in try writer.write(to: a.path, formats: Set(ReportFormat.allCases)) { _ = name }
    for name in try writer.write(to: b.path, formats: Set(ReportFormat.allCases)) {
      let (x, y) = (URL(filePath: a.file(name)), URL(filePath: b.file(name)))
      #expect(try Data(contentsOf: x) == Data(contentsOf: y), "\(name)")
    }
  }

  @Test("pairs that `auto` chose for each length make no map of G by W, a grid does")
  func groupByWindow() throws {
    func hasMap(_ pairs: [(String, Int)]) throws -> Bool {
      let synthetic = try SyntheticStore()
      for (method, length) in pairs {
        let cell = try synthetic.passkeyCell("self-extend:" + method, length: length, depth: "0.5")
        try synthetic.appendPasskey(method, length: length, depth: "0.5", trial: 0, cell: cell)
      }
      let folder = try TemporaryFolder()
      _ = try ReportWriter(store: synthetic.store, name: "r").write(to: folder.path, formats: [.markdown, .svg])
      return try text(folder, "report.md").contains("G by W")
    }
    #expect(try !hasMap([("G=2,W=256", 512), ("G=4,W=128", 1024), ("G=8,W=128", 2048), ("G=8,W=128", 512)]))
    #expect(try hasMap([("G=2,W=256", 512), ("G=4,W=128", 512), ("G=8,W=128", 512)]))
  }

  @Test("a gap is marked: missing, failed and unscored are counted beside the number")
  func gaps() throws {
    let synthetic = try SyntheticStore()
    try synthetic.fillAnswers()
    let folder = try TemporaryFolder()
    _ = try ReportWriter(store: synthetic.store, name: "r").write(to: folder.path, formats: [.markdown])
    let report = try text(folder, "report.md")
    #expect(report.contains("1 missing, 1 failed, 1 unscored"))
    #expect(report.contains("n=1 of 4, 1 unscored, 1 failed, 1 missing"))
    #expect(report.contains("sample `qasper/2` failed: out of memory at 2048 tokens"))
    #expect(report.contains("sample `qasper/1` unscored: no reference answer"))
    #expect(report.contains("1 of 2 columns complete"))
    #expect(report.contains("![") == false)
  }

  @Test("a cell without any sample is called missing")
  func nothingEvaluated() throws {
    let synthetic = try SyntheticStore()
    _ = try synthetic.passkeyCell("plain", length: 512, depth: "0.5")
    let summary = try ReportWriter(store: synthetic.store, name: "r").summary()
    #expect(summary.contains("samples 0 of 2, missing 2"))
    #expect(summary.contains("missing 0 of 2"))
  }

  @Test(
    "what became of samples without a score has one name in table and counts; no interval is announced that is not there"
  )
  func oneVocabulary() throws {
    let synthetic = try SyntheticStore()
    for (length, value) in [(512, 1.0), (1024, nil)] {
      let cell = try synthetic.store.cell(
        SyntheticStore.record("passkey", "plain", [("length", "\(length)")], metric: SyntheticStore.accuracy, count: 1))
      let score = Score(metric: "accuracy", value: value, unscored: value == nil ? "no answer" : nil)
      try synthetic.store.append(
        SyntheticStore.result("\(length)", "plain", scores: [score], output: "x"), cell: cell, run: synthetic.run)
    }
    let folder = try TemporaryFolder()
    let writer = ReportWriter(store: synthetic.store, name: "r")
    _ = try writer.write(to: folder.path, formats: [.markdown, .csv, .svg])
    let summary = try writer.summary()
    #expect(summary.contains("missing 0") && summary.contains("unscored 1") && !summary.contains("n=0"))
    let row = try #require(summary.split(separator: "\n").first { $0.hasPrefix("plain ") })
    #expect(row.contains("unscored") && !row.contains("missing"))
    let picture = try text(folder, "figures/tiny-1k-passkey-by-length.svg")
    #expect(picture.contains(">Tiny-1K</text>") && !picture.contains("95 %"))
    let matrix = try text(folder, "tables/tiny-1k-matrix.csv").split(separator: "\n")
    #expect(
      matrix[0].contains("accuracy (share): 512") && !matrix[0].contains("%") && matrix[1].hasPrefix("plain,1.0,"))
  }

  @Test("an empty store has no report")
  func empty() throws {
    let synthetic = try SyntheticStore()
    #expect(throws: ReportError.nothingStored(path: synthetic.store.path)) {
      _ = try ReportWriter(store: synthetic.store, name: "r").summary()
    }
  }

  @Test("facts that are not JSON are an error that names the sample")
  func damagedFacts() throws {
    let synthetic = try SyntheticStore()
    let cell = try synthetic.passkeyCell("plain", length: 512, depth: "0.5")
    try synthetic.store.append(
      SyntheticStore.result("a", "plain", facts: "{", scores: []), cell: cell, run: synthetic.run)
    #expect(throws: ReportError.damagedFacts(path: synthetic.store.path, cell: "cell 1", sampleID: "a")) {
      _ = try ReportWriter(store: synthetic.store, name: "r").summary()
    }
  }

  @Test("a folder that cannot be made is reported")
  func cannotWrite() throws {
    let synthetic = try SyntheticStore.complete()
    let folder = try TemporaryFolder()
    try "in the way".write(toFile: folder.file("report"), atomically: true, encoding: .utf8)
    #expect(throws: ReportError.self) {
      _ = try ReportWriter(store: synthetic.store, name: "r").write(to: folder.file("report"), formats: [.json])
    }
  }
}
