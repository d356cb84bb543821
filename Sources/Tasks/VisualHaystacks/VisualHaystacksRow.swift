import JSON

/// A question about some pictures: which of them show the needle, and which do not.
struct VisualHaystacksRow: Sendable {
  let needle: String
  let target: String
  let question: String
  /// `yes` or `no`.
  let answer: String
  /// Paths below the folder of pictures.
  let positive: [String]
  let negative: [String]

  /// Reads a row of the official files.
  init(_ fields: RowFields) throws(RowFieldProblem) {
    needle = try fields.text("needle")
    target = try fields.text("target")
    guard let turns = fields.value["conversations"]?.elements else {
      throw fields.problem("conversations", "a list of two turns")
    }
    func turn(_ speaker: String) throws(RowFieldProblem) -> String {
      guard let text = turns.first(where: { $0["from"]?.text == speaker })?["value"]?.text else {
        throw RowFieldProblem(text: "`conversations` has no turn of `\(speaker)`")
      }
      return text
    }
    question = try turn("human").replacing("<image>", with: "").trimmingPrefix(while: \.isWhitespace).description
    answer = try turn("gpt").lowercased()
    guard answer == "yes" || answer == "no" else {
      throw RowFieldProblem(text: "the answer is '\(answer)', expected yes or no")
    }
    positive = try fields.texts("pos_image")
    negative = try fields.texts("neg_image")
    guard !positive.isEmpty else { throw RowFieldProblem(text: "`pos_image` is empty: no picture shows the needle") }
  }
}
