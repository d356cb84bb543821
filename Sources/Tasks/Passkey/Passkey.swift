public import Evaluation
import JSON
import Metrics
import Tokenizers

/// Passkey retrieval: a number hidden at some depth of plain text, asked for at the end.
public struct Passkey: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "passkey"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// Keys at several depths.
  public static func tuning(_ probe: TuningProbe) -> [String: Value]? {
    [
      "lengths": .list([.integer(probe.length)]), "depths": .integer(probe.depths), "trials": .integer(probe.trials),
    ]
  }
  /// What the help says.
  public static let about = TaskDescription(
    summary: "a number hidden in plain text, asked for at the end",
    protocols: [
      .init(
        "passkey/se-eval-v1", "prompts made from the seed; a wording other than the default one is part of the name"),
      .init("passkey/longlm", "the rows of LongLM's file as they are"),
    ],
    metrics: [
      .init("accuracy", "share of outputs whose first run of digits is exactly the key"),
      .init("prefix_match", "share of outputs that begin with the key"),
    ],
    example: "{lengths: [4096, 8192], depths: 10, trials: 10}")
  private enum Key {
    static let lengths = Setting.lengths(
      "prompt lengths in tokens", atLeast: 16, otherwise: "none: required without `examples`")
    static let depths = Setting.countOrNumbers(
      "depths", "places of the key, 0 to 1, or how many evenly spaced", otherwise: "5")
    static let trials = Setting.trials("keys per length and depth", default: 5)
    static let digits = Setting.integer("digits", "digits of a key", default: 5, atMost: 18)
    static let template = Setting.path(
      "template", "a JSON file of wordings, or LongLM's passkey_examples.jsonl", otherwise: "the built-in wordings")
    static let wording = Setting.text("wording", "which wording (built in: train, and unseen)", otherwise: "the first")
    static let question = Setting.text(
      "question", "what is asked after LongLM's text", otherwise: "made of the text's own key line")
    static let examples = Setting.path(
      "examples", "LongLM's passkey_examples.jsonl itself as the samples", otherwise: "made from the seed")
    static let maxNewTokens = Setting.integer(
      "max-new-tokens", "generation limit", otherwise: "the key's tokens and 8 more, 32 more in a chat")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.lengths, Key.depths, Key.trials, Key.digits, Key.template, Key.wording, Key.question, Key.examples,
    Key.maxNewTokens,
  ]
  /// LongLM's examples.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, source: "github.com/datamllab/LongLM (passkey_examples*.jsonl)",
    takes: "the repository's checkout or its passkey_examples*.jsonl", wantsImport: false,
    files: KnownFile.table(PasskeyTable.text)
  ) { row in
    RowRule.missing(row, texts: ["input", "target"])
      ?? (row["input"]?.text?.contains(row["target"]?.text ?? "") == true ? nil : "`target` is not in `input`")
  }

  private let lengths: [Int]
  private let depths: [Double]
  private let trials: Int
  private let digits: Int
  private let maxNewTokens: Int?
  private let source: Source

  /// Where prompts come from.
  private enum Source: Sendable {
    case generator(PasskeyWording, template: DataFile?)
    case examples([PasskeyExample], question: String, file: DataFile)
  }

  /// Reads the settings and the template.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    lengths = try settings[Key.lengths]
    depths = try Self.depths(settings[Key.depths])
    try GridSettings.check("depths", axes: lengths.count, depths.count)
    trials = try settings[Key.trials]
    digits = try settings[Key.digits]
    maxNewTokens = try settings[Key.maxNewTokens]
    source = try Self.source(settings)
    if case .examples = source { return }
    guard !lengths.isEmpty else {
      throw .setting(key: "lengths", found: "missing", expected: "different lengths of at least 16 tokens")
    }
  }

  private static func source(_ settings: TaskSettings) throws(TaskError) -> Source {
    let question = try settings[Key.question]
    if let path = try settings[Key.examples] {
      try settings.refuse(
        Key.lengths, Key.depths, Key.trials, Key.digits, Key.template, Key.wording,
        expected: "nothing beside `examples`, whose rows say all of it")
      let (text, sha256) = try TaskFiles.text(path, need: "it should be LongLM's passkey_examples.jsonl")
      let rows = try PasskeyExample.rows(text, path)
      let file = DataFile(name: TaskFiles.name(path), sha256: sha256)
      if let question { return .examples(rows, question: question, file: file) }
      return .examples(rows, question: try rows[0].question(path: path), file: file)
    }
    if let path = try settings[Key.template] {
      let (wording, sha256) = try PasskeyWording.read(path, name: settings[Key.wording], question: question)
      return .generator(wording, template: DataFile(name: TaskFiles.name(path), sha256: sha256))
    }
    try settings.refuse(Key.question, expected: "nothing: it belongs to LongLM's file (`template`)")
    return .generator(try PasskeyWording.builtIn(named: settings[Key.wording]), template: nil)
  }

  private static func depths(_ given: CountOrNumbers?) throws(TaskError) -> [Double] {
    let depths: [Double]
    switch given {
    case nil: depths = evenly(5)
    case .count(let count)?: depths = (1...1000).contains(count) ? evenly(count) : []
    case .numbers(let numbers)?: depths = numbers.map(rounded)
    }
    guard !depths.isEmpty, depths.allSatisfy({ (0...1).contains($0) }), Set(depths).count == depths.count else {
      throw .setting(
        key: "depths", found: given?.text ?? "missing",
        expected: "a count of 1 or more, or a list of different numbers from 0 to 1")
    }
    return depths
  }

  /// Depths are kept to four decimals, so that names of cells and samples stay short.
  private static func rounded(_ depth: Double) -> Double { (depth * 10_000).rounded() / 10_000 }

  private static func evenly(_ count: Int) -> [Double] {
    count == 1 ? [0.5] : (0..<count).map { rounded(Double($0) / Double(count - 1)) }
  }

  /// The protocol's versioned name; a wording other than the default one is part of it.
  public var protocolName: String {
    switch source {
    case .examples: "passkey/longlm"
    case .generator(let wording, nil) where wording == PasskeyWording.builtIn[0]: "passkey/se-eval-v1"
    case .generator(let wording, _): "passkey/se-eval-v1+\(wording.name)"
    }
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    let score =
      "right when the first run of ASCII digits in the greedy output is exactly the key; `prefix_match` is right when "
      + "the output begins with the key"
    switch source {
    case .examples(_, let question, let file):
      return [
        "the rows of \(file.name), followed by '\(question)'; at most as many new tokens as the target has characters"
          + (maxNewTokens.map { " (here: \($0))" } ?? ""), score,
      ]
    case .generator(let wording, let file):
      return [
        "wording '\(wording.name)'\(file.map { " of \($0.name)" } ?? ""); filler sentences fill the prompt (BOS and "
          + "chat markers included) to the requested length from below; keys of \(digits) digits, first one not 0, the "
          + "same for every method",
        "depth = share of the filler before the key sentence; realised_depth = share of the prompt's tokens before "
          + "the key", score,
        "at most " + (maxNewTokens.map { "\($0)" } ?? "the key's tokens and 8 (in a chat: 32) more") + " new tokens",
      ]
    }
  }

  /// The template or the examples.
  public var dataFiles: [DataFile] {
    switch source {
    case .examples(_, _, let file): [file]
    case .generator(_, let file): file.map { [$0] } ?? []
    }
  }

  /// Accuracy.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// One cell per length and depth; one for a file of examples.
  public var cells: [TaskCell] {
    if case .examples(_, _, let file) = source { return [TaskCell([.init("examples", .text(file.name))])] }
    return lengths.flatMap { length in
      depths.map { TaskCell([.init("length", .integer(length)), .init("depth", .number($0))]) }
    }
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    let wrapper = try PromptWrapper(context)
    switch source {
    case .examples(let rows, let question, _):
      return try rows.indices.map { (index) throws(TaskError) in
        try exampleSample(index, rows[index], question, wrapper)
      }
    case .generator(let wording, _):
      guard cell.coordinates.count == 2, case .integer(let length) = cell.coordinates[0].value,
        let depth = cell.coordinates[1].value.asNumber
      else { return [] }
      let maker = PasskeyPrompt(wording: wording, wrapper: wrapper)
      var samples: [Sample] = []
      var fillerCount: Int?
      for trial in 0..<trials {
        samples.append(
          try sample(maker, length: length, depth: depth, trial: trial, context, fillerCount: &fillerCount))
      }
      return samples
    }
  }

  private func sample(
    _ maker: PasskeyPrompt, length: Int, depth: Double, trial: Int, _ context: SampleContext, fillerCount: inout Int?
  ) throws(TaskError) -> Sample {
    var random = SeededRandom(context.seed, "passkey", "\(length)", "\(depth)", "\(trial)")
    let key = Self.key(digits: digits, &random)
    let prompt = try maker.prompt(key: key, length: length, depth: depth, guess: fillerCount)
    fillerCount = prompt.fillerCount
    let keyTokens = context.tokenizer.encode(" " + key, bos: .never).count
    let limit = maxNewTokens ?? keyTokens + (maker.wrapper.wrapsInChat ? 32 : 8)
    return Sample(
      id: SampleID("length=\(length)/depth=\(depth)/trial=\(trial)"), text: prompt.text,
      request: .generate(tokens: prompt.tokens, maxNewTokens: limit), conversation: prompt.conversation,
      expected: [key],
      facts: [
        ("requested_length", .integer(length)), ("realised_length", .integer(prompt.tokens.count)),
        ("requested_depth", .number(depth)), ("realised_depth", .number(prompt.depth)),
        ("key_token", .integer(prompt.keyToken)), ("fillers", .integer(prompt.fillerCount)),
        ("wording", .text(maker.wording.name)), ("trial", .integer(trial)),
      ])
  }

  /// `accuracy`, 1 when the first run of digits is the key, and `prefix_match`, 1 when the output begins with it.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let key = reference.expected.first else {
      return [Score("accuracy", unscored: "the model generated nothing")]
    }
    return [
      Score("accuracy", PasskeyMatch.score(output: text, key: key)),
      Score("prefix_match", PasskeyMatch.prefixScore(output: text, key: key)),
    ]
  }

  private static func key(digits: Int, _ random: inout SeededRandom) -> String {
    let first = Int.random(in: 1...9, using: &random)
    return (1..<digits).reduce("\(first)") { text, _ in text + "\(Int.random(in: 0...9, using: &random))" }
  }

  private func exampleSample(
    _ index: Int, _ row: PasskeyExample, _ question: String, _ wrapper: PromptWrapper
  ) throws(TaskError) -> Sample {
    let text = row.input + question
    let prompt = try wrapper.rendered(text)
    let tokens = prompt.tokens
    var facts: [(name: String, value: Value)] = [("realised_length", .integer(tokens.count))]
    if let range = row.input.firstRange(of: row.target) {
      let before = try wrapper.encode(String(row.input[..<range.lowerBound]))
      let keyToken = zip(tokens, before).prefix { $0 == $1 }.count
      facts += [
        ("realised_depth", .number(Double(keyToken) / Double(max(1, tokens.count)))), ("key_token", .integer(keyToken)),
      ]
    }
    if let position = row.passkey_position { facts.append(("passkey_position", .integer(position))) }
    return Sample(
      id: SampleID("row=\(index)"), text: prompt.text,
      request: .generate(tokens: tokens, maxNewTokens: maxNewTokens ?? row.target.count),
      conversation: prompt.conversation, expected: [row.target], facts: facts)
  }
}
