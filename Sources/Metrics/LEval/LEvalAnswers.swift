/// How L-Eval reads answers out of texts before it compares them.
///
/// Source: OpenLMLab/LEval, Evaluation/auto_eval.py; every oddity is kept.
public enum LEvalAnswers {
  /// The letters of a multiple-choice prediction.
  ///
  /// White space alone is "None". A part of "ABCD" is returned as it is. With `allowsSeveral` (coursera) leading
  /// letters count when there are two or more, else capital letters before white space, "." or ")", else (since `v2`) the
  /// first run of letters as it stands; without any the guess is "A". Otherwise the first of A to D anywhere counts, also
  /// inside a word.
  public static func choice(prediction: String, allowsSeveral: Bool, reading: LEvalReading = .v2) -> String {
    var text = CodePoints(prediction)
    guard !text.stripped.isEmpty else { return "None" }
    if CodePoints("ABCD").contains(text) { return prediction }
    if !allowsSeveral, let letter = text.first(where: isChoice) { return [letter].text }
    let leading = CodePoints(text.prefix(while: isChoice))
    if leading.count > 1 { return sortedLetters(leading) }
    text = CodePoints(text.dropFirst(leading.count)).parts(separatedBy: CodePoints("Question"))[0]
    let marked = text.indices.dropLast().filter { index in
      let next = text[index + 1]
      return ("A"..."Z").contains(text[index]) && (next.isPythonSpace || next == "." || next == ")")
    }
    let letters = leading + marked.map { text[$0] }.filter(isChoice)
    guard letters.isEmpty else { return sortedLetters(letters) }
    let run = text.drop { !isChoice($0) }.prefix(while: isChoice)
    return reading == .v1 || run.isEmpty ? "A" : CodePoints(run).text
  }

  /// The letters of a multiple-choice reference: those of its first word, "A" when there is none.
  public static func choice(reference: String) -> String {
    let letters = (CodePoints(reference).words.first ?? []).filter(isChoice)
    return letters.isEmpty ? "A" : letters.text
  }

  private static func isChoice(_ scalar: Unicode.Scalar) -> Bool { ("A"..."D").contains(scalar) }

  private static func sortedLetters(_ letters: CodePoints) -> String { Set(letters).sorted().text }

  /// The digits of a number: of what follows "The answer is ", or of the last word of the first paragraph that has one.
  ///
  /// Digits are joined over commas and signs, and end at the first ".".
  public static func number(_ text: String) -> String {
    let text = CodePoints(text)
    let word = stated(text) ?? lastWithDigit(text)
    return CodePoints(word.prefix { $0 != "." }).filter(\.isPythonDigit).text
  }

  private static func stated(_ text: CodePoints) -> CodePoints? {
    let mark = CodePoints("The answer is ")
    var start = 0
    while let offset = text.firstOffset(of: mark, from: start) {
      let word = CodePoints(text[(offset + mark.count)...].prefix { !$0.isPythonSpace })
      if !word.isEmpty { return word }
      start = offset + 1
    }
    return nil
  }

  private static func lastWithDigit(_ text: CodePoints) -> CodePoints {
    let paragraph = text.parts(separatedBy: CodePoints("\n\n"))[0]
    return paragraph.parts(separatedBy: " ").last { $0.contains(where: \.isPythonDigit) } ?? []
  }

  /// The output of a program as codeU writes it: without commas, quotes, backslashes and ".0".
  public static func code(_ text: String) -> String { normalizedCode(CodePoints(text)).text }

  private static func normalizedCode(_ text: CodePoints) -> CodePoints {
    let words = text.split(omittingEmptySubsequences: false, whereSeparator: \.isPythonSpace)
    // A run of white space becomes one space: empty parts between two separators go, those at the ends stay.
    let kept = words.enumerated().filter { $0 == 0 || $0 == words.count - 1 || !$1.isEmpty }.map(\.element)
    return CodePoints(kept.joined(separator: [" "]))
      .replacing(",", with: "").replacing("'", with: "").replacing("\\", with: "").replacing(".0", with: "")
      .replacing("] [", with: "][").replacing("[ [", with: "[[").replacing("] ]", with: "]]")
  }

  /// The part of a codeU prediction in which the output is looked for: as many words as the reference has and 3 more,
  /// after the last "the final output" or else at the end.
  public static func code(prediction: String, reference: String) -> String {
    let limit = CodePoints(reference).words.count + 3
    var text = normalizedCode(CodePoints(prediction))
    for filler in [
      "will be", "of the code", "is", "would be", "the value of", "the result of", "printed",
    ] {
      text = text.replacing(filler, with: "")
    }
    let afterMark = text.parts(separatedBy: CodePoints("the final output"))
    func words(_ text: CodePoints) -> [CodePoints] {
      let parts = text.split(omittingEmptySubsequences: false, whereSeparator: \.isPythonSpace).map { CodePoints($0) }
      return parts.enumerated().filter { $0 == 0 || $0 == parts.count - 1 || !$1.isEmpty }.map(\.element)
    }
    let chosen =
      afterMark.count > 1 ? words(afterMark[afterMark.count - 1]).prefix(limit) : words(text).suffix(limit)
    return CodePoints(chosen.joined(separator: [" "])).text
  }

  /// The two judgements of a sci_fi reference: to the story, and to the real world in "[fact: ...]".
  public static func judgements(reference: String) -> (loyalty: String, fact: String) {
    let (loyalty, fact) = judgementParts(CodePoints(reference))
    return (loyalty.stripped.text, fact.stripped.text)
  }

  /// The two judgements of a sci_fi prediction; "<error>" for one that is neither true nor false.
  public static func judgements(prediction: String) -> (loyalty: String, fact: String) {
    let (loyalty, fact) = judgementParts(CodePoints(prediction))
    return (verdict(loyalty), verdict(fact))
  }

  private static func judgementParts(_ text: CodePoints) -> (CodePoints, CodePoints) {
    let parts = text.lowercased.parts(separatedBy: CodePoints("[fact:"))
    return (parts[0], parts.count > 1 ? CodePoints(parts[1].dropLast()) : [])
  }

  private static func verdict(_ text: CodePoints) -> String {
    for word in text.words {
      if word.contains(CodePoints("true")) { return "true" }
      if word.contains(CodePoints("false")) { return "false" }
    }
    return "<error>"
  }
}
