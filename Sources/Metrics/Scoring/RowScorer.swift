public import JSON

/// A scorer of rows with fields of its own, for `score --metric`: a benchmark's pairs are read as it writes them.
public struct RowScorer: Sendable {
  /// What a row is worth.
  public enum Result: Sendable {
    /// One number on the benchmark's scale.
    case number(Double)
    /// Several metrics, in order.
    case numbers([(name: String, value: Double)])
    /// There the benchmark's own program stops with an error, named as it names it.
    case failure(String)
  }

  /// Reads the fields of a row.
  struct Row {
    let value: JSONValue
    let segmenter: JiebaSegmenter?

    /// A field that must be a text.
    func text(_ key: String) throws(RowScoringProblem) -> String {
      guard let text = value[key]?.text else { throw RowScoringProblem("`\(key)`, a text") }
      return text
    }

    /// A field that must be a list of texts, or one text.
    func texts(_ key: String) throws(RowScoringProblem) -> [String] {
      guard let texts = value[key]?.text.map({ [$0] }) ?? value[key]?.texts else {
        throw RowScoringProblem("`\(key)`, texts")
      }
      return texts
    }
  }

  /// The name on the command line.
  public let name: String
  /// One line for the documentation.
  public let summary: String
  private let body: @Sendable (Row) throws(RowScoringProblem) -> Result

  init(
    _ name: String, _ summary: String, _ body: @escaping @Sendable (Row) throws(RowScoringProblem) -> Result
  ) {
    self.name = name
    self.summary = summary
    self.body = body
  }

  /// The score of a row.
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - segmenter: jieba, where Chinese words must be cut.
  /// - Returns: what it is worth.
  /// - Throws: `RowScoringProblem` where a field is missing or of another type.
  public func score(_ row: JSONValue, segmenter: JiebaSegmenter? = nil) throws(RowScoringProblem) -> Result {
    try body(Row(value: row, segmenter: segmenter))
  }
}

/// A field that a row scorer needs and does not find.
public struct RowScoringProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The field and its type.
  public let expected: String

  /// A problem.
  init(_ expected: String) { self.expected = expected }

  /// What was expected.
  public var description: String { "expected \(expected)" }
}
