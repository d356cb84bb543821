/// A metric of LongBench, under the name of its function in the official metrics.py.
///
/// Source: THUDM/LongBench, metrics.py; every oddity is kept, see the cases.
public enum LongBenchMetric: String, CaseIterable, Sendable {
  /// SQuAD's token F1.
  case f1 = "qa_f1_score"
  /// Token F1 over jieba's words.
  case chineseF1 = "qa_f1_zh_score"
  /// ROUGE-L of the package `rouge` 1.0.1; 0 where that package fails, also on very long sentences.
  case rouge = "rouge_score"
  /// The same over jieba's words.
  case chineseRouge = "rouge_zh_score"
  /// 1 / number of class names in the prediction, if the right one is among them.
  case classification = "classification_score"
  /// Share of the numbers in the prediction that are the reference.
  case count = "count_score"
  /// The same with the number after "Paragraph " in the reference.
  case retrieval = "retrieval_score"
  /// The same with the number after the Chinese word for paragraph.
  case chineseRetrieval = "retrieval_zh_score"
  /// `fuzz.ratio` of the first line that holds no `, # or //; difflib's, as the official requirements give.
  case codeSimilarity = "code_sim_score"

  /// Whether words must be cut by jieba.
  public var needsSegmenter: Bool { self == .chineseF1 || self == .chineseRouge }

  /// The score of one pair.
  ///
  /// - Parameters:
  ///   - prediction: the model's text, after the dataset's clean-up.
  ///   - reference: one accepted answer.
  ///   - allClasses: the class names; needed by `classification`.
  ///   - segmenter: jieba; needed where `needsSegmenter`.
  ///   - codeVariant: which `fuzz.ratio` compares code.
  /// - Returns: 0 to 1, or what was missing.
  public func score(
    prediction: String, reference: String, allClasses: [String]? = nil, segmenter: JiebaSegmenter? = nil,
    codeVariant: EditSimilarity = .difflib
  ) -> ScoreValue {
    switch self {
    case .f1: return .value(TokenF1.english(prediction: prediction, reference: reference))
    case .rouge: return .value(RougePackage.longBenchScore(prediction: prediction, reference: reference))
    case .chineseF1, .chineseRouge:
      guard let segmenter else { return .unscored(LongBenchMetric.needsJieba) }
      return .value(
        self == .chineseF1
          ? TokenF1.chinese(prediction: prediction, reference: reference, segmenter: segmenter)
          : RougePackage.longBenchChineseScore(prediction: prediction, reference: reference, segmenter: segmenter))
    case .classification:
      guard let allClasses else { return .unscored("the row has no all_classes") }
      return .value(LongBenchMetric.classification(CodePoints(prediction), CodePoints(reference), allClasses))
    case .count: return .value(LongBenchMetric.shareOfNumbers(prediction, equalTo: CodePoints(reference)))
    case .retrieval: return retrieval(prediction, reference, after: "Paragraph ")
    case .chineseRetrieval: return retrieval(prediction, reference, after: "\u{6bb5}\u{843d}")
    case .codeSimilarity:
      return .value(LongBenchMetric.codeSimilarity(CodePoints(prediction), CodePoints(reference), codeVariant))
    }
  }

  /// Why a Chinese score is missing.
  public static let needsJieba =
    "not comparable: the official score cuts words with jieba, whose dictionary was not found"

  private static func shareOfNumbers(_ prediction: String, equalTo reference: CodePoints) -> Double {
    let numbers = CodePoints(prediction).digitRuns
    guard !numbers.isEmpty else { return 0 }
    return Double(numbers.count { $0 == reference }) / Double(numbers.count)
  }

  private func retrieval(_ prediction: String, _ reference: String, after mark: String) -> ScoreValue {
    let reference = CodePoints(reference)
    let mark = CodePoints(mark)
    var start = 0
    while let offset = reference.firstOffset(of: mark, from: start) {
      let number = CodePoints(reference[(offset + mark.count)...].prefix(while: \.isPythonDecimal))
      if !number.isEmpty { return .value(LongBenchMetric.shareOfNumbers(prediction, equalTo: number)) }
      start = offset + 1
    }
    return .unscored("the reference has no number after '\(mark.text)'")
  }

  /// The official loop removes matches from the list that it walks over, so that the element after a removed one is
  /// not looked at.
  private static func classification(
    _ prediction: CodePoints, _ reference: CodePoints, _ classes: [String]
  ) -> Double {
    var matches = classes.map { CodePoints($0) }.filter { prediction.contains($0) }
    var index = 0
    while index < matches.count {
      let match = matches[index]
      if match != reference, reference.contains(match), let first = matches.firstIndex(of: match) {
        matches.remove(at: first)
      }
      index += 1
    }
    return matches.contains(reference) ? 1 / Double(matches.count) : 0
  }

  private static func codeSimilarity(
    _ prediction: CodePoints, _ reference: CodePoints, _ variant: EditSimilarity
  ) -> Double {
    let lines = CodePoints(prediction.drop { $0 == "\n" }).parts(separatedBy: "\n")
    let line = lines.first { !$0.contains("`") && !$0.contains("#") && !$0.contains(CodePoints("//")) }
    return Double(variant.ratio(line ?? [], reference)) / 100
  }
}
