public import Evaluation
import JSON
import Metrics
import Tokenizers

/// Key-value retrieval: the value of one key of a long JSON object, which stands at a stated position.
public struct KeyValueRetrieval: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "kv-retrieval"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("path", .path, "an official kv-retrieval-N_keys.jsonl (default: pairs made from the seed)"),
    SettingDescription("keys", .integers, "keys of a made object, or a list of such numbers (default 75)"),
    SettingDescription("positions", .countOrNumbers, "positions of the key from 0, or how many (default 5)"),
    SettingDescription("query-aware", .flag, "asks before the object as well (default false)"),
    SettingDescription("prompts", .path, "the official prompts/ folder or a prompt file (default: the project's own)"),
    SettingDescription("limit", .integer, "the first rows of the file (default all)"),
    SettingDescription("trials", .integer, "made objects per number of keys (default 10)"),
    SettingDescription("max-new-tokens", .integer, "generation limit (default 100)"),
  ]

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
    isQueryAware = settings.flag("query-aware", default: false)
    limit = try settings.positive("limit")
    trials = try settings.positive("trials") ?? 10
    maxNewTokens = try settings.positive("max-new-tokens") ?? LostInTheMiddle.maxNewTokens
    prompt = try LostInTheMiddle.prompt(
      path: settings.text("prompts"),
      name: isQueryAware ? "kv_retrieval_with_query_aware_contextualization.prompt" : "kv_retrieval.prompt",
      own: Self.ownPrompt + (isQueryAware ? "Key: \"{key}\"\n\n" : "") + Self.ownEnd,
      fields: ["formatted_kv_records", "key"])
    var counts = try settings.integers("keys") ?? [75]
    if let path = settings.text("path") {
      for key in ["keys", "trials"] where settings.values[key] != nil {
        throw .setting(key: key, found: "given", expected: "nothing beside `path`, whose rows say it")
      }
      try LostInTheMiddle.refuseCompressed(path)
      let file = try RowFile(
        path, need: "it should be kv-retrieval-75_keys.jsonl or another of lost-in-the-middle", decode: Self.row)
      let usual = LostInTheMiddle.mostCommon(try file.entries().map(\.row.pairs.count))
      self.file = try file.leavingOut { row in
        row.pairs.count == usual ? nil : "\(row.pairs.count) pairs, where most rows have \(usual)"
      }
      counts = [usual]
    } else {
      guard limit == nil else {
        throw .setting(key: "limit", found: "given", expected: "nothing without `path`; set `trials`")
      }
      file = nil
    }
    guard !counts.isEmpty, Set(counts).count == counts.count, counts.allSatisfy({ (1...100_000).contains($0) }) else {
      throw .setting(key: "keys", found: "\(counts)", expected: "different numbers from 1 to 100000")
    }
    var grid: [(keys: Int, positions: [Int])] = []
    for count in counts {
      let standard = Array(Set(LostInTheMiddle.spread(min(5, count), over: count))).sorted()
      grid.append((count, try LostInTheMiddle.positions(settings, of: count, default: standard)))
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
      request: .generate(tokens: rendered.tokens, maxNewTokens: maxNewTokens), expected: [row.value],
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
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let value = reference.expected.first else {
      return [Score("accuracy", unscored: "the model generated nothing")]
    }
    return [Score("accuracy", TextMatch.containsValue(prediction: text, value: value))]
  }
}
