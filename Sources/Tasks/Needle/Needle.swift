public import Evaluation
import Metrics
import Tokenizers

/// Needle in a haystack: sentences hidden at some depth of a long text, asked for at the end.
public struct Needle: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "needle"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["string_match": 0.0...1]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "sentences hidden at some depth of a long text, asked for at the end",
    protocols: [
      .init(
        "needle/fixed-v1", "the needle goes behind the last sentence that ends before its depth, found in the text"),
      .init(
        "needle/original-placement-v1", "the original program's rule for the place of the needle, found in the tokens"),
    ],
    metrics: [
      .init("key_phrase", "share of answers that hold every key phrase"),
      .init("string_match", "mean share of the key phrases that are in the answer"),
    ],
    example: "{lengths: [4096, 16384], depths: 11}")
  private enum Key {
    static let placement = Setting.word(
      "protocol", "fixed (sentence ends are found in the text) or original (in the tokens, as gkamradt's program)",
      default: Placement.fixed)
    static let lengths = GridSettings.lengths("lengths in tokens, or how many of them")
    static let minLength = GridSettings.minLength
    static let maxLength = GridSettings.maxLength
    static let depths = Setting.countOrNumbers("depths", "places of the needle, 0 to 1, or how many", otherwise: "11")
    static let spacing = Setting.word(
      "depth-spacing", "how a count of depths is spread: linear or sigmoid", default: Spacing.linear)
    static let turns = Setting.word(
      "turns",
      "one message, or two of the user (text, then question) as the original program asks; a chat template must take them",
      default: Turns.one)
    static let path = Setting.path("path", "a folder of essays as .txt files", otherwise: "the project's own sentences")
    static let template = Setting.path("template", "a JSON file of wordings", otherwise: "the built-in ones")
    static let wording = Setting.text(
      "wording", "which wording (built in: lighthouse, and soup, three needles)", otherwise: "the first")
    static let scorer = Setting.word(
      "scorer", "key-phrase (all of them are in the answer) or string-match (their share)", default: Scorer.keyPhrase)
    static let trials = Setting.trials("texts per length and depth, each beginning at another essay", default: 1)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", otherwise: "64; original: 300")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.placement, Key.lengths, Key.minLength, Key.maxLength, Key.depths, Key.spacing, Key.path, Key.template,
    Key.wording, Key.turns, Key.scorer, Key.trials, Key.maxNewTokens,
  ]
  /// The original program's essays.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, source: "github.com/gkamradt/LLMTest_NeedleInAHaystack (PaulGrahamEssays/)",
    takes: "the repository's checkout or its PaulGrahamEssays folder", wantsImport: false,
    files: KnownFile.table(NeedleTable.text))

  /// How needles are placed.
  enum Placement: String, CaseIterable, Sendable {
    case fixed, original
  }

  /// Which score is the one of the tables.
  enum Scorer: String, CaseIterable, Sendable {
    case keyPhrase = "key-phrase"
    case stringMatch = "string-match"
  }

  /// How many messages of the user there are.
  enum Turns: String, CaseIterable, Sendable {
    case one, two
  }

  private enum Spacing: String, CaseIterable {
    case linear, sigmoid
  }

  private let placement: Placement
  private let scorer: Scorer
  private let turns: Turns
  private let lengths: [Int]
  /// Depths in percent, as the original program writes them.
  private let percents: [Double]
  private let haystack: Haystack
  private let wording: NeedleWording
  private let template: DataFile?
  private let trials: Int
  private let maxNewTokens: Int

  /// The original program's generation limit.
  private static let originalMaxNewTokens = 300

  /// Reads the settings, the essays and the wording.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    placement = try settings[Key.placement]
    scorer = try settings[Key.scorer]
    lengths = try GridSettings.lengths(Key.lengths, settings, least: 16)
    percents = try Self.percents(settings)
    try GridSettings.check("depths", axes: lengths.count, percents.count)
    trials = try settings[Key.trials]
    maxNewTokens = try settings[Key.maxNewTokens] ?? (placement == .original ? Self.originalMaxNewTokens : 64)
    if let path = try settings[Key.template] {
      let read = try NeedleWording.read(path, name: settings[Key.wording])
      wording = read.wording
      template = DataFile(name: TaskFiles.name(path), sha256: read.sha256)
    } else {
      wording = try NeedleWording.builtIn(named: settings[Key.wording])
      template = nil
    }
    turns = try settings[Key.turns]
    guard turns == .one || wording.turns != nil else {
      throw .setting(key: "turns", found: "two", expected: "one: the wording '\(wording.name)' has no `turns`")
    }
    haystack = try Haystack(path: settings[Key.path])
  }

  private static func percents(_ settings: TaskSettings) throws(TaskError) -> [Double] {
    let spacing = try settings[Key.spacing]
    func evenly(_ count: Int) -> [Double] {
      let points = EvenSpacing.linear(0, 100, count: count)
      return spacing == .sigmoid
        ? points.map { EvenSpacing.sigmoid(percent: $0) } : EvenSpacing.rounded(points).map { Double($0) }
    }
    let percents: [Double]
    let given = try settings[Key.depths]
    switch given {
    case nil: percents = evenly(11)
    case .count(let count)?: percents = (1...101).contains(count) ? evenly(count) : []
    case .numbers(let numbers)?:
      // To three decimals of a percent, the precision of the original grid.
      percents = numbers.map { ($0 * 100_000).rounded() / 1000 }
      try settings.refuse(Key.spacing, expected: "nothing beside a list of depths")
    }
    guard !percents.isEmpty, percents.allSatisfy({ (0...100).contains($0) }), Set(percents).count == percents.count
    else {
      throw .setting(
        key: "depths", found: given?.text ?? "missing",
        expected: "a count from 1 to 101, or a list of different numbers from 0 to 1")
    }
    return percents
  }

  /// The protocol's versioned name; a wording other than the default one, and a limit other than the original
  /// one, are part of it.
  public var protocolName: String {
    var name = placement == .original ? "needle/original-placement-v1" : "needle/fixed-v1"
    if wording != NeedleWording.builtIn[0] { name += "+\(wording.name)" }
    if turns == .two { name += "+two-turns" }
    if placement == .original, maxNewTokens != Self.originalMaxNewTokens { name += "+max-new-tokens=\(maxNewTokens)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    let place =
      placement == .original
      ? "not the original test, only its rule for the place: the original asks in a message of its own behind one with the "
        + "text, in its own sentences, and a model judges the answer; here wording and score are those below, in "
        + "\(turns.rawValue) message\(turns == .one ? "" : "s of the user"). The rule: the text is cut to the length less 200 less the needle, tokens are searched backwards "
        + "for one of an encoded \".\" and the needle put behind it; on tokenizers that write full stops in a text "
        + "otherwise (Llama-2) it comes first at every depth but 1: see realised_depth"
      : "the needle goes behind the last sentence that ends at or before its depth, found in the text and not in its "
        + "tokens; the whole prompt (BOS, chat markers and question included) has at most the stated length"
    let shown =
      scorer == .keyPhrase
      ? "score key_phrase: 1 when every key phrase is in the answer, whatever the case; no model judges"
      : "score string_match: share of the key phrases that are in the answer (RULER's string match); no model judges"
    return [
      place, haystack.note,
      "wording '\(wording.name)'\(template.map { " of \($0.name)" } ?? ", the project's own"); \(wording.needles.count) "
        + "needle\(wording.needles.count == 1 ? "" : "s, the first at the depth, the others evenly over the rest")",
      "depth = share of the text; realised_depth = share of the text's tokens before the (first) needle",
      "\(shown); greedy, at most \(maxNewTokens) new tokens",
    ]
  }

  /// The essays and the wording's file.
  public var dataFiles: [DataFile] { haystack.files + (template.map { [$0] } ?? []) }

  /// The scorer that was chosen, and the other one.
  public var metrics: [MetricDescription] { Self.metrics(scorer) }

  private static func metrics(_ scorer: Scorer) -> [MetricDescription] {
    let both = [
      MetricDescription(name: "key_phrase", aggregation: .accuracy, higherIsBetter: true),
      MetricDescription(
        name: "string_match", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["string_match"]),
    ]
    return scorer == .keyPhrase ? both : both.reversed()
  }

  /// One cell per length and depth.
  public var cells: [TaskCell] {
    lengths.flatMap { length in
      percents.map { TaskCell([.init("length", .integer(length)), .init("depth", .number(Self.share($0)))]) }
    }
  }

  /// A percentage as a share, without the noise of binary fractions.
  private static func share(_ percent: Double) -> Double { (percent * 1000).rounded() / 100_000 }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard cell.coordinates.count == 2, case .integer(let length) = cell.coordinates[0].value,
      let depth = cell.coordinates[1].value.asNumber,
      let percent = percents.first(where: { Self.share($0) == depth })
    else { return [] }
    let wrapper = try PromptWrapper(context)
    var samples: [Sample] = []
    for trial in 0..<trials {
      samples.append(try sample(wrapper, length: length, percent: percent, trial: trial, context))
    }
    return samples
  }

  private func sample(
    _ wrapper: PromptWrapper, length: Int, percent: Double, trial: Int, _ context: SampleContext
  ) throws(TaskError) -> Sample {
    let ids = try haystack.ids(atLeast: lengths.max() ?? length, context, trial: trial)
    let depth = Self.share(percent)
    let placed: NeedlePlacement.Placed?
    switch placement {
    case .original:
      placed = NeedlePlacement.original(
        wording.needles, percent: percent, haystack: ids, length: length, context.tokenizer)
    case .fixed: placed = try longest(wrapper, length: length, percent: percent, ids, context.tokenizer)
    }
    guard let placed else {
      throw .impossibleSample(
        cell: "needle length=\(length)",
        problem: "the prompt without any text is too long already; ask for longer ones")
    }
    let name = "length=\(length)/depth=\(depth)/trial=\(trial)"
    let prompt = try wrapper.prompt(messages(placed), sample: "needle \(name)")
    var facts: [(name: String, value: Value)] = [
      ("requested_length", .integer(length)), ("realised_length", .integer(prompt.tokens.count)),
      ("requested_depth", .number(depth)), ("realised_depth", .number(placed.depths[0])),
      ("haystack_tokens", .integer(placed.haystackTokenCount)), ("wording", .text(wording.name)),
      ("trial", .integer(trial)),
    ]
    if placed.depths.count > 1 { facts.append(("realised_depths", .list(placed.depths.map { .number($0) }))) }
    return Sample(
      id: SampleID(name), text: prompt.text,
      request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens), conversation: prompt.conversation,
      expected: wording.answers, facts: facts)
  }

  private func messages(_ placed: NeedlePlacement.Placed) -> [Message] {
    wording.messages(context: placed.text, inTwoTurns: turns == .two)
  }

  /// The text with needles whose prompt comes nearest to `length` from below; nil where not even the needles fit.
  private func longest(
    _ wrapper: PromptWrapper, length: Int, percent: Double, _ ids: [Int], _ tokenizer: Tokenizer
  ) throws(TaskError) -> NeedlePlacement.Placed? {
    func placed(_ count: Int) throws(TaskError) -> (text: NeedlePlacement.Placed, tokens: Int) {
      let text = NeedlePlacement.fixed(wording.needles, percent: percent, haystack: ids.prefix(count), tokenizer)
      return (text, try wrapper.rendered(messages(text)).tokens.count)
    }
    var count = try length - placed(0).tokens
    var best: (count: Int, text: NeedlePlacement.Placed)?
    // Cutting and joining text changes a few tokens, so the first guess is corrected by what is left over.
    for _ in 0..<8 where count > 0 {
      let candidate = try placed(min(count, ids.count))
      let slack = length - candidate.tokens
      if slack >= 0, count > best?.count ?? 0 { best = (count, candidate.text) }
      if slack == 0 || slack > 0 && (count >= ids.count || count + slack == best?.count) { break }
      let next = count + slack
      if let best, next <= best.count { break }
      count = next
    }
    return best?.text
  }

  /// `key_phrase`, 1 when every key phrase is in the answer, and `string_match`, the share of them.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    Self.scores(scorer, reference, outcome)
  }

  /// By the scorer of the settings.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    let scorer = try settings[Key.scorer]
    return OutcomeScoring { Self.scores(scorer, $0, $1) }
  }

  private static func scores(_ scorer: Scorer, _ reference: Reference, _ outcome: Outcome) -> [Score] {
    let metrics = metrics(scorer)
    guard case .generation(_, let text, _) = outcome,
      let share = TextMatch.shareOfReferences(prediction: text, references: reference.expected)
    else { return metrics.map { Score($0.name, unscored: "the model generated nothing") } }
    return metrics.map { Score($0.name, $0.name == "key_phrase" ? (share == 1 ? 1 : 0) : share) }
  }
}
