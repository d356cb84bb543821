/// NoLiMa's ways to read a response, all of which compare code points as they are: case counts.
///
/// Source: adobe-research/NoLiMa, evaluation/async_evaluate.py.
public enum NoLiMaMetric: String, CaseIterable, Sendable {
  /// The response without white space at its ends is one of the answers.
  case exactMatch = "EM"
  /// One of the answers occurs in the response.
  case contains
  /// The last line is one of the answers.
  case lastLineExactMatch = "lastline_EM"
  /// One of the answers occurs in the last line.
  case lastLineContains = "lastline_contains"

  /// 1 or 0.
  public func score(response: String, goldAnswers: [String]) -> Double {
    let text = read(response)
    switch self {
    case .exactMatch, .lastLineExactMatch: return goldAnswers.contains { CodePoints($0) == text } ? 1 : 0
    case .contains, .lastLineContains: return goldAnswers.contains { text.contains(CodePoints($0)) } ? 1 : 0
    }
  }

  /// The same where the answers are one text and no list, as Python reads it: a match is a part of the text, and what
  /// is looked for is each of its characters.
  public func score(response: String, goldText: String) -> Double {
    let text = read(response)
    let gold = CodePoints(goldText)
    switch self {
    case .exactMatch, .lastLineExactMatch: return gold.contains(text) ? 1 : 0
    case .contains, .lastLineContains: return gold.contains { text.contains($0) } ? 1 : 0
    }
  }

  private func read(_ response: String) -> CodePoints {
    let text = CodePoints(response)
    switch self {
    case .contains: return text
    case .exactMatch: return text.stripped
    case .lastLineExactMatch, .lastLineContains:
      return text.stripped.parts(separatedBy: "\n").last ?? []
    }
  }
}
