public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// BABILong: bAbI's facts scattered in books, asked for at the end.
///
/// Source: booydar/babilong, babilong/prompts.py and babilong/metrics.py.
public struct BABILong: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "babilong"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "bAbI's facts scattered in books: 20 tasks, lengths from 0k on",
    protocols: [
      .init("babilong/2024-06", "the rule of metrics.py; own wordings and left-out parts are part of the name")
    ],
    metrics: [.init("accuracy", "share of answers that name the target's labels and no other")],
    example: "{path: Datasets/babilong, tasks: [qa1, qa2], lengths: [0k, 2k], limit: 5}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder with data/qaN/LENGTH.json, rows input, question and target", imported: "BABILong")
    static let prompts = Setting.path(
      "prompts", "BABILong's checkout, whose prompts are taken", otherwise: "the project's own wording")
    static let tasks = Setting.texts("tasks", "qa1 to qa20", default: BABILong.headline, shown: "qa1 to qa5")
    static let lengths = Setting.texts(
      "lengths", "names of lengths as in the files: 0k, 1k, 2k, 4k ... 1M", default: ["0k", "1k", "2k", "4k"],
      shown: "0k, 1k, 2k, 4k")
    static let limit = Setting.integer("limit", "the first rows of each file", otherwise: "all")
    static let instruction = Setting.flag("instruction", "whether the prompt has its instruction", default: true)
    static let examples = Setting.flag("examples", "whether it has its examples", default: true)
    static let postPrompt = Setting.flag("post-prompt", "whether it says what to answer with", default: true)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", default: 20)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.prompts, Key.tasks, Key.lengths, Key.limit, Key.instruction, Key.examples, Key.postPrompt,
    Key.maxNewTokens,
  ]
  /// The tasks of the published averages.
  static let headline = (1...5).map { "qa\($0)" }

  /// A file with its place in the grid.
  private struct Source: Sendable {
    let task: String
    let length: Int
    let rows: JSONRows<BABILongRow>
  }

  private let sources: [Source]
  private let prompts: [String: BABILongPrompt]
  private let promptFiles: [DataFile]
  private let parts: BABILongParts
  private let limit: Int?
  private let maxNewTokens: Int

  /// Reads the settings and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    let path = try settings[Key.path]
    let tasks = try settings[Key.tasks]
    guard !tasks.isEmpty, Set(tasks).count == tasks.count, tasks.allSatisfy(BABILongAnswer.tasks.contains) else {
      throw .setting(key: "tasks", found: "\(tasks)", expected: "different ones of qa1 to qa20")
    }
    let names = try settings[Key.lengths]
    var lengths: [(name: String, tokens: Int)] = []
    for name in names {
      guard let tokens = Self.tokens(name), !lengths.contains(where: { $0.tokens == tokens }) else {
        throw .setting(key: "lengths", found: "'\(name)'", expected: "different names such as 0k, 2k, 128k or 1M")
      }
      lengths.append((name, tokens))
    }
    limit = try settings[Key.limit]
    maxNewTokens = try settings[Key.maxNewTokens]
    parts = BABILongParts(
      hasInstruction: try settings[Key.instruction], hasExamples: try settings[Key.examples],
      hasPostPrompt: try settings[Key.postPrompt])
    var prompts: [String: BABILongPrompt] = [:]
    var files: [DataFile] = []
    let checkout = try settings[Key.prompts]
    for task in tasks {
      if let checkout {
        guard let read = try BABILongPrompt.read(checkout, task: task) else {
          throw .missingData(
            path: "\(checkout)/babilong_evals/**/\(task)_0k_*.json", need: "`prompts` should be BABILong's checkout")
        }
        prompts[task] = read.prompt
        files.append(read.file)
      } else {
        prompts[task] = .own(task: task)
      }
    }
    self.prompts = prompts
    promptFiles = files
    var sources: [Source] = []
    for task in tasks {
      for length in lengths { sources.append(try Self.source(path, task, length.name, length.tokens)) }
    }
    self.sources = sources
  }

  private static func source(
    _ path: String, _ task: String, _ length: String, _ tokens: Int
  ) throws(TaskError) -> Source {
    let places = [
      "data/\(task)/\(length).json", "\(task)/\(length).json", "data/\(task)/\(length).jsonl", "\(length)/\(task).json",
      "\(length)/\(task).jsonl",
    ].map { "\(path)/\($0)" }
    let place = places.first { FileManager.default.fileExists(atPath: $0) } ?? places[0]
    let rows = try JSONRows(
      place,
      need: "it should be a JSON file of RMT-team/babilong (the parquet files of babilong-1k-samples are to be "
        + "exported as JSON first)"
    ) { (fields) throws(RowFieldProblem) in try BABILongRow(fields) }
    return Source(task: task, length: tokens, rows: rows)
  }

  /// The nominal tokens of a length's name; nil for what is none.
  static func tokens(_ name: String) -> Int? {
    guard let unit = name.last, let number = Int(name.dropLast()), (0...100_000).contains(number) else { return nil }
    return unit == "k" ? number * 1000 : unit == "M" && number > 0 ? number * 1_000_000 : nil
  }

  /// The protocol's versioned name with every deviation.
  public var protocolName: String {
    var name = "babilong/2024-06"
    if promptFiles.isEmpty { name += "-own" }
    if !parts.hasInstruction { name += "+instruction=no" }
    if !parts.hasExamples { name += "+examples=no" }
    if !parts.hasPostPrompt { name += "+post-prompt=no" }
    if maxNewTokens != 20 { name += "+max-new-tokens=\(maxNewTokens)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "the answer is read up to its first full stop, in lower case; it is right where the labels of the task that stand "
        + "in it, those of the question left out, are the target's (babilong/metrics.py). Labels are parts of words too: "
        + "`none` (qa7) is never right, `maybe not` is not `maybe`; a path (qa19) has no space behind its comma. The first "
        + "preprint's tables had an older rule",
      "lengths are the nominal ones of the files, counted by GPT-2's tokenizer less 300; see realised_length",
      promptFiles.isEmpty
        ? "deviation: the wording is the project's own" : "wording of the checkout's files beside its predictions",
      "greedy, at most \(maxNewTokens) new tokens (the official transformers path; its API path sends no limit)",
      "a cell of 100 rows has about 10 points on either side at 95 %; the published tables take the best of several "
        + "prompts for a task, which is not done here",
    ]
    let early = ["qa11", "qa12", "qa13"]
    if !promptFiles.isEmpty, sources.contains(where: { early.contains($0.task) }) {
      notes.append("the checkout's files have older examples of qa11 to qa13 than its prompts.py")
    }
    if limit != nil { notes.append("the first rows of each file only, see the settings") }
    return notes
  }

  /// The rows' and the prompts' files.
  public var dataFiles: [DataFile] {
    sources.map { DataFile(name: "\($0.task)/\($0.rows.file.name)", sha256: $0.rows.file.sha256) } + promptFiles
  }

  /// The share of right answers.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// One cell per task and length.
  public var cells: [TaskCell] { sources.map { cell(of: $0) } }

  private func cell(of source: Source) -> TaskCell {
    TaskCell([.init(Axis.dataset, .text(source.task)), .init(Axis.length, .integer(source.length))])
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] {
    sources.flatMap { source in source.rows.problems.map { "babilong: \(source.task): \($0)" } }
      + (PromptWrapper.unusedTemplate(context).map { [$0] } ?? [])
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let source = sources.first(where: { self.cell(of: $0) == cell }), let prompt = prompts[source.task] else {
      return []
    }
    let wrapper = try PromptWrapper(context)
    var samples: [Sample] = []
    for (place, row) in source.rows.rows.prefix(limit ?? Int.max) {
      let name = "\(source.task)/length=\(source.length)/row=\(place)"
      let made = try wrapper.prompt(prompt.filled(row, parts: parts), sample: "babilong \(name)")
      samples.append(
        Sample(
          id: SampleID(name), text: made.text,
          request: .generate(tokens: made.tokens, maxNewTokens: maxNewTokens), conversation: made.conversation,
          expected: [row.target],
          facts: [
            ("task", .text(source.task)), ("question", .text(row.question)),
            ("requested_length", .integer(source.length)),
            ("realised_length", .integer(made.tokens.count)),
          ]))
    }
    return samples
  }

  /// `accuracy`, 1 for the target's labels and no other.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let target = reference.expected.first,
      case .text(let task)? = reference.fact("task"), case .text(let question)? = reference.fact("question")
    else { return [Score("accuracy", unscored: "the model generated nothing")] }
    let isRight = BABILongAnswer.isRight(task: task, output: text, target: target, question: question)
    return [Score("accuracy", isRight ? 1 : 0)]
  }
}
