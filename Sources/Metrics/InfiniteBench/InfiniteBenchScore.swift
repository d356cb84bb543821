public import JSON

/// InfiniteBench's scores of one reply.
///
/// Source: OpenBMB/InfiniteBench, src/compute_scores.py at 88b3daa; the changes of August 2024 as SCBench has them.
public struct InfiniteBenchScore: Sendable {
  /// The task.
  public let task: InfiniteBenchTask
  /// The version of the scorer.
  public let version: InfiniteBenchScorer
  /// Whether the first number of a reply to math_calc is left out, as it is for the model called gpt4.
  public let dropsFirstNumber: Bool

  /// What the official program does with a row.
  public enum Result: Hashable, Sendable {
    /// The score, 0 to 1.
    case score(Double)
    /// It stops with the named Python exception.
    case crash(String)
    /// The label is not of the kind that the task has.
    case badLabel
  }

  /// A scorer.
  public init(
    _ task: InfiniteBenchTask, version: InfiniteBenchScorer = .snapshot, dropsFirstNumber: Bool = false
  ) {
    self.task = task
    self.version = version
    self.dropsFirstNumber = dropsFirstNumber
  }

  /// The score of a reply.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - label: what the row holds as its label: a text, a number or a list, by task.
  /// - Returns: a score, or what the official program does instead.
  public func result(prediction: String, label: JSONValue) -> Result {
    let text = CodePoints(prediction)
    switch task {
    case .passkey, .numberString: return judged(first(label).text.map { Self.firstDigits(text) == CodePoints($0) })
    case .keyValue:
      // A list is no word, so that a label that was left as one never matches.
      return .score(label.text.map { Self.words(text, Self.marks).contains(CodePoints($0)) } ?? false ? 1 : 0)
    case .codeRun: return codeRun(text, first(label))
    case .codeDebug: return judged(pair(label).map { codeDebug(text, name: $0.text, letter: $0.letter) })
    case .mathFind: return mathFind(text, first(label))
    case .mathCalculation: return mathCalculation(text, label)
    case .dialogue:
      guard let labels = texts(label), let gold = labels.first else { return .badLabel }
      return judged(version == .snapshot ? says(text, gold) : saysAny(text, labels))
    case .choice: return judged(pair(label).map { choice(text, option: $0.text, letter: $0.letter) })
    case .question: return best(label) { TokenF1.english(prediction: prediction, reference: $0) }
    case .chineseQuestion:
      let letters = Self.characters(prediction)
      return best(label) { TokenF1.score(letters, Self.characters($0)) }
    case .summary: return best(label) { GoogleROUGE(prediction: prediction, reference: $0).rougeLsum }
    }
  }

  // MARK: Labels

  private func judged(_ isRight: Bool?) -> Result { isRight.map { .score($0 ? 1 : 0) } ?? .badLabel }

  /// The first element of a list, else the label itself.
  private func first(_ label: JSONValue) -> JSONValue { label.elements?.first ?? label }

  private func texts(_ label: JSONValue) -> [CodePoints]? {
    (label.texts ?? label.text.map { [$0] })?.map { CodePoints($0) }
  }

  private func pair(_ label: JSONValue) -> (text: CodePoints, letter: CodePoints)? {
    guard let texts = texts(label), texts.count >= 2 else { return nil }
    return (texts[0], texts[1])
  }

  private func best(_ label: JSONValue, _ score: (String) -> Double) -> Result {
    guard let texts = label.texts ?? label.text.map({ [$0] }) else { return .badLabel }
    return .score(texts.map(score).max() ?? 0)
  }

  // MARK: Texts

  private static let marks: Set<Unicode.Scalar> = ["\n", ":", "\"", "'", ".", ",", "?", "!", "{", "}"]
  private static let choiceMarks = marks.subtracting([":"])

  private static func words(_ text: CodePoints, _ marks: Set<Unicode.Scalar>) -> [CodePoints] {
    text.map { marks.contains($0) ? " " : $0 }.words
  }

  /// The first run of ASCII digits; empty without one.
  private static func firstDigits(_ text: CodePoints) -> CodePoints {
    CodePoints(text.drop { !isDigit($0) }.prefix(while: isDigit))
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (48...57).contains(scalar.value) }

  private static func characters(_ text: String) -> [CodePoints] {
    AnswerNormalization.chinese(CodePoints(text)).map { [$0] }
  }

  /// Runs of spaces as one.
  private static func collapsed(_ text: CodePoints) -> CodePoints {
    var result: CodePoints = []
    for scalar in text where !(scalar == " " && result.last == " ") { result.append(scalar) }
    return result
  }

  /// What stands behind the first of the phrases that occurs at all, one more character dropped; nil where none does.
  private static func behind(_ phrases: [String], in text: CodePoints) -> CodePoints? {
    for phrase in phrases {
      let phrase = CodePoints(phrase)
      guard let offset = text.firstOffset(of: phrase) else { continue }
      return CodePoints(text.dropFirst(offset + phrase.count + 1))
    }
    return nil
  }

