import JSON

/// The numbers that a judge gave an answer: the members of the last JSON object of what it wrote.
///
/// Found as HELMET's programs do it (princeton-nlp/HELMET, scripts/eval_gpt4_*.py): from a brace to the next closing one,
/// the last such piece counts; where that is no object, what stands in a block of JSON.
public struct RubricVerdict: Hashable, Sendable {
  private let numbers: [String: Double]

  /// Reads a judgment.
  ///
  /// - Parameters:
  ///   - judgment: the judge's text.
  ///   - scales: what must be there, each with the range that its number must lie in; nil comes of one that is missing,
  ///     no number, or not on its scale.
  public init?(judgment: String, scales: [String: ClosedRange<Double>]) {
    guard let object = Self.lastObject(judgment) ?? Self.block(judgment) else { return nil }
    var numbers: [String: Double] = [:]
    for (name, scale) in scales {
      guard let number = object[name]?.number, scale.contains(number) else { return nil }
      numbers[name] = number
    }
    self.numbers = numbers
  }

  /// The number of a scale.
  public subscript(name: String) -> Double { numbers[name] ?? 0 }

  private static func lastObject(_ text: String) -> JSONValue? {
    var last: Substring?
    var rest = text[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      last = rest[start...end]
      rest = rest[rest.index(after: end)...]
    }
    return last.flatMap { object(String($0)) }
  }

  private static func block(_ text: String) -> JSONValue? {
    guard let start = text.ranges(of: "```json").first?.upperBound,
      let end = text[start...].ranges(of: "```").last?.lowerBound
    else { return nil }
    return object(String(text[start..<end]))
  }

  private static func object(_ text: String) -> JSONValue? {
    guard let value = JSONValue(json: text), case .object = value else { return nil }
    return value
  }
}

/// A summary as a judge sees it: whether it reads well, what of the key points is in it, what of it is right.
///
/// Source: princeton-nlp/HELMET, scripts/eval_gpt4_summ.py.
public struct JudgedSummary: Hashable, Sendable {
  /// Whether it reads well: 0 or 1.
  public let fluency: Double
  /// The share of the key points that are in it; 0 where there are none.
  public let recall: Double
  /// The share of its sentences that the reference supports; 0 where it has none.
  public let precision: Double

  /// The harmonic mean of recall and precision, 0 for what does not read well.
  public var score: Double {
    recall + precision > 0 ? fluency * 2 * recall * precision / (recall + precision) : 0
  }

  /// Reads three judgments.
  ///
  /// - Parameters:
  ///   - fluency: of `fluency`.
  ///   - recall: of `recall`, the number of key points that were found.
  ///   - precision: of `precision` and `sentence_count`.
  ///   - keyPointCount: how many key points there are.
  public init(fluency: RubricVerdict, recall: RubricVerdict, precision: RubricVerdict, keyPointCount: Int) {
    let sentences = precision["sentence_count"]
    self.fluency = fluency["fluency"]
    self.recall = keyPointCount > 0 ? recall["recall"] / Double(keyPointCount) : 0
    self.precision = sentences > 0 ? precision["precision"] / sentences : 0
  }
}
