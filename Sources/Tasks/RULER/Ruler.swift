public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// RULER whole: eight needle tasks, variable tracking, common words, frequent words and two sets of questions.
///
/// Source: NVIDIA/RULER, scripts/data/synthetic and scripts/eval/synthetic, state of 2026-07.
public struct Ruler: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "ruler"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["score": 0.0...100]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "RULER's 13 tasks: needles, variable tracking, common and frequent words, questions",
    protocols: [
      .init("ruler/v1", "RULER's generators, draw by draw; own wordings, words and needles are part of the name"),
      .init(
        "ruler/corrected-v1",
        "the same with different names, shuffles and places of the gold document in every sample"),
    ],
    metrics: [
      .init("score", "100 times the share of the gold strings in the output; of questions, 100 where any is")
    ],
    example: "{lengths: [4096], tasks: [vt, cwe, fwe], trials: 10}")
  private enum Key {
    static let lengths = GridSettings.lengths("lengths in tokens, generation included, or how many of them")
    static let minLength = GridSettings.minLength
    static let maxLength = GridSettings.maxLength
    static let tasks = Setting.texts(
      "tasks",
      "names of RULER's configurations (niah_single_1, vt, qa_1), or niah, aggregation, qa, synthetic (all that need no "
        + "file), all", default: ["all"], shown: "all")
    static let variant = Setting.word(
      "protocol", "v1 (the official draws) or corrected", default: Variant.v1)
    static let path = Setting.path(
      "path", "RULER's checkout, or a folder with its constants.py, variable_tracking.py, squad.json, hotpotqa.json",
      otherwise: "the project's own wordings, and no questions")
    static let words = Setting.path(
      "words", "the words of cwe: one a line, or the lists of the package wonderwords (its folder `assets`)",
      otherwise: "the project's own")
    static let essays = Setting.path(
      "essays", "a folder of essays as .txt files for the needles", otherwise: "the project's own sentences")
    static let needles = Setting.path(
      "needle-template", "a JSON file with the wording of the needles", otherwise: "the project's own")
    static let trials = Setting.trials("samples per task and length; RULER has 500", default: 10)
    static let seed = Setting.integer("seed", "of the official generators", default: 42, atLeast: 0)
    static let first = Setting.integer("first-question", "the first question, from 0", default: 0, atLeast: 0)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.lengths, Key.minLength, Key.maxLength, Key.tasks, Key.variant, Key.path, Key.words, Key.essays, Key.needles,
    Key.trials, Key.seed, Key.first,
  ]

  /// Which draws are made.
  enum Variant: String, CaseIterable, Sendable {
    case v1, corrected
  }

  private let lengths: [Int]
  private let tasks: [String]
  private let variant: Variant
  private let templates: RulerTemplates
  private let vocabulary: RulerCommonWords.Vocabulary
  private let wordsFile: DataFile?
  private let collections: [String: RulerQACollection]
  private let questionFiles: [DataFile]
  private let niah: RulerNIAH?
  private let trials: Int
  private let seed: Int
  private let first: Int

  /// Reads the settings and the files that the tasks need.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    lengths = try GridSettings.lengths(Key.lengths, settings, least: 256)
    tasks = try RulerTask.chosen(settings[Key.tasks])
    variant = try settings[Key.variant]
    trials = try settings[Key.trials]
    seed = try settings[Key.seed]
    first = try settings[Key.first]
    let path = try settings[Key.path]
    templates = try path.flatMap { (path) throws(TaskError) in try RulerTemplates.read(path) } ?? .own
    if let path = try settings[Key.words] {
      let read = try RulerFiles.words(path)
      let more = try (settings[Key.path].flatMap { RulerFiles.path("english_words.json", in: $0) })
        .map { (path) throws(TaskError) in try RulerFiles.words(path).words }
      vocabulary = .init(words: read.words, more: more ?? RulerFiles.ownWords.more)
      wordsFile = read.file
    } else {
      (vocabulary, wordsFile) = (RulerFiles.ownWords, nil)
    }
    var collections: [String: RulerQACollection] = [:]
    var files: [DataFile] = []
    if tasks.contains("qa_1") {
      let read = try RulerFiles.collection("squad.json", in: path) { RulerQACollection(squad: $0) }
      collections["qa_1"] = read.collection
      files.append(read.file)
    }
    if tasks.contains("qa_2") {
      let read = try RulerFiles.collection("hotpotqa.json", in: path) { RulerQACollection(hotpot: $0) }
      collections["qa_2"] = read.collection
      files.append(read.file)
    }
    self.collections = collections
    questionFiles = files
    niah = try Self.needles(settings, tasks, lengths, trials)
  }

  private static func needles(
    _ settings: TaskSettings, _ tasks: [String], _ lengths: [Int], _ trials: Int
  ) throws(TaskError) -> RulerNIAH? {
    let variants = tasks.compactMap { RulerTask.variant(of: $0) }
    let essays = try settings[Key.essays]
    let template = try settings[Key.needles]
    guard !variants.isEmpty else {
      try settings.refuse(Key.essays, Key.needles, expected: "nothing: no task hides needles")
      return nil
    }
    var values: [String: Value] = [
      "lengths": .list(lengths.map { .integer($0) }), "variants": .list(variants.map { .text($0) }),
      "trials": .integer(trials),
    ]
    if let essays { values["path"] = .text(essays) }
    if let template { values["template"] = .text(template) }
    return try RulerNIAH(settings: TaskSettings(values))
  }

  /// The protocol's versioned name with every deviation that changes samples.
  public var protocolName: String {
    var name = variant == .v1 ? "ruler/v1" : "ruler/corrected-v1"
    if templates.isOwn, tasks.contains(where: { RulerTask.variant(of: $0) == nil }) { name += "+own-wording" }
    if wordsFile == nil, tasks.contains("cwe") { name += "+own-words" }
    if niah != nil { name += "+own-needles" }
    if seed != 42 { name += "+seed=\(seed)" }
    if first != 0 { name += "+first-question=\(first)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "state of NVIDIA/RULER of 2026-07: the answer's beginning is a part of the prompt (from 2025-05-30 to 2026-07-22 "
        + "the official predictions lacked it), sizes are found by a binary search whose probes draw from the running "
        + "generator; \(trials) samples per task and length where RULER has 500",
      "length = tokens of the whole prompt without BOS (needles: with it) and the tokens that may be generated; greedy, no "
        + "stop words",
      "score: control characters become line ends, then the share of the gold strings that occur, whatever the case (of "
        + "questions: any), over everything that was generated; a gold word is found inside a longer one, too",
      templates.isOwn ? "deviation: the wording is the project's own" : "wording of the checkout's constants.py",
    ]
    if tasks.contains("cwe") {
      if let wordsFile {
        notes.append(
          "cwe: words of \(wordsFile.name), SHA-256 of the sorted list \(wordsFile.sha256.prefix(8)) (wonderwords 2.2.0: "
            + "d6df582c, 3.0.1: 39357255, which give different samples)")
      } else {
        notes.append("deviation: cwe has words of the project's own; the official samples need the package wonderwords")
      }
      notes.append(
        "cwe with a chat template: the worked example is a turn with its answer; officially the whole wrapper stands "
          + "twice")
    }
    if tasks.contains("fwe") {
      notes.append("fwe: three words are asked for; more frequent than they are the dots")
    }
    if !collections.isEmpty {
      notes.append(
        variant == .v1
          ? "questions: the gold document stands at one place for every sample of a size (fact gold_document, from 1), for "
            + "the shuffle has a fixed seed" : "questions: the documents are shuffled anew in every sample")
    }
    if variant == .corrected {
      notes.append("names never repeat, and lists are shuffled anew in every sample; not the official samples")
    }
    if let niah { notes += niah.protocolNotes.map { "needles: \($0)" } }
    return notes
  }

  /// The wordings, word lists, questions and essays.
  public var dataFiles: [DataFile] {
    templates.files + (wordsFile.map { [$0] } ?? []) + questionFiles + (niah?.dataFiles ?? [])
  }

  /// RULER's string match, on its scale.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["score"])]
  }

  /// One cell per task and length.
  public var cells: [TaskCell] {
    tasks.flatMap { task in
      lengths.map { TaskCell([.init(Axis.dataset, .text(task)), .init(Axis.length, .integer($0))]) }
    }
  }

  /// A template that is left away.
  public func warnings(in context: SampleContext) -> [String] {
    PromptWrapper.unusedTemplate(context).map { [$0] } ?? []
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let task = cell[Axis.dataset]?.spelling, let length = cell.length, tasks.contains(task) else { return [] }
    if let variant = RulerTask.variant(of: task) {
      let own = TaskCell([.init("variant", .text(variant)), .init(Axis.length, .integer(length))])
      return try niah?.samples(of: own, in: context).map { $0.renamed("\(task)/\($0.id.rawValue)") } ?? []
    }
    let wrapper = try PromptWrapper(context)
    let counter = RulerCounter(
      bare: { context.tokenizer.encode($0, bos: .never, parseSpecial: false).count },
      prompt: { (text) throws(TaskError) in
        let prompt = try Self.prompt(text, wrapper, task)
        let bos = context.tokenizer.bosToken
        return prompt.tokens.count - (bos != nil && prompt.tokens.first == bos ? 1 : 0)
      })
    let draws = try draws(task, length, counter)
    var samples: [Sample] = []
    for (index, drawn) in draws.enumerated() {
      samples.append(try sample(drawn, index: index, task: task, length: length, wrapper))
    }
    return samples
  }

  /// What the official generator of a task draws.
  private func draws(_ task: String, _ length: Int, _ counter: RulerCounter) throws(TaskError) -> [RulerDraw] {
    let isCorrected = variant == .corrected
    guard let kind = RulerTask.kind(of: task), let template = templates.templates[kind] else { return [] }
    switch kind {
    case .variableTracking:
      var generator = try RulerVariableTracking(
        template, noise: templates.noise, length: length, seed: seed, isCorrected: isCorrected, counter)
      return try generator.samples(trials, length: length, counter)
    case .commonWords:
      var generator = RulerCommonWords(template, vocabulary, length: length, seed: seed, isCorrected: isCorrected)
      return try generator.samples(trials, length: length, counter)
    case .frequentWords:
      var generator = RulerFrequentWords(template, seed: seed, isCorrected: isCorrected)
      return try generator.samples(trials, length: length, counter)
    case .questions:
      guard let collection = collections[task] else { return [] }
      var generator = RulerQA(template, collection, seed: seed, first: first, isCorrected: isCorrected)
      return try generator.samples(trials, length: length, counter)
    }
  }

  private static func prompt(
    _ text: RulerText, _ wrapper: PromptWrapper, _ sample: String
  ) throws(TaskError) -> PromptWrapper.Prompt {
    guard wrapper.wrapsInChat, let example = text.example else {
      return try wrapper.prompt([Message(.user, text.input)], answerStart: text.answerStart, sample: "ruler \(sample)")
    }
    let messages = [
      Message(.user, example.message),
      Message(.assistant, example.answer.trimmingCharacters(in: .whitespacesAndNewlines)),
      Message(.user, text.message),
    ]
    return try wrapper.prompt(messages, answerStart: text.answerStart, sample: "ruler \(sample)")
  }

  private func sample(
    _ drawn: RulerDraw, index: Int, task: String, length: Int, _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample {
    let name = "\(task)/length=\(length)/sample=\(index)"
    let prompt = try Self.prompt(drawn.text, wrapper, name)
    let limit = drawn.tokenCount
    var facts: [(name: String, value: Value)] = [
      ("requested_length", .integer(length)), ("realised_length", .integer(limit)), ("size", .integer(drawn.size)),
      ("scorer", .text(RulerTask.kind(of: task) == .questions ? "part" : "all")),
    ]
    if let place = drawn.goldPlace { facts.append(("gold_document", .integer(place))) }
    let kind = RulerTask.kind(of: task) ?? .questions
    return Sample(
      id: SampleID(name), text: prompt.text,
      request: .generate(
        tokens: prompt.tokens, maxNewTokens: templates.templates[kind]?.generatedTokenCount ?? 1),
      conversation: prompt.conversation, expected: drawn.answers, facts: facts)
  }

  /// `score`: 100 times the share of the gold strings, or 100 where any is there.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else {
      return [Score("score", unscored: "the model generated nothing")]
    }
    let share =
      reference.fact("scorer") == .text("part")
      ? TextMatch.anyReference(prediction: text, references: reference.expected)
      : TextMatch.shareOfReferences(prediction: text, references: reference.expected)
    return [share.map { Score("score", 100 * $0) } ?? Score("score", unscored: "the sample has no gold string")]
  }
}

extension Sample {
  /// The same sample under another name.
  func renamed(_ name: String) -> Sample {
    Sample(
      id: SampleID(name), text: text, request: request, conversation: conversation, expected: expected, facts: facts,
      truncatedTokenCount: truncatedTokenCount, followUp: followUp)
  }
}