  /// The last stand-alone capital of its line, of the first line that has one: `\b[A-J]\b(?!.*\b[A-J]\b)`.
  private static func lastLetter(_ text: CodePoints, through last: Unicode.Scalar) -> CodePoints? {
    var found: Unicode.Scalar?
    for (index, scalar) in text.enumerated() {
      if scalar == "\n", let found { return [found] }
      guard scalar.value >= 65, scalar.value <= last.value else { continue }
      let isApart =
        (index == 0 || !text[index - 1].isPythonWord)
        && (index + 1 == text.count || !text[index + 1].isPythonWord)
      if isApart { found = scalar }
    }
    return found.map { [$0] }
  }

  // MARK: Rules

  private func codeRun(_ text: CodePoints, _ label: JSONValue) -> Result {
    guard let gold = label.number else { return .badLabel }
    let cleaned: Set<Unicode.Scalar> = ["\n", ".", "`", "'", "\"", ":"]
    guard let last = Self.words(text.stripped, cleaned).last else { return .score(0) }
    return .score(PythonInteger.value(last).map { Double($0) == gold } ?? false ? 1 : 0)
  }

  private func mathFind(_ text: CodePoints, _ label: JSONValue) -> Result {
    guard let start = text.firstIndex(where: \.isPythonDecimal) else {
      return label.number == nil ? .badLabel : .score(0)
    }
    var end = text[start...].firstIndex { !$0.isPythonDecimal } ?? text.count
    var isDecimal = false
    if end + 1 < text.count, text[end] == ".", text[end + 1].isPythonDecimal {
      isDecimal = true
      end = text[(end + 1)...].firstIndex { !$0.isPythonDecimal } ?? text.count
    }
    let number = CodePoints(text[start..<end])
    switch label {
    case .integer(let gold):
      // int("18.0") raises.
      if isDecimal { return .crash("ValueError") }
      return .score(PythonInteger.value(number) == gold ? 1 : 0)
    case .number(let gold): return .score(PythonInteger.decimal(number) == gold ? 1 : 0)
    default: return .badLabel
    }
  }

  private func mathCalculation(_ text: CodePoints, _ label: JSONValue) -> Result {
    let list = label.elements?.first?.elements ?? label.elements ?? []
    let gold = list.compactMap(\.number)
    guard !gold.isEmpty, gold.count == list.count else { return .badLabel }
    var runs = text.split { !Self.isDigit($0) }
    if dropsFirstNumber, !runs.isEmpty { runs.removeFirst() }
    let numbers = runs.map { PythonInteger.decimal(CodePoints($0)) ?? -1 }
    let count = zip(gold, numbers).prefix { $0 == $1 }.count
    return .score(Double(count) / Double(gold.count))
  }

  private func codeDebug(_ text: CodePoints, name: CodePoints, letter: CodePoints) -> Bool {
    let text = text.stripped
    if version == .august2024, Self.lastLetter(text, through: "J") == letter { return true }
    if [letter + ["."], letter + [":"]].contains(CodePoints(text.prefix(2))) { return true }
    let marks: Set<Unicode.Scalar> = ["\n", "`", "'", "\"", "-", "*"]
    let cleaned = Self.collapsed(
      text.map { marks.contains($0) ? " " : $0 }.replacing("Option", with: " ").replacing("option", with: " "))
    func begins(_ text: CodePoints) -> Bool { text.starts(with: letter) || text.starts(with: name) }
    if version == .august2024, begins(cleaned) { return true }
    return Self.behind(["answer is:", "is:", "answer:", "correct option is:"], in: cleaned).map(begins) ?? false
  }

  private func choice(_ text: CodePoints, option: CodePoints, letter: CodePoints) -> Bool {
    let text = text.stripped
    guard let initial = text.first else { return false }
    let label = [option, letter]
    if version == .august2024, let found = Self.lastLetter(text, through: "D"), label.contains(found) { return true }
    if (65...68).contains(initial.value) { return label.contains([initial]) }
    if label.contains(text) { return true }
    let cleaned = Self.collapsed(text.map { Self.choiceMarks.contains($0) ? " " : $0 })
    if let rest = Self.behind(["answer is:", "answer:", "answer is", "option is"], in: cleaned) {
      return label.contains { rest.starts(with: $0) }
    }
    let letters = CodePoints("ABCD")
    guard let word = cleaned.words.first(where: { letters.contains($0) }) else { return false }
    return label.contains(word)
  }

  private func says(_ text: CodePoints, _ gold: CodePoints) -> Bool {
    Self.words(text.stripped, Self.marks).map(\.uppercased).contains(gold)
  }

  private func saysAny(_ text: CodePoints, _ labels: [CodePoints]) -> Bool {
    let text = text.stripped.uppercased
    return labels.contains { text.contains($0.uppercased) }
  }
}
