/// ALCE's scores that need no model: short answers that occur (ASQA) and lists (QAMPARI), citations taken out.
///
/// Source: princeton-nlp/HELMET, eval_alce.py.
public enum ALCEAnswer {
  /// A reply without its citations: ` [12`, `[12`, then ` |` and every `]`.
  public static func withoutCitations(_ text: String) -> String {
    var spaced = CodePoints(text)
    spaced = withoutMarks(spaced, space: true)
    return withoutMarks(spaced, space: false).replacing(" |", with: "").replacing("]", with: "").text
  }

  private static func withoutMarks(_ text: CodePoints, space: Bool) -> CodePoints {
    let opening: CodePoints = space ? [" ", "["] : ["["]
    var result: CodePoints = []
    var index = 0
    while index < text.count {
      let digits = index + opening.count
      if digits < text.count, text[index..<digits].elementsEqual(opening), text[digits].isPythonDecimal {
        index = text[digits...].firstIndex { !$0.isPythonDecimal } ?? text.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  /// A reply as it is scored: newlines as one space, the end marker and the citations taken out.
  public static func cleaned(_ output: String) -> String {
    var text: CodePoints = []
    for scalar in CodePoints(output) {
      if scalar == "\n" {
        if text.last != "\n" { text.append("\n") }
      } else {
        text.append(scalar)
      }
    }
    return withoutCitations(text.map { $0 == "\n" ? " " : $0 }.replacing("<|im_end|>", with: "").text)
  }

  /// The words of a cleaned reply.
  public static func wordCount(_ output: String) -> Int { CodePoints(cleaned(output)).words.count }

  /// ASQA: the share of questions of which a short answer occurs, and 1 where all do.
  ///
  /// - Parameters:
  ///   - output: the model's text.
  ///   - shortAnswers: the accepted answers of each question.
  /// - Returns: `str_em` and `str_hit`, 0 to 1; nil without questions.
  public static func asqa(output: String, shortAnswers: [[String]]) -> (em: Double, hit: Double)? {
    let text = AnswerNormalization.squadText(CodePoints(cleaned(output)))
    let found = shortAnswers.map { answers -> Double in
      answers.contains { text.contains(AnswerNormalization.squadText(CodePoints($0))) } ? 1 : 0
    }
    return Statistics.mean(found).map { ($0, $0 == 1 ? 1 : 0) }
  }

  /// QAMPARI's scores of a list with commas between.
  public struct List: Hashable, Sendable {
    /// The predictions that are not empty.
    public let count: Int
    /// The share of predictions that are an answer.
    public let precision: Double
    /// The share of answers that were given, in any of their spellings.
    public let recall: Double
    /// The same where five answers are enough.
    public let recallTop5: Double

    /// F1 with the whole recall.
    public var f1: Double { Self.f1(precision, recall) }
    /// F1 with the recall of five.
    public var f1Top5: Double { Self.f1(precision, recallTop5) }

    private static func f1(_ precision: Double, _ recall: Double) -> Double {
      precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }
  }

  /// The scores of a reply that is a list.
  ///
  /// - Parameters:
  ///   - output: the model's text.
  ///   - answers: the spellings of each answer.
  /// - Returns: the scores; nil without answers.
  public static func qampari(output: String, answers: [[String]]) -> List? {
    guard !answers.isEmpty else { return nil }
    var text = CodePoints(cleaned(output))
    for isDropped in [{ $0.isPythonSpace }, { $0 == "." }, { $0 == "," }] as [(Unicode.Scalar) -> Bool] {
      while let last = text.last, isDropped(last) { text.removeLast() }
    }
    let predictions = text.parts(separatedBy: ",").map { AnswerNormalization.squadText($0) }.filter { !$0.isEmpty }
    let gold = answers.map { $0.map { AnswerNormalization.squadText(CodePoints($0)) } }
    let flat = Set(gold.joined())
    let given = Set(predictions)
    let right = Double(predictions.count { flat.contains($0) })
    let hits = gold.count { $0.contains { given.contains($0) } }
    return List(
      count: predictions.count, precision: predictions.isEmpty ? 0 : right / Double(predictions.count),
      recall: Double(hits) / Double(answers.count), recallTop5: Double(min(5, hits)) / Double(min(5, answers.count)))
  }
}
