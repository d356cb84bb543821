/// A dataset of LongBench (version 1).
///
/// Source: THUDM/LongBench, eval.py (metrics, first-line rule), pred.py (chat rule), task.md (categories).
public struct LongBenchDataset: Hashable, Sendable {
  /// The six categories whose means make the average.
  public enum Category: String, CaseIterable, Sendable {
    case singleDocument = "Single-Document QA"
    case multiDocument = "Multi-Document QA"
    case summarization = "Summarization"
    case fewShot = "Few-shot Learning"
    case synthetic = "Synthetic Tasks"
    case code = "Code Completion"
  }

  /// The language of the documents.
  public enum Language: String, Sendable {
    case english = "en"
    case chinese = "zh"
    case code
  }

  /// The official name.
  public let name: String
  /// The official metric.
  public let metric: LongBenchMetric
  /// The category.
  public let category: Category
  /// The language.
  public let language: Language
  /// Whether LongBench-E has it.
  public let isInE: Bool

  /// Whether only the first line of a prediction counts (leading newlines aside).
  public var usesFirstLine: Bool { ["trec", "triviaqa", "samsum", "lsht"].contains(name) }
  /// Whether the official pipeline leaves the chat template away.
  public var isCompletion: Bool { usesFirstLine || category == .code }
  /// Whether it is one of the 16 columns of the Self-Extend paper's table.
  public var isInSixteen: Bool { language != .chinese }

  /// All 21, in the order of the official table.
  public static let all: [LongBenchDataset] = [
    .init("narrativeqa", .f1, .singleDocument, .english),
    .init("qasper", .f1, .singleDocument, .english, isInE: true),
    .init("multifieldqa_en", .f1, .singleDocument, .english, isInE: true),
    .init("multifieldqa_zh", .chineseF1, .singleDocument, .chinese),
    .init("hotpotqa", .f1, .multiDocument, .english, isInE: true),
    .init("2wikimqa", .f1, .multiDocument, .english, isInE: true),
    .init("musique", .f1, .multiDocument, .english),
    .init("dureader", .chineseRouge, .multiDocument, .chinese),
    .init("gov_report", .rouge, .summarization, .english, isInE: true),
    .init("qmsum", .rouge, .summarization, .english),
    .init("multi_news", .rouge, .summarization, .english, isInE: true),
    .init("vcsum", .chineseRouge, .summarization, .chinese),
    .init("trec", .classification, .fewShot, .english, isInE: true),
    .init("triviaqa", .f1, .fewShot, .english, isInE: true),
    .init("samsum", .rouge, .fewShot, .english, isInE: true),
    .init("lsht", .classification, .fewShot, .chinese),
    .init("passage_count", .count, .synthetic, .english, isInE: true),
    .init("passage_retrieval_en", .retrieval, .synthetic, .english, isInE: true),
    .init("passage_retrieval_zh", .chineseRetrieval, .synthetic, .chinese),
    .init("lcc", .codeSimilarity, .code, .code, isInE: true),
    .init("repobench-p", .codeSimilarity, .code, .code, isInE: true),
  ]

  private init(
    _ name: String, _ metric: LongBenchMetric, _ category: Category, _ language: Language, isInE: Bool = false
  ) {
    self.name = name
    self.metric = metric
    self.category = category
    self.language = language
    self.isInE = isInE
  }

  /// The dataset of a name; `_e`, as in LongBench-E's files, is not part of it.
  public static func named(_ name: String) -> LongBenchDataset? {
    let base = name.hasSuffix("_e") ? String(name.dropLast(2)) : name
    return all.first { $0.name == base }
  }

  /// The length bucket of LongBench-E: below 4,000, below 8,000, and the rest, in words.
  public static func bucket(length: Double) -> String {
    length < 4000 ? "0-4k" : length < 8000 ? "4-8k" : "8k+"
  }

  /// The names of the buckets, in order.
  public static let buckets = ["0-4k", "4-8k", "8k+"]

  /// The best score of a prediction over the accepted answers, after the dataset's clean-up.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - answers: the accepted answers; none gives 0, as in the official code.
  ///   - allClasses: the class names of the dataset.
  ///   - segmenter: jieba, for the Chinese datasets.
  ///   - codeVariant: which `fuzz.ratio` compares code.
  /// - Returns: 0 to 1, or why there is none.
  public func score(
    prediction: String, answers: [String], allClasses: [String]?, segmenter: JiebaSegmenter?,
    codeVariant: EditSimilarity = .difflib
  ) -> ScoreValue {
    let text = usesFirstLine ? CodePoints(prediction).firstLineAfterNewlines.text : prediction
    var best = 0.0
    for answer in answers {
      let score = metric.score(
        prediction: text, reference: answer, allClasses: allClasses, segmenter: segmenter, codeVariant: codeVariant)
      guard case .value(let value) = score else { return score }
      best = max(best, value)
    }
    return .value(best)
  }

  /// The official average: the mean of the means of the six categories.
  ///
  /// - Parameter scores: score by dataset name.
  /// - Returns: the mean of every category that has all its datasets, and the average when all six have.
  public static func average(
    of scores: [String: Double]
  ) -> (categories: [(category: Category, mean: Double?)], average: Double?) {
    let categories = Category.allCases.map { category in
      let values = all.filter { $0.category == category }.map { scores[$0.name] }
      let known = values.compactMap { $0 }
      return (category: category, mean: known.count == values.count ? Statistics.mean(known) : nil)
    }
    let means = categories.compactMap(\.mean)
    return (categories, means.count == categories.count ? Statistics.mean(means) : nil)
  }
}
