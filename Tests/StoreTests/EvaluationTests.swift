import Evaluation
import TestSupport
import Testing

@testable import Store

@Suite struct EvaluationTests {
  let folder: TemporaryFolder
  let store: ResultStore
  let run: RunID
  let plain: CellID
  let extended: CellID

  init() throws {
    folder = try TemporaryFolder()
    store = try ResultStore.open(folder.file("small.sqlite"), mode: .create)
    run = try store.beginRun(Samples.run())
    plain = try store.cell(Samples.cell(), run: run)
    extended = try store.cell(Samples.cell(method: "self-extend:G=8,W=512"), run: run)
  }

  private func rows(_ table: String) throws -> Int {
    try store.locked { (connection) throws(StoreError) in
      try connection.first("SELECT count(*) FROM \(table)") { $0.count(0) } ?? -1
    }
  }

  private func accuracy(_ cell: CellID) throws -> [Double?] {
    try store.results(in: cell, withPrompts: false, withLogProbabilities: false).map { $0.scores[0].value }
  }

  @Test("an evaluation comes back by its identity, with what was asked for")
  func lookup() throws {
    var record = Samples.evaluation("e")
    (record.output, record.outputTokens, record.finishReason) = (nil, nil, .choice)
    (record.logProbabilities, record.choiceCounts) = ([-0.5, -.infinity, 0], [1, 2])
    var scoring = Samples.scoring()
    scoring.answer = "A. blue"
    let id = try store.append(record, scoring, sampleID: "a", cell: plain, run: run)
    let whole = try #require(try store.evaluation(identity: "e", withPrompt: true, withLogProbabilities: true))
    #expect(whole.id == id)
    #expect(whole.record == record)
    #expect(try store.evaluation(id, withPrompt: true, withLogProbabilities: true) == whole)
    (record.prompt, record.logProbabilities) = ("", nil)
    #expect(try store.evaluation(identity: "e", withLogProbabilities: false)?.record == record)
    #expect(try store.evaluationID(identity: "e") == id)
    #expect(try store.evaluationIDs() == ["e": id])
    #expect(try store.evaluationID(identity: "f") == nil)
    #expect(try store.evaluation(identity: "f", withLogProbabilities: true) == nil)
    let result = try #require(try store.results(in: plain, withPrompts: false, withLogProbabilities: true).first)
    #expect(result.output == "A. blue")
    #expect(result.identity == "e")
    #expect(result.truncatedTokenCount == 7)
    #expect(result.scores == scoring.scores)
  }

  @Test("cells share an evaluation, each with its own scoring or the same one")
  func attach() throws {
    let id = try store.append(Samples.evaluation("e"), Samples.scoring("s"), sampleID: "a", cell: plain, run: run)
    try store.recordFailure(sampleID: "b", cell: extended, run: run, message: "no memory")
    try store.attach(
      [
        Attachment(evaluation: id, scoring: Samples.scoring("s"), cell: extended, sampleID: "a"),
        Attachment(evaluation: id, scoring: Samples.scoring("t", accuracy: 0), cell: extended, sampleID: "b"),
      ], run: run)
    #expect(try rows("evaluations") == 1)
    #expect(try rows("scorings") == 2)
    #expect(try accuracy(extended) == [1, 0])
    #expect(try store.failures().isEmpty)
    let identities = try store.resultIdentities(in: extended)
    for (sample, scoring, row) in [("a", "s", 1), ("b", "t", 2)] as [(String, String, Int64)] {
      let wanted = ResultIdentity(
        evaluationID: id, evaluation: "e", legacy: nil, scoring: scoring, scoringID: ScoringID(row))
      #expect(identities[sample] == wanted)
    }
    #expect(try store.resultIdentities() == [plain: try store.resultIdentities(in: plain), extended: identities])
  }

  @Test("scoring again replaces the scores, keeps the earlier ones and the run, and evaluates nothing")
  func rescore() throws {
    let id = try store.append(Samples.evaluation("e"), Samples.scoring("s"), sampleID: "a", cell: plain, run: run)
    _ = try store.beginRun(Samples.run("later"))
    let again = Attachment(
      evaluation: id, scoring: Samples.scoring("s2", accuracy: 0, scorerVersion: "2"), cell: plain, sampleID: "a")
    #expect(try store.rescore([again]) == 1)
    let sample = try #require(try store.samples(in: plain, withPrompts: false, withLogProbabilities: false).first)
    #expect(sample.run == run)
    #expect(sample.scoring == again.scoring)
    #expect(sample.evaluation.id == id)
    #expect(try rows("evaluations") == 1)
    #expect(try rows("results WHERE current = 0") == 1)
    // The same scorer again changes nothing.
    #expect(try store.rescore([again]) == 1)
    #expect(try (rows("scorings"), rows("results")) == (2, 2))
    // One that gives other scores under the same identity is believed, and the earlier scores stay.
    let drifted = Attachment(
      evaluation: id, scoring: Samples.scoring("s2", accuracy: 1, scorerVersion: "2"), cell: plain, sampleID: "a")
    #expect(try store.rescore([drifted]) == 1)
    #expect(try accuracy(plain) == [1])
    #expect(try rows("scorings") == 3)
  }

