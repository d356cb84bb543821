public import Evaluation
import Metrics
import Tokenizers

/// Passkey retrieval: a number hidden at some depth of plain text, asked for at the end.
public struct Passkey: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "passkey"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("lengths", .integers, "prompt lengths in tokens (required, unless `examples` is given)"),
    SettingDescription("depths", .countOrNumbers, "places of the key, 0 to 1, or how many evenly spaced (default 5)"),
    SettingDescription("trials", .integer, "keys per length and depth (default 5)"),
    SettingDescription("digits", .integer, "digits of a key, 1 to 18 (default 5)"),
    SettingDescription("template", .path, "a JSON file of wordings, or LongLM's passkey_examples.jsonl"),
    SettingDescription(
      "wording", .text, "which wording (built in: train, the default, and unseen; of a template: the first)"),
    SettingDescription(
      "question", .text, "what is asked after LongLM's text (default: made of the text's own key line)"),
    SettingDescription("examples", .path, "LongLM's passkey_examples.jsonl itself as the samples"),
    SettingDescription(
      "max-new-tokens", .integer, "generation limit (default: the key's tokens and 8 more, 32 more in a chat)"),
  ]

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
    lengths = try settings.integers("lengths") ?? []
    depths = try Self.depths(settings)
    trials = settings.integer("trials", default: 5)
    digits = settings.integer("digits", default: 5)
    maxNewTokens = settings.values["max-new-tokens"].map { _ in settings.integer("max-new-tokens", default: 0) }
    guard trials >= 1 else { throw .setting(key: "trials", found: "\(trials)", expected: "1 or more") }
    guard (1...18).contains(digits) else { throw .setting(key: "digits", found: "\(digits)", expected: "1 to 18") }
    guard maxNewTokens ?? 1 >= 1 else {
      throw .setting(key: "max-new-tokens", found: "\(maxNewTokens ?? 0)", expected: "1 or more")
    }
    source = try Self.source(settings)
    if case .examples = source { return }
    guard !lengths.isEmpty, Set(lengths).count == lengths.count, lengths.allSatisfy({ $0 >= 16 }) else {
      throw .setting(key: "lengths", found: "\(lengths)", expected: "different lengths of at least 16 tokens")
    }
  }

  private static func source(_ settings: TaskSettings) throws(TaskError) -> Source {
    let question = settings.text("question")
    if let path = settings.text("examples") {
      for key in ["lengths", "depths", "trials", "digits", "template", "wording"] where settings.values[key] != nil {
        throw .setting(key: key, found: "given", expected: "nothing beside `examples`, whose rows say all of it")
      }
      let (text, sha256) = try TaskFiles.text(path, need: "it should be LongLM's passkey_examples.jsonl")
      let rows = try PasskeyExample.rows(text, path)
      let file = DataFile(name: TaskFiles.name(path), sha256: sha256)
      if let question { return .examples(rows, question: question, file: file) }
      return .examples(rows, question: try rows[0].question(path: path), file: file)
    }
    if let path = settings.text("template") {
      let (wording, sha256) = try PasskeyWording.read(path, name: settings.text("wording"), question: question)
      return .generator(wording, template: DataFile(name: TaskFiles.name(path), sha256: sha256))
    }
    guard question == nil else {
      throw .setting(key: "question", found: "given", expected: "nothing: it belongs to LongLM's file (`template`)")
    }
    return .generator(try PasskeyWording.builtIn(named: settings.text("wording")), template: nil)
  }

  private static func depths(_ settings: TaskSettings) throws(TaskError) -> [Double] {
    let given: [Double]
    switch settings.values["depths"] {
    case nil: given = evenly(5)
    case .integer(let count)?: given = (1...1000).contains(count) ? evenly(count) : []
    default: given = (settings.numbers("depths") ?? []).map(rounded)
    }
    guard !given.isEmpty, given.allSatisfy({ (0...1).contains($0) }), Set(given).count == given.count else {
      throw .setting(
        key: "depths", found: settings.numbers("depths").map { "\($0)" } ?? "something else",
        expected: "a count of 1 or more, or a list of different numbers from 0 to 1")
    }
    return given
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
      return rows.indices.map { exampleSample($0, rows[$0], question, wrapper) }
    case .generator(let wording, _):
      guard cell.coordinates.count == 2, case .integer(let length) = cell.coordinates[0].value,
        let depth = cell.coordinates[1].value.asNumber
      else { return [] }
      let maker = PasskeyPrompt(wording: wording, wrapper: wrapper)
      var samples: [Sample] = []
      for trial in 0..<trials {
        samples.append(try sample(maker, length: length, depth: depth, trial: trial, context))
      }
      return samples
    }
  }

  private func sample(
    _ maker: PasskeyPrompt, length: Int, depth: Double, trial: Int, _ context: SampleContext
  ) throws(TaskError) -> Sample {
    var random = SeededRandom(context.seed, "passkey", "\(length)", "\(depth)", "\(trial)")
    let key = Self.key(digits: digits, &random)
    let prompt = try maker.prompt(key: key, length: length, depth: depth)
    let keyTokens = context.tokenizer.encode(" " + key, bos: .never).count
    let limit = maxNewTokens ?? keyTokens + (maker.wrapper.wrapsInChat ? 32 : 8)
    return Sample(
      id: SampleID("length=\(length)/depth=\(depth)/trial=\(trial)"), text: prompt.text,
      request: .generate(tokens: prompt.tokens, maxNewTokens: limit), expected: [key],
      facts: [
        ("requested_length", .integer(length)), ("realised_length", .integer(prompt.tokens.count)),
        ("requested_depth", .number(depth)), ("realised_depth", .number(prompt.depth)),
        ("key_token", .integer(prompt.keyToken)), ("fillers", .integer(prompt.fillerCount)),
        ("wording", .text(maker.wording.name)), ("trial", .integer(trial)),
      ])
  }

  /// `accuracy`, 1 when the first run of digits is the key, and `prefix_match`, 1 when the output begins with it.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
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
  ) -> Sample {
    let text = row.input + question
    let tokens = wrapper.encode(text)
    var facts: [(name: String, value: Value)] = [("realised_length", .integer(tokens.count))]
    if let range = row.input.firstRange(of: row.target) {
      let before = wrapper.encode(String(row.input[..<range.lowerBound]))
      let keyToken = zip(tokens, before).prefix { $0 == $1 }.count
      facts += [
        ("realised_depth", .number(Double(keyToken) / Double(max(1, tokens.count)))), ("key_token", .integer(keyToken)),
      ]
    }
    if let position = row.passkey_position { facts.append(("passkey_position", .integer(position))) }
    return Sample(
      id: SampleID("row=\(index)"), text: wrapper.wrapped(text),
      request: .generate(tokens: tokens, maxNewTokens: maxNewTokens ?? row.target.count), expected: [row.target],
      facts: facts)
  }
}
