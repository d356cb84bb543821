/// HELMET's scores of one reply against accepted answers, and what it does to a reply first.
///
/// Source: princeton-nlp/HELMET at 4526dfb, utils.py (`calculate_metrics`, `parse_output`) and data.py
/// (`*_post_process`).
public struct HELMETAnswer: Hashable, Sendable {
  /// The scores, 0 to 1, by the names that HELMET gives them.
  public private(set) var scores: [String: Double]
  /// What was read out of the reply.
  public let parsed: String

  /// The names of `scores`, in the order of the tables.
  public static let names = [
    "exact_match", "f1", "substring_exact_match", "rougeL_f1", "rougeL_recall", "rougeLsum_f1", "rougeLsum_recall",
  ]

  /// How the answer is read out of a reply, and which texts are scored.
  public enum Reading: String, CaseIterable, Hashable, Sendable {
    /// The better of the reply and of what stands behind `Answer:`.
    case standard = "default_post_process"
    /// The same for choices, of which the second reference is the letter with its option.
    case choice = "choice_post_process"
    /// The better of the reply and of what stands behind `corresponding value:`.
    case keyValue = "kv_post_process"
    /// Only what stands behind `label:`.
    case inContextLearning = "icl_post_process"
    /// The better of the reply and of what stands behind `Summary:`.
    case summary = "lexsum_post_process"

    /// What stands in front of the answer.
    public var prefix: String {
      switch self {
      case .standard, .choice: "Answer:"
      case .keyValue: "corresponding value:"
      case .inContextLearning: "label:"
      case .summary: "Summary:"
      }
    }
  }

  /// The scores of a reply.
  ///
  /// - Parameters:
  ///   - prediction: the reply, with whatever the protocol puts in front of it.
  ///   - references: the accepted answers; for a choice the letter, then `X. option`.
  ///   - reading: how the answer is read.
  public init(prediction: String, references: [String], reading: Reading) {
    let parsed = Self.parsed(prediction, prefix: reading.prefix)
    self.parsed = parsed
    guard reading != .inContextLearning else {
      scores = Self.scores(parsed, references)
      return
    }
    scores = Self.scores(prediction, references).merging(Self.scores(parsed, references)) { max($0, $1) }
    guard reading == .choice else { return }
    scores["substring_exact_match"] = 0
    guard references.count > 1,
      CodePoints(prediction).lowercased.contains(CodePoints(references[1]).lowercased)
    else { return }
    scores["substring_exact_match"] = 1
    scores["exact_match"] = 1
  }

  /// True where a choice counts as right only because the letter A is an article and normalises to nothing.
  ///
  /// - Parameters:
  ///   - prediction: the reply.
  ///   - references: the letter, then `X. option`.
  /// - Returns: whether neither the letter stands in the parsed reply nor the option in the reply.
  public static func isArticleArtifact(prediction: String, references: [String]) -> Bool {
    guard references.count > 1,
      HELMETAnswer(prediction: prediction, references: references, reading: .choice)
        .scores["exact_match"] == 1
    else { return false }
    let letter = CodePoints(references[0])
    guard AnswerNormalization.squad(letter).isEmpty else { return false }
    let reply = CodePoints(prediction)
    let words = reply.map { $0.isPythonWord ? $0 : " " }.words
    return !words.contains(letter) && !reply.lowercased.contains(CodePoints(references[1]).lowercased)
  }

  // MARK: Parsing

  /// The rest of the line behind the first place of a prefix, whatever the case; else the first line.
  static func parsed(_ output: String, prefix: String) -> String {
    let text = CodePoints(output)
    let prefix = CodePoints(prefix)
    let start = folded(text).firstOffset(of: folded(prefix)).map { $0 + prefix.count } ?? 0
    let line = CodePoints(text[start...].prefix { $0 != "\n" }).stripped
    let rest = folded(line).starts(with: folded(prefix)) ? CodePoints(line.dropFirst(prefix.count)) : line
    return rest.stripped.text
  }

  /// Case folded as Python's regular expressions do it for ASCII letters, code point by code point.
  private static func folded(_ text: CodePoints) -> CodePoints {
    text.map { scalar in
      switch scalar.value {
      case 65...90: Unicode.Scalar(UInt8(scalar.value) + 32)
      case 0x17f: "s"
      case 0x212a: "k"
      default: scalar
      }
    }
  }

  // MARK: Scores

  private static func scores(_ prediction: String, _ references: [String]) -> [String: Double] {
    var best = Dictionary(uniqueKeysWithValues: names.map { ($0, 0.0) })
    let words = AnswerNormalization.squad(CodePoints(prediction))
    let text = CodePoints(words.joined(separator: [" "]))
    for reference in references {
      let goldWords = AnswerNormalization.squad(CodePoints(reference))
      let gold = CodePoints(goldWords.joined(separator: [" "]))
      let rouge = GoogleROUGE(prediction: prediction, reference: reference, stems: true)
      let values: [String: Double] = [
        "exact_match": text == gold ? 1 : 0, "f1": f1(words, text, goldWords, gold),
        "substring_exact_match": text.contains(gold) ? 1 : 0, "rougeL_f1": rouge.rougeL,
        "rougeL_recall": rouge.rougeLRecall, "rougeLsum_f1": rouge.rougeLsum,
        "rougeLsum_recall": rouge.rougeLsumRecall,
      ]
      best.merge(values) { max($0, $1) }
    }
    return best
  }

  /// F1 that is 0 where one side says yes, no or noanswer and the other does not.
  private static func f1(
    _ words: [CodePoints], _ text: CodePoints, _ goldWords: [CodePoints], _ gold: CodePoints
  ) -> Double {
    let decided = [CodePoints("yes"), CodePoints("no"), CodePoints("noanswer")]
    if text != gold, decided.contains(text) || decided.contains(gold) { return 0 }
    return TokenF1.score(words, goldWords)
  }

  /// The share of references that are in the output, whatever the case.
  public static func recall(prediction: String, references: [String]) -> Double? {
    let text = CodePoints(prediction).lowercased
    return Statistics.mean(references.map { text.contains(CodePoints($0).lowercased) ? 1 : 0 })
  }
}
