import Digest
import Evaluation
import Foundation
import JSON
import TestSupport
import Testing
import Tokenizers

@testable import Tasks

@Suite struct NoLiMaTests {
  // MARK: Places

  /// A book of nonsense, cut into pieces of four characters as if by a tokenizer.
  private static let book: NoLiMaBook = {
    let words = ["ash", "bell", "crow", "dune", "elm", "fog", "gull", "hay", "inn", "jar"]
    var random = PythonRandom(seed: 5)
    let lines = (0..<900).map { _ in
      (0..<(3 + Int(random.random() * 9))).map { _ in words[Int(random.random() * 10)] }.joined(separator: " ") + "."
    }
    return pieces(lines.joined(separator: "\n") + "\n")
  }()

  private static func pieces(_ text: String) -> NoLiMaBook {
    let scalars = Array(text.unicodeScalars)
    let starts = Array(stride(from: 0, to: scalars.count, by: 4))
    @Sendable func piece(_ index: Int) -> ArraySlice<Unicode.Scalar> { scalars[starts[index]...].prefix(4) }
    return NoLiMaBook(
      tokens: Array(starts.indices), hasLineEnd: { piece($0).contains("\n") },
      decode: { ids in
        var view = String.UnicodeScalarView()
        for id in ids { view.append(contentsOf: piece(id)) }
        return String(view)
      })
  }

