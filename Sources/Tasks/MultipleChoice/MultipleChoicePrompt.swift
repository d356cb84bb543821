import Digest

/// How a question with choices is asked.
struct MultipleChoicePrompt: Sendable {
  /// What the continuation is.
  enum Style: String, CaseIterable, Sendable {
    case cloze, letters
  }

  let style: Style
  /// A question up to where the answer begins.
  private let template: BraceTemplate
  /// The template of a configuration; nil for the style's own.
  private let given: String?
  private let instruction: String
  /// Fields of the row that the template has beside the question and the choices.
  let fields: [String]

  /// A prompt.
  ///
  /// - Parameters:
  ///   - style: what the continuation is.
  ///   - given: a template, or nil for the style's own.
  ///   - instruction: what stands before everything.
  /// - Throws: `TaskError.setting`.
  init(_ style: Style, template given: String?, instruction: String) throws(TaskError) {
    let own = style == .cloze ? "Question: {question}\nAnswer:" : "{question}\n{choices}\nAnswer:"
    guard let template = BraceTemplate(given ?? own), !template.fields.isEmpty, !template.fields.contains("") else {
      throw .setting(
        key: "prompt", found: "a text without a field, or with a brace that stands alone",
        expected: "{question}, {choices} or another field of the row; a brace itself is written {{ or }}")
    }
    self.style = style
    self.given = given
    self.template = template
    self.instruction = instruction
    fields = Set(template.fields).subtracting(["question", "choices"]).sorted()
  }

  /// What a template adds to the protocol's name.
  var suffix: String { given.map { "+prompt-\(SHA256.hexadecimal(of: $0).prefix(8))" } ?? "" }

  /// What a report says of it.
  var note: String {
    let shown = given.map { "; asked as '\($0.replacing("\n", with: "\\n"))'" } ?? ""
    return
      (style == .cloze
      ? "the question, then each choice's text as a continuation"
      : "the choices are listed with letters, the letter is the continuation") + shown
  }

  /// The whole text in front of an answer.
  func text(_ row: MultipleChoiceRow, shots: [MultipleChoiceRow]) -> String {
    let examples = shots.map { question($0) + " " + continuation($0, $0.right[0]) }
    return ((instruction.isEmpty ? [] : [instruction]) + examples + [question(row)]).joined(separator: "\n\n")
  }

  /// What a choice is as a continuation, without the space before it.
  func continuation(_ row: MultipleChoiceRow, _ index: Int) -> String {
    style == .letters ? MultipleChoiceRow.letter(index) : row.choices[index]
  }

  private func question(_ row: MultipleChoiceRow) -> String {
    let list = row.choices.enumerated().map { "\(MultipleChoiceRow.letter($0)). \($1)" }.joined(separator: "\n")
    return template.filled(row.fields.merging(["question": row.question, "choices": list]) { $1 })
  }
}
