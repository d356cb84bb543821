public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// LV-Eval: eleven question datasets at five lengths, with misleading facts; an answer must hold key words to count.
///
/// Source: infinigence/LVEval at 63e7ae9, prediction.py, metrics.py and evaluation.py (PROTOCOLS-2B, section 4).
public struct LVEval: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "lv-eval"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["score": 0.0...100]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "eleven question datasets (6 English, 5 Chinese) at 16k to 256k words, with misleading facts",
    protocols: [
      .init("lv-eval/v1", "as infinigence/LVEval does it with its prompts and word lists"),
      .init("lv-eval/own", "the same in the project's own wording, where there is no config.py"),
    ],
    metrics: [.init("score", "F1 behind a recall of key words (dureader: ROUGE-L), 0 to 100")],
    example: "{path: Datasets/lv-eval, datasets: [factrecall_en], levels: [16k], lengths: [2048]}")
  private enum Key {
    static let path = Setting.path("path", "the folder of the .jsonl files", imported: "LV-Eval")
    static let checkout = Setting.path(
      "checkout", "the folder of config.py and metrics.py", otherwise: "`path`, else the project's own wording")
    static let datasets = Setting.texts(
      "datasets", "names, all-english (6), all-chinese (5) or all", default: ["all-english"], shown: "all-english")
    static let levels = Setting.texts(
      "levels", "some of 16k, 32k, 64k, 128k, 256k", default: ["16k"], shown: "16k")
    static let limit = Setting.integer("limit", "the first rows of each file", otherwise: "all")
    static let lengths = Setting.lengths(
      "the most tokens of a prompt before the chat markers", atLeast: 16, otherwise: "the window less 500, as published"
    )
    static let truncation = Truncation.setting(otherwise: "middle, as published")
    static let jieba = Setting.path("jieba", "the folder of jieba's dictionary", otherwise: "an installed one")
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "another generation limit than the published ones (64, recalled facts 16)", otherwise: "none")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.checkout, Key.datasets, Key.levels, Key.limit, Key.lengths, Key.truncation, Key.jieba,
    Key.maxNewTokens,
  ]

  private struct Source: Sendable {
    let dataset: LVEvalDataset
    let level: String
    let file: RowFile<LVEvalRow>
  }

  private let sources: [Source]
  private let files: LVEvalFiles
  private let rows: RowSettings
  private let jieba: InstalledJieba

  /// Reads the settings, the prompts and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    rows = try RowSettings(
      settings, limit: Key.limit, lengths: Key.lengths, truncation: Key.truncation, maxNewTokens: Key.maxNewTokens)
    let datasets = try Self.datasets(settings[Key.datasets])
    let levels = try settings[Key.levels]
    guard !levels.isEmpty, Set(levels).count == levels.count, levels.allSatisfy(LVEvalDataset.levels.contains) else {
      throw .setting(
        key: "levels", found: "\(levels)", expected: "different ones of \(LVEvalDataset.levels.joined(separator: ", "))"
      )
    }
    let path = try settings[Key.path]
    let beside = FileManager.default.fileExists(atPath: path + "/config.py") ? path : nil
    files = try LVEvalFiles(folder: try settings[Key.checkout] ?? beside, datasets: datasets)
    jieba = datasets.contains(where: \.isChinese) ? try InstalledJieba(settings[Key.jieba]) : .unused
    var sources: [Source] = []
    for dataset in datasets {
      for level in levels {
        let file = try RowFile(
          "\(path)/\(dataset.rawValue)_\(level).jsonl",
          need: "it is a file of LV-Eval; `se-eval data import lv-eval` takes it"
        ) { (fields) throws(RowFieldProblem) in try LVEvalRow(fields) }
        sources.append(Source(dataset: dataset, level: level, file: file))
      }
    }
    self.sources = sources
  }

  private static func datasets(_ names: [String]) throws(TaskError) -> [LVEvalDataset] {
    var chosen: [LVEvalDataset] = []
    for name in names {
      let some: [LVEvalDataset]
      switch name {
      case "all": some = LVEvalDataset.allCases
      case "all-english": some = LVEvalDataset.allCases.filter { !$0.isChinese }
      case "all-chinese": some = LVEvalDataset.allCases.filter(\.isChinese)
      default: some = LVEvalDataset(rawValue: name).map { [$0] } ?? []
      }
      guard !some.isEmpty else {
        throw .setting(
          key: "datasets", found: "'\(name)'",
          expected: "all, all-english, all-chinese, or names of \(LVEvalDataset.allCases.map(\.rawValue))")
      }
      chosen += some
    }
    return LVEvalDataset.allCases.filter { chosen.contains($0) }
  }

  /// `lv-eval/v1`, or `/own` with the project's wording; every deviation is part of the name.
  public var protocolName: String {
    var name = files.isOwn ? "lv-eval/own" : "lv-eval/v1"
    if !files.isOwn, !files.unofficial.isEmpty { name += "+prompts" }
    name += rows.deviations
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "score = 100 x the mean over rows against the first reference only (the official loop ends there): F1 where a fifth "
        + "(Chinese: two fifths) of the key words is recalled, words of the ignored lists not counted, else 0; recalled "
        + "facts: plain F1; dureader: ROUGE-L of the package rouge",
      "the F1 counts the ignored words, contrary to the official README",
      rows.truncation == .middle
        ? "a prompt of more than the stated tokens is cut in the middle: both halves are decoded, joined and tokenised "
          + "again"
        : "deviation: truncation is \(rows.truncation.rawValue); the official program cuts the middle",
      "greedy; deviation: the model's own chat template in place of the official program's wrappers",
    ]
    if files.isOwn {
      notes.append("deviation: the wording is the project's own; the ignored words are the built-in lists")
    } else if !files.unofficial.isEmpty {
      notes.append("deviation: not the official files: \(files.unofficial.joined(separator: ", "))")
    }
    if let maxNewTokens = rows.maxNewTokens { notes.append("deviation: at most \(maxNewTokens) new tokens") }
    if jieba.segmenter == nil, sources.contains(where: \.dataset.isChinese) {
      notes.append("Chinese datasets: \(LongBenchMetric.needsJieba)")
    }
    return notes
  }

  /// The rows, the prompts and the word lists.
  public var dataFiles: [DataFile] { sources.map(\.file.dataFile) + files.files }

  /// The benchmark's score, 0 to 100.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["score"])]
  }

  /// One cell per dataset, level and length.
  public var cells: [TaskCell] {
    sources.flatMap { source in
      rows.cells(at: [.init("dataset", .text(source.dataset.rawValue)), .init("level", .text(source.level))])
    }
  }

  /// Rows that are left out, files that are not whole, and scores that there cannot be.
  public func warnings(in context: SampleContext) -> [String] {
    var warnings: [String] = []
    for source in sources {
      warnings += source.file.warnings.map { "lv-eval: \($0)" }
      if source.file.count != source.dataset.officialRowCount {
        warnings.append(
          "lv-eval: \(source.file.name) has \(source.file.count) rows, the official file has "
            + "\(source.dataset.officialRowCount)")
      }
    }
    if jieba.segmenter == nil, sources.contains(where: \.dataset.isChinese) {
      warnings.append("lv-eval: Chinese datasets: \(LongBenchMetric.needsJieba)")
    }
    if let warning = PromptWrapper.unusedTemplate(context) { warnings.append(warning) }
    return warnings
  }

  private func source(of cell: TaskCell) -> Source? {
    guard cell.coordinates.count >= 2, case .text(let name) = cell.coordinates[0].value,
      case .text(let level) = cell.coordinates[1].value
    else { return nil }
    return sources.first { $0.dataset.rawValue == name && $0.level == level }
  }

  /// The rows of one dataset and level as prompts.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let source = source(of: cell), let template = files.prompts[source.dataset] else { return [] }
    let length = cell.coordinates.count > 2 ? cell.coordinates[2].value.asNumber.map { Int($0) } : nil
    let most = length ?? max(16, context.contextWindow - 500)
    let wrapper = try PromptWrapper(context)
    let name = "\(source.dataset.rawValue)_\(source.level)"
    var samples: [Sample] = []
    for entry in try source.file.entries(limit: rows.limit) {
      let id = SampleID("dataset=\(name)/row=\(entry.line)" + (length.map { "/length=\($0)" } ?? ""))
      var text = template.filled(["context": entry.row.context, "input": entry.row.input])
      let full = wrapper.tokenizer.encode(text, parseSpecial: false)
      guard let cut = try rows.truncation.apply(full, limit: most, sample: "lv-eval \(id)") else { continue }
      if cut.removedCount > 0 { text = wrapper.tokenizer.decode(cut.head) + wrapper.tokenizer.decode(cut.tail) }
      let prompt = try wrapper.prompt(text, sample: "lv-eval \(id)")
      var facts: [(name: String, value: Value)] = [
        ("dataset", .text(source.dataset.rawValue)), ("level", .text(source.level)), ("line", .integer(entry.line)),
        ("truncation", .text(cut.removedCount > 0 ? rows.truncation.rawValue : "none")),
        ("full_prompt_tokens", .integer(full.count)), ("prompt_tokens", .integer(prompt.tokens.count)),
      ]
      if let keywords = entry.row.keywords { facts.append(("answer_keywords", .text(keywords))) }
      if source.dataset.isChinese { facts.append((InstalledJieba.fact, .text(jieba.state))) }
      samples.append(
        Sample(
          id: id, text: prompt.text,
          request: .generate(tokens: prompt.tokens, maxNewTokens: rows.maxNewTokens ?? source.dataset.maxNewTokens),
          conversation: prompt.conversation, expected: [entry.row.answer], facts: facts,
          truncatedTokenCount: cut.removedCount))
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(cell: "lv-eval \(name)", problem: "no row fits into \(most) tokens")
    }
    return samples
  }

  /// The dataset's metric, 0 to 100.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let answer = reference.expected.first else {
      return [Score("score", unscored: "the model generated nothing")]
    }
    guard case .text(let name)? = reference.fact("dataset"), let dataset = LVEvalDataset(rawValue: name) else {
      return [Score("score", unscored: "the sample is of no dataset of LV-Eval")]
    }
    var keywords: String?
    if case .text(let words)? = reference.fact("answer_keywords") { keywords = words }
    let scorer = LVEvalScore(ignoring: files.ignored)
    guard dataset.isChinese else {
      let value =
        dataset.isFactRecall
        ? scorer.plain(prediction: text, reference: answer, segmenter: nil)
        : scorer.english(prediction: text, reference: answer, keywords: keywords)
      return [Score("score", 100 * value)]
    }
    guard let segmenter = jieba.segmenter else { return [Score("score", unscored: LongBenchMetric.needsJieba)] }
    let value =
      dataset == .dureader
      ? scorer.chineseROUGE(prediction: text, reference: answer, segmenter: segmenter)
      : dataset.isFactRecall
        ? scorer.plain(prediction: text, reference: answer, segmenter: segmenter)
        : scorer.chinese(prediction: text, reference: answer, keywords: keywords, segmenter: segmenter)
    return [Score("score", 100 * value)]
  }
}
