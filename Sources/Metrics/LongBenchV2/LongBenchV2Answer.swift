/// How LongBench v2 reads the letter out of a reply, and its table of six means.
///
/// Source: THUDM/LongBench, pred.py (`extract_answer`) and result.py.
public enum LongBenchV2Answer {
  private static let phrase = CodePoints("The correct answer is ")

  /// The letter of a reply: the first one in parentheses behind the phrase, else the first one directly behind it.
  ///
  /// Asterisks are taken out first; no word boundary is asked for, so that `is Definitely (B)` reads D.
  ///
  /// - Parameter reply: the model's text.
  /// - Returns: A, B, C or D; nil where the phrase with a letter does not occur.
  public static func letter(in reply: String) -> String? {
    let text = CodePoints(reply).stripped.filter { $0 != "*" }
    return letter(in: text, isInParentheses: true) ?? letter(in: text, isInParentheses: false)
  }

  private static func letter(in text: CodePoints, isInParentheses: Bool) -> String? {
    var start = 0
    while let offset = text.firstOffset(of: phrase, from: start) {
      let place = offset + phrase.count
      let rest = text[place...].prefix(3)
      if isInParentheses {
        if rest.count == 3, rest[place] == "(", isLetter(rest[place + 1]), rest[place + 2] == ")" {
          return String(rest[place + 1])
        }
      } else if let first = rest.first, isLetter(first) {
        return String(first)
      }
      start = offset + 1
    }
    return nil
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { (65...68).contains(scalar.value) }

  /// One judged row of the table.
  public struct Row: Hashable, Sendable {
    /// `easy`; anything else counts as hard.
    public let difficulty: String
    /// `short` or `medium`; anything else counts as long.
    public let length: String
    /// The letter that was read; nil for none.
    public let letter: String?
    /// The right letter.
    public let answer: String

    /// A row.
    public init(difficulty: String, length: String, letter: String?, answer: String) {
      self.difficulty = difficulty
      self.length = length
      self.letter = letter
      self.answer = answer
    }

    /// 1 for the right letter, else 0; with `compensated` a quarter where there is no letter.
    func score(compensated: Bool) -> Double {
      letter == nil ? (compensated ? 0.25 : 0) : letter == answer ? 1 : 0
    }
  }

  /// The columns of the table.
  public static let columns = ["overall", "easy", "hard", "short", "medium", "long"]

  /// The official table: 100 × the mean over the rows of each column, one decimal as Python rounds.
  ///
  /// - Parameters:
  ///   - rows: the rows.
  ///   - compensated: gives a quarter to a row without a letter, as a constant of the official program may.
  /// - Returns: a value for each of `columns`; nil for a column without rows, by which the official program divides.
  public static func table(_ rows: [Row], compensated: Bool = false) -> [Double?] {
    columns.map { column in
      let chosen = rows.filter { row in
        switch column {
        case "overall": true
        case "easy": row.difficulty == "easy"
        case "hard": row.difficulty != "easy"
        case "short", "medium": row.length == column
        default: row.length != "short" && row.length != "medium"
        }
      }
      return Statistics.mean(chosen.map { $0.score(compensated: compensated) }).map {
        PythonRounding.round(100 * $0, 1)
      }
    }
  }
}
