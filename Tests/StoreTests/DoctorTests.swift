import Foundation
import TestSupport
import Testing
import Text

@testable import Store

@Suite struct DoctorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A store of samples with prompts that do not compress away.
  private func make(_ count: Int) throws -> String {
    let path = folder.file("a.sqlite")
    let store = try ResultStore.open(path, mode: .create)
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell(count: count), run: run)
    for index in 0..<count {
      let prompt = "\(index) " + (0..<120).map { "\(index * 7919 &+ $0 * 104729)" }.joined(separator: " ")
      try store.append(
        Samples.evaluation("e\(index)", prompt: prompt), Samples.scoring("s\(index)"), sampleID: "\(index)", cell: cell,
        run: run)
    }
    try store.finishRun(run, status: 0)
    return path
  }

  private func examine(_ path: String) throws -> [StoreFinding] {
    // The identities of these samples' scorings are made up: whatever is stored is right.
    let store = try ResultStore.open(path, mode: .readOnly)
    var stored: [String] = []
    try? store.locked { (connection) throws(StoreError) in
      try connection.forEachRow("SELECT identity FROM scorings ORDER BY id") { stored.append($0.text(0)) }
    }
    var next = 0
    return try ResultStore.examine(path) { _, _, _, _ in
      next += 1
      return stored.indices.contains(next - 1) ? stored[next - 1] : ""
    }
  }

  private func change(_ path: String, _ sql: String) throws {
    try Connection(path: path, access: .existing, busyTimeoutMilliseconds: 0, vfs: nil).execute(sql)
  }

  @Test("a whole store has no finding")
  func whole() throws { #expect(try examine(make(3)).isEmpty) }

  @Test(
    "what is not what it says is found",
    arguments: [
      ("UPDATE prompts SET content = x'00' WHERE id = 1", "prompt 1: it cannot be decompressed"),
      ("UPDATE prompts SET sha256 = 'x' WHERE id = 2", "prompt 2: it is not what its hash says"),
      ("UPDATE cells SET record = record || ' '", "cell 1: it is not what its key says"),
      ("DELETE FROM prompts WHERE id = 1", "evaluation 1 has no prompt"),
      ("UPDATE scorings SET identity = 'other' WHERE id = 2", "scoring 2 has the identity of another one"),
      ("UPDATE results SET scoring = 2 WHERE id = 1", "result 1 has the scoring of another evaluation"),
      ("DELETE FROM runs", "refers to a row of runs that is not there"),
      (
        "UPDATE evaluations SET log_probabilities = x'000000bf0000803f' WHERE id = 2",
        "evaluation 2, sample 1 of tiny plain passkey length=4096,depth=0.5: log_probabilities: number 2 of 2 is 1.0"
      ),
      ("UPDATE evaluations SET log_probabilities = x'0000c07f' WHERE id = 2", "number 1 of 1 is nan"),
      ("UPDATE evaluations SET log_probabilities = x'caf249f1' WHERE id = 3", "number 1 of 1 is -1e+30"),
      ("UPDATE evaluations SET log_probabilities = x'00' WHERE id = 3", "is not a multiple of four bytes"),
      (
        "UPDATE scores SET value = 9e999 WHERE scoring = 2 AND value IS NOT NULL",
        "scoring 2, ordinal 0: the value of accuracy is not finite"
      ),
      (
        "UPDATE scores SET value = -1e300 WHERE scoring = 3 AND value IS NOT NULL",
        "scoring 3, ordinal 0: the value of accuracy is -1e+300, which is no score"
      ),
      ("UPDATE scorings SET truncated_token_count = -4 WHERE id = 1", "scoring 1: truncated_token_count is -4"),
      ("UPDATE evaluations SET duration_seconds = 1e300 WHERE id = 1", "duration_seconds is 1e+300"),
      ("UPDATE evaluations SET output_tokens = '[' WHERE id = 1", "output_tokens is not an array of integers"),
      (
        "CREATE TRIGGER t BEFORE INSERT ON runs BEGIN SELECT raise(ABORT, 'no'); END",
        "triggers: 't' of runs, which no se-eval makes"
      ),
      ("UPDATE runs SET started_at = 1e300", "runs: run 1: started_at is 1e+300, which is no time in seconds"),
      ("UPDATE runs SET started_at = 'soon'", "run 1: started_at is no number"),
      ("UPDATE runs SET ended_at = -5", "run 1: ended_at is -5.0, which is no time in seconds"),
      ("UPDATE runs SET status = 'well'", "run 1: status is no exit status"),
      ("UPDATE runs SET warnings = '{}'", "run 1: warnings is not an array of texts"),
      ("UPDATE runs SET shard_index = 3, shard_count = 2", "run 1: shard 3 of 2 cannot be"),
      ("UPDATE runs SET merged = 7", "run 1: merged is neither 0 nor 1"),
      (
        "UPDATE scores SET value = 7 WHERE scoring = 2 AND ordinal = 0",
        "scores: scoring 2, sample 1: accuracy is 7.0, which is neither 0 nor 1"
      ),
      ("UPDATE scorings SET facts = '[]' WHERE id = 2", "scoring 2: facts is no JSON object"),
    ])
  func found(_ sql: String, _ words: String) throws {
    let path = try make(3)
    try change(path, "PRAGMA foreign_keys = OFF; \(sql)")
    let findings = try ResultStore.examine(path) { _, _, _, _ in "s0" }
    let damage = findings.filter { $0.severity == .damage }.map(\.text).joined(separator: "\n")
    #expect(damage.contains(words) || (words.contains("scoring 2 has") && damage.contains("scorings")), "\(damage)")
  }

  @Test("rows that nothing needs are noted, and are no damage")
  func notes() throws {
    let path = try make(3)
    try change(path, "DELETE FROM results WHERE id = 1; UPDATE runs SET ended_at = NULL")
    let findings = try examine(path)
    #expect(findings.allSatisfy { $0.severity == .note })
    #expect(findings.map(\.text).contains("1 evaluations that are no cell's result (a sweep that needs one takes it)"))
    #expect(findings.map(\.text).contains("1 runs without an end: killed, or still running"))
  }

  @Test("of a file with damaged pages everything else is saved, and what was lost is said")
  func recovery() throws {
    let path = try make(300)
    // The log is folded into the file, of which a stretch in the middle is overwritten.
    try change(path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    let size = try #require(FileManager.default.contents(atPath: path)?.count)
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.seek(toOffset: UInt64(size / 2 / 4096 * 4096))
    try handle.write(contentsOf: Data(repeating: 0xA5, count: 3 * 4096))
    try handle.close()
    #expect(try examine(path).contains { $0.severity == .damage })
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    let evaluations = try #require(summary.tables.first { $0.name == "evaluations" })
    #expect(evaluations.rowCount > 200)
    // A row that could not be read is counted once, though reading what counting does not come by meets its page again.
    for table in summary.tables where ["evaluations", "prompts", "scorings"].contains(table.name) {
      #expect(table.rowCount + table.unreadableCount <= 300, "\(table)")
    }
    #expect(summary.tables.contains { $0.unreadableCount > 0 } || summary.tables.contains { $0.rowCount < 300 })
    #expect(try examine(target).filter { $0.severity == .damage }.isEmpty)
    let store = try ResultStore.open(target, mode: .readOnly)
    #expect(try store.evaluationIDs().count == evaluations.rowCount)
    #expect(throws: StoreError.self) { try ResultStore.recover(path, into: target) }
  }

  @Test(
    "what no model and no scorer gives is left out of a recovery, which is whole then",
    arguments: [
      (
        "UPDATE evaluations SET log_probabilities = x'0000803f' WHERE id = 2",
        "1 rows of evaluations that cannot be read: evaluation 2: log_probabilities: number 1 of 1 is 1.0, which is "
          + "no log-probability"
      ),
      (
        "UPDATE scores SET value = 9e999 WHERE scoring = 2 AND value IS NOT NULL",
        "1 rows of scores that cannot be read: scoring 2, ordinal 0: the value of accuracy is not finite"
      ),
      (
        "UPDATE scorings SET expected = '[1]' WHERE id = 2",
        "1 rows of scorings that cannot be read: scoring 2: expected is not an array of texts"
      ),
      (
        "UPDATE scores SET value = -5 WHERE scoring = 2 AND ordinal = 0",
        "1 scorings whose values no scorer gives: scoring 2, sample 1: accuracy is -5.0, which is neither 0 nor 1"
      ),
    ])
  func recoveryOfImpossible(_ sql: String, _ words: String) throws {
    let path = try make(3)
    try change(path, sql)
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    #expect(summary.notes.first == words)
    #expect(try examine(target).filter { $0.severity == .damage }.isEmpty)
    let store = try ResultStore.open(target, mode: .readOnly)
    let cell = try #require(try store.cells().first).id
    #expect(try store.samples(in: cell, withPrompts: true, withLogProbabilities: true).map(\.sampleID) == ["0", "2"])
  }

  @Test("a whole store is recovered as it is")
  func recoveryOfAWhole() throws {
    let path = try make(5)
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    #expect(summary.notes.isEmpty)
    #expect(summary.tables.allSatisfy { $0.unreadableCount == 0 })
    let (old, new) = (try ResultStore.open(path, mode: .readOnly), try ResultStore.open(target, mode: .readOnly))
    let cells = try old.cells()
    #expect(try new.cells() == cells)
    #expect(
      try new.samples(in: cells[0].id, withPrompts: true, withLogProbabilities: true)
        == old.samples(in: cells[0].id, withPrompts: true, withLogProbabilities: true))
    #expect(try new.runs() == old.runs())
  }

  /// The log is folded into the file, which is then treated as bytes.
  private func damage(_ path: String, _ body: (FileHandle, _ size: UInt64) throws -> Void) throws {
    try change(path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try body(handle, try handle.seekToEnd())
    try handle.close()
  }

  @Test("a scoring that lost a score is told, and is left out of a recovery, so that a sweep makes it again")
  func incomplete() throws {
    let path = try make(3)
    try change(path, "DELETE FROM scores WHERE scoring = 2 AND metric = 'f1'")
    let findings = try examine(path)
    #expect(findings.map(\.severity) == [.incomplete])
    #expect(findings[0].text.contains("scoring 2, sample 1: its score f1 is not there"))
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    #expect(summary.notes.contains { $0.hasPrefix("1 scorings that have lost scores: scoring 2, sample 1") })
    let saved = try ResultStore.open(target, mode: .readOnly)
    #expect(try saved.evaluationIDs().count == 3)
    let cell = try #require(try saved.cells().first).id
    #expect(try saved.resultIdentities(in: cell).keys.sorted() == ["0", "2"])
  }

  @Test("of a store with damaged bytes anywhere no scoring is saved by halves")
  func halves() throws {
    let whole = try make(120)
    try damage(whole) { _, _ in }
    var random = SplitMix64(seed: 5)
    var lostCount = 0
    for round in 0..<40 {
      let path = folder.file("damaged-\(round).sqlite")
      try FileManager.default.copyItem(atPath: whole, toPath: path)
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      // Behind the first page, without which nothing is found.
      let size = try handle.seekToEnd()
      for _ in 0..<20 {
        try handle.seek(toOffset: UInt64.random(in: 4096..<size, using: &random))
        try handle.write(contentsOf: Data([UInt8.random(in: 0...255, using: &random)]))
      }
      try handle.close()
      let target = folder.file("saved-\(round).sqlite")
      _ = try ResultStore.recover(path, into: target)
      let saved = try ResultStore.open(target, mode: .readOnly)
      for cell in try saved.cells() {
        let samples = try saved.samples(in: cell.id, withPrompts: false, withLogProbabilities: true)
        lostCount += 120 - samples.count
        for sample in samples { #expect(sample.scoring.scores.count == 2, "\(round): \(sample.scoring)") }
      }
    }
    #expect(lostCount > 0)
  }

  @Test("of a file that lost its end what is left is saved")
  func truncated() throws {
    let path = try make(300)
    try damage(path) { try $0.truncate(atOffset: $1 / 2 / 4096 * 4096) }
    #expect(throws: StoreError.self) { try ResultStore.open(path, mode: .readOnly) }
    let before = FileManager.default.contents(atPath: path)
    let target = folder.file("saved.sqlite")
    let summary = try ResultStore.recover(path, into: target)
    for table in summary.tables where ["evaluations", "prompts"].contains(table.name) {
      #expect(table.rowCount > 50 && table.unreadableCount > 0, "\(table)")
    }
    #expect(FileManager.default.contents(atPath: path) == before)
    #expect(try examine(target).filter { $0.severity == .damage }.isEmpty)
    #expect(try ResultStore.open(target, mode: .existing).evaluationIDs().count > 50)
  }

  @Test("a file of which the number of its program is damaged is known by its tables")
  func header() throws {
    let path = try make(3)
    try damage(path) { handle, _ in
      try handle.seek(toOffset: 60)
      try handle.write(contentsOf: Data(repeating: 7, count: 12))
    }
    #expect(throws: StoreError.self) { try ResultStore.open(path, mode: .readOnly) }
    let summary = try ResultStore.recover(path, into: folder.file("saved.sqlite"))
    #expect(summary.tables.first { $0.name == "evaluations" }?.rowCount == 3)
  }

  @Test("where nothing can be read it is said, and a recovery is not what is advised", arguments: [0, 100])
  func nothing(_ start: Int) throws {
    let path = try make(3)
    try damage(path) { handle, size in
      try handle.seek(toOffset: UInt64(start))
      try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - start))
    }
    let target = folder.file("saved.sqlite")
    let error = try #require(#expect(throws: StoreError.self) { try ResultStore.recover(path, into: target) })
    #expect("\(error)".contains("nothing of the file can be read") && !"\(error)".contains("--recover"))
    #expect(error.fault == .damagedInput)
    #expect(!FileManager.default.fileExists(atPath: target))
  }
}
