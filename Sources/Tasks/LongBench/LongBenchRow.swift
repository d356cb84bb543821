/// A row of a LongBench file: `input, context, answers, length, dataset, language, all_classes, _id`.
struct LongBenchRow: Sendable {
  /// The question or the last, unanswered example; empty for some datasets.
  let input: String
  /// The text.
  let context: String
  /// The accepted answers.
  let answers: [String]
  /// The length in words, or in characters for Chinese; the buckets of LongBench-E are made of it.
  let length: Int?
  /// The class names of a classification.
  let allClasses: [String]?
  /// The row's name.
  let id: String

  /// Reads a row; `length` may be missing, and a row without `_id` is named after its line.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    input = try fields.text("input")
    context = try fields.text("context")
    answers = try fields.texts("answers")
    length = try fields.optionalInteger("length")
    allClasses = try fields.optionalTexts("all_classes")
    id = try fields.optionalText("_id") ?? "line-\(fields.line)"
  }
}
