import Dispatch
import Evaluation
import Foundation
import Store
import Synchronization
import TestSupport
import Testing

@Suite struct ResultStoreTests {
  let folder: TemporaryFolder
  let store: ResultStore
  let run: RunID

  init() throws {
    folder = try TemporaryFolder()
    store = try ResultStore.open(folder.file("deep/er/small.sqlite"), mode: .create)
    run = try store.beginRun(Samples.run())
  }

  @Test("a result comes back as it was, log-probabilities bit for bit")
  func roundTrip() throws {
    let cell = try store.cell(Samples.cell())
    let result = Samples.result("trial=1")
    try store.append(result, cell: cell, run: run)
    #expect(try store.results(in: cell, withPrompts: true, withLogProbabilities: true) == [result])
    var bare = result
    bare.prompt = ""
    bare.logProbabilities = nil
    #expect(try store.results(in: cell, withPrompts: false, withLogProbabilities: false) == [bare])
    #expect(try store.identities(in: cell) == ["trial=1": "identity of trial=1"])
    #expect(store.journalMode == "wal")
  }

  @Test("a text that was only scored keeps its missing output apart from an empty one")
  func nothingGenerated() throws {
    let cell = try store.cell(Samples.cell())
    var scored = Samples.result("a")
    (scored.output, scored.outputTokens, scored.finishReason) = (nil, nil, nil)
    var empty = Samples.result("b")
    (empty.output, empty.outputTokens, empty.logProbabilities, empty.prompt) = ("", [], [], "")
    for result in [empty, scored] { try store.append(result, cell: cell, run: run) }
    #expect(try store.results(in: cell, withPrompts: true, withLogProbabilities: true) == [scored, empty])
  }

  @Test("a score that is not a finite number is stored as unscored")
  func notFinite() throws {
    let cell = try store.cell(Samples.cell())
    var result = Samples.result("a")
    result.scores = [
      .init(metric: "a", value: .nan, unscored: nil), .init(metric: "b", value: .infinity, unscored: nil),
      .init(metric: "c", value: nil, unscored: nil),
    ]
    try store.append(result, cell: cell, run: run)
    let scores = try store.results(in: cell, withPrompts: false, withLogProbabilities: false)[0].scores
    #expect(scores.map(\.value) == [nil, nil, nil])
    #expect(scores.map(\.unscored) == ["the value is not finite", "the value is not finite", "no value"])
  }

  @Test("equal records are one cell, any difference makes another")
  func cells() throws {
    let first = try store.cell(Samples.cell())
    #expect(try store.cell(Samples.cell()) == first)
    let second = try store.cell(Samples.cell(method: "self-extend:G=8,W=512"))
    #expect(second != first)
    #expect(try store.cells().map(\.record) == [Samples.cell(), Samples.cell(method: "self-extend:G=8,W=512")])
    #expect(try store.cells([Samples.cell(), Samples.cell(length: 8)]).first == first)
  }

  @Test("a changed identity supersedes: the newest result is current and the old one stays")
  func superseded() throws {
    let cell = try store.cell(Samples.cell())
    try store.append(Samples.result("a", identity: "old"), cell: cell, run: run)
    let old = try #require(try store.samples(in: cell, withPrompts: false, withLogProbabilities: false).first)
    try store.append(Samples.result("a", identity: "new"), cell: cell, run: run)
    #expect(try store.identities(in: cell) == ["a": "new"])
    #expect(try store.results(in: cell, withPrompts: false, withLogProbabilities: false).count == 1)
    // The old one can be taken again without evaluating anything.
    let again = Attachment(evaluation: old.evaluation.id, scoring: old.scoring, cell: cell, sampleID: "a")
    try store.attach([again], run: run)
    #expect(try store.identities(in: cell) == ["a": "old"])
  }

  @Test("the same sample and identity twice is one result")
  func twice() throws {
    let cell = try store.cell(Samples.cell())
    var result = Samples.result("a")
    try store.append(result, cell: cell, run: run)
    result.durationSeconds = 9
    try store.append(result, cell: cell, run: run)
    let stored = try store.results(in: cell, withPrompts: true, withLogProbabilities: true)
    #expect(stored == [result])
  }

  @Test("a result that two cells share is the same in both, under each one's name")
  func shared() throws {
    let plain = try store.cell(Samples.cell())
    let extended = try store.cell(Samples.cell(method: "self-extend:G=8,W=512"))
    try store.append(Samples.result("a", identity: "same"), cell: plain, run: run)
    try store.share("a", of: plain, with: extended, as: "b", run: run)
    let shared = try store.results(in: extended, withPrompts: true, withLogProbabilities: true)
    var expected = Samples.result("a", identity: "same")
    expected.sampleID = "b"
    #expect(shared == [expected])
  }

  @Test("a failure stays until the sample is evaluated")
  func failures() throws {
    let cell = try store.cell(Samples.cell())
    for message in ["first", "second"] {
      try store.recordFailure(sampleID: "a", cell: cell, run: run, message: message)
    }
    try store.recordFailure(sampleID: "b", cell: cell, run: run, message: "stays")
    #expect(try store.failures().map(\.message) == ["second", "stays"])
    try store.append(Samples.result("a"), cell: cell, run: run)
    #expect(try store.failures().map(\.sampleID) == ["b"])
  }

