public import Evaluation
import Metrics
import Tokenizers

/// L-Eval: 20 tasks of several questions on one long document each, closed (exact match) and open (F1, ROUGE, judges).
///
/// Source: OpenLMLab/LEval, Baselines/ (prompts, truncation) and Evaluation/auto_eval.py (PROTOCOLS, L-Eval).
public struct LEval: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "leval"
  /// The version of the scorer.
  public static let scorerVersion = 2
  /// What its means lie between.
  public static let scoreRanges = Dictionary(
    uniqueKeysWithValues: ["score", "rouge1", "rouge2", "rougeL", "win_rate"].map { ($0, 0.0...100) }
      + [(Judge.unreadableMetric, Judge.unreadableRange)])
  /// What the help says.
  public static let about = TaskDescription(
    summary: "20 tasks of several questions on one long document each, closed and open",
    protocols: [
      .init(
        "leval/v2",
        "the benchmark's prompts, answers read as by the official programs since December 2023; deviations are part "
          + "of the name"),
      .init("leval/v1", "the same with answers read as before"),
      .init("leval/se-eval-v2", "the project's own prompts"),
    ],
    metrics: [
      .init("score", "the task's own, 0 to 100"),
      .init("rouge1, rouge2, rougeL", "of the tasks that ask for a summary"),
      .init(
        "win_rate", "with `judge:`, the answers that only a judge can score: won against the baseline, ties half"),
    ],
    example: "{tasks: closed}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder of the .jsonl files, or the official checkout", imported: "LEval")
    static let tasks = Setting.texts(
      "tasks", "names, or closed (7 tasks), open (13), all (20)", default: ["closed"], shown: "closed")
    static let documents = Setting.integer("documents", "the first documents of each task", otherwise: "all")
    static let questions = Setting.integer("questions", "the first questions of each document", otherwise: "all")
    static let lengths = Setting.lengths(
      "windows in tokens, of which the document gets `reserve` fewer", atLeast: 64,
      otherwise: "the model's, in thousands")
    static let reserve = Setting.integer(
      "reserve", "tokens kept free of the document", otherwise: "512, at most a quarter")
    static let truncation = Truncation.setting(otherwise: "by words, as published")
    static let prompts = Setting.path(
      "prompts", "a file of prompts", otherwise: "prompts.json in the folder, or Predictions/")
    static let judged = Setting.flag("judged", "generate answers that only a judge can score", default: true)
    static let reading = Setting.word(
      "protocol", "how answers are read: leval/v2 (the official programs since December 2023) or leval/v1 (before)",
      default: LEvalReading.v2)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", otherwise: "512, as published")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.tasks, Key.documents, Key.questions, Key.lengths, Key.reserve, Key.truncation, Key.prompts,
    Key.judged, Key.maxNewTokens, Key.reading,
  ]

  private let files: LEvalFiles
  private let documents: Int?
  private let questions: Int?
  private let lengths: [Int]
  private let reserve: Int?
  private let truncation: Truncation?
  private let includesJudged: Bool
  private let maxNewTokens: Int?
  private let reading: LEvalReading

  /// The published generation limit.
  static let maxNewTokens = 512
  /// The tokens of the window that the published program keeps free of the document.
  static let reserve = 512

  /// Reads the settings and checks the rows of the tasks.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    documents = try settings[Key.documents]
    questions = try settings[Key.questions]
    reserve = try settings[Key.reserve]
    maxNewTokens = try settings[Key.maxNewTokens]
    reading = try settings[Key.reading]
    includesJudged = try settings[Key.judged]
    lengths = try settings[Key.lengths]
    guard reserve ?? 0 < lengths.min() ?? Int.max else {
      throw .setting(
        key: "lengths", found: "\(lengths)", expected: "different lengths of at least 64 tokens, above `reserve`")
    }
    truncation = try settings[Key.truncation]
    files = try LEvalFiles(
      path: settings[Key.path], prompts: settings[Key.prompts], tasks: Self.tasks(settings[Key.tasks]))
  }

  private static func tasks(_ names: [String]) throws(TaskError) -> [String] {
    var chosen: Set<String> = []
    for name in names {
      switch name {
      case "all": chosen.formUnion(LEvalTask.names)
      case "closed": chosen.formUnion(LEvalTask.names.filter { LEvalTask(named: $0) != .text })
      case "open": chosen.formUnion(LEvalTask.names.filter { LEvalTask(named: $0) == .text })
      case _ where LEvalTask.names.contains(name): chosen.insert(name)
      default:
        throw .setting(
          key: "tasks", found: "'\(name)'",
          expected: "closed, open, all, or names of \(LEvalTask.names.joined(separator: ", "))")
      }
    }
    return LEvalTask.names.filter { chosen.contains($0) }
  }

  /// `leval/v2` with the benchmark's prompts, `leval/se-eval-v2` with the project's; deviations are part of the name.
  public var protocolName: String {
    let own = files.sources.filter { !$0.isOfficial }.map(\.name)
    let isOwn = own.count == files.sources.count
    var name = isOwn ? reading.rawValue.replacing("/", with: "/se-eval-") : reading.rawValue
    if !isOwn, !own.isEmpty { name += "+own-prompts=\(own.joined(separator: ","))" }
    if let truncation { name += "+truncation=\(truncation.rawValue)" }
    if let reserve, reserve != Self.reserve { name += "+reserve=\(reserve)" }
    if let maxNewTokens, maxNewTokens != Self.maxNewTokens { name += "+max-new-tokens=\(maxNewTokens)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "closed tasks: 100 x exact match of the answer that is read out of the text (OpenLMLab/LEval, auto_eval.py); an "
        + "incomplete choice in coursera gives 25; open tasks: token F1, or ROUGE-L of Google's rouge_score beside "
        + "ROUGE-1 and ROUGE-2, as each document says (LEval_score is the cube root of the product of the three means)",
      reading == .v2
        ? "answers are read as by the official programs since December 2023: the first run of letters in a Coursera "
          + "answer where no letter is marked, exact match anywhere in the answer"
        : "answers are read as by the official programs before October 2023; leval/v2 reads them as they do now",
      "documents that only a judge can score are answered, and counted as not scored where the sweep names no judge",
      truncation.map {
        "deviation: documents are cut by tokens (\($0.rawValue)); the official programs cut words in steps of 250"
      }
        ?? "a document of more tokens than the window less \(reserveText) is cut to fewer and fewer words until it fits, "
        + "in steps of 250, as in llama2-chat-test.py; code keeps its end",
      "questions of one document follow each other and have it as their common beginning",
      "greedy, at most \(maxNewTokens ?? Self.maxNewTokens) new tokens",
    ]
    if let reserve, reserve != Self.reserve {
      notes.append(
        "deviation: \(reserve) tokens are kept free of the document; the official program keeps \(Self.reserve)")
    }
    if let maxNewTokens, maxNewTokens != Self.maxNewTokens {
      notes.append("deviation: at most \(maxNewTokens) new tokens; the official program allows \(Self.maxNewTokens)")
    }
    let own = files.sources.filter { !$0.isOfficial }.map(\.name)
    if own.count < files.sources.count {
      notes.append("deviation: messages are those of turbo-16k-0613; the Llama-2 script's differ")
    }
    if !own.isEmpty {
      notes.append("deviation: \(own.joined(separator: ", ")): the prompts are not the benchmark's")
    }
    if files.sources.contains(where: { $0.way == .judgements }) {
      notes.append(
        "sci_fi: two questions per statement, by the story and (at the end, without it) by the real world; the second "
          + "one in the project's own words; both count alike")
    }
    return notes
  }

  private var reserveText: String {
    reserve.map { "\($0)" } ?? "\(Self.reserve) (a quarter of a window below \(4 * Self.reserve))"
  }

  /// The tasks' files and those of the prompts.
  public var dataFiles: [DataFile] { files.sources.map(\.file.dataFile) + files.promptFiles }

  /// The task's score, 0 to 100; for summaries it is ROUGE-L, with the other two beside it.
  public var metrics: [MetricDescription] {
    let hasText = files.sources.contains { $0.way == .text }
    return (["score"] + (hasText ? ["rouge1", "rouge2", "rougeL"] : [])).map {
      MetricDescription(name: $0, aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges[$0])
    }
  }

  /// What a judge says of the answers that no rule can score; its mean is over them alone.
  public var judgedMetrics: [MetricDescription] {
    guard includesJudged, files.sources.contains(where: { $0.way == .text }) else { return [] }
    return [
      MetricDescription(
        name: "win_rate", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["win_rate"]),
      Judge.unreadable,
    ]
  }

  /// How answers are compared.
  public func judgedNotes(_ judge: Judge) -> [String] { PairwiseJudging.notes(judge) }

  /// One cell per task and length.
  public var cells: [TaskCell] {
    files.sources.flatMap { source -> [TaskCell] in
      let dataset = TaskCell.Coordinate("dataset", .text(source.name))
      if lengths.isEmpty { return [TaskCell([dataset])] }
      return lengths.map { TaskCell([dataset, .init("length", .integer($0))]) }
    }
  }

  /// Rows that are left out, prompts that are not the benchmark's, answers without a judge.
  public func warnings(in context: SampleContext) -> [String] {
    files.warnings + files.sources.flatMap { source in source.file.warnings.map { "leval: \($0)" } }
      + [PromptWrapper.unusedTemplate(context)].compactMap { $0 }
  }

  /// The window of a model in whole thousands, as L-Eval counts it: "16k" is 16000.
  static func standardLength(window: Int) -> Int { window < 1000 ? window : window / 1000 * 1000 }

  /// The questions of one task as prompts, in the order of the documents; sci_fi's second ones come last.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .text(let name)? = cell.coordinates.first?.value,
      let source = files.sources.first(where: { $0.name == name })
    else { return [] }
    let length = cell.coordinates.last?.value.asNumber.map { Int($0) }
    let window = length ?? Self.standardLength(window: context.contextWindow)
    let budget = window - (reserve ?? min(Self.reserve, window / 4))
    guard budget >= 1 else {
      throw .impossibleSample(
        cell: "leval \(source.name)",
        problem: "nothing is left of a window of \(window) tokens for the document; lower `reserve` (\(reserveText))")
    }
    let maker = LEvalPrompt(
      source: source, wrapper: try PromptWrapper(context), tokenizer: context.tokenizer, truncation: truncation,
      budget: budget, judge: context.judge)
    var samples: [Sample] = []
    var facts: [Sample] = []
    for entry in try source.file.entries(limit: documents) where includesJudged || !entry.row.isJudged {
      let place = "dataset=\(source.name)/document=\(entry.line)"
      guard let document = try maker.document(entry.row.document, sample: place) else { continue }
      for index in entry.row.instructions.indices.prefix(questions ?? Int.max) {
        let question = Question(entry: entry, index: index, document: document, suffix: length.map { "/length=\($0)" })
        samples.append(try sample(question, .story, maker))
        if source.way == .judgements { facts.append(try sample(question, .realWorld, maker)) }
      }
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(
        cell: "leval \(source.name)", problem: "no document is left; look at `truncation` and `judged`")
    }
    return samples + facts
  }

  /// One question on a document.
  private struct Question {
    let entry: RowFile<LEvalRow>.Entry
    let index: Int
    let document: LEvalPrompt.Document
    let suffix: String?

    var instruction: String { entry.row.instructions[index] }
    var reference: String { entry.row.outputs[index] }
  }

  /// What a question is asked about: the document, or (sci_fi's second one) the real world.
  private enum Side: String {
    case story = "loyalty"
    case realWorld = "fact"
  }

  private func sample(_ question: Question, _ side: Side, _ maker: LEvalPrompt) throws(TaskError) -> Sample {
    let source = maker.source
    let isPair = source.way == .judgements
    var id = "dataset=\(source.name)/document=\(question.entry.line)/question=\(question.index + 1)"
    if isPair { id += "/part=\(side.rawValue)" }
    id += question.suffix ?? ""
    let isStory = side == .story
    let prompt = try maker.prompt(
      isStory ? source.prompt : LEvalPrompts.ownFact, document: isStory ? question.document.text : "",
      question: isStory ? question.instruction : LEvalPrompts.statement(question.instruction),
      reference: question.reference, sample: id)
    let removed = isStory ? question.document.removedCount : 0
    var facts: [(name: String, value: Value)] = [
      ("dataset", .text(source.name)), ("document", .integer(question.entry.line)),
      ("question", .integer(question.index + 1)), ("evaluation", .text(question.entry.row.evaluation)),
    ]
    if isPair { facts.append(("part", .text(side.rawValue))) }
    if source.way == .topics { facts.append(("topic", .integer(question.index % 3 + 1))) }
    facts += [
      ("truncation", .text(removed == 0 ? "none" : truncation?.rawValue ?? "words")),
      ("full_document_tokens", .integer(question.document.fullCount)), ("prompt_tokens", .integer(prompt.tokens.count)),
      ("prompts", .text(source.isOfficial && isStory ? "official" : "own")),
      ("chat", .text(maker.wrapper.templateName)),
    ]
    func made(_ followUp: FollowUp?) -> Sample {
      Sample(
        id: SampleID(id), text: prompt.text,
        request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens ?? Self.maxNewTokens),
        conversation: prompt.conversation, expected: [question.reference], facts: facts, truncatedTokenCount: removed,
        followUp: followUp)
    }
    guard question.entry.row.isJudged, let judge = maker.judge, let baseline = judge.baseline else { return made(nil) }
    facts += [
      (PairwiseJudging.Fact.judge, .text(judge.name)), (PairwiseJudging.Fact.baseline, .text(baseline.name)),
    ]
    let judging = PairwiseJudging(
      judge: judge, baseline: baseline, task: Self.name, question: question.instruction, reference: question.reference)
    return made(judging.followUp(of: made(nil)))
  }

  /// `score`, 0 to 100, and ROUGE's three where the document asks for it.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    Self.scores(reading, reference, outcome)
  }

  /// By the reading of the settings.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    let reading = try settings[Key.reading]
    return OutcomeScoring { Self.scores(reading, $0, $1) }
  }

  private static func scores(_ reading: LEvalReading, _ reference: Reference, _ outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let answer = reference.expected.first else {
      return [Score("score", unscored: "the model generated nothing")]
    }
    func fact(_ name: String) -> String? {
      guard case .text(let text)? = reference.fact(name) else { return nil }
      return text
    }
    let way = LEvalTask(named: fact("dataset") ?? "")
    switch fact("evaluation") {
    case "f1"?: return [Score("score", 100 * TokenF1.english(prediction: text, reference: answer))]
    case "rouge"?:
      let rouge = GoogleROUGE(prediction: text, reference: answer)
      return [
        Score("score", 100 * rouge.rougeL), Score("rouge1", 100 * rouge.rouge1), Score("rouge2", 100 * rouge.rouge2),
        Score("rougeL", 100 * rouge.rougeL),
      ]
    case "LLM"?, "human"?:
      if fact(PairwiseJudging.Fact.judge) != nil {
        let verdict = PairwiseJudging.scores(of: reference, outcome: outcome, metric: "win_rate")
        return [Score("score", unscored: "compared by a judge: see win_rate")] + verdict
      }
      return [Score("score", unscored: "no judge given: this answer is compared by a judge upstream")]
    default:
      let isFact = fact("part") == Side.realWorld.rawValue
      // The official program joins both answers in one text before it reads them.
      let prediction = isFact ? "[fact: \(text)]" : text
      let matches = way.exactMatch(prediction: prediction, reference: answer, reading: reading)
      guard let match = isFact ? matches.last : matches.first else {
        return [Score("score", unscored: "the reference holds no answer")]
      }
      return [Score("score", 100 * match)]
    }
  }
}
