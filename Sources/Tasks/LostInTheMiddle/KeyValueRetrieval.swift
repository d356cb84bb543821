public import Evaluation
import JSON
import Metrics
import Tokenizers

/// Key-value retrieval: the value of one key of a long JSON object, which stands at a stated position.
public struct KeyValueRetrieval: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "kv-retrieval"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "the value of one key of a long JSON object, at a stated position",
    protocols: [
      .init("kv-retrieval/v1", "the authors' prompt"),
      .init("kv-retrieval/se-eval-v1", "the project's own prompt"),
    ],
    metrics: [
      .init("accuracy", "share of outputs that hold the value")
    ],
    example: "{keys: [75], positions: 5, trials: 10}")
  private enum Key {
    static let path = Setting.path(
      "path", "an official kv-retrieval-N_keys.jsonl", otherwise: "pairs made from the seed")
    static let keys = Setting.integers(
      "keys", "keys of a made object, one or several numbers", default: [75], in: 1...100_000)
    static let positions = LostInTheMiddle.positions("positions of the key from 0, or how many", otherwise: "5")
    static let queryAware = Setting.flag("query-aware", "asks before the object as well", default: false)
    static let prompts = LostInTheMiddle.prompts
    static let limit = Setting.integer("limit", "the first rows of the file", otherwise: "all")
    static let trials = Setting.trials("made objects per number of keys", default: 10)
    static let maxNewTokens = LostInTheMiddle.limit
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.keys, Key.positions, Key.queryAware, Key.prompts, Key.limit, Key.trials, Key.maxNewTokens,
  ]
  /// The authors' files.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, source: "github.com/nelson-liu/lost-in-the-middle (kv_retrieval_data/, prompts)",
    takes: "the repository's checkout or its kv-retrieval-*_keys.jsonl(.gz) and prompts", wantsImport: true,
    files: KnownFile.table(KeyValueRetrievalTable.text)
  ) { row in RowRule.missing(row, texts: ["key", "value"], lists: ["ordered_kv_records"]) }

  /// One object, with its pairs in the order of the file and the pair that is asked for.
  struct Row: Sendable {
    let pairs: [[String]]
    let key: String
    let value: String
  }

  private let file: RowFile<Row>?
  private let grid: [(keys: Int, positions: [Int])]
  private let limit: Int?
  private let trials: Int
  private let isQueryAware: Bool
  private let prompt: LostInTheMiddle.Prompt
  private let maxNewTokens: Int

  private static let ownPrompt =
    "Below is a JSON object whose keys and values are identifiers. Find the value of one of its keys.\n\n"
  private static let ownEnd = "JSON:\n{formatted_kv_records}\n\nKey: \"{key}\"\nValue of this key:"

  /// Reads the settings, the rows and the prompt.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    isQueryAware = try settings[Key.queryAware]
    limit = try settings[Key.limit]
    trials = try settings[Key.trials]
    maxNewTokens = try settings[Key.maxNewTokens]
    prompt = try LostInTheMiddle.prompt(
      path: settings[Key.prompts],
      name: isQueryAware ? "kv_retrieval_with_query_aware_contextualization.prompt" : "kv_retrieval.prompt",
      own: Self.ownPrompt + (isQueryAware ? "Key: \"{key}\"\n\n" : "") + Self.ownEnd,
      fields: ["formatted_kv_records", "key"])
    var counts = try settings[Key.keys]
    if let path = try settings[Key.path] {
      try settings.refuse(Key.keys, Key.trials, expected: "nothing beside `path`, whose rows say it")
      try LostInTheMiddle.refuseCompressed(path)
      let file = try RowFile(
        path, need: "it should be kv-retrieval-75_keys.jsonl or another of lost-in-the-middle", decode: Self.row)
      let usual = LostInTheMiddle.mostCommon(try file.entries().map(\.row.pairs.count))
      self.file = try file.leavingOut { row in
        row.pairs.count == usual ? nil : "\(row.pairs.count) pairs, where most rows have \(usual)"
      }
      counts = [usual]
    } else {
      try settings.refuse(Key.limit, expected: "nothing without `path`; set `trials`")
      file = nil
    }
    try GridSettings.check("positions", axes: counts.count, settings[Key.positions]?.valueCount ?? 5)
    var grid: [(keys: Int, positions: [Int])] = []
    for count in counts {
      let standard = Array(Set(LostInTheMiddle.spread(min(5, count), over: count))).sorted()
      grid.append((count, try LostInTheMiddle.positions(settings[Key.positions], of: count, default: standard)))
    }
    self.grid = grid
  }

  private static func row(_ fields: RowFields) throws(RowFieldProblem) -> Row {
    let key = try fields.text("key")
    let value = try fields.text("value")
    guard case .array(let list)? = fields.value["ordered_kv_records"] else {
      throw fields.problem("ordered_kv_records", "a list of pairs of texts")
    }
    let pairs = list.compactMap(\.texts)
    guard pairs.count == list.count, pairs.allSatisfy({ $0.count == 2 }) else {
      throw fields.problem("ordered_kv_records", "a list of pairs of texts")
    }
    guard pairs.contains([key, value]) else { throw RowFieldProblem(text: "`key` and `value` are no pair of the row") }
    return Row(pairs: pairs, key: key, value: value)
  }

  /// The protocol's versioned name: the authors' prompt or the project's own, asked once or twice.
  public var protocolName: String {
    "kv-retrieval/\(prompt.version)" + (isQueryAware ? "+query-aware" : "")
      + LostInTheMiddle.deviation(maxNewTokens: maxNewTokens)
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      file.map { "rows of \($0.name)" } ?? "random UUID pairs from the seed, in the authors' format",
      "the pair that is asked for is moved to the position, the others keep their order; one pair per line",
      prompt.note,
      "right when the value is in the output, whatever the case; greedy, at most \(maxNewTokens) new tokens; no prompt "
        + "is left out for its length",
    ]
  }

  /// The rows and the prompt.
  public var dataFiles: [DataFile] { (file.map { [$0.dataFile] } ?? []) + (prompt.file.map { [$0] } ?? []) }

  /// Accuracy.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// One cell per position and number of keys.
  public var cells: [TaskCell] {
    grid.flatMap { keys, positions in
      positions.map { TaskCell([.init("position", .integer($0)), .init("keys", .integer(keys))]) }
    }
  }

  /// Rows that are left out.
  public func warnings(in context: SampleContext) -> [String] { file?.warnings ?? [] }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard cell.coordinates.count == 2, case .integer(let position) = cell.coordinates[0].value,
      case .integer(let keys) = cell.coordinates[1].value
    else { return [] }
    let wrapper = try PromptWrapper(context)
    var samples: [Sample] = []
    if let file {
      for entry in try file.entries(limit: limit) {
        let name = "row=\(entry.line)/position=\(position)"
        samples.append(try sample(name, entry.row, position, wrapper))
      }
    } else {
      for index in 0..<trials {
        let row = Self.made(keys: keys, index: index, seed: context.seed)
        samples.append(try sample("keys=\(keys)/trial=\(index)/position=\(position)", row, position, wrapper))
      }
    }
    return samples
  }

  private func sample(
    _ name: String, _ row: Row, _ position: Int, _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample {
    let text = prompt.template.filled([
      "formatted_kv_records": Self.formatted(Self.moved(row, to: position)), "key": row.key,
    ])
    let rendered = try wrapper.prompt(text, sample: "kv-retrieval \(name)")
    return Sample(
      id: SampleID(name), text: rendered.text,
      request: .generate(tokens: rendered.tokens, maxNewTokens: maxNewTokens),
      conversation: rendered.conversation, expected: [row.value],
      facts: [
        ("position", .integer(position)), ("keys", .integer(row.pairs.count)),
        ("realised_length", .integer(rendered.tokens.count)),
      ])
  }

  /// Random pairs, the same for every position.
  static func made(keys: Int, index: Int, seed: UInt64) -> Row {
    var random = SeededRandom(seed, "kv-retrieval", "\(keys)", "\(index)")
    let pairs = (0..<keys).map { _ in [RandomUUID.text(&random), RandomUUID.text(&random)] }
    let gold = pairs[Int.random(in: 0..<keys, using: &random)]
    return Row(pairs: pairs, key: gold[0], value: gold[1])
  }

  /// The pairs with the one that is asked for at the position, the others in their order.
  static func moved(_ row: Row, to position: Int) -> [[String]] {
    var pairs = row.pairs
    guard let index = pairs.firstIndex(of: [row.key, row.value]) else { return pairs }
    pairs.insert(pairs.remove(at: index), at: position)
    return pairs
  }

  /// The authors' spelling of the object: a pair per line, a space before all lines but the first.
  static func formatted(_ pairs: [[String]]) -> String {
    pairs.enumerated().map { index, pair in
      (index == 0 ? "{" : " ") + "\"\(pair[0])\": \"\(pair[1])\"" + (index == pairs.count - 1 ? "}" : ",")
    }.joined(separator: "\n")
  }

  /// `accuracy`, 1 when the value is in the output.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let value = reference.expected.first else {
      return [Score("accuracy", unscored: "the model generated nothing")]
    }
    return [Score("accuracy", TextMatch.containsValue(prediction: text, value: value))]
  }
}