  @Test("a run that was killed has no end; a finished one has its status")
  func runs() throws {
    #expect(try store.latestRun()?.endedAt == nil)
    try store.finishRun(run, status: 4)
    let stored = try #require(try store.latestRun())
    #expect(stored.record == Samples.run())
    #expect(stored.status == 4)
    #expect(try #require(stored.endedAt) >= stored.startedAt)
    let second = try store.beginRun(Samples.run("c1"))
    #expect(try store.latestRun()?.id == second)
  }

  @Test("the current cells are those of the latest configuration, and the newest of each place")
  func currentCells() throws {
    _ = try store.cell(Samples.cell())
    _ = try store.cell(Samples.cell(length: 8192))
    _ = try store.beginRun(Samples.run())
    let updated = try store.cell(Samples.cell(protocolName: "passkey/se-eval-v2"))
    #expect(try store.currentCells().map(\.record.protocolName) == ["passkey/se-eval-v1", "passkey/se-eval-v2"])
    #expect(try store.currentCells().last?.id == updated)
    // Going back to the first protocol makes the first cell current again.
    _ = try store.beginRun(Samples.run())
    let first = try store.cell(Samples.cell())
    #expect(try store.currentCells().map(\.id).first == first)
    #expect(try store.currentCells().count == 2)
    // Another configuration does not show the cells of this one.
    _ = try store.beginRun(Samples.run("c1"))
    let other = try store.cell(Samples.cell(method: "plain:window=none"))
    #expect(try store.currentCells().map(\.id) == [other])
  }

  @Test("a prompt is stored once however many samples have it")
  func prompts() throws {
    let cell = try store.cell(Samples.cell())
    var random = SystemRandomNumberGenerator()
    let prompt = String((0..<200_000).map { _ in Character(UnicodeScalar(UInt8.random(in: 33...126, using: &random))) })
    for index in 0..<20 { try store.append(Samples.result("\(index)", prompt: prompt), cell: cell, run: run) }
    let second = try ResultStore.open(store.path, mode: .existing)
    #expect(
      try second.results(in: cell, withPrompts: true, withLogProbabilities: false).allSatisfy { $0.prompt == prompt })
    let size = try [store.path, store.path + "-wal"].map {
      try FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int ?? 0
    }
    #expect(size.reduce(0, +) < 6 * prompt.utf8.count)
  }

  @Test("a file's hash is valid only for its size and time")
  func fileHashes() throws {
    try store.rememberWeightsHash("abc", path: "w.gguf", byteCount: 10, modified: 1.5)
    #expect(try store.weightsHash(path: "w.gguf", byteCount: 10, modified: 1.5) == "abc")
    #expect(try store.weightsHash(path: "w.gguf", byteCount: 11, modified: 1.5) == nil)
    #expect(try store.weightsHash(path: "w.gguf", byteCount: 10, modified: 1.25) == nil)
    try store.rememberWeightsHash("def", path: "w.gguf", byteCount: 11, modified: 2)
    #expect(try store.weightsHash(path: "w.gguf", byteCount: 11, modified: 2) == "def")
    #expect(try store.weightsHash(path: "w.gguf", byteCount: 10, modified: 1.5) == nil)
  }

  @Test("many openers at once make one store, and many writers lose nothing")
  func atOnce() throws {
    let path = folder.file("together.sqlite")
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      do {
        let store = try ResultStore.open(path, mode: .create)
        let run = try store.beginRun(Samples.run())
        let cell = try store.cell(Samples.cell())
        for index in 0..<5 { try store.append(Samples.result("\(worker)-\(index)"), cell: cell, run: run) }
      } catch { problems.withLock { $0.append("\(error)") } }
    }
    #expect(problems.withLock { $0 } == [])
    let store = try ResultStore.open(path, mode: .readOnly)
    #expect(try store.cells().count == 1)
    #expect(try store.identities(in: try #require(store.cells().first).id).count == 40)
  }

  @Test("what is read while another process stores samples has the scores of every sample that it has")
  func readWhileWritten() throws {
    let cell = try store.cell(Samples.cell())
    // Enough that a reading takes as long as a few commits.
    for index in 0..<300 { try store.append(Samples.result("a\(index)"), cell: cell, run: run) }
    let reader = try ResultStore.open(store.path, mode: .readOnly)
    let isDone = Mutex(false)
    let bare = Mutex(0)
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { side in
      do {
        if side == 0 {
          defer { isDone.withLock { $0 = true } }
          for index in 0..<150 { try store.append(Samples.result("b\(index)"), cell: cell, run: run) }
        } else {
          while !isDone.withLock({ $0 }) {
            let all = try reader.checkedResults(inAll: [cell])[cell] ?? []
            let own = try reader.results(in: cell, withPrompts: false, withLogProbabilities: false)
            let count = (all + own).count { $0.scores.isEmpty }
            bare.withLock { $0 += count }
          }
        }
      } catch {
        problems.withLock { $0.append("\(error)") }
      }
    }
    #expect(bare.withLock { $0 } == 0 && problems.withLock { $0 }.isEmpty)
  }

  @Test("one store is shared by many threads")
  func threads() throws {
    let cell = try store.cell(Samples.cell())
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 20) { index in
      do {
        try store.append(Samples.result("\(index)"), cell: cell, run: run)
        _ = try store.results(in: cell, withPrompts: true, withLogProbabilities: true)
      } catch { problems.withLock { $0.append("\(error)") } }
    }
    #expect(problems.withLock { $0 } == [])
    #expect(try store.identities(in: cell).count == 20)
  }
}
