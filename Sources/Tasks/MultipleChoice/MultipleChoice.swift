public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// Questions with choices: the model answers with the choice that it finds likeliest as a continuation.
public struct MultipleChoice: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "multiple-choice"
  /// The version of the scorer.
  ///
  /// 2: the right choices are known by their places; before, a choice with the text of a right one was right too.
  public static let scorerVersion = 2
  /// What its means lie between.
  public static let scoreRanges = ["mc2": 0.0...1]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "questions with choices, answered by the likeliest continuation",
    protocols: [
      .init("multiple-choice/cloze-v1", "each choice's text is a continuation"),
      .init("multiple-choice/letters-v1", "the choices are listed, their letters are the continuations"),
    ],
    metrics: [
      .init("accuracy", "share of questions whose likeliest choice is right"),
      .init("accuracy_norm_chars", "the same by log-probability per character"),
      .init("accuracy_norm_bytes", "the same by log-probability per byte"),
      .init("mc2", "mean probability of the right choices as a share of that of all"),
    ],
    example: "{path: questions.jsonl, style: letters}")
  private enum Key {
    static let path = Setting.path("path", "a JSONL of questions with choices")
    static let style = Setting.word(
      "style", "cloze (each choice's text is the continuation) or letters (the choices are listed, their letter is it)",
      default: MultipleChoicePrompt.Style.cloze)
    static let question = Setting.text(
      "question-field", "where a row keeps the question; a.b goes inside", default: "question")
    static let choices = Setting.text("choices-field", "where it keeps the choices", default: "choices")
    static let answer = Setting.text(
      "answer-field", "where it keeps the answer: a label, the text of a choice, a letter, or an index from 0",
      default: "answer")
    static let prompt = Setting.text(
      "prompt", "how a question is asked: {question}, {choices} (the list with letters), other fields of the row",
      otherwise: "cloze: Question: {question}, Answer: below it")
    static let instruction = Setting.text("instruction", "what stands before everything", otherwise: "nothing")
    static let limit = Setting.integer("limit", "the first rows", otherwise: "all")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.style, Key.question, Key.choices, Key.answer, Key.prompt, Key.instruction, ShotsSettings.path,
    ShotsSettings.count,
    Key.limit,
  ]

  private let prompt: MultipleChoicePrompt
  private let file: RowFile<MultipleChoiceRow>
  private let shots: Shots<MultipleChoiceRow>
  private let limit: Int?

  /// Reads the settings, the questions and the examples.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    let path = try settings[Key.path]
    prompt = try MultipleChoicePrompt(
      settings[Key.style], template: settings[Key.prompt], instruction: settings[Key.instruction] ?? "")
    let fields = try MultipleChoiceRow.Fields(
      question: settings[Key.question], choices: settings[Key.choices], answer: settings[Key.answer],
      more: prompt.fields)
    let decode: RowFile<MultipleChoiceRow>.Decoder = { (row) throws(RowFieldProblem) in
      try MultipleChoiceRow.read(row, fields)
    }
    file = try RowFile(path, need: "it should hold questions with choices", decode: decode)
    limit = try settings[Key.limit]
    shots = try Shots(settings, need: "it should hold examples in the form of the questions", decode: decode)
  }

  /// The protocol's versioned name: style and number of examples are part of it.
  public var protocolName: String {
    "multiple-choice/\(prompt.style.rawValue)-v1+\(shots.rows.count)-shot\(prompt.suffix)"
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      prompt.note,
      "\(shots.rows.count) examples before each question" + (shots.file.map { ", the first ones of \($0.name)" } ?? ""),
      "accuracy: the choice of the highest summed log-probability is right; accuracy_norm_chars and accuracy_norm_bytes: "
        + "of the highest sum divided by the continuation's characters (lm-eval's acc_norm) or UTF-8 bytes (acc_bytes); "
        + "the first of equals counts; where several choices are right, any of them is",
      "mc2 (TruthfulQA): probability of the right choices as a share of that of all",
      "a continuation's tokens are those that the whole text has beyond the tokens of the prompt; in a chat they follow "
        + "the markers directly",
      "an answer that is a number is the index of a choice from 0; a text is looked for among the labels, then the "
        + "choices, then the letters, and only then read as an index, so that the digit of a label means that choice",
    ]
  }

  /// The questions and the examples.
  public var dataFiles: [DataFile] { [file.dataFile] + (shots.file.map { [$0] } ?? []) }

  /// Accuracy, plain and by length, and TruthfulQA's MC2.
  public var metrics: [MetricDescription] { Self.metrics }

  private static let metrics =
    ["accuracy", "accuracy_norm_chars", "accuracy_norm_bytes"].map {
      MetricDescription(name: $0, aggregation: .accuracy, higherIsBetter: true)
    } + [MetricDescription(name: "mc2", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["mc2"])]

  /// One cell.
  public var cells: [TaskCell] {
    [TaskCell([.init("file", .text(file.name)), .init("shots", .integer(shots.rows.count))])]
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
    let text = prompt.text(row, shots: shots.rows)
    let rendered = try wrapper.prompt(text, sample: "multiple-choice \(name)")
    let continuations = try row.choices.indices.map { (index) throws(TaskError) in
      try tokens(of: prompt.continuation(row, index), after: text, rendered, wrapper)
    }
    guard !continuations.contains([]) else { return nil }
    return Sample(
      id: SampleID(name), text: rendered.text,
      request: .choices(prefix: rendered.tokens, continuations: continuations),
      expected: row.right.map { row.choices[$0] },
      facts: [
        ("choices", .list(row.choices.map { .text($0) })), ("right", .list(row.right.map { .integer($0) })),
        ("choice_tokens", .list(continuations.map { .integer($0.count) })),
        ("realised_length", .integer(rendered.tokens.count)),
      ])
  }

  /// The tokens by which the whole text is longer than the prompt; in a chat those of the bare choice.
  private func tokens(
    of choice: String, after text: String, _ prompt: PromptWrapper.Prompt, _ wrapper: PromptWrapper
  ) throws(TaskError) -> [Int] {
    guard !wrapper.wrapsInChat else { return wrapper.continuation(choice) }
    return Array(try wrapper.encode(text + " " + choice).dropFirst(prompt.tokens.count))
  }

  /// Whether the likeliest choice is right, by sum and by length, and the share of probability on right ones.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    Self.scores(prompt.style, reference, outcome)
  }

  /// By the style of the settings.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    let style = try settings[Key.style]
    return OutcomeScoring({ Self.scores(style, $0, $1) }, answer: { Self.answer($0, $1) })
  }

  private static func scores(
    _ style: MultipleChoicePrompt.Style, _ reference: Reference, _ outcome: Outcome
  ) -> [Score] {
    guard let sums = sums(outcome), let choices = texts(of: reference), sums.count == choices.count,
      sums.allSatisfy(\.isFinite)
    else { return metrics.map { Score($0.name, unscored: "there is no finite log-probability for each choice") } }
    guard case .list(let places)? = reference.fact("right") else {
      return metrics.map { Score($0.name, unscored: "the sample does not say which choice is right") }
    }
    // By place: two choices may have the same text, and one of them be right.
    let right = Set(places.compactMap { if case .integer(let index) = $0 { index } else { nil } })
      .intersection(choices.indices)
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
  public func answer(of reference: Reference, outcome: Outcome) -> String? { Self.answer(reference, outcome) }

  private static func answer(_ reference: Reference, _ outcome: Outcome) -> String? {
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

  private static func sums(_ outcome: Outcome) -> [Double]? {
    guard case .choiceLogProbabilities(let values) = outcome else { return nil }
    return values.map { $0.reduce(0.0) { $0 + Double($1) } }
  }

  private static func texts(of reference: Reference) -> [String]? {
    guard case .list(let list)? = reference.fact("choices") else { return nil }
    return list.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The index of the largest value, the first of equals.
  private static func best(_ values: [Double]) -> Int {
    values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }
}
