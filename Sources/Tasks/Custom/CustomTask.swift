public import Evaluation
import JSON
import Metrics
import Tokenizers

/// A task that a configuration describes: rows of a JSONL, a prompt with their fields, and a scorer by name.
public struct CustomTask: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "custom"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = Dictionary(
    uniqueKeysWithValues: ScorerRegistry.names.filter { !yesOrNo.contains($0) }.map { ($0, 0.0...1) })
  /// Scorers that say 0 or 1.
  private static let yesOrNo = ["exact_match", "best_subspan_em", "string_match_part", "contains", "passkey"]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "a task that a configuration describes: rows, a prompt with their fields, a scorer by name",
    protocols: [
      .init("custom/", "the task's name, its scorer and what of the output is scored")
    ],
    metrics: [
      .init("\(ScorerRegistry.names.joined(separator: ", "))", "the scorer that the entry names")
    ],
    example: "{name: colours, path: rows.jsonl, prompt: \"{question}\", scorer: contains}")
  private enum Key {
    static let file = Setting.settingsFile(
      "file", "a YAML file with the other keys; keys beside it come before its own")
    static let name = Setting.text("name", "what the task is called in tables")
    static let path = Setting.path("path", "the rows, a JSONL file")
    static let scorer = Setting.text("scorer", "one of the scorers of `se-eval score`")
    static let reference = Setting.text(
      "reference-field", "the accepted answers of a row: a text, number or list", default: "answer")
    static let classes = Setting.text(
      "classes-field", "the names of all classes, for classification_score", otherwise: "none")
    static let firstLine = Setting.flag("first-line", "scores the first line of the output only", default: false)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", default: 64)
    static let stop = Setting.texts("stop", "texts that end the output and are cut off", default: [], shown: "none")
    static let limit = Setting.integer("limit", "the first rows", otherwise: "all")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.file, Key.name, Key.path, CustomPrompt.Key.message, CustomPrompt.Key.system, CustomPrompt.Key.answerStart,
    CustomPrompt.Key.chat, Key.reference, Key.classes, Key.scorer, Key.firstLine, Key.maxNewTokens, Key.stop,
    CustomPrompt.Key.maxTokens, CustomPrompt.Key.truncation, CustomPrompt.Key.truncateField, Key.limit,
  ]

  /// A row as far as the task needs it.
  struct Row: Sendable {
    let fields: [String: String]
    let references: [String]
    let classes: [String]?
  }

  private let title: String
  private let file: RowFile<Row>
  private let prompt: CustomPrompt
  private let rule: Rule
  private let maxNewTokens: Int
  private let stopTexts: [String]
  private let limit: Int?

  /// Reads the settings and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    if let file = try settings[Key.file] {
      throw .missingData(path: file, need: "it should be a YAML file that describes the task")
    }
    title = try settings[Key.name]
    guard title.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }) else {
      throw .setting(key: "name", found: "'\(title)'", expected: "letters, digits, '-', '_' and '.'")
    }
    let path = try settings[Key.path]
    rule = try Rule(settings)
    maxNewTokens = try settings[Key.maxNewTokens]
    stopTexts = try settings[Key.stop]
    guard !stopTexts.contains("") else { throw .setting(key: "stop", found: "an empty text", expected: "texts") }
    limit = try settings[Key.limit]
    let prompt = try CustomPrompt(settings)
    self.prompt = prompt
    let reference = try settings[Key.reference]
    let classes = try settings[Key.classes]
    file = try RowFile(path, need: "it should hold the rows of the task '\(title)'") { (row) throws(RowFieldProblem) in
      try Self.row(row, prompt.fields, reference: reference, classes: classes)
    }
  }

  private static func row(
    _ row: RowFields, _ names: [String], reference: String, classes: String?
  ) throws(RowFieldProblem) -> Row {
    var fields: [String: String] = [:]
    for name in names {
      guard let value = row.value[name], let text = value.shown else {
        throw row.problem(name, "a text or a number")
      }
      fields[name] = text
    }
    guard let value = row.value[reference] else { throw row.problem(reference, "a text, a number or a list of them") }
    let list: [JSONValue]
    if case .array(let values) = value { list = values } else { list = [value] }
    let references = list.compactMap(\.shown)
    guard references.count == list.count, !references.isEmpty else {
      throw row.problem(reference, "a text, a number or a list of them")
    }
    return Row(
      fields: fields, references: references,
      classes: try classes.map { (key) throws(RowFieldProblem) in
        try row.texts(key)
      })
  }

  /// The protocol's name: the task's, the scorer's and what of the output is scored.
  public var protocolName: String { "custom/\(title)+\(rule.scorer.name)\(rule.scoresFirstLine ? "+first-line" : "")" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      "described by the configuration; rows of \(file.name)", prompt.note,
      "greedy, at most \(maxNewTokens) new tokens"
        + (stopTexts.isEmpty ? "" : ", ended by \(stopTexts.map { "'\($0)'" }.joined(separator: ", "))"),
      "score \(rule.scorer.name)\(rule.scoresFirstLine ? " of the output's first line" : ""): \(rule.scorer.summary)",
    ]
  }

  /// The rows.
  public var dataFiles: [DataFile] { [file.dataFile] }

  /// The scorer.
  public var metrics: [MetricDescription] {
    [
      MetricDescription(
        name: rule.scorer.name, aggregation: Self.yesOrNo.contains(rule.scorer.name) ? .accuracy : .mean,
        higherIsBetter: true, range: Self.scoreRanges[rule.scorer.name])
    ]
  }

  /// One cell.
  public var cells: [TaskCell] { [TaskCell([.init("name", .text(title))])] }

  /// Rows that are left out, and prompts that are under the policy `skip`.
  public func warnings(in context: SampleContext) -> [String] { file.warnings + prompt.warnings(rows, context) }

  private var rows: [RowFile<Row>.Entry] { (try? file.entries(limit: limit)) ?? [] }

  /// The rows' prompts.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    var samples: [Sample] = []
    for entry in try file.entries(limit: limit) {
      let name = "row=\(entry.line)"
      guard let made = try prompt.made(entry.row, "custom \(title) \(name)", context) else { continue }
      var facts: [(name: String, value: Value)] = [("realised_length", .integer(made.tokens.count))]
      if let classes = entry.row.classes { facts.append(("classes", .list(classes.map { .text($0) }))) }
      samples.append(
        Sample(
          id: SampleID(name), text: made.text,
          request: .generate(tokens: made.tokens, maxNewTokens: maxNewTokens, stopTexts: stopTexts),
          conversation: made.conversation, expected: entry.row.references, facts: facts,
          truncatedTokenCount: made.removedCount))
    }
    return samples
  }

  /// The scorer's value.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    rule.scores(of: reference, outcome: outcome)
  }

  /// By the scorer of the settings.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    let rule = try Rule(settings)
    return OutcomeScoring { rule.scores(of: $0, outcome: $1) }
  }

  /// The scorer and what of an output it sees.
  private struct Rule: Sendable {
    let scorer: Scorer
    let segmenter: JiebaSegmenter?
    let scoresFirstLine: Bool

    init(_ settings: TaskSettings) throws(TaskError) {
      let name = try settings[Key.scorer]
      guard let scorer = ScorerRegistry.scorer(named: name) else {
        throw .setting(
          key: "scorer", found: "'\(name)'", expected: "one of \(ScorerRegistry.names.joined(separator: ", "))")
      }
      self.scorer = scorer
      segmenter = scorer.needsSegmenter ? try? JiebaSegmenter.installed() : nil
      guard !scorer.needsSegmenter || segmenter != nil else {
        throw .setting(key: "scorer", found: "'\(name)'", expected: "another one, or jieba's dictionary installed")
      }
      scoresFirstLine = try settings[Key.firstLine]
    }

    func scores(of reference: Reference, outcome: Outcome) -> [Score] {
      guard case .generation(_, let text, _) = outcome else {
        return [Score(scorer.name, unscored: "the model generated nothing")]
      }
      var classes: [String]?
      if case .list(let list)? = reference.fact("classes") {
        classes = list.compactMap { if case .text(let text) = $0 { text } else { nil } }
      }
      let line = text.drop { $0.isNewline }.prefix { !$0.isNewline }
      let value = scorer.score(
        prediction: scoresFirstLine ? String(line) : text, references: reference.expected, allClasses: classes,
        segmenter: segmenter)
      switch value {
      case .value(let number): return [Score(scorer.name, number)]
      case .unscored(let reason): return [Score(scorer.name, unscored: reason)]
      }
    }
  }
}
