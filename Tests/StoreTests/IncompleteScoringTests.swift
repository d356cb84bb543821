import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Store

@Suite struct IncompleteScoringTests {
  private let folder: TemporaryFolder
  private let store: ResultStore
  private let run: RunID

  init() throws {
    folder = try TemporaryFolder()
    store = try ResultStore.open(folder.file("a.sqlite"), mode: .create)
    run = try store.beginRun(Samples.run())
  }

  private func scoring(_ scores: [Score], facts: String = #"{"length":4096}"#) -> ScoringRecord {
    var record = Samples.scoring("s\(facts)")
    (record.scores, record.facts) = (scores, facts)
    return record
  }

  private func append(_ scorings: [ScoringRecord], method: String = "plain", _ metric: Aggregation = .mean) throws {
    var record = Samples.cell(method: method)
    record.metrics = [.init(name: "perplexity", aggregation: metric, higherIsBetter: false)]
    let cell = try store.cell(record, run: run)
    for (index, scoring) in scorings.enumerated() {
      try store.append(
        Samples.evaluation("\(method) \(index)"), scoring, sampleID: "\(index)", cell: cell, run: run)
    }
  }

  private func change(_ sql: String) throws {
    try store.locked { (connection) throws(StoreError) in try connection.execute(sql) }
  }

  private static let parts = [Score("perplexity", 3), Score("nll_sum", 5), Score("token_count", 7)]

  @Test(
    "a scoring that lost a score is found, whichever it was",
    arguments: [
      ("metric = 'token_count'", "its score token_count is not there"),
      ("metric <> 'perplexity'", "its score nll_sum is not there"),
      ("metric = 'nll_sum'", "of its scores 2 are there, numbered from 0 to 2"),
      ("metric = 'perplexity'", "of its scores 2 are there, numbered from 1 to 2"),
      ("1", "it has no score"),
    ], [Aggregation.perplexity, .mean])
  func lost(_ lost: (condition: String, words: String), _ aggregation: Aggregation) throws {
    try append((0..<3).map { _ in scoring(Self.parts) }, aggregation)
    #expect(try store.incompleteScorings().isEmpty)
    try change("DELETE FROM scores WHERE scoring = 2 AND \(lost.condition)")
    #expect(try store.incompleteScorings().map(\.words) == ["scoring 2, sample 1: \(lost.words)"])
    // It is told by its own row, too: what a sweep asks of a result names it.
    let cell = try #require(try store.cells().first).id
    #expect(
      try store.resultIdentities(in: cell)["1"]?.scoringID == store.incompleteScorings().first?.scoring)
  }

  @Test("of a perplexity that is alone, and of one whose neighbors lost the same, the parts are missed")
  func alone() throws {
    try append([scoring(Self.parts), scoring(Self.parts)], .perplexity)
    try change("DELETE FROM scores WHERE metric = 'token_count'")
    #expect(try store.incompleteScorings().map(\.scoring.rawValue) == [1, 2])
  }

  @Test("one sample alone in its cell is compared with those of other methods")
  func otherMethods() throws {
    try append([scoring(Self.parts)])
    try append([scoring(Self.parts)], method: "self-extend:G=8,W=64")
    try change("DELETE FROM scores WHERE scoring = 1 AND metric = 'token_count'")
    #expect(try store.incompleteScorings().map(\.scoring.rawValue) == [1])
  }

  @Test("a sample without a value, one with other facts, and an earlier scoring have lost nothing")
  func whole() throws {
    let more = Self.parts + [Score("word_count", 2)]
    try append(
      [
        scoring(Self.parts), scoring([Score("perplexity", unscored: "a log-probability is not finite")]),
        scoring(more, facts: #"{"length":4096,"words":2}"#),
      ], .perplexity)
    #expect(try store.incompleteScorings().isEmpty)
    let cell = try #require(try store.cells().first).id
    try change("DELETE FROM scores WHERE scoring = 1 AND metric = 'token_count'")
    let id = try #require(try store.resultIdentities(in: cell)["0"]).evaluationID
    try store.rescore([Attachment(evaluation: id, scoring: scoring(Self.parts), cell: cell, sampleID: "0")])
    #expect(try store.incompleteScorings().isEmpty)
    #expect(try store.resultIdentities(in: cell)["0"]?.scoringID.rawValue == 4)
  }
}
