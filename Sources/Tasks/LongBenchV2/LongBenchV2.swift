public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// LongBench v2: 503 questions with four choices about texts of 8 thousand to 2 million words.
///
/// Source: THUDM/LongBench, pred.py and result.py at 2e00731, followed step by step (PROTOCOLS-2B, section 1).
public struct LongBenchV2: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "longbench-v2"
  /// The version of the scorer.
  public static let scorerVersion = 2
  /// What its means lie between.
  public static let scoreRanges = ["compensated": 0.0...1]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "503 questions with four choices about long texts; plain, with a chain of thought, without the text",
    protocols: [
      .init("longbench-v2/v1", "as THUDM/LongBench does it with its prompts; deviations are part of the name"),
      .init("longbench-v2/own", "the same in the project's own wording, where `prompts` is not given"),
    ],
    metrics: [
      .init("accuracy", "share of rows whose letter was read and is right"),
      .init("compensated", "the same with a quarter for a row without a letter"),
      .init("no_letter", "share of replies without a letter that can be read"),
      .init("empty_reply", "share of empty replies, which the official program leaves out of its means"),
      .init("question_cut", "share of prompts that were cut so far that their question is no longer whole"),
    ],
    example: "{path: Datasets/longbench-v2/data.json, settings: [plain, cot], lengths: [2048]}")
  private enum Key {
    static let path = Setting.path("path", "data.json, or the folder that holds it", imported: "LongBench-v2")
    static let prompts = Setting.path(
      "prompts", "the folder of the official prompts", otherwise: "prompts/ at `path`, else the project's own wording")
    static let settings = Setting.texts(
      "settings", "some of plain, cot, no-context, rag, rag-cot", default: ["plain"], shown: "plain")
    static let retrieved = Setting.path(
      "retrieved", "for rag and rag-cot: a JSON file with the chunks of each row", otherwise: "none")
    static let chunks = Setting.integer("chunks", "for rag and rag-cot: how many chunks", default: 5)
    static let limit = Setting.integer("limit", "the first rows", otherwise: "all")
    static let lengths = Setting.lengths(
      "the most tokens of a prompt before the chat markers", atLeast: 16,
      otherwise: "the window times 120000/131072, as published for 128k")
    static let truncation = Truncation.setting(otherwise: "middle, as published")
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "another generation limit than the published ones", otherwise: "none")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.prompts, Key.settings, Key.retrieved, Key.chunks, Key.limit, Key.lengths, Key.truncation,
    Key.maxNewTokens,
  ]

  private let file: RowFile<LongBenchV2Row>
  private let prompts: LongBenchV2Prompts
  private let chosen: [LongBenchV2Setting]
  private let retrieved: LongBenchV2Chunks?
  private let chunkCount: Int
  private let rows: RowSettings

  /// Reads the settings, the prompts and the rows, one row at a time.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    let names = try settings[Key.settings]
    chosen = names.compactMap { LongBenchV2Setting(rawValue: $0) }
    guard chosen.count == names.count, !names.isEmpty, Set(names).count == names.count else {
      throw .setting(
        key: "settings", found: "\(names)",
        expected: "different ones of \(LongBenchV2Setting.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    chunkCount = try settings[Key.chunks]
    rows = try RowSettings(
      settings, limit: Key.limit, lengths: Key.lengths, truncation: Key.truncation, maxNewTokens: Key.maxNewTokens)
    if chosen.contains(where: \.isRetrieved) {
      guard let path = try settings[Key.retrieved] else {
        throw .setting(
          key: "retrieved", found: "missing",
          expected: "a file of chunks: the public data hold none, so rag needs yours")
      }
      retrieved = try LongBenchV2Chunks(path)
    } else {
      try settings.refuse(Key.retrieved, Key.chunks, expected: "nothing without `rag` among the settings")
      retrieved = nil
    }
    let path = try settings[Key.path]
    let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
    let data = isFolder ? path + "/data.json" : path
    let beside = URL(fileURLWithPath: data).deletingLastPathComponent().path + "/prompts"
    let found = FileManager.default.fileExists(atPath: "\(beside)/\(chosen[0].fileNames[0])") ? beside : nil
    prompts = try LongBenchV2Prompts(folder: try settings[Key.prompts] ?? found, settings: chosen)
    file = try RowFile(data, need: "it should be LongBench v2's data.json; `se-eval data import longbench-v2` takes it")
    {
      (fields) throws(RowFieldProblem) in try LongBenchV2Row(fields)
    }
  }

  /// `longbench-v2/v1`, or `/own` with the project's wording; every deviation is part of the name.
  public var protocolName: String {
    var name = prompts.isOwn ? "longbench-v2/own" : "longbench-v2/v1"
    if !prompts.unofficial.isEmpty, !prompts.isOwn { name += "+prompts" }
    name += rows.deviations
    if chosen.contains(where: \.isRetrieved) { name += "+chunks=\(chunkCount)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "the letter is read as the official program does it (asterisks out, the phrase \"The correct answer is\" with a "
        + "letter in parentheses anywhere, else the first A to D directly behind the phrase); no letter counts as wrong",
      "an empty reply counts as wrong and is counted in empty_reply; the official program drops such rows",
      rows.truncation == .middle
        ? "a prompt of more than the stated tokens (BOS included, chat markers and new tokens not) keeps its first and "
          + "last half, decoded together and tokenised again; where the end holds less than the question "
          + "it counts in question_cut"
        : "deviation: truncation is \(rows.truncation.rawValue); the official program cuts the middle of the whole prompt",
      "deviation: greedy; the official program samples at temperature 0.1 without a seed",
      "difficulty and length are the file's own columns",
    ]
    if rows.lengths.isEmpty {
      notes.append("the limit on a prompt is the window times 120000/131072, as published for 128k")
    }
    if prompts.isOwn {
      notes.append("deviation: the wording is the project's own; give `prompts` for the official one")
    } else if !prompts.unofficial.isEmpty {
      notes.append("deviation: not the official prompts: \(prompts.unofficial.joined(separator: ", "))")
    }
    if chosen.contains(.cot) {
      notes.append("cot: two calls; the second holds the first reply and not the text, and only it is read")
    }
    if chosen.contains(where: \.isRetrieved) {
      notes.append("rag: the first \(chunkCount) chunks of your file, in the order of the text")
    }
    if chosen.contains(.ragChain) {
      notes.append(
        "rag-cot: the prompt of rag, which asks for a letter, with the limit of cot; then the second call of cot")
    }
    if let maxNewTokens = rows.maxNewTokens {
      notes.append("deviation: at most \(maxNewTokens) new tokens in each call")
    }
    return notes
  }

  /// The rows, the prompts and the chunks.
  public var dataFiles: [DataFile] { [file.dataFile] + prompts.files + (retrieved.map { [$0.file] } ?? []) }

  /// The share of right letters, and how many replies have none.
  public var metrics: [MetricDescription] { Self.metrics }

  private static let metrics = [
    MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true),
    MetricDescription(
      name: "compensated", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["compensated"]),
    MetricDescription(name: "no_letter", aggregation: .accuracy, higherIsBetter: false),
    MetricDescription(name: "empty_reply", aggregation: .accuracy, higherIsBetter: false),
    MetricDescription(name: "question_cut", aggregation: .accuracy, higherIsBetter: false),
  ]

  /// One cell per setting and length.
  public var cells: [TaskCell] {
    chosen.flatMap { setting in
      rows.cells(at: [TaskCell.Coordinate("dataset", .text(setting.rawValue))])
    }
  }

  /// Rows that are left out, and files that are not whole.
  public func warnings(in context: SampleContext) -> [String] {
    var warnings = file.warnings.map { "longbench-v2: \($0)" }
    if file.count != 503 {
      warnings.append("longbench-v2: \(file.count) rows, the official file has 503 (192 easy, 311 hard)")
    }
    if let warning = PromptWrapper.unusedTemplate(context) { warnings.append(warning) }
    return warnings
  }

  /// The most tokens of a prompt where none are given.
  static func standardLength(window: Int) -> Int { window * 1875 / 2048 }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .text(let name)? = cell.coordinates.first?.value, let setting = LongBenchV2Setting(rawValue: name) else {
      return []
    }
    let length = cell.coordinates.dropFirst().last?.value.asNumber.map { Int($0) }
    let wrapper = try PromptWrapper(context)
    let most = length ?? Self.standardLength(window: context.contextWindow)
    var samples: [Sample] = []
    for entry in try file.entries(limit: rows.limit) {
      let id = "setting=\(name)/row=\(entry.row.id)" + (length.map { "/length=\($0)" } ?? "")
      guard let sample = try sample(SampleID(id), entry, setting, most, wrapper) else { continue }
      samples.append(sample)
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(cell: "longbench-v2 \(name)", problem: "no row fits into \(most) tokens")
    }
    return samples
  }

  private func sample(
    _ id: SampleID, _ entry: RowFile<LongBenchV2Row>.Entry, _ setting: LongBenchV2Setting, _ most: Int,
    _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample? {
    let row = entry.row
    var document = row.context
    if setting.isRetrieved {
      guard let chunks = retrieved?.document(row.id, count: chunkCount) else {
        throw .damagedData(path: retrieved?.file.name ?? "", line: nil, problem: "it has no chunks of row \(row.id)")
      }
      document = chunks
    }
    let text = prompts.filled(setting.fileNames[0], row, document: document)
    guard let cut = try cut(text, most, wrapper, id) else { return nil }
    let prompt = try wrapper.prompt(cut.text, sample: "longbench-v2 \(id)")
    let limits = setting.maxNewTokens.map { rows.maxNewTokens ?? $0 }
    var facts: [(name: String, value: Value)] = [
      ("setting", .text(setting.rawValue)), ("row_id", .text(row.id)), ("line", .integer(entry.line)),
      ("domain", .text(row.domain)), ("difficulty", .text(row.difficulty)), ("length", .text(row.length)),
      ("groups", .list(row.groups.map { .text($0) })),
      ("truncation", .text(cut.removedCount > 0 ? rows.truncation.rawValue : "none")),
      ("full_prompt_tokens", .integer(cut.fullCount)), ("prompt_tokens", .integer(prompt.tokens.count)),
    ]
    if cut.removedCount > 0 {
      facts.append(("question_cut", .flag(!cut.text.contains(PythonText.stripped(row.question)))))
    }
    let followUp = setting.hasSecondCall ? secondCall(id, row, facts, cut.removedCount, limits, most, wrapper) : nil
    return Sample(
      id: id, text: prompt.text, request: .generate(tokens: prompt.tokens, maxNewTokens: limits[0]),
      conversation: prompt.conversation, expected: [row.answer], facts: facts,
      truncatedTokenCount: cut.removedCount, followUp: followUp)
  }

  /// The second call of a chain of thought: the first reply in place of the text.
  private func secondCall(
    _ id: SampleID, _ row: LongBenchV2Row, _ facts: [(name: String, value: Value)], _ removedCount: Int,
    _ limits: [Int], _ most: Int, _ wrapper: PromptWrapper
  ) -> FollowUp {
    let bare = prompts.filled("0shot_cot_ans.txt", row, document: "", thought: "")
    let count = wrapper.tokenizer.encode(bare, parseSpecial: false).count + limits[0]
    return FollowUp(promptTokenCount: count, maxNewTokens: limits[1]) { (outcome) throws(TaskError) in
      guard case .generation(_, let thought, _) = outcome else {
        throw .impossibleSample(cell: "longbench-v2 \(id)", problem: "the first call generated nothing")
      }
      let text = prompts.filled("0shot_cot_ans.txt", row, document: "", thought: thought)
      // What is asked again is cut as every prompt is; a sample that was begun is not left out.
      let cut = try cut(text, most, wrapper, id) ?? Cut(text: text, fullCount: 0, removedCount: 0)
      let prompt = try wrapper.prompt(cut.text, sample: "longbench-v2 \(id)")
      var facts = facts
      // Cut here or in the first call: the answer comes without the question all the same.
      if cut.removedCount > 0, !cut.text.contains(PythonText.stripped(row.question)) {
        facts.removeAll { $0.name == "question_cut" }
        facts.append(("question_cut", .flag(true)))
      }
      return Sample(
        id: id, text: prompt.text, request: .generate(tokens: prompt.tokens, maxNewTokens: limits[1]),
        conversation: prompt.conversation, expected: [row.answer],
        facts: facts + [("thought_is_empty", .flag(PythonText.stripped(thought).isEmpty))],
        truncatedTokenCount: removedCount + cut.removedCount)
    }
  }

  private struct Cut {
    let text: String
    let fullCount: Int
    let removedCount: Int
  }

  /// Cuts the whole prompt as text: both ends decoded together, special tokens left out.
  private func cut(_ text: String, _ most: Int, _ wrapper: PromptWrapper, _ id: SampleID) throws(TaskError) -> Cut? {
    let full = wrapper.tokenizer.encode(text, parseSpecial: false)
    guard
      let cut = try rows.truncation.apply(full, limit: most, keepsOdd: true, sample: "longbench-v2 \(id)")
    else { return nil }
    guard cut.removedCount > 0 else { return Cut(text: text, fullCount: full.count, removedCount: 0) }
    return Cut(
      text: wrapper.tokenizer.decode(cut.tokens), fullCount: full.count, removedCount: cut.removedCount)
  }

  /// Whether the letter is right; a reply without one is wrong.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let answer = reference.expected.first else {
      return metrics.map { Score($0.name, unscored: "the model generated nothing") }
    }
    let letter = LongBenchV2Answer.letter(in: text)
    var isEmpty = PythonText.stripped(text).isEmpty
    if reference.fact("thought_is_empty") == .flag(true) { isEmpty = true }
    let isRight: Double = letter == answer ? 1 : 0
    return [
      Score("accuracy", isRight), Score("compensated", letter == nil ? 0.25 : isRight),
      Score("no_letter", letter == nil ? 1 : 0), Score("empty_reply", isEmpty ? 1 : 0),
      Score("question_cut", reference.fact("question_cut") == .flag(true) ? 1 : 0),
    ]
  }
}
