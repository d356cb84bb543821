/// L-Eval's exact match: whole, a quarter for an incomplete choice, else equal numbers or containment.
///
/// Source: OpenLMLab/LEval, Evaluation/em.py.
public enum LEvalExactMatch {
  /// 1, 0.25 or 0.
  public static func score(prediction: String, reference: String, reading: LEvalReading = .v2) -> Double {
    let gold = AnswerNormalization.squadText(CodePoints(reference), lowercases: false)
    if gold.allSatisfy({ ("A"..."D").contains($0) }) {
      let letters = AnswerNormalization.squadText(CodePoints(prediction), lowercases: false)
      if letters == gold { return 1 }
      return Set(letters).isSubset(of: gold) ? 0.25 : 0
    }
    if let a = pythonFloat(prediction), let b = pythonFloat(reference) { return a == b ? 1 : 0 }
    var answer = CodePoints(prediction)
    if reading == .v1, let line = answer.parts(separatedBy: "\n").first(where: { $0.count > 1 }) { answer = line }
    func compact(_ text: CodePoints) -> CodePoints { text.lowercased.filter { $0 != " " } }
    return compact(answer).contains(compact(CodePoints(reference))) ? 1 : 0
  }

  /// `float(text)` for what may be expected in an answer: decimal notation, white space around, underscores between
  /// digits, inf and nan by name.
  private static func pythonFloat(_ text: String) -> Double? {
    let trimmed = CodePoints(text).stripped
    let allowed = trimmed.allSatisfy {
      $0.isASCIIAlphanumeric || $0 == "." || $0 == "+" || $0 == "-" || $0 == "_"
    }
    guard allowed, !trimmed.isEmpty else { return nil }
    let body = trimmed.lowercased
    let unsigned = body.first == "+" || body.first == "-" ? CodePoints(body.dropFirst()) : body
    if ["inf", "infinity", "nan"].contains(unsigned.text) { return Double(body.text) }
    guard unsigned.allSatisfy({ !("a"..."z").contains($0) || $0 == "e" }) else { return nil }
    let parts = body.parts(separatedBy: "_")
    for (a, b) in zip(parts, parts.dropFirst()) {
      guard a.last?.isPythonDecimal == true, b.first?.isPythonDecimal == true else { return nil }
    }
    return Double(CodePoints(parts.joined()).text)
  }
}
