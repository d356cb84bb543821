public import Evaluation
import Metrics
import Tokenizers

/// Visual Haystacks: a question about what one picture among many shows.
///
/// Source: visual-haystacks/vhs_benchmark (files, order of pictures, reading of answers). Pictures go to servers that
/// take them; the engine has none.
public struct VisualHaystacks: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "visual-haystacks"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "a question of yes or no about what one picture among many shows; only for servers that take images",
    protocols: [
      .init("visual-haystacks/se-eval-v1", "the benchmark's files, order and reading, the project's own words in front")
    ],
    metrics: [.init("accuracy", "share of answers among whose words the right one is")],
    example: "{path: Datasets/visual-haystacks, images: Datasets/visual-haystacks/images, counts: [oracle, \"3\"]}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder with single_needle/ and multi_needle/", imported: "VisualHaystacks")
    static let images = Setting.path("images", "the folder of the pictures (COCO's train2017/, val2017/ below it)")
    static let needles = Setting.word("needles", "single or multi", default: NeedleCount.single)
    static let counts = Setting.texts(
      "counts", "numbers of pictures that there are files of, or oracle: only those with the needle",
      default: ["oracle", "2", "3", "5", "10"], shown: "oracle, 2, 3, 5, 10")
    static let order = Setting.word(
      "order", "shuffled, or positions: the needle first, then 1/10 of the pictures further, and so on (single only)",
      default: Order.shuffled)
    static let limit = Setting.integer("limit", "the first rows", otherwise: "all")
    static let words = Setting.text(
      "instruction", "what stands in front of the question", otherwise: "the project's own words")
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", default: 32)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.images, Key.needles, Key.counts, Key.order, Key.limit, Key.words, Key.maxNewTokens,
  ]

  /// How many needles a question is about.
  enum NeedleCount: String, CaseIterable, Sendable {
    case single, multi

    /// The folder of its files.
    var folder: String { self == .single ? "single_needle/VHs_large" : "multi_needle" }
  }

  /// In which order pictures are shown.
  enum Order: String, CaseIterable, Sendable {
    case shuffled, positions
  }

  private struct Source: Sendable {
    let count: String
    let rows: JSONRows<VisualHaystacksRow>
  }

  private let sources: [Source]
  private let shelf: PictureShelf
  private let needles: NeedleCount
  private let order: Order
  private let limit: Int?
  private let instruction: String?
  private let maxNewTokens: Int

  /// Reads the settings and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    needles = try settings[Key.needles]
    order = try settings[Key.order]
    limit = try settings[Key.limit]
    instruction = try settings[Key.words]
    maxNewTokens = try settings[Key.maxNewTokens]
    shelf = PictureShelf(try settings[Key.images])
    guard needles == .single || order == .shuffled else {
      throw .setting(key: "order", found: "positions", expected: "shuffled where several pictures show a needle")
    }
    let path = try settings[Key.path]
    let counts = try settings[Key.counts]
    guard !counts.isEmpty, Set(counts).count == counts.count,
      counts.allSatisfy({ $0 == "oracle" || Int($0).map { $0 > 1 } ?? false })
    else { throw .setting(key: "counts", found: "\(counts)", expected: "oracle and different numbers above 1") }
    var sources: [Source] = []
    for count in counts {
      let rows = try JSONRows(
        "\(path)/\(needles.folder)/visual_haystack_\(count).json",
        need: "it should be Visual Haystacks' questions about \(count) pictures"
      ) { (fields) throws(RowFieldProblem) in try VisualHaystacksRow(fields) }
      sources.append(Source(count: count, rows: rows))
    }
    self.sources = sources
  }

  /// The protocol's versioned name with every deviation.
  public var protocolName: String {
    var name = "visual-haystacks/se-eval-v1+\(needles.rawValue)"
    if order == .positions { name += "+positions" }
    if instruction != nil { name += "+instruction" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      "pictures go out as data URIs in front of the question, "
        + (order == .shuffled
          ? "in an order that the seed draws for each row"
          : "the needle's first, then after max(n // 10, 1) others, and so on"),
      "right where the gold word is among the words of the answer in small letters",
      instruction == nil
        ? "deviation: the words in front of the question are the project's own; `instruction` takes others"
        : "the words in front of the question are the configuration's (instruction)",
      "greedy, at most \(maxNewTokens) new tokens",
    ]
  }

  /// The questions; a picture is part of a sample's identity by its hash.
  public var dataFiles: [DataFile] { sources.map(\.rows.file) }

  /// The share of right answers.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// One cell per number of pictures, and per place of the needle where places are measured.
  public var cells: [TaskCell] {
    sources.flatMap { source -> [TaskCell] in
      let images = TaskCell.Coordinate("images", Int(source.count).map { .integer($0) } ?? .text(source.count))
      guard order == .positions, let count = Int(source.count) else { return [TaskCell([images])] }
      return stride(from: 0, to: count, by: max(count / 10, 1)).map {
        TaskCell([images, .init("position", .integer($0))])
      }
    }
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] {
    sources.flatMap { $0.rows.problems.map { "visual-haystacks: \($0)" } }
  }

  /// The questions of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let count = cell["images"]?.spelling, let source = sources.first(where: { $0.count == count }) else {
      return []
    }
    let wrapper = try PromptWrapper(context)
    let position = cell["position"]?.asInteger
    let words = instruction ?? "Look at the pictures and answer a question about them with Yes or No."
    var samples: [Sample] = []
    for (place, row) in source.rows.rows.prefix(limit ?? Int.max) {
      let id = "needles=\(needles.rawValue)/images=\(count)/row=\(place)" + (position.map { "/position=\($0)" } ?? "")
      let prompt = try wrapper.prompt("\(words)\n\(row.question)", sample: "visual-haystacks \(id)")
      var pictures: [Picture] = []
      let names = names(of: row, position, SeededRandom(context.seed, Self.name, id))
      for name in names { pictures.append(try shelf.picture(name)) }
      var conversation = prompt.conversation
      conversation.pictures = pictures
      let shown = names.indices.filter { row.positive.contains(names[$0]) }
      samples.append(
        Sample(
          id: SampleID(id), text: prompt.text,
          request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens), conversation: conversation,
          expected: [row.answer],
          facts: [
            ("needle", .text(row.needle)), ("target", .text(row.target)), ("images", .integer(pictures.count)),
            ("needle_positions", .list(shown.map { .integer($0) })),
          ]))
    }
    return samples
  }

  /// The pictures of a row in the order in which they are shown.
  private func names(of row: VisualHaystacksRow, _ position: Int?, _ random: SeededRandom) -> [String] {
    var random = random
    guard let position, let needle = row.positive.first else {
      return (row.positive + row.negative).shuffled(using: &random)
    }
    var names = row.negative
    names.insert(needle, at: min(position, names.count))
    return names
  }

  /// `accuracy`: 1 where the gold word is among the answer's.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let gold = reference.expected.first else {
      return [Score("accuracy", unscored: "the model generated nothing")]
    }
    let words = text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber })
    return [Score("accuracy", words.contains { $0 == gold } ? 1 : 0)]
  }
}
