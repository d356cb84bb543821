import Evaluation
import TestSupport
import Testing

@testable import Store

@Suite struct RunTests {
  let folder: TemporaryFolder
  let store: ResultStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ResultStore.open(folder.file("small.sqlite"), mode: .create)
  }

  @Test("a sweep sees its own cells and runs whoever begins a run in the store meanwhile")
  func limited() throws {
    let first = try store.beginRun(Samples.run("A"))
    let second = try store.beginRun(Samples.run("B"))
    // The first run plans its cells after the second one began.
    let mine = try store.cells([Samples.cell(), Samples.cell(length: 8192)], run: first)
    let other = try store.cell(Samples.cell(method: "linear:factor=4"), run: second)
    let own = store.limited(toConfiguration: "A")
    #expect(try own.currentCells().map(\.id) == mine)
    #expect(try own.latestRun()?.id == first)
    #expect(try store.currentCells().map(\.id) == [other])
    #expect(try store.latestRun()?.id == second)
    #expect(try store.limited(toConfiguration: "C").latestRun() == nil)
    try own.append(Samples.evaluation("e"), Samples.scoring(), sampleID: "a", cell: mine[0], run: first)
    #expect(try store.resultIdentities(in: mine[0]).count == 1)
  }

  @Test("a store of one part of a sweep refuses to go on as another, of whatever division, and as the whole")
  func shards() throws {
    func record(_ index: Int, _ count: Int, name: String = "small") -> RunRecord {
      var record = Samples.run()
      record.name = name
      record.shard = ShardRecord(index: index, count: count)
      return record
    }
    _ = try store.beginRun(record(1, 4))
    #expect(try store.latestRun()?.record.shard == ShardRecord(index: 1, count: 4))
    _ = try store.beginRun(record(1, 4))
    _ = try store.beginRun(record(1, 2, name: "another"))
    let stored = ShardRecord(index: 1, count: 4)
    for asked in [ShardRecord(index: 1, count: 2), ShardRecord(index: 2, count: 4), nil] {
      let error = StoreError.otherShards(path: store.path, stored: stored, asked: asked)
      #expect(throws: error) {
        _ = try store.beginRun(asked.map { record($0.index, $0.count) } ?? Samples.run())
      }
      #expect("\(error)".contains("made as shard 1/4 of this sweep and cannot go on as "))
      #expect("\(error)".contains("Go on with --shard 1/4, or give the "))
    }
    #expect(try store.runs().count == 3)
    // In a store that shards were merged into, any division may fill what is missing.
    let merged = try ResultStore.open(folder.file("merged.sqlite"), mode: .create)
    try merged.merge(store)
    _ = try merged.beginRun(record(1, 2))
  }

  @Test("the last heartbeat of each run tells how far it is")
  func heartbeats() throws {
    let run = try store.beginRun(Samples.run())
    var beat = Heartbeat(
      host: "node1", processID: 77, doneCellCount: 0, cellCount: 9, doneSampleCount: 4, sampleCount: 90,
      failedSampleCount: 1, currentCell: "tiny plain passkey length=4096")
    try store.beat(beat, run: run)
    #expect(try store.heartbeats().map(\.heartbeat) == [beat])
    (beat.doneSampleCount, beat.currentCell) = (90, nil)
    try store.beat(beat, run: run)
    let stored = try #require(try store.heartbeats().first)
    #expect(stored.heartbeat == beat)
    #expect(stored.run == run)
    let start = try #require(try store.latestRun()).startedAt
    #expect(stored.updatedAt >= start)
    #expect(throws: StoreError.self) { try store.beat(beat, run: RunID(99)) }
  }
}