  @Test(
    "needles stand where the official program puts them",
    arguments: [
      (250, 0.0, 0, "70369a2f5d684879"), (250, 0.04, 0, "0a076a355074718a"), (250, 0.5, 77, "871effa3960c7292"),
      (1000, 0.36, 0, "272428c6173eae4d"), (1000, 1.0, 0, "d56875684b889bed"), (2000, 0.5, 777, "cc51064926fbf801"),
    ])
  func places(length: Int, depth: Double, shift: Int, hash: String) throws {
    let placed = try #require(
      Self.book.placed("Actually, Otto hums near a kiln.", length: length, depth: depth, shift: shift))
    #expect(SHA256.hexadecimal(of: placed.text).hasPrefix(hash))
  }

  @Test(
    "distractors stand where the official program puts them",
    arguments: [
      (
        0.1, [0.7, 0.7753571532049581, 0.6659969709057025],
        ["53ce06f67ea573d7", "d238ede3cb93c99a", "a3c3a8b5ee714cf9"]
      ),
      (
        0.5, [0.7, 0.7901428612819832, 0.7463987883622809],
        ["606bd1689f1da8ad", "38bc33b178c225a2", "a9f29594f66924f5"]
      ),
      (
        0.62, [0.5, 0.40915714741018155, 0.3610386671985091],
        ["faacfc685ba6b8be", "9feeb3ef9e99757f", "e018356b62eee254"]
      ),
      (
        0.9, [0.6, 0.675357153204958, 0.5659969709057026], ["e4f530a7ae8a59e0", "bba5a3bf43802dcd", "1e9750c4350cf5f3"]
      ),
    ])
  func distractors(depth: Double, depths: [Double], hashes: [String]) throws {
    var random = NumPyRandom(seed: 42)
    for (index, length) in [250, 1000, 2000].enumerated() {
      let other = NoLiMaBook.distractorDepth(depth, length: length, &random)
      #expect(other == depths[index])
      let text = try #require(
        Self.book.placed(
          "Actually, Otto hums near a kiln.", length: length, depth: depth,
          distractor: "There was an article about kilns.", at: other))
      #expect(SHA256.hexadecimal(of: text).hasPrefix(hashes[index]))
    }
  }

  @Test("a book that is too short has no place")
  func short() {
    #expect(Self.book.placed("x", length: 9000, depth: 0.5)?.text == nil)
    #expect(Self.book.placed("x", length: 7143, depth: 0.5)?.text == nil)
  }

  private static let oracle = OracleFolder.path

  @Test(
    "all placements of the official program are equal",
    .enabled(if: oracle != nil, "SE_EVAL_ORACLE names no folder of official outputs"))
  func official() throws {
    let folder = Self.oracle ?? ""
    let text = try #require(FileManager.default.contents(atPath: folder + "/nolima_book_public.txt"))
    let book = Self.pieces(String(decoding: text, as: UTF8.self))
    let bytes = try #require(FileManager.default.contents(atPath: folder + "/nolima_placements_public.jsonl"))
    let rows = bytes.split(separator: 10).compactMap { JSONValue(bytes: [UInt8]($0)) }
    #expect(rows.count > 100)
    for row in rows {
      let length = Int(try #require(row["context_length"]?.number))
      let depth = try #require(row["depth"]?.number)
      let needle = try #require(row["needle"]?.text)
      let made: String?
      if let distractor = row["distractor"]?.text, let other = row["distractor_depth"]?.number {
        made = book.placed(needle, length: length, depth: depth, distractor: distractor, at: other)
      } else {
        made = book.placed(needle, length: length, depth: depth, shift: Int(row["shift"]?.number ?? 0))?.text
      }
      #expect(SHA256.hexadecimal(of: made ?? "") == row["sha256"]?.text, "\(row.spelling)")
    }
  }

  // MARK: The task

  private func task(_ more: [String: Value] = [:]) throws -> NoLiMa {
    try NoLiMa(
      settings: TaskSettings(
        [
          "path": .text(datasets + "/nolima"), "lengths": .list([.integer(400), .integer(1000)]), "depths": .integer(3),
        ].merging(more) { $1 }))
  }

  @Test("each cell has every pair of every book, its needle in the text and its question at the end")
  func samples() throws {
    let task = try task()
    #expect(task.protocolName == "nolima/v1-own+depths=3")
    #expect(task.cells.count == 6)
    let samples = try task.samples(of: task.cells[1], in: byteContext())
    #expect(Set(samples.map(\.id)).count == samples.count && samples.count > 4)
    for sample in samples {
      #expect(sample.text.contains(sample.expected[0]))
      #expect(sample.request.maxNewTokens == 192)
      #expect(!sample.text.contains("{") && !sample.id.rawValue.contains("direct"))
    }
    let again = try self.task(["questions": .list([.text("direct")])])
    #expect(try again.samples(of: again.cells[0], in: byteContext()).allSatisfy { $0.id.rawValue.contains("direct") })
    let chat = try task.samples(of: task.cells[1], in: byteContext(chat: "llama-2"))
    #expect(chat[0].text.contains("You are a helpful assistant"))
    // A server is told as the official program tells its servers.
    let served = try task.samples(of: task.cells[1], in: byteContext(chat: SampleContext.serverChat))
    #expect(served[0].conversation?.messages.map(\.role) == [.system, .user])
  }

  @Test("an entry whose wording or gold answers cannot be read is left out and said")
  func entries() throws {
    func entry(_ more: [String: Any]) throws -> String {
      let standard: [String: Any] = [
        "id": "0001A", "needle": "{CHAR} has {1}.", "questions": ["onehop": "Who has it?"], "character_set": ["Yuki"],
        "tests": ["T1": ["input_args": ["salt"]] as [String: Any]],
      ]
      return try line(standard.merging(more) { $1 })
    }
    let rows = [
      try entry([:]), try entry(["id": "0002A", "task_template": "{haystack} only"]),
      try entry(["id": "0003A", "tests": ["T1": ["input_args": ["salt"], "gold_answers": "Yuki"] as [String: Any]]]),
      try entry(["id": "0004A", "task_template": "{haystack}<{question}>"]),
    ]
    let book = String(repeating: "No line is long.\n", count: 200)
    let path = try tree([
      "needlesets/needle_set.json": "[" + rows.joined(separator: ",") + "]", "haystack/rand_shuffle/b.txt": book,
    ])
    let task = try task(["path": .text(path), "lengths": .list([.integer(400)])])
    let warnings = try task.warnings(in: byteContext())
    #expect(warnings.contains { $0.contains("`task_template` lacks") })
    #expect(warnings.contains { $0.contains("`gold_answers` of test T1 is no list") })
    let samples = try task.samples(of: task.cells[0], in: byteContext())
    #expect(samples.count == 2 && samples[1].text.hasSuffix("<Who has it?>"))
  }

  @Test("eleven depths are the official ones of the longest books")
  func depths() throws {
    let long = try task(["lengths": .list([.integer(64_000), .integer(128_000)]), "depths": .integer(11)])
    #expect(long.protocolNotes.contains { $0.hasPrefix("11 depths") })
    let short = try task(["depths": .integer(11)])
    #expect(short.protocolNotes.contains { $0.hasPrefix("deviation: 11 depths") })
  }

  @Test("names are drawn anew for each depth, the same at every length")
  func names() throws {
    let task = try task(["depths": .integer(8), "limit": .integer(1)])
    let names = try task.cells.map { try #require(try task.samples(of: $0, in: byteContext()).first?.expected.first) }
    #expect(Array(names.prefix(8)) == Array(names.suffix(8)))
    #expect(Set(names).count > 1)
  }

  @Test("scores are case-sensitive, and settings that cannot be are refused")
  func scoring() throws {
    let task = try task(["limit": .integer(1)])
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    let name = sample.expected[0]
    #expect(task.scores(of: sample.reference, outcome: generated("It was \(name).")) == [Score("accuracy", 1)])
    #expect(task.scores(of: sample.reference, outcome: generated(name.lowercased())) == [Score("accuracy", 0)])
    #expect(throws: TaskError.self) { try self.task(["questions": .text("none")]) }
    #expect(throws: TaskError.self) { try self.task(["needle-set": .text("missing")]) }
    let long = try self.task(["lengths": .list([.integer(10_000_000)])])
    #expect(throws: TaskError.self) { try long.samples(of: long.cells[0], in: byteContext()) }
  }
}