  @Test("a scoring of schema 1 that says the same takes the identity; one with other scores stays an earlier one")
  func rescoreOld() throws {
    let result = Samples.result("a", identity: "old")
    try store.append(result, cell: plain, run: run)
    let stored = try #require(try store.samples(in: plain, withPrompts: false, withLogProbabilities: false).first)
    #expect(stored.scoring.identity == nil)
    #expect(stored.scoring.protocolName == "passkey/se-eval-v1")
    var scoring = stored.scoring
    (scoring.identity, scoring.scorerVersion) = ("s", "1")
    let again = Attachment(evaluation: stored.evaluation.id, scoring: scoring, cell: plain, sampleID: "a")
    #expect(try store.rescore([again]) == 1)
    #expect(try store.samples(in: plain, withPrompts: false, withLogProbabilities: false).map(\.scoring) == [scoring])
    #expect(try (rows("scorings"), rows("results")) == (1, 1))
    try store.append(Samples.result("b", identity: "old b"), cell: plain, run: run)
    let other = try #require(try store.samples(in: plain, withPrompts: false, withLogProbabilities: false).last)
    scoring.scores = [Score("accuracy", 0)]
    let changed = Attachment(evaluation: other.evaluation.id, scoring: scoring, cell: plain, sampleID: "b")
    #expect(try store.rescore([changed]) == 1)
    #expect(try accuracy(plain) == [1, 0])
    #expect(try (rows("scorings"), rows("results")) == (3, 3))
  }

  @Test("what was evaluated anew meanwhile is not scored by the old evaluation")
  func rescoreStale() throws {
    let old = try store.append(Samples.evaluation("e"), Samples.scoring("s"), sampleID: "a", cell: plain, run: run)
    try store.append(Samples.evaluation("f"), Samples.scoring("s"), sampleID: "a", cell: plain, run: run)
    let stale = Attachment(evaluation: old, scoring: Samples.scoring("s2", accuracy: 0), cell: plain, sampleID: "a")
    #expect(try store.rescore([stale]) == 0)
    #expect(try accuracy(plain) == [1])
  }

  @Test("an attachment to a row that is not there changes nothing")
  func attachNothing() throws {
    let id = try store.append(Samples.evaluation("e"), Samples.scoring("s"), sampleID: "a", cell: plain, run: run)
    #expect(throws: StoreError.self) {
      try store.attach(
        [
          Attachment(evaluation: id, scoring: Samples.scoring("t"), cell: extended, sampleID: "a"),
          Attachment(evaluation: EvaluationID(99), scoring: Samples.scoring("t"), cell: extended, sampleID: "b"),
        ], run: run)
    }
    #expect(try store.resultIdentities(in: extended).isEmpty)
    #expect(try rows("scorings") == 1)
  }

  @Test("all cells at once give what each gives alone, and a walk gives the same while it is changed")
  func bulk() throws {
    for index in 0..<450 {
      let cell = index < 420 ? plain : extended
      let name = "sample \(index)"
      try store.append(
        Samples.evaluation("e\(index)", prompt: "prompt \(index % 7)"),
        Samples.scoring("s", accuracy: Double(index % 2)), sampleID: name, cell: cell, run: run)
    }
    let empty = try store.cell(Samples.cell(length: 8), run: run)
    let all = try store.results(inAll: [empty, plain, extended], withPrompts: true, withLogProbabilities: true)
    for cell in [plain, extended] {
      let alone = try store.results(in: cell, withPrompts: true, withLogProbabilities: true)
      #expect(all[cell] == alone)
    }
    #expect(all[plain]?.count == 420)
    #expect(all[empty] == nil)
    #expect(try store.results(inAll: [extended], withPrompts: false, withLogProbabilities: false).count == 1)
    var walk = store.walk(over: [extended, empty, plain], withPrompts: true, withLogProbabilities: true)
    var walked: [SampleResult] = []
    while let sample = try walk.next() {
      walked.append(sample.result)
      try store.rescore([
        Attachment(
          evaluation: sample.evaluation.id, scoring: Samples.scoring("s2", accuracy: 0), cell: sample.cell,
          sampleID: sample.sampleID)
      ])
    }
    #expect(walked == (all[extended] ?? []) + (all[plain] ?? []))
    #expect(try accuracy(extended) == [Double?](repeating: 0, count: 30))
  }

  @Test("an evaluation of schema 1 is found, adopted once and shared under its new identity")
  func adoption() throws {
    #expect(try store.hasLegacyEvaluations() == false)
    try store.append(Samples.result("a", identity: "old"), cell: plain, run: run)
    try store.share("a", of: plain, with: extended, as: "a", run: run)
    try store.append(Samples.result("a", identity: "newer"), cell: plain, run: run)
    #expect(try store.hasLegacyEvaluations())
    #expect(try store.legacyCandidates(modelHash: "other", task: "passkey").isEmpty)
    #expect(try store.legacyCandidates(modelHash: "m0", task: "pg19").isEmpty)
    let candidates = try #require(try store.legacyCandidates(modelHash: "m0", task: "passkey")["a"])
    #expect(candidates.map(\.legacyIdentity) == ["old", "newer"])
    #expect(candidates.allSatisfy { $0.protocolName == "passkey/se-eval-v1" && $0.expected == ["12345", "é\u{0}x"] })
    #expect(candidates[0].facts == #"{"depth":0.5,"length":4096}"#)
    try store.adopt([Adoption(evaluation: candidates[0].evaluation, identity: "e", choiceCounts: [2, 2])])
    try store.adopt([Adoption(evaluation: candidates[0].evaluation, identity: "not this one")])
    let adopted = try #require(try store.evaluation(identity: "e", withLogProbabilities: true))
    #expect(adopted.id == candidates[0].evaluation)
    #expect(adopted.record.choiceCounts == [2, 2])
    #expect(adopted.record.legacyIdentity == "old")
    #expect(adopted.record.logProbabilities == [-0.5, -1.25, -.infinity, 0])
    #expect(try store.evaluation(identity: "not this one", withLogProbabilities: true) == nil)
    #expect(try store.resultIdentities(in: extended)["a"]?.evaluation == "e")
    #expect(try store.legacyCandidates(modelHash: "m0", task: "passkey")["a"]?.map(\.legacyIdentity) == ["newer"])
  }
}
