public import Evaluation
import JSON
import Metrics
import Tokenizers

/// Multi-document question answering: one of many passages holds the answer, at a stated position.
public struct MultiDocumentQA: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "mdqa"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "a question on many passages, one of which holds the answer, at a stated position",
    protocols: [
      .init("mdqa/v1", "the authors' prompt"),
      .init("mdqa/se-eval-v1", "the project's own prompt"),
    ],
    metrics: [
      .init("best_subspan_em", "share of outputs whose first line holds an answer, normalised")
    ],
    example: "{path: nq-open-20_total_documents_gold_at_0.jsonl, limit: 100}")
  private enum Key {
    static let path = Setting.path("path", "an nq-open-*.jsonl of lost-in-the-middle")
    static let documents = Setting.integer(
      "documents", "passages of a prompt, for a file with gold passages only", otherwise: "those of the file, or 10")
    static let positions = LostInTheMiddle.positions(
      "positions of the gold passage from 0, or how many", otherwise: "the authors'")
    static let queryAware = Setting.flag("query-aware", "asks before the passages as well", default: false)
    static let order = Setting.word(
      "order", "of the other passages: retrieval, or random, which the prompt then says", default: Order.retrieval)
    static let prompts = LostInTheMiddle.prompts
    static let limit = Setting.integer("limit", "the first rows of the file", otherwise: "all")
    static let maxNewTokens = LostInTheMiddle.limit
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.documents, Key.positions, Key.queryAware, Key.order, Key.prompts, Key.limit, Key.maxNewTokens,
  ]
  /// The authors' files.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, source: "github.com/nelson-liu/lost-in-the-middle (qa_data/, prompts)",
    takes: "the repository's checkout or its nq-open-*.jsonl(.gz) and prompts", wantsImport: true,
    files: KnownFile.table(MultiDocumentQATable.text)
  ) { row in RowRule.missing(row, texts: ["question"], lists: ["answers", "ctxs"]) }

  /// The authors' prediction files, of this task and of key-value retrieval.
  public static let predictions: PredictionScorer? = PredictionScorer(name: "lost-in-the-middle", part: .task) {
    (task, file, _) throws(ScoringError) in
    try BenchmarkScorer.lostInTheMiddle(task: task, predictions: file)
  }

  private enum Order: String, CaseIterable {
    case retrieval, random
  }

  private let file: RowFile<MultiDocumentRow>
  private let documents: Int
  /// The gold passages of all questions where they stand in for retrieved ones; empty where they do not.
  private let golds: [MultiDocumentRow.Passage]
  private let positions: [Int]
  private let order: Order
  private let isQueryAware: Bool
  private let prompt: LostInTheMiddle.Prompt
  private let limit: Int?
  private let maxNewTokens: Int

  /// Reads the settings, the rows and the prompt.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    let path = try settings[Key.path]
    try LostInTheMiddle.refuseCompressed(path)
    isQueryAware = try settings[Key.queryAware]
    order = try settings[Key.order]
    guard !isQueryAware || order == .retrieval else {
      throw .setting(key: "order", found: "random", expected: "retrieval: there is no query-aware prompt that says so")
    }
    limit = try settings[Key.limit]
    maxNewTokens = try settings[Key.maxNewTokens]
    prompt = try Self.prompt(settings[Key.prompts], isQueryAware: isQueryAware, order)
    let all = try RowFile(
      path, need: "it should be an nq-open file of lost-in-the-middle", decode: MultiDocumentRow.read)
    let asked = try settings[Key.documents]
    let usual = LostInTheMiddle.mostCommon(try all.entries().map(\.row.passages.count))
    let file = try all.leavingOut { row in
      row.passages.count == usual ? nil : "\(row.passages.count) passages, where most rows have \(usual)"
    }
    let rows = try file.entries().map(\.row)
    let isBorrowing = usual == 1 && asked != 1
    golds = isBorrowing ? rows.compactMap(\.gold) : []
    documents = isBorrowing ? asked ?? 10 : usual
    if !isBorrowing, let asked, asked != documents {
      throw .setting(
        key: "documents", found: "\(asked)",
        expected:
          "nothing: the rows of \(TaskFiles.name(path)) have \(usual) passages each; only gold passages alone are "
          + "filled up")
    }
    if isBorrowing, file.count < documents {
      throw .setting(key: "documents", found: "\(documents)", expected: "at most \(file.count), the rows of the file")
    }
    self.file = file
    positions = try LostInTheMiddle.positions(settings[Key.positions], of: documents, default: Self.standard(documents))
  }

  private static func prompt(
    _ path: String?, isQueryAware: Bool, _ order: Order
  ) throws(TaskError) -> LostInTheMiddle.Prompt {
    let note = order == .random ? " They stand in no particular order." : ""
    let own =
      "Answer the question at the end from the passages below; some of them have nothing to do with it.\(note)\n\n"
      + (isQueryAware ? "Question: {question}\n\n" : "") + "{search_results}\n\nQuestion: {question}\nShort answer:"
    let name =
      isQueryAware
      ? "qa_with_query_aware_contextualization.prompt"
      : order == .random ? "qa_ordered_randomly.prompt" : "qa.prompt"
    return try LostInTheMiddle.prompt(path: path, name: name, own: own, fields: ["search_results", "question"])
  }

  /// The authors' positions (0, 4, 9 and so on) of 10, 20 and 30 documents; else five evenly spread.
  private static func standard(_ documents: Int) -> [Int] {
    if [10, 20, 30].contains(documents) { return [0] + stride(from: 4, to: documents, by: 5) }
    return Array(Set(LostInTheMiddle.spread(min(5, documents), over: documents))).sorted()
  }

  private var isBorrowing: Bool { !golds.isEmpty }

  /// The protocol's versioned name; borrowed passages and variants are part of it.
  public var protocolName: String {
    "mdqa/\(prompt.version)" + (isBorrowing ? "+other-gold-distractors" : "")
      + (isQueryAware ? "+query-aware" : "") + (order == .random ? "+random-order" : "")
      + LostInTheMiddle.deviation(maxNewTokens: maxNewTokens)
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      isBorrowing
        ? "NOT the published setting: \(file.name) holds gold passages only, so the other \(documents - 1) passages are "
          + "gold passages of other questions drawn from the seed, none of which holds an answer; they are easier to tell "
          + "apart than retrieved ones"
        : "\(documents) passages of \(file.name); the gold one is moved to the position, the others keep "
          + (order == .random ? "an order drawn from the seed" : "their order of retrieval"),
      prompt.note,
      "passages as 'Document [i](Title: ...) text', i from 1",
      "score best_subspan_em: 1 when a normalised answer is in the output's first line, normalised; greedy, at most "
        + "\(maxNewTokens) new tokens; no prompt is left out for its length",
    ]
  }

  /// The rows and the prompt.
  public var dataFiles: [DataFile] { [file.dataFile] + (prompt.file.map { [$0] } ?? []) }

  /// The authors' score.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "best_subspan_em", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// One cell per position.
  public var cells: [TaskCell] {
    positions.map { TaskCell([.init("position", .integer($0)), .init("documents", .integer(documents))]) }
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] { file.warnings }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .integer(let position)? = cell.coordinates.first?.value else { return [] }
    let wrapper = try PromptWrapper(context)
    var samples: [Sample] = []
    for index in 0..<min(file.count, limit ?? file.count) {
      let entry = try file.entry(index)
      let others = try others(of: entry.row, index: index, seed: context.seed)
      var passages = others
      if let gold = entry.row.gold { passages.insert(gold, at: min(position, others.count)) }
      samples.append(try sample(entry, passages, position, wrapper))
    }
    return samples
  }

  /// The passages beside the gold one, the same for every position.
  private func others(
    of row: MultiDocumentRow, index: Int, seed: UInt64
  ) throws(TaskError) -> [MultiDocumentRow.Passage] {
    var random = SeededRandom(seed, "mdqa", file.name, "\(index)")
    guard isBorrowing else {
      let others = row.passages.filter { !$0.isGold }
      return order == .random ? others.shuffled(using: &random) : others
    }
    var others: [MultiDocumentRow.Passage] = []
    var tried: Set<Int> = [index]
    while others.count < documents - 1, tried.count < golds.count {
      let candidate = Int.random(in: golds.indices, using: &random)
      guard tried.insert(candidate).inserted else { continue }
      let passage = golds[candidate]
      if passage.text != row.gold?.text, !others.contains(passage), !row.holdsAnswer(passage) { others.append(passage) }
    }
    guard others.count == documents - 1 else {
      throw .impossibleSample(
        cell: "mdqa row \(index + 1)",
        problem: "only \(others.count) passages of other questions do not hold its answer; ask for fewer documents")
    }
    return others
  }

  private func sample(
    _ entry: RowFile<MultiDocumentRow>.Entry, _ passages: [MultiDocumentRow.Passage], _ position: Int,
    _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample {
    let name = "row=\(entry.line)/position=\(position)"
    let text = prompt.template.filled([
      "search_results": Self.formatted(passages), "question": entry.row.question,
    ])
    let rendered = try wrapper.prompt(text, sample: "mdqa \(name)")
    return Sample(
      id: SampleID(name), text: rendered.text,
      request: .generate(tokens: rendered.tokens, maxNewTokens: maxNewTokens),
      conversation: rendered.conversation, expected: entry.row.answers,
      facts: [
        ("position", .integer(position)), ("documents", .integer(passages.count)),
        ("question", .text(entry.row.question)), ("realised_length", .integer(rendered.tokens.count)),
      ])
  }

  /// The authors' spelling of the passages.
  static func formatted(_ passages: [MultiDocumentRow.Passage]) -> String {
    passages.enumerated().map { "Document [\($0 + 1)](Title: \($1.title)) \($1.text)" }.joined(separator: "\n")
  }

  /// `best_subspan_em`.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome else {
      return [Score("best_subspan_em", unscored: "the model generated nothing")]
    }
    return [Score("best_subspan_em", TextMatch.bestSubspan(prediction: text, answers: reference.expected))]
  }
}
