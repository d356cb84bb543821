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
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("file", .settingsFile, "a YAML file with the other keys; keys beside it come before its own"),
    SettingDescription("name", .text, "what the task is called in tables (required)"),
    SettingDescription("path", .path, "the rows, a JSONL (required)"),
    SettingDescription(
      "prompt", .text, "the user's message; {field} is a field of the row, {{ and }} are braces (required)"),
    SettingDescription("system", .text, "the system message of a chat, with fields too (default: the template's own)"),
    SettingDescription("answer-start", .text, "the beginning of the answer, behind the chat markers (default nothing)"),
    SettingDescription("chat", .flag, "false: never wraps the prompt in the model's chat template (default true)"),
    SettingDescription(
      "reference-field", .text, "the accepted answers of a row: a text, number or list (default answer)"),
    SettingDescription("classes-field", .text, "the names of all classes, for classification_score"),
    SettingDescription("scorer", .text, "one of the scorers of `se-eval score` (required)"),
    SettingDescription("first-line", .flag, "scores the first line of the output only (default false)"),
    SettingDescription("max-new-tokens", .integer, "generation limit (default 64)"),
    SettingDescription("stop", .texts, "texts that end the output and are cut off (default none)"),
    SettingDescription(
      "max-prompt-tokens", .integer, "longer prompts are truncated (default: prompts may have any length)"),
    Truncation.setting(default: "error, where max-prompt-tokens is given"),
    SettingDescription("truncate-field", .text, "the field whose text is cut (default: the one with the longest text)"),
    SettingDescription("limit", .integer, "the first rows (default all)"),
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
  private let scorer: Scorer
  private let segmenter: JiebaSegmenter?
  private let scoresFirstLine: Bool
  private let maxNewTokens: Int
  private let stopTexts: [String]
  private let limit: Int?

  /// Reads the settings and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    if let file = settings.text("file") {
      throw .missingData(path: file, need: "it should be a YAML file that describes the task")
    }
    func required(_ key: String, _ expected: String) throws(TaskError) -> String {
      guard let text = settings.text(key), !text.isEmpty else {
        throw .setting(key: key, found: "missing", expected: expected)
      }
      return text
    }
    title = try required("name", "what the task is called in tables")
    guard title.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }) else {
      throw .setting(key: "name", found: "'\(title)'", expected: "letters, digits, '-', '_' and '.'")
    }
    let path = try required("path", "a JSONL file of rows")
    let name = try required("scorer", "one of \(ScorerRegistry.names.joined(separator: ", "))")
    guard let scorer = ScorerRegistry.scorer(named: name) else {
      throw .setting(
        key: "scorer", found: "'\(name)'", expected: "one of \(ScorerRegistry.names.joined(separator: ", "))")
    }
    self.scorer = scorer
    segmenter = scorer.needsSegmenter ? try? JiebaSegmenter.installed() : nil
    guard !scorer.needsSegmenter || segmenter != nil else {
      throw .setting(key: "scorer", found: "'\(name)'", expected: "another one, or jieba's dictionary installed")
    }
    scoresFirstLine = settings.flag("first-line", default: false)
    maxNewTokens = try settings.positive("max-new-tokens") ?? 64
    stopTexts = settings.texts("stop") ?? []
    guard !stopTexts.contains("") else { throw .setting(key: "stop", found: "an empty text", expected: "texts") }
    limit = try settings.positive("limit")
    let prompt = try CustomPrompt(settings, required("prompt", "a text with {field} for the fields of a row"))
    self.prompt = prompt
    let reference = settings.text("reference-field") ?? "answer"
    let classes = settings.text("classes-field")
    file = try RowFile(path, need: "it should hold the rows of the task '\(title)'") { (row) throws(RowFieldProblem) in
      try Self.row(row, prompt.fields, reference: reference, classes: classes)
    }
  }

  private static func row(
    _ row: RowFields, _ names: [String], reference: String, classes: String?
  ) throws(RowFieldProblem) -> Row {
    var fields: [String: String] = [:]
    for name in names {
      guard let value = row.value[name], let text = text(of: value) else {
        throw row.problem(name, "a text or a number")
      }
      fields[name] = text
    }
    guard let value = row.value[reference] else { throw row.problem(reference, "a text, a number or a list of them") }
    let list: [JSONValue]
    if case .array(let values) = value { list = values } else { list = [value] }
    let references = list.compactMap(text)
    guard references.count == list.count, !references.isEmpty else {
      throw row.problem(reference, "a text, a number or a list of them")
    }
    return Row(
      fields: fields, references: references,
      classes: try classes.map { (key) throws(RowFieldProblem) in
        try row.texts(key)
      })
  }

  /// A field's value as the prompt shows it: a text, or a number without `.0`.
  private static func text(of value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .bool(let flag): flag ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// The protocol's name: the task's, the scorer's and what of the output is scored.
  public var protocolName: String { "custom/\(title)+\(scorer.name)\(scoresFirstLine ? "+first-line" : "")" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      "described by the configuration; rows of \(file.name)", prompt.note,
      "greedy, at most \(maxNewTokens) new tokens"
        + (stopTexts.isEmpty ? "" : ", ended by \(stopTexts.map { "'\($0)'" }.joined(separator: ", "))"),
      "score \(scorer.name)\(scoresFirstLine ? " of the output's first line" : ""): \(scorer.summary)",
    ]
  }

  /// The rows.
  public var dataFiles: [DataFile] { [file.dataFile] }

  /// The scorer.
  public var metrics: [MetricDescription] {
    let isYesOrNo = [
      "exact_match", "best_subspan_em", "string_match_part", "contains", "passkey",
    ].contains(scorer.name)
    return [
      MetricDescription(name: scorer.name, aggregation: isYesOrNo ? .accuracy : .mean, higherIsBetter: true)
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
          expected: entry.row.references, facts: facts, truncatedTokenCount: made.removedCount))
    }
    return samples
  }

  /// The scorer's value.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
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
