import Dispatch
import Evaluation
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Store

/// A store of schema 1 in every way that it can be opened today.
///
/// Fixtures/store-v1.sql was written by the last program that made such. What is expected is read from the old tables with SQL of its own.
@Suite struct MigrationTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("old.sqlite")
    let connection = try raw()
    try connection.execute(String(decoding: Fixture.data("store-v1.sql"), as: UTF8.self))
    // A result that was superseded, and an evaluation that no result names.
    try connection.execute(
      """
      INSERT INTO evaluations SELECT 11, 'superseded', prompt, first_tokens, prompt_token_count, 3, '["was"]', '{}',
        'old text', output_tokens, finish_reason, NULL, 2.5, 7, recorded_at FROM evaluations WHERE id = 2;
      INSERT INTO scores VALUES (11, 0, 'accuracy', 0.0, NULL);
      INSERT INTO results VALUES (11, 2, 'length=256/depth=0.0/trial=0', 'superseded', 11, 1, 0);
      INSERT INTO evaluations SELECT 12, 'orphan', prompt, first_tokens, prompt_token_count, 0, '[]', '{}', 'alone',
        output_tokens, finish_reason, NULL, 2.5, 7, recorded_at FROM evaluations WHERE id = 2;
      """)
  }

  private func raw() throws -> Connection {
    try Connection(path: path, access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
  }

  /// One line for each row, its columns as text.
  private func lines(_ sql: String) throws -> [String] {
    let connection = try raw()
    var lines: [String] = []
    try connection.forEachRow("SELECT json_array(\(sql)") { lines.append($0.text(0)) }
    return lines
  }

  /// The current results as schema 1 has them.
  private func oldResults() throws -> [String] {
    try lines(
      """
      r.cell, r.sample_id, e.identity, e.first_tokens, e.prompt_token_count, e.truncated_token_count, e.expected,
        e.facts, e.output, e.output_tokens, e.finish_reason, hex(e.log_probabilities), e.duration_seconds,
        e.computed_token_count, (SELECT group_concat(s.metric || ' ' || coalesce(s.value, s.unscored), ';')
          FROM scores s WHERE s.evaluation = e.id ORDER BY s.ordinal))
      FROM results r JOIN evaluations e ON e.id = r.evaluation WHERE r.current = 1 ORDER BY r.cell, r.sample_id
      """)
  }

  /// The current results as the store gives them, in the same spelling.
  private func results(_ store: ResultStore) throws -> [String] {
    let cells = try store.cells()
    #expect(cells.count == 8)
    var lines: [String] = []
    let memory = try Connection(path: ":memory:", access: .create, busyTimeoutMilliseconds: 0, vfs: nil)
    for cell in cells {
      for result in try store.results(in: cell.id, withPrompts: true, withLogProbabilities: true) {
        #expect(!result.prompt.isEmpty)
        func json(_ values: [Int]?) -> SQLValue { .optional(values.map { Encoding.json($0) }) }
        let bytes = result.logProbabilities.map { Encoding.bytes($0) } ?? []
        let values: [SQLValue] = [
          .integer(cell.id.rawValue), .text(result.sampleID), .text(result.identity), json(result.firstTokens),
          .count(result.promptTokenCount), .count(result.truncatedTokenCount), .text(Encoding.json(result.expected)),
          .text(result.facts), .optional(result.output), json(result.outputTokens),
          .optional(result.finishReason?.rawValue),
          .blob(bytes), .real(result.durationSeconds), .count(result.computedTokenCount),
        ]
        let scores = try result.scores.map { score in
          let value = try memory.first("SELECT coalesce(?, ?)", [.optional(score.value), .optional(score.unscored)]) {
            $0.text(0)
          }
          return "\(score.metric) \(value ?? "")"
        }
        let marks = values.indices.map { $0 == 11 ? "hex(?)" : "?" }.joined(separator: ", ")
        let line = try memory.first(
          "SELECT json_array(\(marks), ?)", values + [.text(scores.joined(separator: ";"))]
        ) { $0.text(0) }
        lines.append(line ?? "")
      }
    }
    return lines
  }

  private func rows(_ query: String) throws -> Int? { try raw().first("SELECT \(query)") { $0.count(0) } }

  @Test("a store that is only read is read as it is and not touched")
  func readOnly() throws {
    let expected = try oldResults()
    #expect(expected.count == 10)
    let before = try Data(contentsOf: URL(filePath: path))
    let store = try ResultStore.open(path, mode: .readOnly)
    #expect(try results(store) == expected)
    #expect(try store.currentCells().count == 8)
    #expect(try store.latestRun()?.record.name == "v1")
    #expect(try store.heartbeats().isEmpty)
    #expect(try store.hasLegacyEvaluations())
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    #expect(throws: StoreError.self) { _ = try store.beginRun(Samples.run()) }
  }

  @Test("a migrated store gives the same results, and keeps every evaluation, score and earlier result")
  func migrated() throws {
    let expected = try oldResults()
    let uid = try ResultStore.open(path, mode: .readOnly).latestRun()?.uid
    let store = try ResultStore.open(path, mode: .existing)
    #expect(try rows("user_version FROM pragma_user_version") == 4)
    #expect(try results(store) == expected)
    #expect(try store.latestRun()?.uid == uid)
    #expect(try rows("count(*) FROM evaluations WHERE identity IS NULL AND legacy_identity IS NOT NULL") == 12)
    #expect(try rows("count(*) FROM scorings WHERE identity IS NULL AND evaluation = id") == 12)
    #expect(try rows("count(*) FROM scores WHERE scoring = 11 AND value = 0") == 1)
    #expect(try rows("count(*) FROM results WHERE current = 0 AND evaluation = 11 AND scoring = 11") == 1)
    #expect(try rows("count(*) FROM evaluations WHERE output = 'alone' AND legacy_identity = 'orphan'") == 1)
    #expect(try rows("count(*) FROM pragma_foreign_key_check") == 0)
    #expect(try rows("count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'") == 0)
    // The second opening finds nothing to do.
    #expect(try results(ResultStore.open(path, mode: .create)) == expected)
  }

  @Test("choices keep their answer apart from the evaluation, and the tokens of each", arguments: [true, false])
  func choices(readOnly: Bool) throws {
    let store = try ResultStore.open(path, mode: readOnly ? .readOnly : .existing)
    let samples = try store.samples(
      in: CellID(4), withPrompts: false, withLogProbabilities: true)
    #expect(samples.map(\.evaluation.record.output) == [nil, nil])
    #expect(samples.map(\.evaluation.record.choiceCounts) == [[5, 6], [6, 5, 5]])
    #expect(samples.map { $0.evaluation.record.logProbabilities?.count } == [11, 16])
    #expect(samples[0].scoring.answer == "A. blue [log-probabilities A -29.546, B -32.459]")
    #expect(samples[0].result.output == samples[0].scoring.answer)
    #expect(samples[0].evaluation.record.finishReason == .choice)
  }

  @Test("old evaluations are candidates with the protocol that they had", arguments: [true, false])
  func candidates(readOnly: Bool) throws {
    let store = try ResultStore.open(path, mode: readOnly ? .readOnly : .existing)
    let hash = try #require(store.cells().first).record.modelHash
    let candidates = try store.legacyCandidates(modelHash: hash, task: "passkey")
    let first = try #require(candidates["length=256/depth=0.0/trial=0"])
    #expect(Set(first.map(\.legacyIdentity)).contains("superseded"))
    #expect(first.count == 3)
    #expect(first.allSatisfy { $0.protocolName.hasPrefix("passkey/") })
    #expect(first.first { $0.legacyIdentity == "superseded" }?.expected == ["was"])
    #expect(candidates["length=256/depth=1.0/trial=0"]?.map(\.expected) == [["15023"], ["15023"]])
  }

  @Test("old stores merge into a new one, and once more into what was merged: nothing is doubled")
  func merge() throws {
    let expected = try oldResults()
    let target = folder.file("new.sqlite")
    #expect(try ResultStore.merge([path], into: target).counts[0].count.results == 10)
    let again = try ResultStore.merge([path], into: target).counts[0].count
    #expect(again == MergeCount(same: 10))
    // Also after the old one was migrated.
    _ = try ResultStore.open(path, mode: .existing)
    #expect(try ResultStore.merge([path], into: target).counts[0].count == MergeCount(same: 10))
    let store = try ResultStore.open(target, mode: .readOnly)
    #expect(try results(store) == expected)
    #expect(try store.legacyCandidates(modelHash: store.cells()[0].record.modelHash, task: "pg19").count == 1)
  }

  @Test("many openers of an old store at once migrate it once")
  func atOnce() throws {
    let expected = try oldResults()
    let problems = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      do {
        let store = try ResultStore.open(path, mode: .existing)
        _ = try store.beginRun(Samples.run())
      } catch { problems.withLock { $0.append("\(error)") } }
    }
    #expect(problems.withLock { $0 } == [])
    let store = try ResultStore.open(path, mode: .readOnly)
    #expect(try results(store) == expected)
    #expect(try store.runs().count == 7)
  }

  @Test("a migration that cannot end leaves the old store as it was")
  func undone() throws {
    let expected = try oldResults()
    // A name that the migration needs is taken.
    try raw().execute("CREATE TABLE results_2 (x)")
    #expect(throws: StoreError.self) { _ = try ResultStore.open(path, mode: .existing) }
    #expect(try rows("user_version FROM pragma_user_version") == 1)
    #expect(try oldResults() == expected)
    try raw().execute("DROP TABLE results_2")
    #expect(try results(ResultStore.open(path, mode: .existing)) == expected)
  }

  @Test("the views name what people ask for")
  func views() throws {
    _ = try ResultStore.open(path, mode: .existing)
    #expect(
      try lines("model, method, G, W, task, length, depth, samples, done, failed, last_run) FROM v_cells ORDER BY cell")
        == [
          #"["tiny","plain",null,null,"pg19",64,null,1,1,0,1]"#,
          #"["tiny","plain",null,null,"passkey",256,0.0,1,1,0,1]"#,
          #"["tiny","plain",null,null,"passkey",256,1.0,1,1,0,1]"#,
          #"["tiny","plain",null,null,"multiple-choice",null,null,2,2,0,1]"#,
          #"["tiny","self-extend:G=4,W=32",4,32,"pg19",64,null,1,1,0,1]"#,
          #"["tiny","self-extend:G=4,W=32",4,32,"passkey",256,0.0,1,1,0,1]"#,
          #"["tiny","self-extend:G=4,W=32",4,32,"passkey",256,1.0,1,1,0,1]"#,
          #"["tiny","self-extend:G=4,W=32",4,32,"multiple-choice",null,null,2,2,0,1]"#,
        ])
    #expect(
      try lines("sample_id, expected, output, metric, value, prompt_tokens) FROM v_samples WHERE cell = 4")
        == [
          #"["row=1","[\"blue\"]","A. blue [log-probabilities A -29.546, B -32.459]","accuracy",1.0,29]"#,
          #"["row=2","[\"four\"]","C. five [log-probabilities A -33.598, B -30.559, C -27.446]","accuracy",0.0,34]"#,
        ])
    // Two entries of a task are told apart by their names or their settings.
    #expect(
      try lines("entry, settings) FROM v_cells WHERE cell IN (1, 4) ORDER BY cell").allSatisfy { $0.contains("{") })
    let store = try ResultStore.open(path, mode: .existing)
    var record = try #require(store.cells().first).record
    record.settings = #"{"name":"hard keys"}"#
    _ = try store.cell(record)
    record.settings = "no JSON"
    _ = try store.cell(record)
    #expect(
      try lines("entry, settings) FROM v_cells ORDER BY cell").suffix(2) == [
        #"["hard keys","{\"name\":\"hard keys\"}"]"#, #"["pg19","no JSON"]"#,
      ])
    for view in ["v_samples", "v_scores"] {
      #expect(try rows("count(*) FROM \(view) WHERE entry <> task") == 0)
    }
    #expect(try rows("count(*) FROM v_scores") == (try rows("count(*) FROM scores WHERE scoring < 11")))
    #expect(try rows("sum(value) FROM v_scores WHERE cell = 4 AND metric = 'accuracy'") == 1)
  }
}
