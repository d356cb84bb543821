public import Evaluation
import Foundation
import JSON
import Metrics
import Tokenizers

/// HELMET without a judge: recall, retrieval, ranking, many-shot classification, books, and ALCE's string metrics.
///
/// Source: princeton-nlp/HELMET at 4526dfb, data.py, utils.py and eval_alce.py (PROTOCOLS-2B, section 3).
public struct HELMET: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "helmet"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["score": 0.0...100, "article_artifact": 0.0...100]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "18 datasets of HELMET that need no judge, with its selection of rows and examples",
    protocols: [
      .init("helmet/v1", "HELMET's prompts of the user's checkout, its rows and examples, greedy"),
      .init("helmet/own", "the same in the project's own wording, where there is no data.py"),
    ],
    metrics: [
      .init("score", "the dataset's column in HELMET's tables, 0 to 100"),
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
      "datasets", "names, or recall, rag, icl, cite, rerank, longqa", default: ["recall"], shown: "recall")
    static let lengths = Setting.lengths(
      "prompt and new tokens together; 4096, 8192, ... 131072 take HELMET's files", atLeast: 256)
    static let samples = Setting.integer(
      "samples", "the most rows, or for rag and rerank the most questions", otherwise: "HELMET's: 100, icl 500")
    static let limit = Setting.integer(
      "limit", "the first of the chosen rows: a question of rag has six", otherwise: "all")
    static let shots = Setting.integer("shots", "examples in a prompt; icl has its own", default: 2, atLeast: 0)
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "another generation limit than HELMET's", otherwise: "none")
    static let newline = Setting.flag(
      "stop-newline", "end a reply at a line end; HELMET's configurations ask for it and its program does not do it",
      default: false)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.checkout, Key.infiniteBench, Key.datasets, Key.lengths, Key.samples, Key.limit, Key.shots,
    Key.maxNewTokens, Key.newline,
  ]

  private struct Source: Sendable {
    let dataset: HELMETDataset
    let length: Int
    let files: HELMETFiles.Source
    let templates: HELMETTemplates
  }

  private let sources: [Source]
  private let isOwn: Bool
  private let lengths: [Int]
  private let samples: Int?
  private let limit: Int?
  private let shots: Int
  private let maxNewTokens: Int?
  private let stopsAtNewline: Bool

  /// Reads the settings, the texts and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    lengths = try settings[Key.lengths]
    samples = try settings[Key.samples]
    limit = try settings[Key.limit]
    shots = try settings[Key.shots]
    maxNewTokens = try settings[Key.maxNewTokens]
    stopsAtNewline = try settings[Key.newline]
    let datasets = try Self.datasets(settings[Key.datasets])
    let path = try settings[Key.path]
    let beside = FileManager.default.fileExists(atPath: path + "/data.py") ? path : nil
    let checkout = try settings[Key.checkout] ?? beside
    isOwn = checkout == nil
    let files = HELMETFiles(path: path, infiniteBench: try settings[Key.infiniteBench])
    var sources: [Source] = []
    for dataset in datasets {
      let templates =
        try checkout.map { (folder) throws(TaskError) in try HELMETTemplates(checkout: folder, dataset: dataset) }
        ?? HELMETTemplates(ownFor: dataset)
      for length in lengths {
        sources.append(
          Source(
            dataset: dataset, length: length, files: try files.source(dataset, length: length), templates: templates))
      }
    }
    self.sources = sources
  }

  private static func datasets(_ names: [String]) throws(TaskError) -> [HELMETDataset] {
    let categories: [String: HELMETDataset.Category] = [
      "recall": .recall, "rag": .rag, "icl": .inContextLearning, "cite": .cite, "rerank": .rerank, "longqa": .longQA,
    ]
    var chosen: [HELMETDataset] = []
    for name in names {
      let some =
        categories[name].map { category in HELMETDataset.allCases.filter { $0.category == category } }
        ?? HELMETDataset(rawValue: name).map { [$0] } ?? []
      guard !some.isEmpty else {
        let judged = ["narrativeqa", "infbench_sum_eng", "multi_lexsum"]
        throw .setting(
          key: "datasets", found: "'\(name)'",
          expected: judged.contains { name.hasPrefix($0) }
            ? "another one: \(name) needs a judge"
            : "recall, rag, icl, cite, rerank, longqa, or names of \(HELMETDataset.allCases.map(\.rawValue))")
      }
      chosen += some
    }
    return HELMETDataset.allCases.filter { chosen.contains($0) }
  }

  /// `helmet/v1`, or `/own` with the project's wording; every deviation is part of the name.
  public var protocolName: String {
    var name = isOwn ? "helmet/own" : "helmet/v1"
    if !isOwn, !unofficial.isEmpty { name += "+prompts" }
    if let samples { name += "+samples=\(samples)" }
    if shots != 2 { name += "+shots=\(shots)" }
    if lengths.contains(where: { !HELMETDataset.lengths.contains($0) }) { name += "+own-lengths" }
    if sources.contains(where: { $0.dataset.category == .longQA }) { name += "+own-first-cut" }
    if let maxNewTokens { name += "+max-new-tokens=\(maxNewTokens)" }
    if stopsAtNewline { name += "+stop-newline" }
    return name
  }

  private var unofficial: [String] {
    var names: [String] = []
    for file in sources.flatMap(\.templates.files)
    where !(HELMETTemplates.official[file.name].map { file.sha256.hasPrefix($0) } ?? false) {
      if !names.contains(file.name) { names.append(file.name) }
    }
    return names
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "score is the dataset's column in HELMET's tables: the better of the whole reply and of what is read out of it "
        + "(icl: only what is read; rankings: the longest chain of numbers, NDCG@10 as trec_eval)",
      "rows and examples are those that HELMET's seeds draw: Python's random for keys and labels, numpy's PCG64 for "
        + "shuffles; a question of rag comes with each position of its gold document",
      "without a chat template the whole prompt is completed, and the words that it ends with are put in front of the "
        + "reply before it is read; with one (cite, longqa) only the user's part is sent",
      "a prompt that is too long loses the end of its documents, once, without a second look",
      "not here, because they need a judge or another model: narrativeqa, infbench_sum, multi_lexsum, citation recall and "
        + "precision",
      "a choice whose letter is A is right for an empty reply too, because A is an article: counted in article_artifact",
      "greedy; no newline stop unless `stop-newline` (HELMET's configurations name it otherwise than its program reads it)",
    ]
    if isOwn {
      notes.append("deviation: the wording is the project's own; give `checkout` for HELMET's")
    } else if !unofficial.isEmpty {
      notes.append("deviation: not the official files: \(unofficial.joined(separator: ", "))")
    }
    if sources.contains(where: { $0.dataset.category == .longQA }) {
      notes.append(
        "deviation: books are not cut to a number of Llama-2 tokens first: only the second cut, in the model's own tokens, "
          + "is made")
    }
    if lengths.contains(where: { !HELMETDataset.lengths.contains($0) }) {
      notes.append("deviation: lengths that HELMET does not have take the largest file that is there")
    }
    if let samples { notes.append("deviation: at most \(samples) rows or questions of a dataset") }
    return notes
  }

  /// The rows, the examples and the texts.
  public var dataFiles: [DataFile] {
    var files: [DataFile] = []
    for source in sources {
      for file in [source.files.rows.dataFile] + (source.files.examples.map { [$0.dataFile] } ?? [])
        + source.templates.files
      where !files.contains(file) { files.append(file) }
    }
    return files
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
    let loader = HELMETLoader(
      dataset: source.dataset, source: source.files, templates: source.templates, shots: shots,
      count: samples ?? source.dataset.officialSampleCount)
    let wrapper = source.dataset.usesChat ? try PromptWrapper(context) : try PromptWrapper(context).unwrapped
    let items = try loader.items()
    let documents = source.dataset == .rerank ? items.first?.references.count ?? 0 : 0
    let newline = stopsAtNewline ? ["\n"] : []
    var made: [Sample] = []
    for item in items.prefix(limit ?? items.count) {
      let id = "dataset=\(name)/length=\(length)/row=\(item.id)"
      let newTokens = maxNewTokens ?? source.dataset.maxNewTokens
      let cut = try prompt(item, source, length - newTokens, wrapper, id)
      var facts: [(name: String, value: Value)] = [
        ("dataset", .text(name)), ("line", .integer(item.line)), ("requested_length", .integer(length)),
        ("prompt_tokens", .integer(cut.prompt.tokens.count)), ("prepended", .text(cut.prepended)),
        ("chat", .text(wrapper.templateName)),
      ]
      if documents > 0 { facts.append(("documents", .integer(documents))) }
      made.append(
        Sample(
          id: SampleID(id), text: cut.prompt.text,
          request: .generate(tokens: cut.prompt.tokens, maxNewTokens: newTokens, stopTexts: newline),
          conversation: cut.prompt.conversation, expected: item.references, facts: facts,
          truncatedTokenCount: cut.removedCount))
    }
    guard !made.isEmpty else { throw .impossibleSample(cell: "helmet \(name)", problem: "no row is left") }
    return made
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
      let text = wrapper.wrapsInChat ? user : user + (source.dataset.isSpaced ? "\n\n" : "\n") + ending
      return try wrapper.prompt(text, sample: "helmet \(id)")
    }
    let prepended = wrapper.wrapsInChat ? "" : ending
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

  // MARK: Scores

  /// The dataset's column and the other metrics, 0 to 100.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else {
      return [Score("score", unscored: "the model generated nothing")]
    }
    guard case .text(let name)? = reference.fact("dataset"), let dataset = HELMETDataset(rawValue: name) else {
      return [Score("score", unscored: "the sample is of no dataset of HELMET")]
    }
    var reply = text
    if case .text(let prepended)? = reference.fact("prepended") { reply = prepended + text }
    var values = Self.values(dataset, reply, reference)
    guard let headline = values.first(where: { $0.name == dataset.headline }) else {
      return [Score("score", unscored: "the row has no answers that can be scored")]
    }
    values.removeAll { $0.name.contains("@") && $0.name != "NDCG@10" || $0.name == "num_preds" }
    return [Score("score", 100 * headline.value)]
      + values.map { Score($0.name, $0.name == "words" ? $0.value : 100 * $0.value) }
  }

  private static func values(
    _ dataset: HELMETDataset, _ reply: String, _ reference: Reference
  ) -> [(name: String, value: Double)] {
    func answer(_ reading: HELMETAnswer.Reading) -> [(name: String, value: Double)] {
      let answer = HELMETAnswer(prediction: reply, references: reference.expected, reading: reading)
      return HELMETAnswer.names.map { ($0, answer.scores[$0] ?? 0) }
    }
    switch dataset.category {
    case .recall:
      guard dataset.isRuler else { return answer(.keyValue) }
      let recall = HELMETAnswer.recall(prediction: reply, references: reference.expected)
      return named(["ruler_recall": recall])
    case .rag: return answer(.standard)
    case .inContextLearning: return answer(.inContextLearning)
    case .longQA:
      guard dataset == .bookChoice else { return answer(.standard) }
      let isArtifact = HELMETAnswer.isArticleArtifact(prediction: reply, references: reference.expected)
      return answer(.choice) + named(["article_artifact": isArtifact ? 1 : 0])
    case .rerank: return ranking(reply, reference)
    case .cite:
      let groups = reference.expected.compactMap { JSONValue(json: $0)?.texts }
      let words = Double(ALCEAnswer.wordCount(reply))
      if dataset == .asqa {
        let found = ALCEAnswer.asqa(output: reply, shortAnswers: groups)
        return named(["str_em": found?.em, "str_hit": found?.hit, "words": words])
      }
      let list = ALCEAnswer.qampari(output: reply, answers: groups)
      return named([
        "qampari_prec": list?.precision, "qampari_rec": list?.recall, "qampari_rec_top5": list?.recallTop5,
        "qampari_f1": list?.f1, "qampari_f1_top5": list?.f1Top5, "words": words,
      ])
    }
  }

  /// The values that there are, in order.
  private static func named(_ pairs: KeyValuePairs<String, Double?>) -> [(name: String, value: Double)] {
    pairs.compactMap { pair in pair.value.map { (name: pair.key, value: $0) } }
  }

  private static func ranking(_ reply: String, _ reference: Reference) -> [(name: String, value: Double)] {
    var labels: [String: Int] = [:]
    for pair in reference.expected {
      let parts = pair.split(separator: " ")
      if parts.count == 2 { labels[String(parts[0])] = Int(parts[1]) }
    }
    let count = reference.fact("documents")?.asInteger ?? labels.count
    let scores = HELMETRanking(reading: reply).scores(labels: labels, documentCount: count)
    if scores.contains(where: { $0.name == "NDCG@10" }) { return scores }
    // Fewer than ten documents have no NDCG@10: the largest cut-off that there is stands for it.
    return scores + named(["NDCG@10": scores.last { $0.name.hasPrefix("NDCG@") }?.value])
  }
}
