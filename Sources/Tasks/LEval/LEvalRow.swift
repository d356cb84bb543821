import Metrics

/// A row of an L-Eval file: one document with its questions (`input, instructions, outputs, evaluation`).
struct LEvalRow: Sendable {
  /// The document.
  let document: String
  /// The questions.
  let instructions: [String]
  /// The reference of each question.
  let outputs: [String]
  /// How answers are judged: `exam`, `f1`, `rouge`, `LLM` or `human`.
  let evaluation: String

  /// Reads a row.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    document = try fields.text("input")
    instructions = try fields.texts("instructions")
    outputs = try fields.texts("outputs")
    evaluation = try fields.text("evaluation")
    guard !instructions.isEmpty, instructions.count == outputs.count else {
      throw RowFieldProblem(
        text: "there are \(instructions.count) `instructions` and \(outputs.count) `outputs`, expected as many of both")
    }
    guard ["exam", "f1", "rouge", "LLM", "human"].contains(evaluation) else {
      throw RowFieldProblem(text: "`evaluation` is '\(evaluation)', expected exam, f1, rouge, LLM or human")
    }
  }

  /// Whether a judge is needed, which is a large model upstream.
  var isJudged: Bool { evaluation == "LLM" || evaluation == "human" }
}
