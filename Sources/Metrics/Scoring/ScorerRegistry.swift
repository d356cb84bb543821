/// A scorer of one prediction against accepted answers, with its name.
public struct Scorer: Sendable {
  /// The name in a configuration and on the command line.
  public let name: String
  /// One line for the documentation.
  public let summary: String
  /// Whether Chinese words must be cut.
  public let needsSegmenter: Bool
  private let body: @Sendable (Input) -> ScoreValue

  /// What a scorer may look at.
  struct Input: Sendable {
    let prediction: String
    let references: [String]
    let allClasses: [String]?
    let segmenter: JiebaSegmenter?
  }

  init(
    _ name: String, _ summary: String, needsSegmenter: Bool = false, _ body: @escaping @Sendable (Input) -> ScoreValue
  ) {
    self.name = name
    self.summary = summary
    self.needsSegmenter = needsSegmenter
    self.body = body
  }

  /// A scorer of one pair: the best over the references counts.
  init(each name: String, _ summary: String, _ score: @escaping @Sendable (String, String) -> Double) {
    self.init(name, summary) { input in
      input.references.map { score(input.prediction, $0) }.max().map { .value($0) } ?? .unscored("no reference")
    }
  }

  /// The score of one sample, 0 to 1.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - references: the accepted answers.
  ///   - allClasses: the class names, for `classification_score`.
  ///   - segmenter: jieba, where `needsSegmenter`.
  /// - Returns: the score, or why there is none.
  public func score(
    prediction: String, references: [String], allClasses: [String]? = nil, segmenter: JiebaSegmenter? = nil
  ) -> ScoreValue {
    body(Input(prediction: prediction, references: references, allClasses: allClasses, segmenter: segmenter))
  }
}

/// All scorers of single samples, by name.
///
/// A contested metric has one name per known variant.
public enum ScorerRegistry {
  /// The scorers, in the order of the documentation.
  public static let scorers: [Scorer] =
    LongBenchMetric.allCases.map(longBench) + [
      code("code_sim@difflib", "code_sim_score under its full name: difflib's ratio", .difflib),
      code("code_sim@indel", "code similarity where python-Levenshtein is installed", .indel),
      Scorer(each: "f1", "SQuAD's token F1 (L-Eval's f1)") { TokenF1.english(prediction: $0, reference: $1) },
      Scorer(each: "rouge1@rouge_score", "ROUGE-1 F of Google's rouge_score, no stemmer") {
        GoogleROUGE(prediction: $0, reference: $1).rouge1
      },
      Scorer(each: "rouge2@rouge_score", "ROUGE-2 F of Google's rouge_score, no stemmer") {
        GoogleROUGE(prediction: $0, reference: $1).rouge2
      },
      Scorer(each: "rougeL@rouge_score", "ROUGE-L F of Google's rouge_score, no stemmer") {
        GoogleROUGE(prediction: $0, reference: $1).rougeL
      },
      Scorer(each: "rougeLsum@rouge_score", "ROUGE-Lsum F of Google's rouge_score, lines as sentences") {
        GoogleROUGE(prediction: $0, reference: $1).rougeLsum
      },
      Scorer(each: "exact_match", "the same text, white space at both ends aside") {
        TextMatch.exact(prediction: $0, reference: $1)
      },
      Scorer(each: "leval_exact_match", "L-Eval's exact match of answers that were read out already") {
        LEvalExactMatch.score(prediction: $0, reference: $1)
      },
      Scorer(each: "leval_exact_match@v1", "the same as it was until October 2023: the first line alone") {
        LEvalExactMatch.score(prediction: $0, reference: $1, reading: .v1)
      },
      Scorer("best_subspan_em", "lost in the middle: a normalised answer is in the first line") {
        .value(TextMatch.bestSubspan(prediction: $0.prediction, answers: $0.references))
      },
      Scorer("string_match_all", "RULER: share of the references that occur") { input in
        TextMatch.shareOfReferences(prediction: input.prediction, references: input.references).map { .value($0) }
          ?? .unscored("no reference")
      },
      Scorer("string_match_part", "RULER's question answering: any reference occurs") { input in
        TextMatch.anyReference(prediction: input.prediction, references: input.references).map { .value($0) }
          ?? .unscored("no reference")
      },
      Scorer(each: "contains", "the reference occurs in the prediction, whatever the case") {
        TextMatch.containsValue(prediction: $0, value: $1)
      },
      Scorer(each: "passkey", "the first run of digits is exactly the reference") {
        PasskeyMatch.score(output: $0, key: $1)
      },
    ]

  /// The names, in the order of the documentation.
  public static var names: [String] { scorers.map(\.name) }

  /// The names with those of the scorers of rows.
  public static var allNames: [String] { names + rowScorers.map(\.name) }

  /// The scorer of a name.
  public static func scorer(named name: String) -> Scorer? { scorers.first { $0.name == name } }

  private static func longBench(_ metric: LongBenchMetric) -> Scorer {
    Scorer(metric.rawValue, "LongBench's metric of that name", needsSegmenter: metric.needsSegmenter) { input in
      best(input) { metric.score(prediction: $0, reference: $1, allClasses: $2, segmenter: $3) }
    }
  }

  private static func code(_ name: String, _ summary: String, _ variant: EditSimilarity) -> Scorer {
    Scorer(name, summary) { input in
      best(input) { prediction, reference, _, _ in
        LongBenchMetric.codeSimilarity.score(prediction: prediction, reference: reference, codeVariant: variant)
      }
    }
  }

  private static func best(
    _ input: Scorer.Input, _ score: (String, String, [String]?, JiebaSegmenter?) -> ScoreValue
  ) -> ScoreValue {
    var best: Double?
    for reference in input.references {
      switch score(input.prediction, reference, input.allClasses, input.segmenter) {
      case .value(let value): best = max(best ?? value, value)
      case .unscored(let reason): return .unscored(reason)
      }
    }
    return best.map { .value($0) } ?? .unscored("no reference")
  }
}
