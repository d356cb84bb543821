import Store
import Testing

@Suite struct MergeTests {
  let folder: TemporaryFolder
  let (a, b): (ResultStore, ResultStore)

  init() throws {
    folder = try TemporaryFolder()
    a = try ResultStore.open(folder.file("a.sqlite"), mode: .create)
    b = try ResultStore.open(folder.file("b.sqlite"), mode: .create)
  }

  private func fill(_ store: ResultStore, _ samples: [(String, String?)]) throws -> (CellID, RunID) {
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell())
    for (id, identity) in samples { try store.append(Samples.result(id, identity: identity), cell: cell, run: run) }
    return (cell, run)
  }

  @Test("shards join to what one sweep would have stored")
  func shards() throws {
    let (cell, run) = try fill(a, [("0", nil), ("2", nil)])
    let (other, otherRun) = try fill(b, [("1", nil)])
    try b.recordFailure(sampleID: "3", cell: other, run: otherRun, message: "out of memory")
    try a.recordFailure(sampleID: "1", cell: cell, run: run, message: "not my shard")
    let count = try a.merge(b)
    #expect(count == MergeCount(runs: 1, cells: 0, results: 1, same: 0, superseded: 0, failures: 1))
    #expect(
      try a.results(in: cell, withPrompts: true, withLogProbabilities: true)
        == ["0", "1", "2"].map { Samples.result($0) })
    #expect(try a.failures().map(\.sampleID) == ["3"])
    #expect(try a.currentCells().count == 1)
  }

  @Test("merging twice adds no results")
  func twice() throws {
    let (cell, _) = try fill(a, [("0", nil)])
    _ = try fill(b, [("1", nil), ("0", nil)])
    _ = try a.merge(b)
    let count = try a.merge(b)
    #expect(count.results == 0)
    #expect(count.same == 2)
    #expect(try a.identities(in: cell).count == 2)
  }

  @Test("of two different results the later one is current, whichever way they are merged")
  func conflict() throws {
    let (older, _) = try fill(a, [("0", "older")])
    let (newer, _) = try fill(b, [("0", "newer")])
    #expect(try b.merge(a).superseded == 1)
    #expect(try b.identities(in: newer) == ["0": "newer"])
    #expect(try a.merge(b).superseded == 1)
    #expect(try a.identities(in: older) == ["0": "newer"])
  }

  @Test("an empty store adds nothing")
  func empty() throws {
    #expect(try a.merge(b) == MergeCount())
  }
}
