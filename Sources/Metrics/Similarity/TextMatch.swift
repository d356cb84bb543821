/// Scores that ask whether an answer occurs in a text.
public enum TextMatch {
  /// Lost in the middle's `best_subspan_em`: of the prediction's text before the first newline, normalised as SQuAD
  /// does, 1 when it contains any normalised answer.
  ///
  /// Source: nelson-liu/lost-in-the-middle, metrics.py and evaluate_qa_responses.py.
  public static func bestSubspan(prediction: String, answers: [String]) -> Double {
    let line = CodePoints(prediction).parts(separatedBy: "\n")[0].stripped
    let text = AnswerNormalization.squadText(line)
    return answers.contains { text.contains(AnswerNormalization.squadText(CodePoints($0))) } ? 1 : 0
  }

  /// Lost in the middle's key-value score: 1 when the value is in the prediction, whatever the case.
  public static func containsValue(prediction: String, value: String) -> Double {
    CodePoints(prediction).lowercased.contains(CodePoints(value).lowercased) ? 1 : 0
  }

  /// RULER's `string_match_all`: the share of the references that occur in the prediction, whatever the case.
  ///
  /// - Returns: 0 to 1; nil without references.
  public static func shareOfReferences(prediction: String, references: [String]) -> Double? {
    let text = rulerText(prediction)
    return Statistics.mean(references.map { text.contains(CodePoints($0).lowercased) ? 1 : 0 })
  }

  /// RULER's `string_match_part` (its question answering): 1 when any reference occurs in the prediction.
  public static func anyReference(prediction: String, references: [String]) -> Double? {
    let text = rulerText(prediction)
    return references.map { text.contains(CodePoints($0).lowercased) ? 1 : 0 }.max()
  }

  /// RULER's clean-up: control characters become newlines, white space at both ends goes.
  private static func rulerText(_ text: String) -> CodePoints {
    CodePoints(text).map { $0.value < 32 ? "\n" : $0 }.stripped.lowercased
  }

  /// 1 when both texts are equal, white space at both ends aside.
  public static func exact(prediction: String, reference: String) -> Double {
    CodePoints(prediction).stripped == CodePoints(reference).stripped ? 1 : 0
  }
}
