import Foundation
import JSON

/// The datasets of HELMET whose rows are questions with documents: retrieval and ranking.
extension HELMETLoader {
  private func documents(_ value: JSONValue) -> String {
    (value["ctxs"]?.elements ?? []).map { document in
      let template = document["title"] == nil ? templates.untitled : templates.passage
      return template.filled(HELMETRow.fields(document))
    }.joined(separator: "\n\n")
  }

  /// True where a question is rare enough: popqa_3 takes those seen less than a thousand times.
  private func isTaken(_ row: HELMETRow) -> Bool {
    guard dataset == .popQA, let views = row.value["s_pop"]?.number else { return true }
    return views < 1000
  }

  /// The rows of a file that are taken: where they lie, and what names them.
  private struct NamedRows {
    /// The field of the name.
    var field: String
    var areNumbers = false
    var rows: [(place: Int, name: String)] = []

    /// The names of all, or `count` of them that HELMET draws.
    func drawn(_ count: Int) -> Set<String> {
      HELMETSelection.keys(Set(rows.map(\.name)), areNumbers: areNumbers, count: count)
    }
  }

  /// Names the rows of a file by the first of some fields that its first row has.
  private func named(_ file: RowFile<HELMETRow>, by fields: String...) throws(TaskError) -> NamedRows {
    var named = NamedRows(field: fields[fields.count - 1])
    var isFirst = true
    let rows = try parts(file) { (place, row) throws(TaskError) -> (place: Int, name: String)? in
      guard isTaken(row) else { return nil }
      if isFirst {
        named.field = fields.first { row.value[$0] != nil } ?? named.field
        named.areNumbers = row.value[named.field]?.number != nil
        isFirst = false
      }
      return (place: place, name: row.shown(named.field) ?? "")
    }
    named.rows = rows
    return named
  }

  /// The rows that examples are drawn from; none where none are wanted.
  private func pool(named field: String) throws(TaskError) -> [(place: Int, name: String)] {
    guard shots > 0, let file = source.examples else { return [] }
    return try named(file, by: field).rows
  }

  /// The examples of a row: the first of the shuffled pool with distinct names, the row's own left out.
  private func examples(
    of pool: [(place: Int, name: String)], for name: String, mayBeOwn: Bool
  ) throws(TaskError) -> [HELMETRow] {
    guard shots > 0, let file = source.examples else { return [] }
    let drawn = HELMETSelection.examples(
      pool.map(\.name), without: mayBeOwn ? nil : name, seed: HELMETSelection.hash(name), count: shots)
    var rows: [HELMETRow] = []
    for index in drawn { rows.append(try file.entry(pool[index].place).row) }
    return rows
  }

  /// Questions that come with each place of their gold document.
  func questions() throws(TaskError) -> HELMETItems {
    let all = try named(source.rows, by: "id", "question")
    let keys = all.drawn(count)
    let pool = try pool(named: all.field)
    return HELMETItems(all.rows.filter { keys.contains($0.name) }) { (asked) throws(TaskError) in
      let row = try source.rows.entry(asked.place).row
      var demos = ""
      for example in try examples(of: pool, for: asked.name, mayBeOwn: dataset != .popQA) {
        var fields = HELMETRow.fields(example.value)
        fields["documents"] = documents(example.value)
        guard let answer = example.value["answers"]?.texts?.first else {
          throw problem(example, "`answers`, texts", in: source.examples)
        }
        fields["answer"] = answer
        demos += templates.example.filled(fields) + "\n\n"
      }
      // HELMET joins an empty list of examples, too.
      if shots > 0, demos.isEmpty { demos = "\n\n" }
      return HELMETItem(
        id: "\(asked.name)@\(row.line)", line: row.line,
        fields: ["demos": demos, "context": documents(row.value), "question": try text(row, "question")],
        references: try texts(row, "answers"))
    }
  }

  /// Documents with their labels, in their order.
  private func judged(_ row: HELMETRow, in file: RowFile<HELMETRow>?) throws(TaskError) -> [(id: String, label: Int)] {
    var judged: [(id: String, label: Int)] = []
    for document in row.value["ctxs"]?.elements ?? [] {
      guard let id = document["id"]?.shown, let label = document["label"]?.number.flatMap({ Int(exactly: $0) }) else {
        throw problem(row, "`ctxs` with `id` and `label`", in: file)
      }
      judged.append((id, label))
    }
    guard !judged.isEmpty else { throw problem(row, "`ctxs`, documents", in: file) }
    return judged
  }

  private static func ranking(_ judged: [(id: String, label: Int)]) -> String {
    judged.enumerated().sorted { ($1.element.label, $0.offset) < ($0.element.label, $1.offset) }
      .map(\.element.id).joined(separator: " > ")
  }

  /// Queries whose documents are to be ranked.
  func rankings() throws(TaskError) -> HELMETItems {
    let all = try named(source.rows, by: "qid", "query")
    let keys = all.drawn(count)
    let asked = all.rows.filter { keys.contains($0.name) }
    var pool = try pool(named: all.field)
    let isFiltered = pool.count > 2 * asked.count
    if isFiltered { pool.removeAll { keys.contains($0.name) } }
    return HELMETItems(asked) { [pool] (asked) throws(TaskError) in
      let row = try source.rows.entry(asked.place).row
      var demos = ""
      for example in try examples(of: pool, for: asked.name, mayBeOwn: isFiltered) {
        let ranking = Self.ranking(try judged(example, in: source.examples))
        demos += documents(example.value) + "\n\nQuery: \(example.shown("query") ?? "")\nRanking: \(ranking)\n\n"
      }
      return HELMETItem(
        id: "\(asked.name)@\(row.line)", line: row.line,
        fields: ["demos": demos, "context": documents(row.value), "question": try text(row, "query")],
        references: try judged(row, in: nil).map { "\($0.id) \($0.label)" })
    }
  }
}
