import Evaluation
import Foundation
import TestSupport
import Testing
import Text

@testable import Store

/// Every column of every table, filled with what this program never writes.
@Suite struct EveryTableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A store with rows in every table.
  private func make() throws -> String {
    let path = folder.file("full.sqlite")
    let store = try ResultStore.open(path, mode: .create)
    var record = Samples.run()
    record.shard = ShardRecord(index: 1, count: 2)
    let run = try store.beginRun(record)
    let cell = try store.cell(Samples.cell(), run: run)
    for name in ["a", "b"] {
      var evaluation = Samples.evaluation("e\(name)", prompt: "prompt \(name)")
      (evaluation.logProbabilities, evaluation.choiceCounts) = ([-0.5, -1], [1, 1])
      try store.append(evaluation, Samples.scoring("s\(name)"), sampleID: name, cell: cell, run: run)
    }
    try store.recordFailure(sampleID: "c", cell: cell, run: run, message: "no memory")
    try store.rememberWeightsHash(
      String(repeating: "ab", count: 32), path: "/model", byteCount: 12, modified: 1.5)
    try store.beat(
      Heartbeat(
        host: "here", processID: 7, doneCellCount: 0, cellCount: 1, doneSampleCount: 2, sampleCount: 3,
        failedSampleCount: 1, currentCell: "a cell", fraction: 0.5, secondsLeft: 10, job: "12_3"), run: run)
    try store.finishRun(run, status: 0)
    return path
  }

  private func raw(_ path: String, _ access: Connection.Access = .existing) throws -> Connection {
    try Connection(path: path, access: access, busyTimeoutMilliseconds: 0, vfs: nil)
  }

  private func damage(_ path: String, _ ranges: ScoreRanges = [:]) throws -> [String] {
    // Identities of scorings are made up here: whatever is stored counts as right.
    var known: [String: String] = [:]
    try? raw(path).forEachRow("SELECT protocol, scorer_version, facts, identity FROM scorings") { row in
      known[row.text(0) + row.text(1) + row.text(2)] = row.text(3)
    }
    return try ResultStore.examine(path, ranges: ranges) { known[$0 + $1 + $3] ?? "" }
      .filter { $0.severity == .damage }.map(\.text)
      .filter { !$0.contains("identity of another one") }
  }

  /// Everything that commands read of a store; throws what the first of them throws.
  private func readAll(_ path: String) throws {
    let store = try ResultStore.open(path, mode: .readOnly)
    _ = (try store.runs(), try store.heartbeats(), try store.failures(), try store.progress(), try store.latestRun())
    _ = (try store.evaluationIDs(), try store.resultIdentities(), try store.metricNames(), try store.reportState())
    let cells = try store.cells().map(\.id)
    _ = try store.results(inAll: cells, withPrompts: true, withLogProbabilities: true)
    for cell in cells { _ = try store.samples(in: cell, withPrompts: true, withLogProbabilities: true) }
    let joined = folder.file("joined.sqlite")
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: joined + end) } }
    try ResultStore.merge([path], into: joined)
  }

  @Test("the doctor's list of tables and columns is the schema")
  func complete() {
    let tables = SchemaGuide.relations.filter { !$0.isView }
    #expect(
      Dictionary(uniqueKeysWithValues: TableCheck.all.map { ($0.name, $0.columns.map(\.name)) })
        == Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.columns.map(\.name)) }))
  }

  @Test("a store with rows in every table is whole, and every table has some")
  func whole() throws {
    let path = try make()
    #expect(try damage(path) == [])
    try readAll(path)
    for table in TableCheck.all {
      #expect(try raw(path).first("SELECT count(*) FROM \(table.name)") { $0.count(0) } ?? 0 > 0, "\(table.name)")
    }
  }

  @Test(
    "a value that this program never writes is found or harms nobody, and what a recovery leaves is whole",
    arguments: TableCheck.all.map(\.name))
  func hostile(table: String) throws {
    let check = try #require(TableCheck.all.first { $0.name == table })
    let original = try make()
    try raw(original).execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    for column in check.columns.map(\.name) {
      for value in ["-1", "1e300", "'text'", "NULL", "x'00ff'", "9223372036854775807", "'[1,'", "2.5", "''"] {
        let path = folder.file("hostile.sqlite")
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: original, toPath: path)
        let what = "\(table).\(column) = \(value)"
        do {
          try raw(path).execute(
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; UPDATE \(table) SET \(column) = \(value) "
              + "WHERE rowid IN (SELECT rowid FROM \(table) LIMIT 1)")
        } catch StoreError.failed {
          // Tables without row numbers have one row here; what a rule of the table forbids cannot stand in it.
          guard
            (try? raw(path).execute(
              "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; UPDATE \(table) SET \(column) = \(value)"
            )) != nil
          else { continue }
        }
        let found = try damage(path)
        if found.isEmpty { #expect(throws: Never.self, "\(what)") { try readAll(path) } }
        let target = folder.file("saved.sqlite")
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + end) } }
        let summary = try ResultStore.recover(path, into: target)
        #expect(try damage(target) == [], "\(what)")
        // What was lost is said, but for texts that no rule tells from others.
        if !found.isEmpty { #expect(!summary.notes.isEmpty, "\(what): \(found)") }
      }
    }
  }

  @Test("rows are named, and what hangs on a run that cannot be read is said to be lost")
  func lostRun() throws {
    let path = try make()
    try raw(path).execute("UPDATE runs SET started_at = 1e300")
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    #expect(
      summary.notes.first
        == "1 rows of runs that cannot be read: run 1: started_at is 1e+300, which is no time in seconds")
    #expect(summary.notes.contains { $0.hasPrefix("2 results whose cell, evaluation, scoring or run is lost") })
    let store = try ResultStore.open(target, mode: .readOnly)
    #expect(try store.evaluationIDs().count == 2 && store.runs().isEmpty)
  }

  @Test("a row whose number cannot be counted up to does not keep a recovery for ever")
  func farRow() throws {
    let path = try make()
    try raw(path).execute("PRAGMA foreign_keys = OFF; UPDATE prompts SET id = 9223372036854775800 WHERE id = 2")
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    #expect(summary.tables.first { $0.name == "prompts" }?.rowCount == 2)
  }

  // MARK: Scores that cannot be

  @Test(
    "a score that its metric cannot have is damage for every reader, with the sample's name",
    arguments: [
      (MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true), "accuracy", 7.0),
      (MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true), "accuracy", -5),
      (MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true), "accuracy", 0.5),
      (MetricDescription(name: "mc2", aggregation: .mean, higherIsBetter: true, range: 0...1), "mc2", 1.1),
      (MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: 0...100), "score", -0.1),
      (MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false), "perplexity", -3),
      (MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false), "nll_sum", -12),
      (MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false), "token_count", -1),
    ])
  func impossible(_ metric: MetricDescription, _ name: String, _ value: Double) throws {
    let path = folder.file("scores.sqlite")
    let writer = try ResultStore.open(path, mode: .create)
    let run = try writer.beginRun(Samples.run())
    var record = Samples.cell()
    record.metrics = [metric]
    let cell = try writer.cell(record, run: run)
    for (sample, number) in [("good", 1.0), ("bad", value)] {
      var scoring = Samples.scoring("s\(sample)")
      let names = metric.aggregation == .perplexity ? ["perplexity", "nll_sum", "token_count"] : [name]
      scoring.scores = names.map { Score($0, $0 == name ? number : 1) }
      try writer.append(Samples.evaluation("e\(sample)"), scoring, sampleID: sample, cell: cell, run: run)
    }
    let words = "sample bad: \(name) is \(value)"
    let ranges: ScoreRanges = metric.range.map { [record.task: [metric.name: $0]] } ?? [:]
    let options = ResultStore.Options(ranges: ranges)
    let store = try ResultStore.open(path, mode: .readOnly, options: options)
    func refuses(_ body: () throws -> Void) throws {
      let error = try #require(#expect(throws: StoreError.self, performing: body))
      #expect("\(error)".contains(words) && error.fault == .damagedInput, "\(error)")
    }
    try refuses { _ = try store.samples(in: cell, withPrompts: false, withLogProbabilities: false) }
    try refuses { _ = try store.results(inAll: [cell], withPrompts: false, withLogProbabilities: false) }
    try refuses {
      var walk = store.walk(over: [cell], withPrompts: false, withLogProbabilities: false)
      while try walk.next() != nil {}
    }
    try refuses { try ResultStore.merge([path], into: folder.file("joined.sqlite"), options: options) }
    #expect(try damage(path, ranges).contains { $0.contains(words) })
    let target = folder.file("saved.sqlite")
    #expect(try ResultStore.recover(path, into: target, ranges: ranges).notes.contains { $0.contains(words) })
    #expect(try damage(target, ranges) == [])
    #expect(
      try ResultStore.open(target, mode: .readOnly).samples(in: cell, withPrompts: false, withLogProbabilities: false)
        .map(\.sampleID) == ["good"])
  }

  @Test("a cell is what it was before its metric had a range, and a page reads no other cell's record")
  func key() throws {
    let path = try make()
    let store = try ResultStore.open(path, mode: .existing)
    var record = Samples.cell()
    record.metrics = [MetricDescription(name: "mc2", aggregation: .mean, higherIsBetter: true)]
    let old = try store.cell(record)
    record.metrics = [MetricDescription(name: "mc2", aggregation: .mean, higherIsBetter: true, range: 0...1)]
    #expect(try store.cell(record) == old)
    let key = try raw(path).first("SELECT key FROM cells WHERE id = ?", [.integer(old.rawValue)]) { $0.text(0) }
    #expect(key == "98ab02bc2304f5337feb97ac406cd49c0fba54850ea66282c066a9e8948018d8")
    try raw(path).execute("UPDATE cells SET record = '[1,' WHERE id = \(old.rawValue)")
    let first = CellID(1)
    #expect(try store.samples(in: first, withPrompts: false, withLogProbabilities: false).count == 2)
    #expect(try store.results(inAll: [first], withPrompts: false, withLogProbabilities: false)[first]?.count == 2)
    var walk = store.walk(over: [first], withPrompts: false, withLogProbabilities: false)
    #expect(try walk.next() != nil)
  }

  @Test("a sample's name that is no text ends a walk with damage, and not never")
  func nameOfBytes() throws {
    let path = try make()
    let store = try ResultStore.open(path, mode: .existing)
    try raw(path).execute("UPDATE results SET sample_id = CAST(sample_id AS BLOB) WHERE id = 1")
    var walk = store.walk(over: [CellID(1)], withPrompts: false, withLogProbabilities: false)
    var count = 0
    #expect(throws: StoreError.self) {
      while try walk.next() != nil, count < 1000 { count += 1 }
    }
    #expect(count <= 2)
  }

  @Test("of very many bad rows a few are kept")
  func few() {
    var texts = FewTexts()
    for number in 0..<1000 { texts.append("\(number)") }
    #expect(texts.shown.count == 5 && texts.line == "0; 1; 2; 3; 4; and 995 more")
  }

  // MARK: Tables that are gone

  @Test("a store of an older schema without one of its tables is saved as far as it is there", arguments: [1, 2])
  func lackingTablesOfOlder(version: Int) throws {
    for table in try SchemaShape.version(version).columns.keys.sorted() {
      let path = folder.file("older.sqlite")
      try? FileManager.default.removeItem(atPath: path)
      let connection = try raw(path, .create)
      try connection.execute(String(decoding: Fixture.data("store-v1.sql"), as: UTF8.self))
      if version == 2 {
        try connection.execute("PRAGMA foreign_keys = OFF; \(Schema.version2); PRAGMA user_version = 2")
      }
      let count = try connection.first("SELECT count(*) FROM evaluations") { $0.count(0) } ?? 0
      try connection.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; DROP TABLE \(table)")
      let target = folder.file("saved.sqlite")
      defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + end) } }
      let summary = try ResultStore.recover(path, into: target)
      #expect(summary.notes.contains { $0.hasPrefix("the table \(table), which is not") }, "\(table): \(summary.notes)")
      #expect(try damage(target) == [] && !damage(path).isEmpty, "\(table)")
      if table != "evaluations" {
        #expect(
          try count > 0 && raw(target).first("SELECT count(*) FROM evaluations") { $0.count(0) } == count, "\(table)")
      }
    }
  }

  @Test(
    "a store without one of its tables, columns or unique indexes is damaged in every mode, and what is left is saved")
  func lackingTables() throws {
    let original = try make()
    try raw(original).execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    let changes =
      TableCheck.all.map { ("DROP TABLE \($0.name)", "the table \($0.name)") } + [
        ("ALTER TABLE heartbeats DROP COLUMN job", "the column job of heartbeats"),
        ("ALTER TABLE runs RENAME COLUMN uid TO uuid", "the column uid of runs"),
        ("DROP INDEX results_current", "the unique index of results on cell, sample_id"),
        ("ALTER TABLE runs RENAME TO walks; CREATE VIEW runs AS SELECT * FROM walks", "the table runs"),
        ("PRAGMA user_version = 1", "the table scores"), ("PRAGMA user_version = 2", ""),
      ]
    for (sql, words) in changes {
      let path = folder.file("lacking.sqlite")
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.copyItem(atPath: original, toPath: path)
      try raw(path).execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON; \(sql)")
      let bytes = FileManager.default.contents(atPath: path)
      for mode in [ResultStore.Mode.create, .existing, .readOnly] where !words.isEmpty {
        let error = try #require(
          #expect(throws: StoreError.self, "\(sql)") { _ = try ResultStore.open(path, mode: mode) })
        #expect(error.fault == .damagedInput && "\(error)".contains("--recover"), "\(sql): \(error)")
        if !sql.hasPrefix("PRAGMA") { #expect("\(error)".contains(words), "\(sql): \(error)") }
      }
      #expect(FileManager.default.contents(atPath: path) == bytes, "\(sql) changed the file")
      let target = folder.file("saved.sqlite")
      defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + end) } }
      let summary = try ResultStore.recover(path, into: target)
      if words.hasPrefix("the table"), sql.hasPrefix("DROP") {
        #expect(summary.notes.contains { $0.contains(words) }, "\(sql): \(summary.notes)")
      }
      #expect(try damage(target) == [], "\(sql)")
      if !words.isEmpty { #expect(try !damage(path).isEmpty) }
      if !sql.contains("evaluations") {
        #expect(try ResultStore.open(target, mode: .readOnly).evaluationIDs().count == 2, "\(sql)")
      }
    }
  }
}
