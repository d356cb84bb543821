public import Evaluation
import Foundation
import Tokenizers

/// HELMET: recall, retrieval, ranking, many-shot classification, books, ALCE's string metrics, and what a judge marks.
///
/// Source: princeton-nlp/HELMET at 4526dfb, data.py, utils.py and eval_alce.py (PROTOCOLS-2B, section 3).
public struct HELMET: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "helmet"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = [
    "score": 0.0...100, "article_artifact": 0.0...100, "judge_fluency": 0.0...100, "judge_correctness": 0.0...100,
    "judge_recall": 0.0...100, "judge_precision": 0.0...100, Judge.unreadableMetric: Judge.unreadableRange,
  ]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "18 datasets of HELMET that need no judge and 3 that do, with its selection of rows and examples",
    protocols: [
      .init("helmet/v1", "HELMET's prompts of the user's checkout, its rows and examples, greedy"),
      .init("helmet/own", "the same in the project's own wording, where there is no data.py"),
    ],
    metrics: [
      .init(
        "score",
        "the dataset's column in HELMET's tables, 0 to 100; of narrativeqa, infbench_sum_eng and multi_lexsum only with "
          + "`judge:`"),
      .init("judge_fluency, judge_correctness, judge_recall, judge_precision", "what such a score is made of"),
      .init("article_artifact", "share of choices that are right because A is an article"),
    ],
    example: "{path: Datasets/helmet, datasets: [json_kv, kilt_nq], lengths: [2048]}")
  private enum Key {
    static let path = Setting.path("path", "the folder that holds HELMET's data/", imported: "HELMET")
    static let checkout = Setting.path(
      "checkout", "the folder of data.py and prompts/", otherwise: "`path`, else the project's own wording")
    static let infiniteBench = Setting.path(
      "infinitebench", "the folder of InfiniteBench's files, for infbench_*", otherwise: "none")
    static let datasets = Setting.texts(
      "datasets", "names, or recall, rag, icl, cite, rerank, longqa (its two without a judge), summ",
      default: ["recall"], shown: "recall")
    static let lengths = Setting.lengths(
      "prompt and new tokens together; 4096, 8192, ... 131072 take HELMET's files", atLeast: 256)
    static let samples = Setting.integer(
      "samples", "the most rows, or for rag and rerank the most questions", otherwise: "HELMET's: 100, icl 500")
    static let limit = Setting.integer(
      "limit", "the first of the chosen rows: a question of rag has six", otherwise: "all")
    static let shots = Setting.integer("shots", "examples in a prompt; icl has its own", default: 2, atLeast: 0)
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "another generation limit than HELMET's", otherwise: "none")
    static let firstCut = Setting.path(
      "llama2-tokenizer",
      "Llama 2's tokenizer (its tokenizer.json or tokenizer.model, or a GGUF), by which books and papers are cut first",
      otherwise: "they are not cut first")
    static let thinking = Setting.flag(
      "thinking", "32768 new tokens more, and what stands before the last `</think>` of a reply is not read",
      default: false)
    static let newline = Setting.flag(
      "stop-newline", "end a reply at a line end; HELMET's configurations ask for it and its program does not do it",
      default: false)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.checkout, Key.infiniteBench, Key.datasets, Key.lengths, Key.samples, Key.limit, Key.shots,
    Key.maxNewTokens, Key.firstCut, Key.thinking, Key.newline,
  ]

  struct Source: Sendable {
    let dataset: HELMETDataset
    let length: Int
    let files: HELMETFiles.Source
    let templates: HELMETTemplates
    /// What a judge is told, or why that cannot be read, which concerns only who has a judge; nil for a dataset that has
    /// none.
    let judging: Result<HELMETJudgePrompts, TaskError>?
  }

  let sources: [Source]
  let isOwn: Bool
  let rows: RowSettings
  let samples: Int?
  let shots: Int
  let stopsAtNewline: Bool
  /// The model thinks before it answers.
  let thinks: Bool
  let firstCut: HELMETFirstCut?
  private let files: HELMETFiles

  /// The new tokens that HELMET adds for thoughts.
  private static let thoughtTokenCount = 32_768

  /// Reads the settings, the texts and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    rows = try RowSettings(settings, limit: Key.limit, lengths: Key.lengths, maxNewTokens: Key.maxNewTokens)
    samples = try settings[Key.samples]
    shots = try settings[Key.shots]
    stopsAtNewline = try settings[Key.newline]
    thinks = try settings[Key.thinking]
    if thinks, stopsAtNewline {
      throw .setting(
        key: "stop-newline", found: "true", expected: "false beside `thinking`: thoughts have line ends")
    }
    let datasets = try Self.datasets(settings[Key.datasets])
    let path = try settings[Key.path]
    let beside = FileManager.default.fileExists(atPath: path + "/data.py") ? path : nil
    let checkout = try settings[Key.checkout] ?? beside
    isOwn = checkout == nil
    files = HELMETFiles(path: path, infiniteBench: try settings[Key.infiniteBench])
    firstCut = try settings[Key.firstCut].map { (path) throws(TaskError) in try HELMETFirstCut(path: path) }
    if firstCut != nil, !datasets.contains(where: \.isCutFirst) {
      try settings.refuse(Key.firstCut, expected: "nothing: no dataset is cut first")
    }
    var sources: [Source] = []
    for dataset in datasets {
      let templates =
        try checkout.map { (folder) throws(TaskError) in try HELMETTemplates(checkout: folder, dataset: dataset) }
        ?? HELMETTemplates(ownFor: dataset)
      if firstCut != nil, dataset.isCutFirst, templates.omission == nil {
        throw .damagedData(
          path: (checkout ?? "") + "/data.py", line: nil,
          problem: "`truncate_llama2` has no `postfix_text`, a text; leave `llama2-tokenizer` away")
      }
      let judging = dataset.isJudged ? Self.judging(checkout, dataset) : nil
      for length in rows.lengths {
        sources.append(
          Source(
            dataset: dataset, length: length, files: try files.source(dataset, length: length), templates: templates,
            judging: judging))
      }
    }
    self.sources = sources
  }

  /// The checkout's prompts for judges where it has them.
  private static func judging(
    _ checkout: String?, _ dataset: HELMETDataset
  ) -> Result<HELMETJudgePrompts, TaskError> {
    guard let checkout, FileManager.default.fileExists(atPath: checkout + "/scripts") else { return .success(.own) }
    return Result { () throws(TaskError) in try HELMETJudgePrompts(checkout: checkout, dataset: dataset) }
  }

  /// The files of the judge's prompts that were read.
  var judgeFiles: [DataFile] {
    var files: [DataFile] = []
    for source in sources {
      if let file = try? source.judging?.get().file, !files.contains(file) { files.append(file) }
    }
    return files
  }

  /// True where a judge is told what to do in the project's own wording.
  var hasOwnJudgePrompts: Bool {
    sources.contains { source in
      if case .success(let prompts)? = source.judging { prompts.file == nil } else { false }
    }
  }

  private static func datasets(_ names: [String]) throws(TaskError) -> [HELMETDataset] {
    let categories: [String: [HELMETDataset]] = [
      "recall": HELMETDataset.unjudged(.recall), "rag": HELMETDataset.unjudged(.rag),
      "icl": HELMETDataset.unjudged(.inContextLearning), "cite": HELMETDataset.unjudged(.cite),
      "rerank": HELMETDataset.unjudged(.rerank), "longqa": HELMETDataset.unjudged(.longQA),
      "summ": [.bookSummary, .lawSummary],
    ]
    var chosen: [HELMETDataset] = []
    for name in names {
      let some = categories[name] ?? HELMETDataset(rawValue: name).map { [$0] } ?? []
      guard !some.isEmpty else {
        throw .setting(
          key: "datasets", found: "'\(name)'",
          expected: "recall, rag, icl, cite, rerank, longqa, summ, or names of "
            + "\(HELMETDataset.allCases.map(\.rawValue))")
      }
      chosen += some
    }
    return HELMETDataset.allCases.filter { chosen.contains($0) }
  }

  /// The rows, the examples and the texts.
  public var dataFiles: [DataFile] {
    var files: [DataFile] = []
    for source in sources {
      for file in [source.files.rows.dataFile] + (source.files.examples.map { [$0.dataFile] } ?? [])
        + ((try? source.files.keyPoints?.get()).map { [$0.dataFile] } ?? []) + source.templates.files
      where !files.contains(file) { files.append(file) }
    }
    return files + judgeFiles + (firstCut.map { [$0.file] } ?? [])
  }

  /// The dataset's column; the other metrics of the same reply are stored beside it.
  public var metrics: [MetricDescription] {
    var metrics = [
      MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["score"])
    ]
    if sources.contains(where: { $0.dataset == .bookChoice }) {
      metrics.append(
        MetricDescription(
          name: "article_artifact", aggregation: .mean, higherIsBetter: false,
          range: Self.scoreRanges["article_artifact"]))
    }
    return metrics
  }

  /// The marks of which a judge's score is made.
  public var judgedMetrics: [MetricDescription] { HELMETJudging.metrics(of: sources.map(\.dataset)) }

  /// One cell per dataset and length.
  public var cells: [TaskCell] {
    sources.map { source in
      TaskCell([.init("dataset", .text(source.dataset.rawValue)), .init("length", .integer(source.length))])
    }
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] {
    var warnings = sources.flatMap { $0.files.rows.warnings.map { "helmet: \($0)" } }
    if sources.contains(where: \.dataset.usesChat), let warning = PromptWrapper.unusedTemplate(context) {
      warnings.append(warning)
    }
    return warnings
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard cell.coordinates.count == 2, case .text(let name) = cell.coordinates[0].value,
      case .integer(let length) = cell.coordinates[1].value,
      let source = sources.first(where: { $0.dataset.rawValue == name && $0.length == length })
    else { return [] }
    var loader = HELMETLoader(
      dataset: source.dataset, source: source.files, templates: source.templates, shots: shots,
      count: samples ?? source.dataset.officialSampleCount, hasJudge: context.judge != nil)
    if let firstCut, source.dataset.isCutFirst {
      loader.firstCut = .init(
        cut: firstCut, limit: HELMETFirstCut.limit(source.dataset, length: length),
        omission: source.templates.omission ?? "")
    }
    let wrapper = source.dataset.usesChat ? try PromptWrapper(context) : try PromptWrapper(context).unwrapped
    let items = try loader.items()
    let newline = stopsAtNewline ? ["\n"] : []
    var made: [Sample] = []
    var documents = 0
    for place in 0..<min(items.count, rows.limit ?? items.count) {
      let item = try items.item(place)
      if place == 0, source.dataset == .rerank { documents = item.references.count }
      let id = "dataset=\(name)/length=\(length)/row=\(item.id)"
      let newTokens = rows.maxNewTokens ?? source.dataset.maxNewTokens
      let cut = try prompt(item, source, length - newTokens, wrapper, id)
      var facts: [(name: String, value: Value)] = [
        ("dataset", .text(name)), ("line", .integer(item.line)), ("requested_length", .integer(length)),
        ("prompt_tokens", .integer(cut.prompt.tokens.count)), ("prepended", .text(cut.prepended)),
        ("chat", .text(wrapper.templateName)),
      ]
      if thinks { facts.append((HELMETJudging.thinkingFact, .flag(true))) }
      if documents > 0 { facts.append(("documents", .integer(documents))) }
      let sample = Sample(
        id: SampleID(id), text: cut.prompt.text,
        request: .generate(
          tokens: cut.prompt.tokens, maxNewTokens: newTokens + (thinks ? Self.thoughtTokenCount : 0),
          stopTexts: newline),
        conversation: cut.prompt.conversation, expected: item.references, facts: facts,
        truncatedTokenCount: cut.removedCount)
      made.append(try judged(sample, item, source, context.judge))
    }
    guard !made.isEmpty else {
      let isShort = loader.firstCut != nil
      throw .impossibleSample(
        cell: "helmet \(name)",
        problem: "no row is left"
          + (isShort ? ": all are short in Llama 2's tokens, which HELMET drops; leave `llama2-tokenizer` away" : ""))
    }
    return made
  }

  /// The sample with the judge's questions behind it, where there is a judge and the dataset is its.
  private func judged(
    _ sample: Sample, _ item: HELMETItem, _ source: Source, _ judge: Judge?
  ) throws(TaskError) -> Sample {
    guard let judge, let rubric = item.rubric, let prompts = source.judging else { return sample }
    if case .summary(_, keyPoints: nil) = rubric {
      let path = files.keyPointsPath(source.dataset)
      guard source.files.keyPoints != nil else {
        throw .missingData(path: path, need: "it is in HELMET's data.tar.gz: what a judge looks for in a summary")
      }
      throw .damagedData(path: path, line: nil, problem: "it has no key points of the row \(item.id)")
    }
    return HELMETJudging(judge: judge, rubric: rubric, prompts: try prompts.get()).asking(sample)
  }

  private struct Cut {
    let prompt: PromptWrapper.Prompt
    let prepended: String
    let removedCount: Int
  }

  /// The prompt of a row; where it has more than `most` tokens, the end of its documents is cut by the excess.
  private func prompt(
    _ item: HELMETItem, _ source: Source, _ most: Int, _ wrapper: PromptWrapper, _ id: String
  ) throws(TaskError) -> Cut {
    let ending = source.templates.system.filled(item.fields)
    func prompt(_ fields: [String: String]) throws(TaskError) -> PromptWrapper.Prompt {
      let user = source.templates.user.filled(fields)
      let text = wrapper.tellsSpeakers ? user : user + (source.dataset.isSpaced ? "\n\n" : "\n") + ending
      return try wrapper.prompt(text, sample: "helmet \(id)")
    }
    // A server's template wraps every message: its replies get the words all the same where HELMET asks for no chat.
    let prepended = wrapper.tellsSpeakers && source.dataset.usesChat ? "" : ending
    let whole = try prompt(item.fields)
    let excess = whole.tokens.count - most
    guard excess > 0 else { return Cut(prompt: whole, prepended: prepended, removedCount: 0) }
    let context = wrapper.tokenizer.encode(item.fields["context"] ?? "", bos: .never, parseSpecial: false)
    guard excess < context.count else {
      throw .impossibleSample(
        cell: "helmet \(id)",
        problem: "the prompt without its documents does not fit into \(most) tokens; ask for longer ones, or fewer "
          + "`shots`")
    }
    var fields = item.fields
    fields["context"] = wrapper.tokenizer.decode(Array(context.dropLast(excess)))
    return Cut(prompt: try prompt(fields), prepended: prepended, removedCount: excess)
  }
}
