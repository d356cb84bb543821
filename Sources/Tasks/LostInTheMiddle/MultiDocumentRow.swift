import JSON
import Metrics

/// A question of lost-in-the-middle's nq-open files with its passages.
struct MultiDocumentRow: Sendable {
  /// A passage of Wikipedia.
  struct Passage: Hashable, Sendable {
    let title: String
    let text: String
    let isGold: Bool
  }

  let question: String
  let answers: [String]
  /// In the order of the file.
  let passages: [Passage]

  /// The gold passage.
  var gold: Passage? { passages.first { $0.isGold } }

  /// A row from the fields of its file.
  static func read(_ fields: RowFields) throws(RowFieldProblem) -> MultiDocumentRow {
    let question = try fields.text("question")
    let answers = try fields.texts("answers")
    guard case .array(let list)? = fields.value["ctxs"] else { throw fields.problem("ctxs", "a list of passages") }
    let passages = list.compactMap { value -> Passage? in
      guard let title = value["title"]?.text, let text = value["text"]?.text else { return nil }
      return Passage(title: title, text: text, isGold: value["isgold"] == .bool(true))
    }
    guard passages.count == list.count else {
      throw fields.problem("ctxs", "a list of passages with the texts `title` and `text`")
    }
    guard passages.count(where: \.isGold) == 1 else {
      throw RowFieldProblem(text: "`ctxs` has \(passages.count(where: \.isGold)) passages with isgold, expected 1")
    }
    guard !answers.isEmpty else { throw fields.problem("answers", "a list that is not empty") }
    return MultiDocumentRow(question: question, answers: answers, passages: passages)
  }

  /// True where a passage holds one of the answers, both normalised as the scorer does.
  func holdsAnswer(_ passage: Passage) -> Bool {
    let text = (passage.title + " " + passage.text).split(whereSeparator: \.isNewline).joined(separator: " ")
    return TextMatch.bestSubspan(prediction: text, answers: answers) == 1
  }
}
