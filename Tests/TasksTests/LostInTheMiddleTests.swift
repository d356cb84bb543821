import Evaluation
import Foundation
import Metrics
import Testing

@testable import Tasks

@Suite struct LostInTheMiddleTests {
  private func kv(_ more: [String: Value] = [:]) throws -> KeyValueRetrieval {
    try KeyValueRetrieval(settings: TaskSettings(more))
  }

  private func mdqa(_ file: String = "nq-open-5_total_documents_gold_at_0.jsonl", _ more: [String: Value] = [:]) throws
    -> MultiDocumentQA
  {
    try MultiDocumentQA(settings: TaskSettings(["path": .text("\(datasets)/mdqa/\(file)")].merging(more) { $1 }))
  }

  @Test("positions are spread as the authors spread them")
  func positions() {
    #expect(LostInTheMiddle.spread(5, over: 140) == [0, 34, 69, 104, 139])
    #expect(LostInTheMiddle.spread(4, over: 75) == [0, 24, 49, 74])
    #expect(LostInTheMiddle.spread(7, over: 300) == [0, 49, 99, 149, 199, 249, 299])
  }

  @Test("the gold pair moves to its position, the others keep their order, one pair to a line")
  func move() {
    let row = KeyValueRetrieval.Row(
      pairs: [["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"]], key: "b", value: "2")
    #expect(KeyValueRetrieval.moved(row, to: 0).map(\.[0]) == ["b", "a", "c", "d"])
    #expect(KeyValueRetrieval.moved(row, to: 2).map(\.[0]) == ["a", "c", "b", "d"])
    #expect(KeyValueRetrieval.moved(row, to: 3).map(\.[0]) == ["a", "c", "d", "b"])
    #expect(
      KeyValueRetrieval.formatted(KeyValueRetrieval.moved(row, to: 3))
        == "{\"a\": \"1\",\n \"c\": \"3\",\n \"d\": \"4\",\n \"b\": \"2\"}")
    #expect(KeyValueRetrieval.formatted([["a", "1"]]) == "{\"a\": \"1\"}")
  }

  @Test("rows and prompts of files; asked twice where query-aware")
  func keyValueFile() throws {
    let settings: [String: Value] = [
      "path": .text(datasets + "/kv-retrieval/kv-retrieval-10_keys.jsonl"),
      "prompts": .text(datasets + "/kv-retrieval/prompts"), "positions": .list([.integer(0), .integer(9)]),
    ]
    let task = try kv(settings)
    #expect(
      task.cells.map { $0.coordinates.map(\.value) } == [[.integer(0), .integer(10)], [.integer(9), .integer(10)]])
    #expect(task.protocolName.hasPrefix("kv-retrieval/se-eval-v1+prompt-"))
    let first = try task.samples(of: task.cells[0], in: byteContext())
    let last = try task.samples(of: task.cells[1], in: byteContext())
    #expect(first.count == 4 && first.map(\.expected) == last.map(\.expected))
    for (a, b) in zip(first, last) {
      let value = a.expected[0]
      #expect(a.text.components(separatedBy: "\n").first { $0.hasPrefix("{") }?.contains(value) == true)
      #expect(b.text.components(separatedBy: "\n").first { $0.hasSuffix("}") }?.contains(value) == true)
      #expect(a.text.hasSuffix("Value of this key:") && a.text.utf8.count == b.text.utf8.count)
    }
    let aware = try kv(settings.merging(["query-aware": .flag(true), "limit": .integer(1)]) { $1 })
    let sample = try #require(try aware.samples(of: aware.cells[0], in: byteContext()).first)
    #expect(sample.text.components(separatedBy: "Key: \"").count == 3)
    #expect(aware.protocolName.hasSuffix("+query-aware"))
    #expect(try aware.samples(of: aware.cells[0], in: byteContext()).count == 1)
  }

  @Test("made objects are the same for every position and differ by trial and seed")
  func made() throws {
    let task = try kv(["keys": .list([.integer(4), .integer(8)]), "trials": .integer(2), "positions": .integer(2)])
    #expect(task.cells.count == 4 && task.protocolName == "kv-retrieval/se-eval-v1")
    let a = try task.samples(of: task.cells[0], in: byteContext())
    let b = try task.samples(of: task.cells[1], in: byteContext())
    #expect(a.map(\.expected) == b.map(\.expected) && a[0].expected != a[1].expected && a[0].text != b[0].text)
    #expect(try task.samples(of: task.cells[0], in: byteContext(seed: 2)).map(\.expected) != a.map(\.expected))
    let right = Outcome.generation(tokens: [], text: "it is \(a[0].expected[0].uppercased()).", finishReason: .length)
    #expect(task.scores(of: a[0].reference, outcome: right).map(\.value) == [1])
    #expect(task.scores(of: a[1].reference, outcome: right).map(\.value) == [0])
  }

  @Test("what cannot be is refused, a compressed file with the command that unpacks it")
  func refused() throws {
    let error = #expect(throws: TaskError.self) { try kv(["path": .text("/x/kv-retrieval-75_keys.jsonl.gz")]) }
    #expect("\(String(describing: error))".contains("gunzip -k kv-retrieval-75_keys.jsonl.gz"))
    #expect(throws: TaskError.self) { try kv(["positions": .list([.integer(75)])]) }
    #expect(throws: TaskError.self) { try kv(["positions": .list([.number(1.5)])]) }
    #expect(throws: TaskError.self) { try kv(["keys": .list([.integer(0)])]) }
    #expect(throws: TaskError.self) { try kv(["limit": .integer(3)]) }
    let prompt = try folder(["p.prompt": "{key} only"]) + "/p.prompt"
    #expect(throws: TaskError.self) { try kv(["prompts": .text(prompt)]) }
    #expect(throws: TaskError.self) { try mdqa("nq-open-oracle.jsonl", ["documents": .integer(9)]) }
    #expect(throws: TaskError.self) {
      try mdqa("nq-open-5_total_documents_gold_at_0.jsonl", ["documents": .integer(9)])
    }
    let row = "{\"ordered_kv_records\": [[\"a\", \"1\"]], \"key\": \"a\", \"value\": \"2\"}\n"
    let path = try folder(["rows.jsonl": row]) + "/rows.jsonl"
    #expect(
      throws: TaskError.damagedData(path: path, line: 1, problem: "`key` and `value` are no pair of the row")
    ) { try kv(["path": .text(path)]) }
  }

  @Test("the gold passage moves, the others keep their order, numbered from 1")
  func passages() throws {
    let task = try mdqa()
    #expect(task.cells.map { $0.coordinates[0].value } == [0, 1, 2, 3, 4].map { .integer($0) })
    let titles = try task.cells.map { cell in
      let sample = try #require(try task.samples(of: cell, in: byteContext()).first)
      return sample.text.components(separatedBy: "\n").filter { $0.hasPrefix("Document [") }
        .map { $0.components(separatedBy: "Title: ")[1].prefix(6) }
    }
    let others = ["Flag o", "Rivers", "Pell O", "Ida Mo"].map { Substring($0) }
    for (position, list) in titles.enumerated() {
      #expect(list[position] == "Harvel" && list.filter { $0 != "Harvel" } == others)
    }
    let random = try mdqa("nq-open-5_total_documents_gold_at_0.jsonl", ["order": .text("random")])
    #expect(random.protocolName == "mdqa/se-eval-v1+random-order")
    let sample = try #require(try random.samples(of: random.cells[0], in: byteContext()).first)
    #expect(
      sample.text.contains("in no particular order") && sample.text.contains("Document [1](Title: Harvel Bridge) "))
  }

  @Test("borrowed passages hold no answer, are the same for every position, and the protocol says so")
  func borrowed() throws {
    let task = try mdqa("nq-open-oracle.jsonl", ["documents": .integer(6), "positions": .integer(2)])
    #expect(task.protocolName == "mdqa/se-eval-v1+other-gold-distractors")
    #expect(task.protocolNotes[0].hasPrefix("NOT the published setting"))
    let first = try task.samples(of: task.cells[0], in: byteContext())
    let last = try task.samples(of: task.cells[1], in: byteContext())
    #expect(first.count == 8)
    for (a, b) in zip(first, last) {
      func documents(_ sample: Sample) -> [String] {
        sample.text.components(separatedBy: "\n").filter { $0.hasPrefix("Document [") }
          .map { String($0.drop { $0 != "(" }) }
      }
      #expect(documents(a).count == 6 && Set(documents(a)) == Set(documents(b)) && documents(a)[0] == documents(b)[5])
      for document in documents(a).dropFirst() {
        #expect(TextMatch.bestSubspan(prediction: document, answers: a.expected) == 0)
      }
    }
    #expect(try mdqa("nq-open-oracle.jsonl", ["documents": .integer(1)]).protocolName == "mdqa/se-eval-v1")
  }

  @Test("an answer in the first line counts, normalised")
  func scores() throws {
    let task = try mdqa()
    let sample = try #require(try task.samples(of: task.cells[0], in: byteContext()).first)
    func score(_ text: String) -> Double? {
      task.scores(of: sample.reference, outcome: .generation(tokens: [], text: text, finishReason: .length)).first?
        .value
    }
    #expect(score("It was the ANSELM Ruddock!\nmore") == 1)
    #expect(score("I do not know.\nAnselm Ruddock") == 0)
  }
  @Test(
    "whole numbers that no prompt can have are refused, whatever a task computes of them",
    arguments: [Int.max, 1 << 40])
  func hostileNumbers(number: Int) throws {
    #expect(throws: TaskError.self) { try kv(["keys": .list([.integer(number)])]) }
    #expect(throws: TaskError.self) { try kv(["keys": .list([.number(1e300)])]) }
    #expect(throws: TaskError.self) { try kv(["keys": .list([.number(1.5)])]) }
    #expect(throws: TaskError.self) { try kv(["max-new-tokens": .integer(number)]) }
    #expect(throws: TaskError.self) {
      try Needle(settings: TaskSettings(["lengths": .integer(2), "max-length": .integer(number)]))
    }
    #expect(throws: TaskError.self) {
      try RulerNIAH(
        settings: TaskSettings([
          "lengths": .list([.integer(400)]), "keys": .integer(number), "values": .integer(number),
        ]))
    }
  }

  @Test("another generation limit than the authors' is part of the protocol's name")
  func generationLimit() throws {
    #expect(try kv(["max-new-tokens": .integer(100)]).protocolName == "kv-retrieval/se-eval-v1")
    #expect(try kv(["max-new-tokens": .integer(9)]).protocolName == "kv-retrieval/se-eval-v1+max-new-tokens=9")
  }

  @Test("a row with another number of pairs is left out with file and line, the others stay")
  func oddRow() throws {
    func row(_ count: Int) -> String {
      let pairs = (0..<count).map { "[\"k\($0)\", \"v\($0)\"]" }.joined(separator: ", ")
      return "{\"ordered_kv_records\": [\(pairs)], \"key\": \"k0\", \"value\": \"v0\"}\n"
    }
    let path = try tree(["kv.jsonl": row(2) + row(3) + row(3)]) + "/kv.jsonl"
    let task = try KeyValueRetrieval(settings: TaskSettings(["path": .text(path)]))
    #expect(try task.samples(of: task.cells[0], in: byteContext()).count == 2)
    #expect(
      try task.warnings(in: byteContext()) == ["kv.jsonl:1: 2 pairs, where most rows have 3; the row is left out"])
  }
}
