import Foundation
import JSON

/// The datasets of HELMET whose column is a judge's, beside the books of InfiniteBench.
extension HELMETLoader {
  /// The name of a row in its file.
  static func name(_ row: HELMETRow) -> String { row.shown("id") ?? "line-\(row.line)" }

  /// The key points of summaries, by the names of their rows.
  func keyPoints() throws(TaskError) -> [String: [String]] {
    guard hasJudge, let file = try source.keyPoints?.get() else { return [:] }
    let key = dataset == .lawSummary ? "summary/short_keypoints" : "keypoints"
    var points: [String: [String]] = [:]
    for place in 0..<file.count {
      let row = try file.entry(place).row
      guard let own = row.value[key]?.texts else { throw problem(row, "`\(key)`, texts", in: file) }
      guard let id = row.shown("id") else { throw problem(row, "`id`, the summary's row", in: file) }
      guard points.updateValue(own, forKey: id) == nil else {
        throw problem(row, "each `id` once; \(id) was there before", in: file)
      }
    }
    return points
  }

  /// Questions on books and film scripts: HF narrativeqa, one object a line.
  func stories() throws(TaskError) -> HELMETItems {
    func answers(_ row: HELMETRow, _ file: RowFile<HELMETRow>?) throws(TaskError) -> [String] {
      let answers = row.value["answers"]?.elements?.compactMap { $0["text"]?.text ?? $0.text } ?? []
      guard !answers.isEmpty else { throw problem(row, "`answers`, each with a `text`", in: file) }
      return answers
    }
    func text(_ row: HELMETRow, _ key: String, _ file: RowFile<HELMETRow>?) throws(TaskError) -> String {
      guard let text = row.value[key]?["text"]?.text else { throw problem(row, "`\(key)` with a `text`", in: file) }
      return text
    }
    var examples: [String] = []
    for row in try drawnExamples() {
      let (question, answer) = (try text(row, "question", source.examples), try answers(row, source.examples)[0])
      examples.append(
        templates.example.filled([
          "question": question, "answer[0]": answer, "answer": answer, "ex['question']['text']": question,
          "ex['answers'][0]['text']": answer,
        ]))
    }
    let demo = framed(examples)
    // HELMET shuffles all rows and then drops the short ones.
    let fits = firstCut == nil ? nil : { (row: HELMETRow) in isLongEnough(row.value["document"]?["text"]?.text ?? "") }
    return HELMETItems(try chosen(source.rows, count, fits: fits)) { (place) throws(TaskError) in
      let row = try source.rows.entry(place).row
      let question = try text(row, "question", nil)
      let references = try answers(row, nil)
      return HELMETItem(
        id: "line-\(row.line)", line: row.line,
        fields: ["demo": demo, "context": shown(try text(row, "document", nil)), "question": question],
        references: references, rubric: HELMETRubric(question: question, answers: references))
    }
  }

  /// Lawsuits: HF allenai/multi_lexsum, one object a line; those without a short summary are none.
  func lawsuits() throws(TaskError) -> HELMETItems {
    func isTaken(_ row: HELMETRow) -> Bool { row.value["summary/short"]?.text != nil }
    var examples: [String] = []
    for row in try drawnExamples(isTaken) {
      let summary = try text(row, "summary/short")
      // The checkout's field has no name.
      examples.append(templates.example.filled(["answer[0]": summary, "": summary]))
    }
    let points = try keyPoints()
    func papers(_ row: HELMETRow) throws(TaskError) -> String {
      try texts(row, "sources").joined(separator: "\n\n")
    }
    func isAsked(_ row: HELMETRow) -> Bool {
      isTaken(row) && (firstCut == nil || (try? papers(row)).map(isLongEnough) ?? true)
    }
    let demo = framed(examples)
    let places = try chosen(source.rows, count, isShuffledOnlyIfMore: true, where: isAsked)
    return HELMETItems(places) { (place) throws(TaskError) in
      let row = try source.rows.entry(place).row
      let short = try text(row, "summary/short")
      return HELMETItem(
        id: Self.name(row), line: row.line, fields: ["demo": demo, "context": shown(try papers(row))],
        references: [short],
        // The judge compares with the long summary, and looks for the points of the short one.
        rubric: HELMETRubric(summary: row.value["summary/long"]?.text ?? short, points[Self.name(row)]))
    }
  }

  /// The examples of every prompt; HELMET draws them without a seed.
  private func drawnExamples(_ isTaken: ((HELMETRow) -> Bool)? = nil) throws(TaskError) -> [HELMETRow] {
    guard shots > 0, let file = source.examples else { return [] }
    var rows: [HELMETRow] = []
    for place in try chosen(file, shots, where: isTaken) { rows.append(try file.entry(place).row) }
    return rows
  }

  private func framed(_ examples: [String]) -> String {
    examples.isEmpty ? "" : templates.frame.filled(["demo": examples.joined(separator: "\n\n")])
  }
}
