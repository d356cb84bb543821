/// How a task of L-Eval reads its answers; chosen, as in the official program, by a part of its name.
public enum LEvalTask: Hashable, Sendable {
  /// One letter: tpo, quality.
  case choice
  /// One or several letters, an incomplete choice counts a quarter: coursera.
  case choices
  /// A number: gsm100.
  case number
  /// The output of a program: codeU.
  case code
  /// Two judgements: sci_fi.
  case judgements
  /// The first, second and third topic in turn: topic_retrieval_longchat.
  case topics
  /// The text as it is.
  case text

  /// The way of a task or file name.
  public init(named name: String) {
    let ways: [(String, LEvalTask)] = [
      ("coursera", .choices), ("quality", .choice), ("tpo", .choice), ("gsm", .number), ("codeU", .code),
      ("sci_fi", .judgements), ("topic", .topics),
    ]
    self = ways.first { name.contains($0.0) }?.1 ?? .text
  }

  /// The names of all 20 tasks, closed ones first.
  public static let names = [
    "tpo", "gsm100", "quality", "coursera", "topic_retrieval_longchat", "codeU", "sci_fi", "financial_qa",
    "gov_report_summ", "legal_contract_qa", "meeting_summ", "multidoc_qa", "narrative_qa", "natural_question",
    "news_summ", "paper_assistant", "patent_summ", "review_summ", "scientific_qa", "tv_show_summ",
  ]

  /// What is compared: pairs of prediction and reference; two for `judgements`, else one.
  public func comparisons(
    prediction: String, reference: String, reading: LEvalReading = .v2
  ) -> [(prediction: String, reference: String)] {
    switch self {
    case .choice, .choices:
      [
        (
          LEvalAnswers.choice(prediction: prediction, allowsSeveral: self == .choices, reading: reading),
          LEvalAnswers.choice(reference: reference)
        )
      ]
    case .number: [(LEvalAnswers.number(prediction), LEvalAnswers.number(reference))]
    case .code: [(LEvalAnswers.code(prediction: prediction, reference: reference), LEvalAnswers.code(reference))]
    case .judgements:
      {
        let (loyalty, fact) = LEvalAnswers.judgements(prediction: prediction)
        let (goldLoyalty, goldFact) = LEvalAnswers.judgements(reference: reference)
        return [(loyalty, goldLoyalty), (fact, goldFact)]
      }()
    case .topics, .text: [(prediction, reference)]
    }
  }

  /// The exact-match scores of one row: one, or two for `judgements` (loyalty and fact).
  public func exactMatch(prediction: String, reference: String, reading: LEvalReading = .v2) -> [Double] {
    comparisons(prediction: prediction, reference: reference, reading: reading)
      .map { LEvalExactMatch.score(prediction: $0.prediction, reference: $0.reference, reading: reading) }
  }
}
