public import Evaluation
import Foundation
import JSON
import Metrics
import Tokenizers

/// InfiniteBench: twelve tasks at 100 thousand tokens and more, six of which can be made at any length.
///
/// Source: OpenBMB/InfiniteBench at 88b3daa (PROTOCOLS-2B, section 2).
public struct InfiniteBench: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "infinitebench"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["score": 0.0...100]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "twelve tasks of retrieval, books, dialogue, code and mathematics; six can be made at any length",
    protocols: [
      .init("infinitebench/v1-completion", "the authors' prompts for base models, their limits on new tokens, greedy"),
      .init("infinitebench/v1-chat", "the authors' prompts for GPT-4"),
      .init("infinitebench/own-completion, own-chat", "the project's own wording, where `prompts` is not given"),
      .init("+own-data", "rows of the project's own generators, where `path` is not given"),
      .init("+scorer=2408", "the scorer of August 2024"),
    ],
    metrics: [
      .init("score", "the task's own, 0 to 100"),
      .init("official_crash", "share of rows on which the official scorer stops; they count 0"),
    ],
    example: "{tasks: [passkey, kv_retrieval], lengths: [2048], trials: 3}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder of the .jsonl files", otherwise: "rows of the project's own generators")
    static let prompts = Setting.path(
      "prompts", "the folder src/ of the checkout", otherwise: "src/ at `path`, else the project's own wording")
    static let tasks = Setting.texts(
      "tasks", "names of the files, or all", default: ["all"], shown: "all; without `path` the six that can be made")
    static let style = Setting.word(
      "style", "completion for base models, chat for chat models", default: InfiniteBenchStyle.completion)
    static let scorer = Setting.word(
      "scorer", "88b3daa, which gives the README's numbers, or 2408", default: InfiniteBenchScorer.snapshot)
    static let dropFirst = Setting.flag(
      "drop-first", "math_calc: leave out the first number, as the authors do for GPT-4 alone", default: false)
    static let limit = Setting.integer("limit", "the first rows of each file", otherwise: "all")
    static let trials = Setting.trials("made samples per task and length", default: 10)
    static let lengths = Setting.lengths(
      "tokens: of the prompt at most (files), or of prompt and new tokens together (made rows)", atLeast: 64,
      otherwise: "the window less the new tokens; made rows need it")
    static let truncation = Truncation.setting(otherwise: "middle, as published")
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "the most new tokens of every task", otherwise: "the authors'; for chat at least 128")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.prompts, Key.tasks, Key.style, Key.scorer, Key.dropFirst, Key.limit, Key.trials, Key.lengths,
    Key.truncation, Key.maxNewTokens,
  ]

  private struct Source: Sendable {
    let task: InfiniteBenchTask
    /// The rows; nil where they are made.
    let file: RowFile<InfiniteBenchRow>?
  }

  private let sources: [Source]
  private let prompts: InfiniteBenchPrompts
  private let style: InfiniteBenchStyle
  private let scorer: InfiniteBenchScorer
  private let dropsFirst: Bool
  private let rows: RowSettings
  private let trials: Int
  private let isMade: Bool

  /// Reads the settings, the prompts and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    style = try settings[Key.style]
    scorer = try settings[Key.scorer]
    dropsFirst = try settings[Key.dropFirst]
    trials = try settings[Key.trials]
    rows = try RowSettings(
      settings, limit: Key.limit, lengths: Key.lengths, truncation: Key.truncation, maxNewTokens: Key.maxNewTokens)
    let path = try settings[Key.path]
    isMade = path == nil
    let tasks = try Self.tasks(settings[Key.tasks], isMade: path == nil)
    if path == nil {
      try settings.refuse(Key.limit, Key.truncation, expected: "nothing without `path`")
      guard !rows.lengths.isEmpty else {
        throw .setting(key: "lengths", found: "missing", expected: "lengths of made rows, or `path` for the files")
      }
    } else {
      try settings.refuse(Key.trials, expected: "nothing beside `path`")
    }
    let beside = path.map { $0 + "/src" }.flatMap { folder in
      FileManager.default.fileExists(atPath: folder + "/prompt.py") ? folder : nil
    }
    let prompts = try InfiniteBenchPrompts(
      folder: try settings[Key.prompts] ?? beside, style: style, tasks: tasks)
    self.prompts = prompts
    var sources: [Source] = []
    for task in tasks {
      guard let path else {
        sources.append(Source(task: task, file: nil))
        continue
      }
      let file = try RowFile(
        "\(path)/\(task.rawValue).jsonl",
        need: "it is a file of InfiniteBench; `se-eval data import infinitebench` takes it",
        byteLimit: LineReader.byteLimitOfBooks
      ) { (fields) throws(RowFieldProblem) in
        let row = try InfiniteBenchRow(fields, task: task)
        _ = try prompts.filled(row, task)
        return row
      }
      sources.append(Source(task: task, file: file))
    }
    self.sources = sources
  }

  private static func tasks(_ names: [String], isMade: Bool) throws(TaskError) -> [InfiniteBenchTask] {
    let known = isMade ? InfiniteBenchGenerator.tasks : InfiniteBenchTask.allCases
    if names == ["all"] { return known }
    let tasks = names.compactMap { name in known.first { $0.rawValue == name } }
    guard tasks.count == names.count, !names.isEmpty, Set(names).count == names.count else {
      throw .setting(
        key: "tasks", found: "\(names)",
        expected: "all, or different ones of \(known.map(\.rawValue).joined(separator: ", "))"
          + (isMade ? "; the others need `path`" : ""))
    }
    return tasks
  }

  /// The style, and every deviation.
  public var protocolName: String {
    var name = "infinitebench/" + (prompts.isOwn ? "own-" : "v1-") + style.rawValue
    if !prompts.isOwn, !prompts.unofficial.isEmpty { name += "+prompts" }
    if isMade { name += "+own-data" }
    if scorer != .snapshot { name += "+scorer=\(scorer.rawValue)" }
    if dropsFirst { name += "+drop-first" }
    name += rows.deviations
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "scorer \(scorer.rawValue) of OpenBMB/InfiniteBench; the other one gives up to 31 points more or less on the same "
        + "outputs",
      "score = 100 x the mean over rows; rows on which the official scorer stops with an error (math_find: a decimal "
        + "where a whole number is expected) count 0 and are counted in official_crash",
      "greedy; the authors sampled Yi and ChatGLM3 at 0.8 with 16 new tokens, and GPT-4 with its own settings",
    ]
    if rows.maxNewTokens == nil {
      notes.append(
        style == .completion
          ? "new tokens: the authors' limits for completed prompts (passkey 6, number 12, code 5, math_find 3, ...)"
          : "deviation: at least 128 new tokens where the authors' limit is lower: those cut a chat model's answer off")
    }
    if prompts.isOwn {
      notes.append("deviation: the wording is the project's own; give `prompts` for the official one")
    } else {
      let chat =
        "; deviation: without the authors' system messages, and math_calc with its template in place of a worked "
        + "exchange"
      notes.append("prompts of `\(style.dictionary)`" + (style == .chat ? chat : ""))
      if !prompts.unofficial.isEmpty {
        notes.append("deviation: not the official files: \(prompts.unofficial.joined(separator: ", "))")
      }
    }
    if isMade {
      notes.append(
        "deviation: rows of the project's own generators in the files' form: as many lines, pairs, numbers, terms or "
          + "functions as fit into the length with the new tokens; what is asked for stands at even depths from 0 to 1")
    } else {
      notes.append(
        rows.truncation == .middle
          ? "a prompt that is too long keeps its first and last half, decoded and tokenised again; deviation: room for the "
            + "new tokens is kept free where `lengths` is not given"
          : "deviation: truncation is \(rows.truncation.rawValue); the official programs cut the middle")
    }
    if sources.contains(where: { $0.task == .mathCalculation }), !dropsFirst {
      notes.append(
        "math_calc: labels begin behind the first operation; the authors' example begins with the first number, which "
          + "puts every model but GPT-4 off by one (drop-first leaves it out)")
    }
    return notes
  }

  /// The rows and the prompts.
  public var dataFiles: [DataFile] { sources.compactMap { $0.file?.dataFile } + prompts.files }

  /// The task's own score.
  public var metrics: [MetricDescription] { Self.metrics }

  private static let metrics = [
    MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["score"]),
    MetricDescription(name: "official_crash", aggregation: .accuracy, higherIsBetter: false),
  ]

  /// One cell per task and length.
  public var cells: [TaskCell] {
    sources.flatMap { source in
      rows.cells(at: [TaskCell.Coordinate("dataset", .text(source.task.rawValue))])
    }
  }

  /// Rows that are left out, and files with another number of rows than the official ones.
  public func warnings(in context: SampleContext) -> [String] {
    var warnings: [String] = []
    for source in sources {
      guard let file = source.file else { continue }
      warnings += file.warnings.map { "infinitebench: \($0)" }
      if file.count != source.task.officialRowCount {
        warnings.append(
          "infinitebench: \(source.task.rawValue) has \(file.count) rows, the official file has "
            + "\(source.task.officialRowCount)")
      }
    }
    if let warning = PromptWrapper.unusedTemplate(context) { warnings.append(warning) }
    return warnings
  }

  private func maxNewTokens(_ task: InfiniteBenchTask) -> Int {
    rows.maxNewTokens ?? (style == .completion ? task.maxNewTokens : max(128, task.maxNewTokens))
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .text(let name)? = cell.coordinates.first?.value,
      let source = sources.first(where: { $0.task.rawValue == name })
    else { return [] }
    let length = cell.coordinates.dropFirst().last?.value.asNumber.map { Int($0) }
    let wrapper = try PromptWrapper(context)
    guard let file = source.file else { return try made(source.task, length ?? 0, wrapper, context) }
    let most = length ?? max(16, context.contextWindow - maxNewTokens(source.task))
    var samples: [Sample] = []
    var seen: Set<String> = []
    for entry in try file.entries(limit: rows.limit) {
      let row = seen.insert(entry.row.id).inserted ? entry.row.id : "\(entry.row.id)@\(entry.line)"
      let id = SampleID("dataset=\(name)/row=\(row)" + (length.map { "/length=\($0)" } ?? ""))
      guard let sample = try sample(id, entry, source.task, most, wrapper) else { continue }
      samples.append(sample)
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(cell: "infinitebench \(name)", problem: "no row fits into \(most) tokens")
    }
    return samples
  }

  private func text(_ row: InfiniteBenchRow, _ task: InfiniteBenchTask) throws(TaskError) -> String {
    do throws(RowFieldProblem) { return try prompts.filled(row, task) } catch {
      throw .impossibleSample(cell: "infinitebench \(task.rawValue) \(row.id)", problem: error.text)
    }
  }

  private func sample(
    _ id: SampleID, _ entry: RowFile<InfiniteBenchRow>.Entry, _ task: InfiniteBenchTask, _ most: Int,
    _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample? {
    var text = try text(entry.row, task)
    let full = wrapper.tokenizer.encode(text, parseSpecial: false)
    // GPT-4's program keeps one token more of the end where the limit is odd; the others do not.
    guard
      let cut = try rows.truncation.apply(full, limit: most, keepsOdd: style == .chat, sample: "infinitebench \(id)")
    else { return nil }
    if cut.removedCount > 0 { text = wrapper.tokenizer.decode(cut.tokens) }
    let prompt = try wrapper.prompt(text, sample: "infinitebench \(id)")
    return Sample(
      id: id, text: prompt.text, request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens(task)),
      conversation: prompt.conversation, expected: entry.row.label,
      facts: [
        ("dataset", .text(task.rawValue)), ("row_id", .text(entry.row.id)), ("line", .integer(entry.line)),
        ("truncation", .text(cut.removedCount > 0 ? rows.truncation.rawValue : "none")),
        ("full_prompt_tokens", .integer(full.count)), ("prompt_tokens", .integer(prompt.tokens.count)),
      ], truncatedTokenCount: cut.removedCount)
  }

  // MARK: Made rows

  private func made(
    _ task: InfiniteBenchTask, _ length: Int, _ wrapper: PromptWrapper, _ context: SampleContext
  ) throws(TaskError) -> [Sample] {
    // 30,000 new tokens of math_calc fit no made length: half of it is for the answer.
    let newTokens = min(maxNewTokens(task), max(8, length / 2))
    var samples: [Sample] = []
    var guess: Int?
    for trial in 0..<trials {
      let generator = InfiniteBenchGenerator(
        task, depth: trials > 1 ? Double(trial) / Double(trials - 1) : 0.5, trial: trial,
        SeededRandom(context.seed, "infinitebench", task.rawValue, "\(length)", "\(trial)"))
      func prompt(_ extra: Int) throws(TaskError) -> PromptWrapper.Prompt {
        try wrapper.prompt(
          try text(generator.row(amount: generator.least + extra), task), sample: "infinitebench \(task.rawValue)")
      }
      let cell = "infinitebench \(task.rawValue) length=\(length)"
      let bare = try prompt(0).tokens.count
      guard bare + newTokens <= length else {
        throw .impossibleSample(
          cell: cell,
          problem: "the shortest prompt has \(bare) tokens and \(newTokens) are to be generated; ask for longer ones")
      }
      var extra = try LargestFit.count(cell, length: length - newTokens, bare: bare, probe: 20, guess: guess) {
        (extra) throws(TaskError) in try prompt(extra).tokens.count
      }
      // Other numbers can make a token more.
      while extra > 0, try prompt(extra).tokens.count + newTokens > length { extra -= 1 }
      guess = extra
      let row = generator.row(amount: generator.least + extra)
      let whole = try prompt(extra)
      samples.append(
        Sample(
          id: SampleID("dataset=\(task.rawValue)/length=\(length)/trial=\(trial)"), text: whole.text,
          request: .generate(tokens: whole.tokens, maxNewTokens: newTokens), conversation: whole.conversation,
          expected: row.label,
          facts: [
            ("dataset", .text(task.rawValue)), ("requested_length", .integer(length)),
            ("realised_length", .integer(whole.tokens.count + newTokens)), ("depth", .number(generator.depth)),
            ("amount", .integer(generator.least + extra)), ("trial", .integer(trial)),
          ]))
    }
    return samples
  }

  /// The task's score of a reply.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    Self.scores((scorer, dropsFirst), reference, outcome)
  }

  /// By the scorer of the settings.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    let rule = (try settings[Key.scorer], try settings[Key.dropFirst])
    return OutcomeScoring { Self.scores(rule, $0, $1) }
  }

  private static func scores(
    _ rule: (version: InfiniteBenchScorer, dropsFirst: Bool), _ reference: Reference, _ outcome: Outcome
  ) -> [Score] {
    guard case .generation(_, let text, _) = outcome else {
      return metrics.map { Score($0.name, unscored: "the model generated nothing") }
    }
    guard case .text(let name)? = reference.fact("dataset"), let task = InfiniteBenchTask(rawValue: name) else {
      return metrics.map { Score($0.name, unscored: "the sample is of no task of InfiniteBench") }
    }
    let result = InfiniteBenchScore(task, version: rule.version, dropsFirstNumber: rule.dropsFirst).result(
      prediction: text, label: InfiniteBenchRow.label(reference.expected, task))
    switch result {
    case .score(let value): return [Score("score", 100 * value), Score("official_crash", 0)]
    case .crash: return [Score("score", 0), Score("official_crash", 1)]
    case .badLabel: return metrics.map { Score($0.name, unscored: "the label is not one of \(name)") }
    }
  }
}
