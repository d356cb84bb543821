import Evaluation
import Foundation
import TestSupport
import Testing
import Text

@testable import Store

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

  @Test("the file that a merge leaves when it is killed at its first step is a new store, another program's is refused")
  func beginning() throws {
    _ = try fill(a, [("0", nil)])
    let empty = folder.file("empty")
    #expect(FileManager.default.createFile(atPath: empty, contents: nil))
    let begun = try Connection(path: folder.file("begun"), access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
    try begun.execute("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; COMMIT")
    for target in [empty, begun.path] {
      #expect(try ResultStore.merge([a.path], into: target).counts.map(\.count.results) == [1])
    }
    let foreign = try Connection(path: folder.file("foreign"), access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
    try foreign.execute("CREATE TABLE theirs (x)")
    #expect(throws: StoreError.notAStore(path: foreign.path, applicationID: 0)) {
      try ResultStore.merge([a.path], into: foreign.path)
    }
    #expect(FileManager.default.fileExists(atPath: foreign.path))
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

  /// The rows of every table, as text: what a store is.
  private func content(_ path: String) throws -> [String] {
    let connection = try Connection(path: path, access: .readOnly, busyTimeoutMilliseconds: 0, vfs: nil)
    var lines: [String] = []
    for table in ["runs", "cells", "run_cells", "evaluations", "scorings", "scores", "results", "failures"] {
      try connection.forEachRow("SELECT * FROM \(table)") { row in
        lines.append("\(table) " + (0..<8).map { row.text($0) }.joined(separator: "|"))
      }
    }
    return lines
  }

  private func append(
    _ store: ResultStore, _ evaluation: EvaluationRecord, _ scoring: ScoringRecord = Samples.scoring(),
    sample: String = "0"
  ) throws {
    let run = try store.beginRun(Samples.run())
    let cell = try store.cell(Samples.cell(), run: run)
    try store.append(evaluation, scoring, sampleID: sample, cell: cell, run: run)
  }

  @Test("different numbers under one identity are an error that shows both, and nothing is merged")
  func differentNumbers() throws {
    try append(a, Samples.evaluation("e", output: " 12345"))
    try append(b, Samples.evaluation("f"), sample: "1")
    try append(b, Samples.evaluation("e", output: " 54321"))
    let before = try content(a.path)
    let error = try #require(#expect(throws: StoreError.self) { try a.merge(b) })
    guard case .conflict(let conflict) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(conflict.sampleID == "0")
    #expect(conflict.identity == "e")
    #expect(conflict.what == "the output")
    #expect((conflict.inTarget, conflict.inSource) == ("\" 12345\"", "\" 54321\""))
    #expect("\(error)".contains("sample 0 of tiny plain passkey length=4096,depth=0.5 has the output \" 54321\""))
    #expect(try content(a.path) == before)
  }

  @Test("log-probabilities are compared to the last bit, scores as they are")
  func differentBits() throws {
    var (first, second) = (Samples.evaluation("e"), Samples.evaluation("e"))
    (first.logProbabilities, second.logProbabilities) = ([-1, -0.5], [-1, Float(-0.5).nextUp])
    try append(a, first)
    try append(b, second)
    let error = try #require(#expect(throws: StoreError.self) { try a.merge(b) })
    #expect("\(error)".contains("has log-probability 1 -0.49999997, and -0.5 in"))
    let c = try ResultStore.open(folder.file("c.sqlite"), mode: .create)
    try append(c, first, Samples.scoring(accuracy: 0))
    let other = try #require(#expect(throws: StoreError.self) { try a.merge(c) })
    #expect("\(other)".contains("has the score accuracy 0.0, and accuracy 1.0 in"))
  }

  @Test("one evaluation with two scorings is no conflict: the later scoring is current, in either direction")
  func rescored() throws {
    try append(a, Samples.evaluation("e"), Samples.scoring("s1", accuracy: 0))
    try append(b, Samples.evaluation("e"), Samples.scoring("s2", accuracy: 1))
    let cell = try #require(try a.cells().first).id
    #expect(try b.merge(a) == MergeCount(runs: 1, superseded: 1))
    #expect(try a.merge(b).superseded == 1)
    for store in [a, b] {
      #expect(try store.resultIdentities(in: cell)["0"]?.scoring == "s2")
      #expect(try content(store.path).filter { $0.hasPrefix("evaluations") }.count == 1)
      #expect(try content(store.path).filter { $0.hasPrefix("results") }.count == 2)
    }
  }

  @Test("an adopted evaluation is the old one of the other store, and gives it its identity")
  func adopted() throws {
    let (cell, _) = try fill(a, [("0", "old")])
    _ = try fill(b, [("0", "old")])
    let id = try #require(try b.resultIdentities(in: cell)["0"]).evaluationID
    try b.adopt([Adoption(evaluation: id, identity: "new")])
    #expect(try a.merge(b) == MergeCount(runs: 1, same: 1))
    #expect(try a.evaluation(identity: "new", withLogProbabilities: false)?.record.legacyIdentity == "old")
    #expect(try b.merge(a).same == 1)
  }

  @Test("merging again copies only what is new, and a run has one row however often it is merged")
  func incremental() throws {
    let (cell, run) = try fill(b, [("0", nil)])
    try a.merge(b)
    try b.append(Samples.result("1"), cell: cell, run: run)
    try b.beat(
      Heartbeat(
        host: "n", processID: 1, doneCellCount: 1, cellCount: 2, doneSampleCount: 2, sampleCount: 4,
        failedSampleCount: 0, currentCell: nil), run: run)
    try b.finishRun(run, status: 4)
    #expect(try a.merge(b) == MergeCount(results: 1, same: 1))
    #expect(try a.runs().map(\.status) == [4])
    #expect(try a.heartbeats().map(\.heartbeat.doneSampleCount) == [2])
    // Through a third store they are still the same runs.
    let c = try ResultStore.open(folder.file("c.sqlite"), mode: .create)
    try c.merge(a)
    #expect(try c.merge(b) == MergeCount(same: 2))
    #expect(try c.runs().count == 1)
  }

  @Test("a source that is missing or none of ours stops a merge before anything is written")
  func allOrNothing() throws {
    _ = try fill(a, [("0", nil)])
    let foreign = folder.file("foreign.sqlite")
    try Connection(path: foreign, access: .create, busyTimeoutMilliseconds: 0, vfs: nil).execute("CREATE TABLE x (y)")
    for bad in [folder.file("missing.sqlite"), foreign] {
      let target = folder.file("target.sqlite")
      #expect(throws: StoreError.self) { _ = try ResultStore.merge([a.path, bad], into: target) }
      #expect(!FileManager.default.fileExists(atPath: target))
      let before = try content(b.path)
      #expect(throws: StoreError.self) { _ = try ResultStore.merge([a.path, bad], into: b.path) }
      #expect(try content(b.path) == before)
    }
  }

  @Test("a conflict in the second source undoes the first, and a target that was made for it is gone")
  func conflictUndoes() throws {
    try append(a, Samples.evaluation("e", output: "x"))
    try append(b, Samples.evaluation("e", output: "y"))
    let target = folder.file("target.sqlite")
    let error = try #require(
      #expect(throws: StoreError.self) { _ = try ResultStore.merge([a.path, b.path], into: target) })
    // The target is gone: the number came from the other source.
    #expect("\(error)".hasPrefix("\(b.path): sample 0 ") && "\(error)".contains("\"x\" in \(a.path), "), "\(error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("target") })
    #expect(try ResultStore.merge([a.path, a.path], into: target).counts.map(\.count.results) == [1, 0])
  }

  @Test("a score that differs from that of the source before it names that source")
  func conflictOfScores() throws {
    try append(a, Samples.evaluation("e"), Samples.scoring(accuracy: 1))
    try append(b, Samples.evaluation("e"), Samples.scoring(accuracy: 0))
    let c = try ResultStore.open(folder.file("c.sqlite"), mode: .create)
    try append(c, Samples.evaluation("f"), sample: "1")
    let error = try #require(#expect(throws: StoreError.self) { try c.merge([a, b]) })
    #expect("\(error)".contains("accuracy 0.0, and accuracy 1.0 in \(a.path), "), "\(error)")
    // What the target had before is the target's.
    _ = try c.merge(a)
    let other = try #require(#expect(throws: StoreError.self) { try c.merge([a, b]) })
    #expect("\(other)".contains("accuracy 0.0, and accuracy 1.0 in \(c.path), "), "\(other)")
  }

  @Test(
    "numbers that were changed behind their times are no copies of what was merged before",
    arguments: [
      "UPDATE scores SET value = 0 WHERE metric = 'accuracy'", "UPDATE evaluations SET output = 'other'",
      "UPDATE evaluations SET log_probabilities = x'000000bf'",
    ])
  func changedNumbers(_ sql: String) throws {
    var evaluation = Samples.evaluation("e")
    evaluation.logProbabilities = [-1]
    try append(a, evaluation)
    #expect(try b.merge(a).results == 1)
    #expect(try b.merge(a).same == 1)
    try a.locked { (connection) throws(StoreError) in try connection.execute(sql) }
    let error = try #require(#expect(throws: StoreError.self) { try b.merge(a) })
    guard case .conflict = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test("a store is not merged into itself, under whatever name")
  func itself() throws {
    #expect(throws: StoreError.mergeWithItself(path: a.path)) {
      _ = try ResultStore.merge([a.path], into: a.path)
    }
    let link = folder.file("link.sqlite")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: a.path)
    #expect(throws: StoreError.mergeWithItself(path: link)) { _ = try ResultStore.merge([link], into: a.path) }
    #expect(throws: StoreError.mergeWithItself(path: a.path)) { try a.merge(a) }
  }

  @Test("a folder stands for its stores; the target and a shard that has only just begun are left out")
  func folders() throws {
    _ = try fill(a, [("0", nil)])
    _ = try fill(b, [("1", nil)])
    try Data().write(to: URL(filePath: folder.file("new.sqlite")))
    let target = folder.file("joined.sqlite")
    for results in [1, 0] {
      let merged = try ResultStore.merge([folder.path], into: target)
      #expect(merged.counts.map(\.path) == [a.path, b.path])
      #expect(merged.counts.map(\.count.results) == [results, results])
      #expect(merged.skipped == [folder.file("new.sqlite")])
    }
    try FileManager.default.createDirectory(atPath: folder.file("none"), withIntermediateDirectories: true)
    #expect(throws: StoreError.missing(path: folder.file("none") + "/*.sqlite")) {
      _ = try ResultStore.merge([folder.file("none")], into: target)
    }
  }

  @Test("other configurations and seeds are refused with the first difference, unless they are forced")
  func otherConfigurations() throws {
    for (store, seed) in [(a, 1), (b, 2)] {
      var record = Samples.run("c\(seed)")
      record.configuration = #"{"models":[{"name":"m"}],"seed":\#(seed)}"#
      let run = try store.beginRun(record)
      let cell = try store.cell(Samples.cell(), run: run)
      try store.append(Samples.result("\(seed)"), cell: cell, run: run)
    }
    let target = folder.file("joined.sqlite")
    let error = try #require(
      #expect(throws: StoreError.self) { _ = try ResultStore.merge([a.path, b.path], into: target) })
    #expect("\(error)".contains("seed is 1 in the one and 2 in the other"))
    #expect(error.fault == .usage)
    #expect(!FileManager.default.fileExists(atPath: target))
    try ResultStore.merge([a.path], into: target)
    #expect(throws: StoreError.self) { _ = try ResultStore.merge([b.path], into: target) }
    #expect(try ResultStore.merge([b.path], into: target, force: true).counts.map(\.count.results) == [1])
  }

  @Test("an empty store adds nothing")
  func empty() throws {
    #expect(try a.merge(b) == MergeCount())
  }
}
