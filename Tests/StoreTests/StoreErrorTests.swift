import Evaluation
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import Text

@testable import Store

@Suite struct StoreErrorTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("small.sqlite")
  }

  private func raw(_ access: Connection.Access = .create) throws -> Connection {
    try Connection(path: path, access: access, busyTimeoutMilliseconds: 0, vfs: nil)
  }

  private func failure(_ body: () throws -> Void) throws -> StoreError {
    try #require(#expect(throws: StoreError.self, performing: body))
  }

  @Test("a missing file is said to be missing and is not made", arguments: [ResultStore.Mode.existing, .readOnly])
  func missing(mode: ResultStore.Mode) throws {
    #expect(throws: StoreError.missing(path: path)) { _ = try ResultStore.open(path, mode: mode) }
    #expect(FileManager.default.fileExists(atPath: path) == false)
  }

  @Test(
    "a file that is no database is refused and left as it is",
    arguments: [ResultStore.Mode.create, .existing, .readOnly])
  func notADatabase(mode: ResultStore.Mode) throws {
    let text = String(repeating: "this is a text, not a database. ", count: 100)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = try failure { _ = try ResultStore.open(path, mode: mode) }
    guard case .notADatabase(path, let facts) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(facts.code == 26)
    #expect(facts.sql != nil)
    #expect("\(error)".contains(path))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test("what the tables do not allow is the store's fault, what a copy or a setting cannot do is not")
  func faults() throws {
    let path = folder.file("faults.sqlite")
    _ = try ResultStore.open(path, mode: .create)
    let connection = try Connection(path: path, access: .existing, busyTimeoutMilliseconds: 0, vfs: nil)
    _ = try ResultStore.open(folder.file("there"), mode: .create)
    let copy = try #require(
      #expect(throws: StoreError.self) { try connection.execute("VACUUM INTO '\(folder.file("there"))'") })
    #expect("\(copy)".contains("output file already exists") && copy.fault == .runtime, "\(copy)")
    #expect(!"\(copy)".contains("--recover"))
    let reading = try #require(#expect(throws: StoreError.self) { try connection.run("SELECT absent FROM runs") })
    #expect("\(reading)".contains("no such column") && reading.fault == .damagedInput)
  }

  @Test("another program's database is refused and left as it is")
  func foreign() throws {
    try raw().execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
    let before = try Data(contentsOf: URL(filePath: path))
    #expect(throws: StoreError.notAStore(path: path, applicationID: 0)) {
      _ = try ResultStore.open(path, mode: .create)
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  @Test(
    "a name that SQLite gives a meaning of its own is refused: results would be lost",
    arguments: ["", ":memory:", "file:x.sqlite", "file::memory:?cache=shared", "/dev/null"])
  func noFile(name: String) throws {
    for mode in [ResultStore.Mode.create, .existing, .readOnly] {
      #expect(throws: StoreError.noFile(path: name)) { _ = try ResultStore.open(name, mode: mode) }
    }
  }

  @Test("reading leaves nothing beside a store or a foreign file, and a log that was there as it was")
  func nothingBeside() throws {
    _ = try ResultStore.open(path, mode: .create)
    try Connection(path: folder.file("foreign"), access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
      .execute("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)")
    let before = try Data(contentsOf: URL(filePath: path))
    for _ in 0..<2 {
      _ = try ResultStore.open(path, mode: .readOnly).currentCells()
      for mode in [ResultStore.Mode.readOnly, .existing, .create] {
        let error = try failure { _ = try ResultStore.open(folder.file("foreign"), mode: mode) }
        #expect(error.fault == .damagedInput)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["foreign", "small.sqlite"])
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    // As a killed process leaves it: the log holds what the file does not.
    let copy = folder.file("killed.sqlite")
    let writer = try raw(.existing)
    try writer.execute("CREATE TABLE more (x)")
    for end in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + end, toPath: copy + end) }
    let log = try Data(contentsOf: URL(filePath: copy + "-wal"))
    _ = try ResultStore.open(copy, mode: .readOnly).currentCells()
    #expect(try Data(contentsOf: URL(filePath: copy + "-wal")) == log)
    #expect(try Data(contentsOf: URL(filePath: copy)) == before)
  }

  @Test("a store that is opened for reading cannot be written")
  func readingOnly() throws {
    _ = try ResultStore.open(path, mode: .create)
    let store = try ResultStore.open(path, mode: .readOnly)
    let error = try failure {
      try store.locked { (connection) throws(StoreError) in try connection.run("DELETE FROM cells") }
    }
    guard case .readOnly = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("opening leaves no lock file beside a store, a foreign file or a name that cannot be opened")
  func noLockFile() throws {
    _ = try ResultStore.open(path, mode: .create)
    try "a text, not a database".write(toFile: folder.file("text"), atomically: true, encoding: .utf8)
    try Connection(path: folder.file("foreign"), access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
      .execute("CREATE TABLE theirs (x)")
    // One that a killed process left.
    #expect(FileManager.default.createFile(atPath: folder.file("text.opening"), contents: nil))
    for name in ["text", "foreign"] {
      #expect(throws: StoreError.self) { _ = try ResultStore.open(folder.file(name), mode: .create) }
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["foreign", "small.sqlite", "text"])
  }

  @Test("a schema version that nobody writes is damage, not a store to migrate", arguments: [-1, 0, Int(Int32.min)])
  func impossibleSchema(version: Int) throws {
    _ = try ResultStore.open(path, mode: .create)
    try raw().execute("PRAGMA user_version = \(version)")
    for mode in [ResultStore.Mode.create, .existing, .readOnly] {
      #expect(throws: StoreError.impossibleSchema(path: path, found: version)) {
        _ = try ResultStore.open(path, mode: mode)
      }
    }
  }

  @Test("a newer schema is refused with both versions")
  func newer() throws {
    _ = try ResultStore.open(path, mode: .create)
    try raw().execute("PRAGMA user_version = 999")
    #expect(throws: StoreError.newerSchema(path: path, found: 999, supported: Schema.version)) {
      _ = try ResultStore.open(path, mode: .existing)
    }
  }

  @Test("another program's write-ahead log is left as it is")
  func foreignLog() throws {
    let other = try Connection(path: folder.file("theirs"), access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
    try other.execute("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
    // As a program that was killed leaves them.
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: other.path + suffix, toPath: path + suffix)
    }
    let before = try ["", "-wal"].map { try Data(contentsOf: URL(filePath: path + $0)) }
    #expect(before[1].count > 4096)
    for mode in [ResultStore.Mode.create, .existing, .readOnly] {
      #expect(throws: StoreError.notAStore(path: path, applicationID: 0)) { _ = try ResultStore.open(path, mode: mode) }
      #expect(try ["", "-wal"].map { try Data(contentsOf: URL(filePath: path + $0)) } == before)
    }
  }

  @Test("a folder is no store, and what can be done with one of shards is said")
  func folderForStore() throws {
    for mode in [ResultStore.Mode.create, .existing, .readOnly] {
      #expect(throws: StoreError.folder(path: folder.path)) { _ = try ResultStore.open(folder.path, mode: mode) }
    }
    #expect("\(StoreError.folder(path: "shards"))".contains("`se-eval merge shards --into DB`"))
  }

  @Test("an empty file is a new store, and nothing to read from")
  func emptyFile() throws {
    #expect(FileManager.default.createFile(atPath: path, contents: Data()))
    #expect(throws: StoreError.empty(path: path)) {
      _ = try ResultStore.open(path, mode: .readOnly)
    }
    _ = try ResultStore.open(path, mode: .create)
    #expect(try ResultStore.open(path, mode: .readOnly).cells().isEmpty)
  }

  @Test("a lock held by another process is reported after the patience is used up, and nothing is lost")
  func locked() throws {
    let store = try ResultStore.open(path, mode: .create, options: .init(busyTimeoutSeconds: 0.02))
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    let other = try raw(.existing)
    try other.execute("BEGIN IMMEDIATE")
    let error = try failure { try store.append(Samples.result("a"), cell: cell, run: run) }
    guard case .locked(path, let facts) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(facts.sql == "BEGIN IMMEDIATE")
    try other.execute("COMMIT")
    try store.append(Samples.result("a"), cell: cell, run: run)
    #expect(try store.identities(in: cell).count == 1)
  }

  @Test("a lock that another program holds for a minute is waited for, and the sample is stored")
  func lockedForAMinute() throws {
    let maker = try ResultStore.open(path, mode: .create)
    let run = try maker.beginRun(Samples.run())
    let cell = try maker.cell(Samples.cell())
    let other = Mutex(try Connection(path: path, access: .existing, busyTimeoutMilliseconds: 0, vfs: nil))
    try other.withLock { try $0.execute("BEGIN IMMEDIATE") }
    // A clock of the test's own: the other program is done after a minute of it.
    let waited = Mutex(0.0)
    let store = try ResultStore.open(path, mode: .existing, options: .init()) { pause in
      let now = waited.withLock { total in
        total += pause
        return total
      }
      if now >= 60 { _ = other.withLock { try? $0.execute("COMMIT") } }
    }
    try store.append(Samples.result("a"), cell: cell, run: run)
    #expect(waited.withLock { $0 } >= 60 && waited.withLock { $0 } < 61)
    #expect(try store.identities(in: cell).count == 1)
  }

  @Test("patience is used up after its seconds, to the piece", arguments: [0, 0.02, 1, 120])
  func patience(seconds: Double) {
    let waited = Mutex(0.0)
    let patience = LockPatience(seconds: seconds) { pause in waited.withLock { $0 += pause } }
    var attempt: Int32 = 0
    while patience.waits(attempt: attempt) { attempt += 1 }
    #expect(abs(waited.withLock { $0 } - seconds) < 1e-9)
  }

  @Test("a full disk is reported, undoes the whole sample and leaves what was committed")
  func diskFull() throws {
    let store = try ResultStore.open(path, mode: .create, options: .init(maximumByteCount: 300_000))
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    try store.append(Samples.result("small"), cell: cell, run: run)
    var big = Samples.result("big")
    big.logProbabilities = [Float](repeating: -1, count: 200_000)
    let error = try failure { try store.append(big, cell: cell, run: run) }
    guard case .diskFull(path, let facts) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(facts.code == 13)
    #expect(try store.identities(in: cell) == ["small": "identity of small"])
    let count = try raw(.existing).first("SELECT count(*) FROM evaluations") { $0.count(0) }
    #expect(count == 1)
    try store.append(Samples.result("after"), cell: cell, run: run)
    #expect(try store.identities(in: cell).count == 2)
  }

  @Test("a transaction that did not end leaves nothing")
  func uncommitted() throws {
    let store = try ResultStore.open(path, mode: .create)
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    do {
      let other = try raw(.existing)
      try other.execute("BEGIN IMMEDIATE")
      let evaluation = try ResultStore.insert(
        Samples.evaluation("x"), StoredPrompt("prompt"), recordedAt: 0, other)
      let scoring = try ResultStore.insert(Samples.scoring(), of: evaluation, recordedAt: 0, other)
      try ResultStore.makeCurrent(evaluation, scoring, at: ResultPlace(cell: cell, sampleID: "a"), run: run, other)
      // The connection goes away here as it does in a process that is killed: without COMMIT.
    }
    #expect(try store.results(in: cell, withPrompts: true, withLogProbabilities: true).isEmpty)
    let rows = try raw(.existing).first(
      "SELECT (SELECT count(*) FROM evaluations) + (SELECT count(*) FROM prompts) + (SELECT count(*) FROM scores)"
    ) { $0.count(0) }
    #expect(rows == 0)
  }

  @Test("a store that was opened for reading cannot be written")
  func readOnly() throws {
    _ = try ResultStore.open(path, mode: .create)
    let store = try ResultStore.open(path, mode: .readOnly)
    let error = try failure { _ = try store.beginRun(Samples.run()) }
    guard case .readOnly(path, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(
    "a store in a read-only folder can be read and not written", .enabled(if: getuid() != 0, "root may write anywhere"))
  func readOnlyFolder() throws {
    let store = try ResultStore.open(path, mode: .create)
    _ = try store.cell(Samples.cell())
    let copy = folder.file("read-only")
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    try raw(.existing).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try FileManager.default.copyItem(atPath: path, toPath: copy + "/small.sqlite")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: copy)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy) }
    #expect(try ResultStore.open(copy + "/small.sqlite", mode: .readOnly).cells().count == 1)
    #expect(throws: StoreError.self) { _ = try ResultStore.open(copy + "/small.sqlite", mode: .existing) }
  }

  @Test("damaged pages are reported as damage")
  func corrupt() throws {
    do {
      let store = try ResultStore.open(path, mode: .create)
      let run = try store.beginRun(Samples.run())
      let cell = try store.cell(Samples.cell())
      for index in 0..<50 { try store.append(Samples.result("\(index)"), cell: cell, run: run) }
    }
    var bytes = try Data(contentsOf: URL(filePath: path))
    for index in 8192..<bytes.count { bytes[index] = 0x5a }
    try bytes.write(to: URL(filePath: path))
    let error = try failure {
      let store = try ResultStore.open(path, mode: .readOnly)
      for cell in try store.cells() {
        _ = try store.results(in: cell.id, withPrompts: true, withLogProbabilities: true)
      }
    }
    guard case .corrupt = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(
    "a damaged value names its table and row",
    arguments: [
      ("UPDATE prompts SET content = x'ff'", "evaluations"), ("UPDATE prompts SET codec = 9", "evaluations"),
      ("UPDATE scorings SET expected = '{'", "scorings"),
      ("UPDATE evaluations SET output_tokens = '[1,x]'", "evaluations"),
      ("UPDATE evaluations SET log_probabilities = x'010203'", "evaluations"),
      // Not a number, +1, +infinity, -1e30.
      ("UPDATE evaluations SET log_probabilities = x'000000bf0000c07f'", "evaluations"),
      ("UPDATE evaluations SET log_probabilities = x'0000803f'", "evaluations"),
      ("UPDATE evaluations SET log_probabilities = x'0000807f'", "evaluations"),
      ("UPDATE evaluations SET log_probabilities = x'caf249f1'", "evaluations"),
      ("UPDATE cells SET record = '[]'", "cells"),
      ("UPDATE cells SET record = json_set(record, '$.sampleCount', 9223372036854775807)", "cells"),
      ("UPDATE cells SET record = json_set(record, '$.contextWindow', -1)", "cells"),
      ("UPDATE evaluations SET prompt_token_count = 9223372036854775807", "evaluations"),
      ("UPDATE evaluations SET prompt_token_count = 1e308", "evaluations"),
      ("UPDATE evaluations SET computed_token_count = -9223372036854775808", "evaluations"),
      ("UPDATE evaluations SET duration_seconds = 9e999", "evaluations"),
      ("UPDATE evaluations SET duration_seconds = -1", "evaluations"),
      ("UPDATE evaluations SET first_tokens = '[1,99999999999999999999]'", "evaluations"),
      ("UPDATE evaluations SET choice_counts = '[1,,2]'", "evaluations"),
      ("UPDATE scorings SET truncated_token_count = -1", "scorings"),
      ("UPDATE scores SET value = 9e999 WHERE value IS NOT NULL", "scores"),
      ("UPDATE scores SET value = 'abc' WHERE value IS NOT NULL", "scores"),
      ("UPDATE scores SET value = x'00' WHERE value IS NOT NULL", "scores"),
      ("UPDATE evaluations SET prompt_token_count = 'many'", "evaluations"),
      ("UPDATE evaluations SET duration_seconds = 'long'", "evaluations"),
      ("UPDATE prompts SET byte_count = 9223372036854775807", "prompts"),
    ])
  func damagedRow(sql: String, table: String) throws {
    let store = try ResultStore.open(path, mode: .create)
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    try store.append(Samples.result("a"), cell: cell, run: run)
    try raw(.existing).execute(sql)
    let error = try failure {
      _ = try store.results(in: cell, withPrompts: true, withLogProbabilities: true)
      _ = try store.cells()
    }
    guard case .damagedRow(path, table, 1, _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("a shard that no sweep has is damage, not a loop over all of them", arguments: [(0, 4), (5, 4), (1, 1 << 30)])
  func impossibleShard(index: Int, count: Int) throws {
    let store = try ResultStore.open(path, mode: .create)
    _ = try store.beginRun(Samples.run())
    try raw(.existing).execute("UPDATE runs SET shard_index = \(index), shard_count = \(count)")
    guard case .damagedRow(path, "runs", 1, _) = try failure({ _ = try store.runs() }) else {
      Issue.record("no damage")
      return
    }
  }

  @Test("a log-probability that is none is said with its sample and what to do, also where nobody reads it")
  func impossibleLogProbability() throws {
    let store = try ResultStore.open(path, mode: .create)
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    var result = Samples.result("depth=0.5/trial=3")
    try store.append(result, cell: cell, run: run)
    _ = try store.checkedResults(inAll: [cell])
    result.logProbabilities = [-1, 2]
    result.identity = "another"
    try store.append(result, cell: cell, run: run)
    #expect(try store.results(in: cell, withPrompts: true, withLogProbabilities: false).count == 1)
    _ = try store.checkedResults(inAll: [])
    let error = try failure { _ = try store.checkedResults(inAll: [cell]) }
    let problem = "log_probabilities of the sample depth=0.5/trial=3: number 2 of 2 is 2.0, which is no log-probability"
    #expect(error == .damagedRow(path: path, table: "evaluations", row: 2, problem: problem))
    #expect("\(error)".contains("se-eval doctor \(path) --recover NEW"))
  }

  @Test("a result for a cell or run that does not exist is refused")
  func foreignKeys() throws {
    let store = try ResultStore.open(path, mode: .create)
    let run = try store.beginRun(Samples.run())
    #expect(throws: StoreError.self) { try store.append(Samples.result("a"), cell: CellID(77), run: run) }
    let cell = try store.cell(Samples.cell())
    #expect(throws: StoreError.self) { try store.append(Samples.result("a"), cell: cell, run: RunID(77)) }
    #expect(try store.identities(in: cell).isEmpty)
  }

  @Test("a file system without shared memory gets a rollback journal and the same results")
  func noWriteAheadLog() throws {
    let store = try ResultStore.open(path, mode: .create, options: .init(fileSystemInterface: "unix-dotfile"))
    #expect(store.journalMode == "delete")
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    try store.append(Samples.result("a"), cell: cell, run: run)
    #expect(try store.results(in: cell, withPrompts: true, withLogProbabilities: true) == [Samples.result("a")])
  }

  @Test("a folder that cannot be made is reported")
  func folderInTheWay() throws {
    try "a file".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
    let error = try failure { _ = try ResultStore.open(folder.file("file/x.sqlite"), mode: .create) }
    guard case .lockFile = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("a folder in the database's place is reported")
  func folderInPlace() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let error = try failure { _ = try ResultStore.open(path, mode: .create) }
    #expect(error == .folder(path: path))
  }

  @Test("every error says what, where and what to do")
  func wording() {
    let facts = SQLiteFailure(code: 13, message: "database or disk is full", sql: "INSERT\n  INTO x")
    let error = StoreError.diskFull(path: "r.sqlite", facts)
    #expect(
      "\(error)"
        == #"r.sqlite: no room is left to store a result (SQLite error 13: database or disk is full, in "INSERT INTO x"). "#
        + "Free space on the disk and start again: what was committed is kept.")
    #expect(StoreError(facts, path: "r.sqlite") == error)
  }
}
