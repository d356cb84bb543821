import Foundation
import JSON

/// A row of LongBench v2's data.json.
struct LongBenchV2Row: Sendable {
  /// The row's name.
  let id: String
  /// The domain, for example `Single-Document QA`; empty where it is missing.
  let domain: String
  /// `easy` or `hard`.
  let difficulty: String
  /// `short`, `medium` or `long`, as the file says: it is never counted again.
  let length: String
  /// The text.
  let context: String
  /// The question.
  let question: String
  /// The four choices.
  let choices: [String]
  /// The right letter.
  let answer: String

  /// The letters of the choices.
  static let letters = ["A", "B", "C", "D"]

  /// Reads a row.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    id = try fields.optionalText("_id") ?? "row-\(fields.line)"
    domain = try fields.optionalText("domain") ?? ""
    difficulty = try fields.text("difficulty")
    length = try fields.text("length")
    context = try fields.text("context")
    question = try fields.text("question")
    var choices: [String] = []
    for letter in Self.letters { choices.append(try fields.text("choice_\(letter)")) }
    self.choices = choices
    answer = try fields.text("answer")
    guard Self.letters.contains(answer) else { throw fields.problem("answer", "A, B, C or D") }
  }

  /// What a report groups by: the official table takes anything not easy as hard, anything not short or medium as long.
  var groups: [String] {
    [difficulty == "easy" ? "easy" : "hard", ["short", "medium"].contains(length) ? length : "long"]
  }
}

/// A user's retrieval results: for each row the chunks, best first.
struct LongBenchV2Chunks: Sendable {
  /// A chunk of a text.
  struct Chunk: Sendable {
    /// Its place in the text.
    let index: Int
    /// Its words.
    let content: String
  }

  /// The chunks by row.
  let chunks: [String: [Chunk]]
  /// The file.
  let file: DataFile

  /// Reads `{"row": [{"c_idx": 3, "content": "..."}, ...]}`.
  init(_ path: String) throws(TaskError) {
    let read = try TaskFiles.json(
      path, need: "it should hold the chunks of each row: {\"_id\": [{\"c_idx\": 0, \"content\": \"...\"}, ...]}")
    var chunks: [String: [Chunk]] = [:]
    for id in read.value.keys {
      var list: [Chunk] = []
      for element in read.value[id]?.elements ?? [] {
        guard let index = element["c_idx"]?.number.flatMap({ Int(exactly: $0) }), let content = element["content"]?.text
        else {
          throw .damagedData(
            path: path, line: nil, problem: "a chunk of row \(id) has no `c_idx`, a whole number, or no `content`")
        }
        list.append(Chunk(index: index, content: content))
      }
      chunks[id] = list
    }
    self.chunks = chunks
    file = DataFile(name: TaskFiles.name(path), sha256: read.sha256)
  }

  /// The document that a row's prompt gets in place of its text: the first chunks in the order of the text.
  func document(_ id: String, count: Int) -> String? {
    guard let list = chunks[id], !list.isEmpty else { return nil }
    let chosen = list.prefix(count).enumerated().sorted {
      ($0.element.index, $0.offset) < ($1.element.index, $1.offset)
    }
    return chosen.enumerated().map { "Retrieved chunk \($0.offset + 1): \($0.element.element.content)" }
      .joined(separator: "\n\n")
  }
}
