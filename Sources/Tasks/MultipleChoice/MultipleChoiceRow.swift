import Evaluation
import JSON
import Metrics

/// A question with its choices.
struct MultipleChoiceRow: Sendable {
  let question: String
  let choices: [String]
  /// The right ones, from 0, sorted.
  let right: [Int]
  /// The texts of other fields that the prompt shows.
  let fields: [String: String]

  /// Where a row keeps its parts; `a.b` is the field `b` of the object `a`.
  struct Fields: Sendable {
    let question: String
    let choices: String
    let answer: String
    /// Fields that a prompt shows beside them.
    let more: [String]
  }

  /// A row from the fields of its file.
  ///
  /// Choices are a list of texts, a list of `{text, label}` (ARC), `{text: [...], label: [...]}`,
  /// `{choices: [...], labels: [0, 1, ...]}` or `{"a choice": 1, "another": 0}` (TruthfulQA). The answer is an index from
  /// 0, a label or letter, the text of a choice, or a list of those; flags beside the choices need none.
  static func read(_ row: RowFields, _ fields: Fields) throws(RowFieldProblem) -> MultipleChoiceRow {
    guard let question = value(row, fields.question)?.text else { throw problem(fields.question, "a text") }
    guard let given = value(row, fields.choices), let parts = parts(of: given), parts.texts.count >= 2,
      !parts.texts.contains("")
    else { throw problem(fields.choices, "at least 2 choices that are not empty") }
    var right = parts.right
    if right == nil, let answer = value(row, fields.answer) {
      let answers: [JSONValue]
      if case .array(let list) = answer { answers = list } else { answers = [answer] }
      let found = answers.compactMap { index(of: $0, in: parts) }
      if found.count == answers.count { right = Array(Set(found)).sorted() }
    }
    guard let right, !right.isEmpty else {
      throw problem(fields.answer, "the index from 0, the letter or the text of a choice, or a list of those")
    }
    guard right.count < parts.texts.count else {
      throw RowFieldProblem(text: "every choice is right, so there is nothing to choose")
    }
    var more: [String: String] = [:]
    for name in fields.more {
      guard let text = value(row, name)?.shown else { throw problem(name, "a text or a number") }
      more[name] = text
    }
    return MultipleChoiceRow(question: question, choices: parts.texts, right: right, fields: more)
  }

  /// The letter of a choice: A to Z, then its number from 1.
  static func letter(_ index: Int) -> String {
    guard index < 26, let scalar = Unicode.Scalar(UInt32(65 + index)) else { return "\(index + 1)" }
    return String(Character(scalar))
  }

  private struct Parts {
    var texts: [String]
    var labels: [String] = []
    var right: [Int]?
  }

  private static func problem(_ field: String, _ expected: String) -> RowFieldProblem {
    RowFieldProblem(text: "`\(field)` is missing or of another form, expected \(expected)")
  }

  private static func value(_ row: RowFields, _ path: String) -> JSONValue? {
    if let value = row.value[path] { return value }
    var value: JSONValue? = row.value
    for part in path.split(separator: ".") { value = value?[String(part)] }
    return value
  }

  private static func parts(of value: JSONValue) -> Parts? {
    if let texts = value.texts { return Parts(texts: texts) }
    if case .array(let list) = value {
      let texts = list.compactMap { $0["text"]?.text }
      let labels = list.compactMap { $0["label"]?.text }
      return texts.count == list.count && labels.count == list.count ? Parts(texts: texts, labels: labels) : nil
    }
    guard case .object(let members) = value else { return nil }
    if let texts = value["text"]?.texts, let labels = value["label"]?.texts, texts.count == labels.count {
      return Parts(texts: texts, labels: labels)
    }
    if let texts = value["choices"]?.texts, case .array(let flags)? = value["labels"], flags.count == texts.count {
      return Parts(texts: texts, right: flags.indices.filter { isSet(flags[$0]) })
    }
    guard members.allSatisfy({ $0.value.number != nil || $0.value == .bool(true) || $0.value == .bool(false) }) else {
      return nil
    }
    return Parts(texts: members.map(\.key), right: members.indices.filter { isSet(members[$0].value) })
  }

  private static func isSet(_ value: JSONValue) -> Bool { value == .bool(true) || value.number == 1 }

  private static func index(of answer: JSONValue, in parts: Parts) -> Int? {
    if let number = answer.number {
      return Int(exactly: number).flatMap { parts.texts.indices.contains($0) ? $0 : nil }
    }
    guard let text = answer.text else { return nil }
    if let index = parts.labels.firstIndex(of: text) { return index }
    if let index = parts.texts.firstIndex(of: text) { return index }
    if let index = parts.texts.indices.first(where: { letter($0) == text }) { return index }
    return Int(text).flatMap { parts.texts.indices.contains($0) ? $0 : nil }
  }
}
