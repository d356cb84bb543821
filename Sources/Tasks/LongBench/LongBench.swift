import Digest
public import Evaluation
import Metrics
import Tokenizers

/// LongBench (version 1) and LongBench-E: 21 and 13 datasets of question answering, summaries, examples and code.
///
/// Source: THUDM/LongBench, pred.py and eval.py, followed step by step (PROTOCOLS, LongBench).
public struct LongBench: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "longbench"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["score": 0.0...100]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "21 datasets of question answering, summaries, examples and code; 13 of them for LongBench-E",
    protocols: [
      .init("longbench/v1", "as THUDM/LongBench does it; deviations are part of the name"),
      .init("longbench-e/v1", "the same for LongBench-E"),
    ],
    metrics: [
      .init("score", "the benchmark's own, 0 to 100")
    ],
    example: "{datasets: all-english, limit: 200}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder with data/ and config/, or the official checkout", imported: "LongBench")
    static let datasets = Setting.texts(
      "datasets", "names, or all-english (16 sets), all-chinese (5), all (21), e (the 13 of LongBench-E)",
      default: ["all-english"], shown: "all-english")
    static let limit = Setting.integer("limit", "the first rows of each dataset", otherwise: "all")
    static let lengths = Setting.lengths(
      "the most tokens of a prompt before the chat markers", atLeast: 16, otherwise: "the window in thousands, less 500"
    )
    static let truncation = Truncation.setting(otherwise: "middle, as published")
    static let config = Setting.path(
      "config", "the folder of dataset2prompt.json and dataset2maxlen.json", otherwise: "looked for at `path`")
    static let jieba = Setting.path("jieba", "the folder of jieba's dictionary", otherwise: "an installed one")
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "a lower generation limit than the published ones", otherwise: "none")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.datasets, Key.limit, Key.lengths, Key.truncation, Key.config, Key.jieba, Key.maxNewTokens,
  ]

  private let files: LongBenchFiles
  private let isE: Bool
  private let rows: RowSettings
  /// What cuts Chinese text.
  private let jieba: InstalledJieba

  /// Reads the settings and checks the rows of the datasets.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    rows = try RowSettings(
      settings, limit: Key.limit, lengths: Key.lengths, truncation: Key.truncation, maxNewTokens: Key.maxNewTokens)
    let (datasets, isE) = try Self.datasets(settings[Key.datasets])
    self.isE = isE
    jieba = datasets.contains(where: \.metric.needsSegmenter) ? try InstalledJieba(settings[Key.jieba]) : .unused
    files = try LongBenchFiles(
      path: settings[Key.path], config: settings[Key.config], datasets: datasets, isE: isE)
  }

  private static func datasets(_ names: [String]) throws(TaskError) -> ([LongBenchDataset], isE: Bool) {
    let isE = names.allSatisfy { $0 == "e" || $0.hasSuffix("_e") }
    var chosen: [LongBenchDataset] = []
    for name in names {
      let some: [LongBenchDataset]
      switch name {
      case "all": some = LongBenchDataset.all
      case "all-english": some = LongBenchDataset.all.filter(\.isInSixteen)
      case "all-chinese": some = LongBenchDataset.all.filter { $0.language == .chinese }
      case "e": some = LongBenchDataset.all.filter(\.isInE)
      default: some = LongBenchDataset.named(name).map { [$0] } ?? []
      }
      guard !some.isEmpty, isE || !(name == "e" || name.hasSuffix("_e")), !isE || some.allSatisfy(\.isInE) else {
        throw .setting(
          key: "datasets", found: "'\(name)'",
          expected: "all, all-english, all-chinese, e, or names of \(LongBenchDataset.all.map(\.name)); those of "
            + "LongBench-E end with _e and need an entry of their own")
      }
      chosen += some.filter { !chosen.contains($0) }
    }
    // The order of the official table, however they were named.
    return (LongBenchDataset.all.filter { chosen.contains($0) }, isE)
  }

  /// `longbench/v1` or `longbench-e/v1`; every deviation from it is part of the name.
  public var protocolName: String {
    var name = isE ? "longbench-e/v1" : "longbench/v1"
    if !files.isOfficial, let prompts = files.configuration.first { name += "+prompts=\(prompts.sha256.prefix(8))" }
    name += rows.deviations
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "score = 100 x the mean over rows of the best score over the accepted answers (THUDM/LongBench, eval.py); the "
        + "score of a row without an answer is 0, a row that cannot be scored is counted apart",
      rows.truncation == .middle
        ? "a prompt of more than the stated tokens (BOS included, chat markers not) is cut in the middle: both halves "
          + "are decoded, joined and tokenised again, so that the final count differs a little"
        : "deviation: truncation is \(rows.truncation.rawValue); the official program cuts the middle",
      "chat markers around the prompt but for trec, triviaqa, samsum, lsht, lcc and repobench-p; Llama-2's are [INST] "
        + "and [/INST] without spaces and without a system prompt, as in the official program",
      "deviation: special tokens that a document spells out stay text; the official program lets them act",
      "greedy; samsum ends at a line end and has at least one token",
      "code similarity is difflib's ratio (the official requirements); code_sim@indel is given beside it",
    ]
    if rows.lengths.isEmpty {
      notes.append("the limit on a prompt is the model's window in whole thousands of tokens, less 500, as published")
    }
    if !files.isOfficial { notes.append("deviation: prompts and limits are not the official files, see the hashes") }
    if let maxNewTokens = rows.maxNewTokens {
      notes.append("deviation: at most \(maxNewTokens) new tokens where the benchmark allows more")
    }
    let chinese = files.sources.filter { $0.dataset.metric.needsSegmenter }
    if !chinese.isEmpty, jieba.segmenter == nil {
      notes.append("\(chinese.map(\.name).joined(separator: ", ")): \(LongBenchMetric.needsJieba)")
    }
    return notes
  }

  /// The datasets' files and the two of the configuration.
  public var dataFiles: [DataFile] { files.sources.map(\.file.dataFile) + files.configuration }

  /// The benchmark's score, 0 to 100.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["score"])]
  }

  /// One cell per dataset and length.
  public var cells: [TaskCell] {
    files.sources.flatMap { source in
      rows.cells(at: [TaskCell.Coordinate("dataset", .text(source.name))])
    }
  }

  /// Rows and samples that are left out, and scores that there cannot be.
  public func warnings(in context: SampleContext) -> [String] {
    var warnings = files.sources.flatMap { $0.file.warnings.map { "longbench: \($0)" } }
    let chinese = files.sources.filter { $0.dataset.metric.needsSegmenter }
    if !chinese.isEmpty, jieba.segmenter == nil {
      warnings.append("longbench: \(chinese.map(\.name).joined(separator: ", ")): \(LongBenchMetric.needsJieba)")
    }
    if rows.truncation == .skip { warnings += skipped(context) }
    if let warning = PromptWrapper.unusedTemplate(context) { warnings.append(warning) }
    return warnings
  }

  private func skipped(_ context: SampleContext) -> [String] {
    cells.compactMap { cell -> String? in
      guard let source = source(of: cell), let made = try? samples(of: cell, in: context) else { return nil }
      let missing = min(rows.limit ?? Int.max, source.file.count) - made.count
      return missing > 0 ? "longbench: \(source.name): \(missing) rows do not fit and are left out" : nil
    }
  }

  private func source(of cell: TaskCell) -> LongBenchSource? {
    guard case .text(let name)? = cell.coordinates.first?.value else { return nil }
    return files.sources.first { $0.name == name }
  }

  /// The most tokens of a prompt where none are given: 4096 gives 3500, 16384 gives 15500, as in model2maxlen.json.
  ///
  /// - Parameter window: the model's context window.
  /// - Returns: the limit; seven eighths of a window below 1500 tokens, for which nothing is published.
  static func standardLength(window: Int) -> Int { window < 1500 ? window * 7 / 8 : window / 1000 * 1000 - 500 }

  /// The rows of one dataset as prompts.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let source = source(of: cell) else { return [] }
    let length = cell.coordinates.last?.value.asNumber.map { Int($0) }
    let maker = LongBenchPrompt(
      source: source, wrapper: try PromptWrapper(context), tokenizer: context.tokenizer, truncation: rows.truncation,
      limit: length ?? Self.standardLength(window: context.contextWindow))
    var samples: [Sample] = []
    var seen: Set<String> = []
    for entry in try source.file.entries(limit: rows.limit) {
      // A name that two rows share is told apart by the line.
      let row = seen.insert(entry.row.id).inserted ? entry.row.id : "\(entry.row.id)@\(entry.line)"
      let id = "dataset=\(source.name)/row=\(row)" + (length.map { "/length=\($0)" } ?? "")
      guard let prompt = try maker.prompt(of: entry.row, sample: id) else { continue }
      samples.append(sample(SampleID(id), entry, prompt, source, context))
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(cell: "longbench \(source.name)", problem: "no row fits into \(maker.limit) tokens")
    }
    return samples
  }

  private func sample(
    _ id: SampleID, _ entry: RowFile<LongBenchRow>.Entry, _ prompt: LongBenchPrompt.Result, _ source: LongBenchSource,
    _ context: SampleContext
  ) -> Sample {
    let isSamsum = source.dataset.name == "samsum"
    var facts: [(name: String, value: Value)] = [
      ("dataset", .text(source.name)), ("row_id", .text(entry.row.id)), ("line", .integer(entry.line)),
    ]
    if let length = entry.row.length {
      facts += [
        ("length", .integer(length)), ("bucket", .text(LongBenchDataset.bucket(length: Double(length)))),
      ]
    }
    facts += [
      ("truncation", .text(prompt.removedCount > 0 ? rows.truncation.rawValue : "none")),
      ("full_prompt_tokens", .integer(prompt.fullCount)), ("prompt_tokens", .integer(prompt.tokens.count)),
      ("chat", .text(prompt.template)),
    ]
    facts += scoringFacts(source)
    let newline = isSamsum ? context.tokenizer.encode("\n", bos: .never).last.map { [$0] } ?? [] : []
    return Sample(
      id: id, text: prompt.text,
      request: .generate(
        tokens: prompt.tokens, maxNewTokens: min(source.maxNewTokens, rows.maxNewTokens ?? Int.max),
        stopTokens: newline,
        minNewTokens: isSamsum ? 1 : 0), conversation: prompt.conversation, expected: entry.row.answers,
      facts: facts, truncatedTokenCount: prompt.removedCount)
  }

  /// What the scorer takes beside the answers: facts are part of a result's identity, so that a score that was stored
  /// without jieba, or with other classes, is not taken for one with them.
  private func scoringFacts(_ source: LongBenchSource) -> [(name: String, value: Value)] {
    var facts: [(name: String, value: Value)] = []
    if source.dataset.metric.needsSegmenter { facts.append((InstalledJieba.fact, .text(jieba.state))) }
    if source.dataset.metric == .classification {
      // The length before each name keeps lists apart whose names hold the separator.
      let classes = source.allClasses.map { $0.map { "\($0.utf8.count):\($0)" }.joined(separator: "\n") }
      facts.append(("classes", .text(classes.map { String(SHA256.hexadecimal(of: $0).prefix(16)) } ?? "none")))
    }
    return facts
  }

  /// `score`, 100 x the official score of the row; for code `code_sim@indel` beside it.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    Self.scores(reference, outcome) { name in
      files.sources.first { $0.name == name }.map { ($0.dataset, $0.allClasses, jieba.segmenter) }
    }
  }

  /// Of datasets whose scores need neither the class names of the files nor jieba.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    OutcomeScoring { reference, outcome in
      if case .text(let name)? = reference.fact("dataset"), let dataset = LongBenchDataset.named(name),
        dataset.metric == .classification || dataset.metric.needsSegmenter
      {
        return nil
      }
      return scores(reference, outcome) { name in LongBenchDataset.named(name).map { ($0, nil, nil) } }
    }
  }

  private static func scores(
    _ reference: Reference, _ outcome: Outcome,
    _ source: (String) -> (dataset: LongBenchDataset, allClasses: [String]?, segmenter: JiebaSegmenter?)?
  ) -> [Score] {
    guard case .generation(_, let text, _) = outcome else {
      return [Score("score", unscored: "the model generated nothing")]
    }
    guard case .text(let name)? = reference.fact("dataset"), let source = source(name) else {
      return [Score("score", unscored: "the sample is of no dataset of this entry")]
    }
    func value(_ variant: EditSimilarity) -> ScoreValue {
      source.dataset.score(
        prediction: text, answers: reference.expected, allClasses: source.allClasses, segmenter: source.segmenter,
        codeVariant: variant)
    }
    var scores = [Score("score", percentOf: value(.difflib))]
    if source.dataset.metric == .codeSimilarity {
      scores.append(Score("code_sim@indel", percentOf: value(.indel)))
    }
    return scores
  }
}
