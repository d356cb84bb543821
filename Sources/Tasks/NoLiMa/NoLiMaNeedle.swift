import JSON

/// An entry of NoLiMa's needle sets: a needle with blanks, its questions, and what goes into the blanks.
struct NoLiMaNeedle: Sendable {
  /// What fills the blanks, and the answers where they are not the drawn name.
  struct Test: Sendable {
    let id: String
    let arguments: [String]
    let goldAnswers: [String]?
  }

  let id: String
  /// The needle, with `{CHAR}` for the name and `{1}`, `{2}` and so on for arguments.
  let needle: String
  /// Types and texts, in the order of the file.
  let questions: [(type: String, text: String)]
  let names: [String]
  let tests: [Test]
  /// The entry's own wording, with `{haystack}` and `{question}`; nil for the default.
  let template: BraceTemplate?
  /// By the questions' types.
  let distractors: [String: String]

  /// Reads an entry.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    let value = fields.value
    id = try fields.text("id")
    needle = try fields.text("needle")
    names = try fields.texts("character_set")
    template = try Self.template(fields)
    questions = Self.texts(value["questions"])
    distractors = Dictionary(Self.texts(value["distractors"]).map { ($0.type, $0.text) }) { $1 }
    var tests: [Test] = []
    if case .object(let members)? = value["tests"] {
      for member in members {
        guard let arguments = member.value["input_args"]?.texts else {
          throw RowFieldProblem(text: "test \(member.key) has no `input_args`, a list of texts")
        }
        let gold = member.value["gold_answers"]
        guard gold == nil || gold == .null || gold?.texts != nil else {
          // The official program would look for each letter of a text.
          throw RowFieldProblem(text: "`gold_answers` of test \(member.key) is no list of texts")
        }
        tests.append(Test(id: member.key, arguments: arguments, goldAnswers: gold?.texts))
      }
    }
    self.tests = tests
    guard number != nil else { throw RowFieldProblem(text: "`id` does not begin with four digits") }
    guard !questions.isEmpty, !tests.isEmpty, !names.isEmpty else {
      throw RowFieldProblem(text: "it needs `questions`, `tests` and a `character_set` that are not empty")
    }
  }

  private static func template(_ fields: RowFields) throws(RowFieldProblem) -> BraceTemplate? {
    guard let text = try fields.optionalText("task_template") else { return nil }
    guard let template = BraceTemplate(text), Set(template.fields).isSuperset(of: ["haystack", "question"]) else {
      throw RowFieldProblem(text: "`task_template` lacks {haystack} or {question}")
    }
    return template
  }

  private static func texts(_ value: JSONValue?) -> [(type: String, text: String)] {
    guard case .object(let members)? = value else { return [] }
    return members.compactMap { member in member.value.text.map { (member.key, $0) } }
  }

  /// The first four characters of the id.
  var number: Int? { Int(id.prefix(4)) }

  /// The needle with all arguments in their blanks; `{CHAR}` stays.
  func filledNeedle(_ test: Test) -> String {
    test.arguments.enumerated().reduce(needle) { $0.replacing("{\($1.offset + 1)}", with: $1.element) }
  }

  /// A question or a distractor: the official program begins anew with each argument, so that only the last blank that
  /// is there is filled.
  static func filled(_ text: String, _ test: Test) -> String {
    var filled = text
    for (index, argument) in test.arguments.enumerated() {
      let blank = "{\(index + 1)}"
      if text.contains(blank) { filled = text.replacing(blank, with: argument) }
    }
    return filled
  }
}
