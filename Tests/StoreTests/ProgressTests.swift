import Foundation
import TestSupport
import Testing

@testable import Store

@Suite struct ProgressTests {
  private let folder: TemporaryFolder
  private let store: ResultStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ResultStore.open(folder.file("a.sqlite"), mode: .create)
  }

  private func shard(_ index: Int, of count: Int = 3) throws -> RunID {
    var record = Samples.run()
    record.shard = ShardRecord(index: index, count: count)
    return try store.beginRun(record)
  }

  @Test("cells are counted, and of each shard the newest run is told")
  func counts() throws {
    let first = try shard(1)
    let cell = try store.cell(Samples.cell(count: 4), run: first)
    try store.append(Samples.result("0"), cell: cell, run: first)
    try store.recordFailure(sampleID: "1", cell: cell, run: first, message: "no memory")
    try store.finishRun(first, status: 143)
    let again = try shard(1)
    try store.append(Samples.result("2"), cell: cell, run: again)
    let progress = try store.progress()
    #expect(progress.name == "small")
    #expect((progress.doneCount, progress.failedCount, progress.missingCount) == (2, 1, 1))
    #expect((progress.doneCellCount, progress.cells.count) == (0, 1))
    #expect(progress.parts.map(\.run.id) == [again])
    #expect(progress.parts.map(\.resultCount) == [1])
    #expect(progress.absentShards == [2, 3])
  }

  @Test("a run is running while it gives signs, silent when it does not, and ended when it says so")
  func states() throws {
    let run = try shard(2)
    try store.beat(
      Heartbeat(
        host: "n", processID: 1, doneCellCount: 1, cellCount: 2, doneSampleCount: 2, sampleCount: 4,
        failedSampleCount: 0, currentCell: nil, fraction: 0.25, secondsLeft: 90, job: "12_2"), run: run)
    let part = try #require(try store.progress().parts.first)
    let heartbeat = try #require(part.heartbeat)
    #expect(
      (heartbeat.heartbeat.fraction, heartbeat.heartbeat.secondsLeft, heartbeat.heartbeat.job) == (0.25, 90, "12_2"))
    #expect(part.state(at: heartbeat.updatedAt + 100) == .running)
    #expect(part.state(at: heartbeat.updatedAt + 1000) == .silent)
    try store.finishRun(run, status: 4)
    #expect(try store.progress().parts.map { $0.state(at: 0) } == [.ended(4)])
  }

  @Test("a clock that is set back neither hides a newer run nor keeps a dead one alive")
  func clock() throws {
    let first = try shard(1)
    try store.finishRun(first, status: 143)
    let second = try shard(1)
    let connection = try Connection(
      path: folder.file("a.sqlite"), access: .existing, busyTimeoutMilliseconds: 1000, vfs: nil)
    // The first run was an hour ahead.
    try connection.run(
      "UPDATE runs SET started_at = started_at + 3600, ended_at = ended_at + 3600 WHERE id = ?",
      [.integer(first.rawValue)])
    let part = try #require(try store.progress().parts.first)
    #expect(part.run.id == second)
    #expect(part.state(at: part.lastSign + 1) == .running)
    #expect(part.state(at: part.lastSign - 30) == .running)
    #expect(part.state(at: part.lastSign - 3600) == .silent)
    #expect(part.samplesPerSecond == nil)
  }

  @Test("a clock that is set back during a run leaves its heartbeats the signs of life, here and in a joined store")
  func clockWithHeartbeat() throws {
    let run = try shard(1)
    func beat(_ done: Int) throws {
      try store.beat(
        Heartbeat(
          host: "n", processID: 1, doneCellCount: 0, cellCount: 2, doneSampleCount: done, sampleCount: 4,
          failedSampleCount: 0, currentCell: nil, fraction: 0.25, secondsLeft: 90, job: nil), run: run)
    }
    try beat(1)
    let path = folder.file("a.sqlite")
    let connection = try Connection(path: path, access: .existing, busyTimeoutMilliseconds: 1000, vfs: nil)
    // Until now the clock was an hour ahead.
    try connection.execute(
      "UPDATE runs SET started_at = started_at + 3600; UPDATE heartbeats SET updated_at = updated_at + 3600")
    let joined = try ResultStore.open(folder.file("joined.sqlite"), mode: .create)
    _ = try joined.merge(store)
    try beat(2)
    let now = Encoding.now()
    #expect(try store.progress().parts.map { $0.state(at: now) } == [.running])
    #expect(try store.progress().parts.map { $0.state(at: now + 1000) } == [.silent])
    _ = try joined.merge(store)
    #expect(try joined.progress().parts.map { $0.state(at: now) } == [.running])
    #expect(try joined.progress().parts.map { $0.heartbeat?.heartbeat.doneSampleCount } == [2])
  }

  @Test("a store of schema 2 that is only read has heartbeats without what schema 3 added")
  func olderSchema() throws {
    let path = folder.file("old.sqlite")
    do {
      let connection = try Connection(path: path, access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
      try connection.execute("PRAGMA application_id = \(Schema.applicationID)")
      for migration in [Schema.version1, Schema.version2] { try connection.execute(migration) }
      try connection.execute("PRAGMA user_version = 2")
      try connection.execute(
        "INSERT INTO runs (id, name, configuration, configuration_hash, environment, warnings, started_at) "
          + "VALUES (1, 'n', '{}', 'h', '{}', '[]', 5)")
      try connection.execute("INSERT INTO heartbeats VALUES (1, 'host', 2, 1, 2, 3, 4, 0, NULL, 6)")
    }
    let old = try ResultStore.open(path, mode: .readOnly)
    #expect(try old.progress().parts.map { $0.heartbeat?.heartbeat.host } == ["host"])
    #expect(try old.heartbeats().map(\.heartbeat.secondsLeft) == [nil])
    #expect(try ResultStore.open(path, mode: .existing).heartbeats().map(\.heartbeat.fraction) == [0])
  }
}
