public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// Questions with choices: the model answers with the choice that it finds likeliest as a continuation.
public struct MultipleChoice: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "multiple-choice"
  /// The version of the scorer.
  public static let scorerVersion = 2
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("path", .path, "a JSONL of questions with choices (required)"),
    SettingDescription(
      "style", .text,
      "cloze (default: each choice's text is the continuation) or letters (the choices are listed, their "
        + "letter is it)"),
    SettingDescription("question-field", .text, "where a row keeps the question (default question; a.b goes inside)"),
    SettingDescription("choices-field", .text, "where it keeps the choices (default choices)"),
    SettingDescription("answer-field", .text, "where it keeps the answer (default answer)"),
    SettingDescription("instruction", .text, "what stands before everything (default nothing)"),
    SettingDescription("shots-path", .path, "a JSONL of examples in the same form, put before each question"),
    SettingDescription("shots", .integer, "how many of the examples, the first ones (default all)"),
    SettingDescription("limit", .integer, "the first rows (default all)"),
  ]

  /// What the continuation is.
  enum Style: String, CaseIterable, Sendable {
    case cloze, letters
  }

  private let style: Style
  private let file: RowFile<MultipleChoiceRow>
  private let shots: [MultipleChoiceRow]
  private let shotsFile: DataFile?
  private let instruction: String
  private let limit: Int?

  /// Reads the settings, the questions and the examples.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    guard let path = settings.text("path") else {
      throw .setting(key: "path", found: "missing", expected: "a JSONL of questions with choices")
    }
    style = try GridSettings.word("style", settings, default: .cloze)
    let fields = MultipleChoiceRow.Fields(
      question: settings.text("question-field") ?? "question", choices: settings.text("choices-field") ?? "choices",
      answer: settings.text("answer-field") ?? "answer")
    let decode: RowFile<MultipleChoiceRow>.Decoder = { (row) throws(RowFieldProblem) in
      try MultipleChoiceRow.read(row, fields)
    }
    file = try RowFile(path, need: "it should hold questions with choices", decode: decode)
    limit = try settings.positive("limit")
    instruction = settings.text("instruction") ?? ""
    let count = try settings.positive("shots")
    guard let shotsPath = settings.text("shots-path") else {
      guard count == nil else {
        throw .setting(key: "shots", found: "\(count ?? 0)", expected: "nothing without `shots-path`")
      }
      (shots, shotsFile) = ([], nil)
      return
    }
    let examples = try RowFile(shotsPath, need: "it should hold examples in the form of the questions", decode: decode)
    guard examples.problems.isEmpty, count ?? 1 <= examples.count else {
      if let problem = examples.problems.first {
        throw .damagedData(path: shotsPath, line: problem.line, problem: problem.problem)
      }
      throw .setting(key: "shots", found: "\(count ?? 0)", expected: "at most \(examples.count), the rows of the file")
    }
    shots = try examples.entries(limit: count).map(\.row)
    shotsFile = examples.dataFile
  }

  /// The protocol's versioned name, style and number of examples part of it; `-v1` judged equal texts alike.
  public var protocolName: String { "multiple-choice/\(style.rawValue)-v2+\(shots.count)-shot" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      style == .cloze
        ? "the question, then each choice's text as a continuation"
        : "the choices are listed with letters, the letter is "
          + "the continuation",
      "\(shots.count) examples before each question" + (shotsFile.map { ", the first ones of \($0.name)" } ?? ""),
      "accuracy: the choice of the highest summed log-probability is right; accuracy_norm_chars and accuracy_norm_bytes: "
        + "of the highest sum divided by the continuation's characters (lm-eval's acc_norm) or UTF-8 bytes (acc_bytes); "
        + "the first of equals counts; where several choices are right, any of them is; a choice is "
        + "right by its place, also where another has the same text",
      "mc2 (TruthfulQA): probability of the right choices as a share of that of all",
      "a continuation's tokens are those that the whole text has beyond the tokens of the prompt; in a chat they follow "
        + "the markers directly",
    ]
  }

  /// The questions and the examples.
  public var dataFiles: [DataFile] { [file.dataFile] + (shotsFile.map { [$0] } ?? []) }

  /// Accuracy, plain and by length, and TruthfulQA's MC2.
  public var metrics: [MetricDescription] {
    ["accuracy", "accuracy_norm_chars", "accuracy_norm_bytes"].map {
      MetricDescription(name: $0, aggregation: .accuracy, higherIsBetter: true)
    } + [MetricDescription(name: "mc2", aggregation: .mean, higherIsBetter: true)]
  }

  /// One cell.
  public var cells: [TaskCell] {
    [TaskCell([.init("file", .text(file.name)), .init("shots", .integer(shots.count))])]
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] {
    guard let wrapper = try? PromptWrapper(context), let entries = try? file.entries(limit: limit) else {
      return file.warnings
    }
    return file.warnings
      + entries.compactMap { entry -> String? in
        do throws(TaskError) {
          guard try sample(entry, wrapper) == nil else { return nil }
          return "\(file.name):\(entry.line): a choice has no tokens of its own; the row is left out"
        } catch {
          return nil  // What stops a sample is said where samples are made.
        }
      }
  }

  /// The questions.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    let wrapper = try PromptWrapper(context)
    var samples: [Sample] = []
    for entry in try file.entries(limit: limit) {
      if let sample = try sample(entry, wrapper) { samples.append(sample) }
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(cell: "multiple-choice \(file.name)", problem: "no row has tokens for all its choices")
    }
    return samples
  }

  /// One question; nil where a choice has no tokens of its own with this tokenizer.
  private func sample(
    _ entry: RowFile<MultipleChoiceRow>.Entry, _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample? {
    let row = entry.row
    let name = "row=\(entry.line)"
    var parts = instruction.isEmpty ? [] : [instruction]
    parts += shots.map { block($0) + " " + continuation($0, $0.right[0]) }
    let text = (parts + [block(row)]).joined(separator: "\n\n")
    let prompt = try wrapper.prompt(text, sample: "multiple-choice \(name)")
    let continuations = row.choices.indices.map { tokens(of: continuation(row, $0), after: text, prompt, wrapper) }
    guard !continuations.contains([]) else { return nil }
    return Sample(
      id: SampleID(name), text: prompt.text, request: .choices(prefix: prompt.tokens, continuations: continuations),
      expected: row.right.map { row.choices[$0] },
      facts: [
        ("choices", .list(row.choices.map { .text($0) })), ("right", .list(row.right.map { .integer($0) })),
        ("choice_tokens", .list(continuations.map { .integer($0.count) })),
        ("realised_length", .integer(prompt.tokens.count)),
      ])
  }

  /// A question as it is asked, up to where the answer begins.
  private func block(_ row: MultipleChoiceRow) -> String {
    guard style == .letters else { return "Question: \(row.question)\nAnswer:" }
    let list = row.choices.enumerated().map { "\(MultipleChoiceRow.letter($0)). \($1)" }
    return ([row.question] + list + ["Answer:"]).joined(separator: "\n")
  }

  private func continuation(_ row: MultipleChoiceRow, _ index: Int) -> String {
    style == .letters ? MultipleChoiceRow.letter(index) : row.choices[index]
  }

  /// The tokens by which the whole text is longer than the prompt; in a chat those of the bare choice.
  private func tokens(
    of choice: String, after text: String, _ prompt: PromptWrapper.Prompt, _ wrapper: PromptWrapper
  ) -> [Int] {
    guard !wrapper.wrapsInChat else { return wrapper.continuation(choice) }
    return Array(wrapper.encode(text + " " + choice).dropFirst(prompt.tokens.count))
  }

  /// Whether the likeliest choice is right, by sum and by length, and the share of probability on right ones.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard let sums = sums(outcome), let choices = texts(of: reference), sums.count == choices.count,
      sums.allSatisfy(\.isFinite)
    else { return metrics.map { Score($0.name, unscored: "there is no finite log-probability for each choice") } }
    let right = right(of: reference, choices)
    func accuracy(_ lengths: [Int]?) -> Double {
      let values = lengths.map { zip(sums, $0).map { $0 / Double(max(1, $1)) } } ?? sums
      return right.contains(Self.best(values)) ? 1 : 0
    }
    // What is divided by is the length of what was scored: in the style `letters` all are alike.
    let scored = style == .letters ? choices.indices.map(MultipleChoiceRow.letter) : choices
    let highest = sums.max() ?? 0
    let shares = sums.map { exp($0 - highest) }
    let onRight = right.sorted().reduce(0) { $0 + shares[$1] }
    return [
      Score("accuracy", accuracy(nil)),
      Score("accuracy_norm_chars", accuracy(scored.map(\.unicodeScalars.count))),
      Score("accuracy_norm_bytes", accuracy(scored.map(\.utf8.count))),
      Score("mc2", onRight / shares.reduce(0, +)),
    ]
  }

  /// The likeliest choice, and the log-probability of each.
  public func answer(of reference: Reference, outcome: Outcome) -> String? {
    guard let sums = sums(outcome), let choices = texts(of: reference), sums.count == choices.count, !sums.isEmpty
    else {
      return nil
    }
    let list = sums.enumerated().map { index, sum in
      "\(MultipleChoiceRow.letter(index)) \((sum * 1000).rounded() / 1000)"
    }
    let best = Self.best(sums)
    return "\(MultipleChoiceRow.letter(best)). \(choices[best]) [log-probabilities \(list.joined(separator: ", "))]"
  }

  private func sums(_ outcome: Outcome) -> [Double]? {
    guard case .choiceLogProbabilities(let values) = outcome else { return nil }
    return values.map { $0.reduce(0.0) { $0 + Double($1) } }
  }

  /// The right choices by their index: one text may stand at two letters, of which one is right.
  private func right(of reference: Reference, _ choices: [String]) -> Set<Int> {
    guard case .list(let list)? = reference.fact("right") else {
      return Set(choices.indices.filter { reference.expected.contains(choices[$0]) })
    }
    return Set(list.compactMap(\.asInteger)).intersection(choices.indices)
  }

  private func texts(of reference: Reference) -> [String]? {
    guard case .list(let list)? = reference.fact("choices") else { return nil }
    return list.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The index of the largest value, the first of equals.
  private static func best(_ values: [Double]) -> Int {
    values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }
}
