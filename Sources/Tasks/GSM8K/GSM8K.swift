public import Evaluation
import Metrics
import Tokenizers

/// Grade-school mathematics: a worked answer is generated and its last number compared.
public struct GSM8K: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "gsm8k"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "grade-school mathematics, worked out and compared by the last number",
    protocols: [
      .init("gsm8k/se-eval-v1", "question and answer lines; the number of examples is part of the name")
    ],
    metrics: [
      .init("exact_match_last", "share of outputs whose last number is right"),
      .init("exact_match_marked", "share of outputs whose number behind '####' is right"),
    ],
    example: "{path: test.jsonl, shots-path: train.jsonl, shots: 5}")
  private enum Key {
    static let path = Setting.path("path", "a JSONL of `question` and `answer`, which ends with '#### number'")
    static let limit = Setting.integer("limit", "the first rows", otherwise: "all")
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", default: 256)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, ShotsSettings.path, ShotsSettings.count, Key.limit, Key.maxNewTokens,
  ]

  /// A question with its worked answer.
  struct Row: Sendable {
    let question: String
    let answer: String
    let number: String
  }

  private let file: RowFile<Row>
  private let shots: Shots<Row>
  private let limit: Int?
  private let maxNewTokens: Int

  /// Reads the settings, the questions and the examples.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    file = try RowFile(
      settings[Key.path], need: "it should hold questions with worked answers, as GSM8K's test.jsonl", decode: Self.row)
    limit = try settings[Key.limit]
    maxNewTokens = try settings[Key.maxNewTokens]
    shots = try Shots(settings, need: "it should hold worked examples", decode: Self.row)
  }

  private static func row(_ fields: RowFields) throws(RowFieldProblem) -> Row {
    let answer = try fields.text("answer")
    guard let number = NumberAnswer.strict(answer) else { throw fields.problem("answer", "a text with '#### number'") }
    return Row(question: try fields.text("question"), answer: answer, number: number)
  }

  /// The protocol's versioned name; the number of examples is part of it.
  public var protocolName: String { "gsm8k/se-eval-v1+\(shots.rows.count)-shot" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      "'Question: ...' and 'Answer:', \(shots.rows.count) worked examples before"
        + (shots.file.map { " (\($0.name))" } ?? ""),
      "greedy, at most \(maxNewTokens) new tokens, ended before another 'Question:'",
      "exact_match_last: the last number of the output is the answer; exact_match_marked: the one behind '####' is "
        + "(lm-eval's flexible-extract and strict-match); commas, currency sign and a full stop at the end are ignored",
    ]
  }

  /// The questions and the examples.
  public var dataFiles: [DataFile] { [file.dataFile] + (shots.file.map { [$0] } ?? []) }

  /// The last number, and the marked one.
  public var metrics: [MetricDescription] { Self.metrics }

  private static let metrics = ["exact_match_last", "exact_match_marked"].map {
    MetricDescription(name: $0, aggregation: .accuracy, higherIsBetter: true)
  }

  /// One cell.
  public var cells: [TaskCell] {
    [TaskCell([.init("file", .text(file.name)), .init("shots", .integer(shots.rows.count))])]
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] { file.warnings }

  /// The questions.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    let wrapper = try PromptWrapper(context)
    let head = shots.rows.map { "Question: \($0.question)\nAnswer: \($0.answer)\n\n" }.joined()
    var samples: [Sample] = []
    for entry in try file.entries(limit: limit) {
      let name = "row=\(entry.line)"
      let prompt = try wrapper.prompt(
        head + "Question: \(entry.row.question)\nAnswer:", sample: "gsm8k \(name)")
      samples.append(
        Sample(
          id: SampleID(name), text: prompt.text,
          request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens, stopTexts: ["Question:"]),
          conversation: prompt.conversation, expected: [entry.row.number],
          facts: [("realised_length", .integer(prompt.tokens.count))]))
    }
    return samples
  }

  /// `exact_match_last` and `exact_match_marked`.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let number = reference.expected.first else {
      return metrics.map { Score($0.name, unscored: "the model generated nothing") }
    }
    return [
      Score("exact_match_last", NumberAnswer.isEqual(NumberAnswer.last(text), number)),
      Score("exact_match_marked", NumberAnswer.isEqual(NumberAnswer.strict(text), number)),
    ]
  }
}
