import Metrics
import Tokenizers

/// Passkey retrieval: a number hidden at some depth of plain text, asked for at the end.
public struct Passkey: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "passkey"
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("lengths", .integers, "prompt lengths in tokens (required, unless `examples` is given)"),
    SettingDescription("depths", .countOrNumbers, "places of the key, 0 to 1, or how many evenly spaced (default 5)"),
    SettingDescription("trials", .integer, "keys per length and depth (default 5)"),
    SettingDescription("digits", .integer, "digits of a key (default 5)"),
    SettingDescription("template", .path, "a JSON file of wordings, or LongLM's passkey_examples.jsonl"),
    SettingDescription("wording", .text, "which wording of the template (default: the first; built in: train)"),
    SettingDescription("examples", .path, "LongLM's passkey_examples.jsonl itself as the samples"),
  ]

  private let lengths: [Int]
  private let depths: [Double]
  private let trials: Int
  private let digits: Int
  private let wording: PasskeyWording
  private let examples: [PasskeyExample]
  private let files: [DataFile]

  /// Reads the settings and the template.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    lengths = settings.integers("lengths") ?? []
    depths = try Self.depths(settings)
    trials = settings.integer("trials", default: 5)
    digits = settings.integer("digits", default: 5)
    guard trials >= 1 else { throw .setting(key: "trials", found: "\(trials)", expected: "1 or more") }
    guard (1...18).contains(digits) else { throw .setting(key: "digits", found: "\(digits)", expected: "1 to 18") }
    if let path = settings.text("examples") {
      let (text, sha256) = try TaskFiles.text(path, need: "it should be LongLM's passkey_examples.jsonl")
      examples = try PasskeyExample.rows(text, path)
      files = [DataFile(name: TaskFiles.name(path), sha256: sha256)]
      wording = .builtIn
      guard lengths.isEmpty else {
        throw .setting(key: "lengths", found: "given", expected: "nothing beside `examples`, which has its own lengths")
      }
      return
    }
    examples = []
    guard !lengths.isEmpty, Set(lengths).count == lengths.count, lengths.allSatisfy({ $0 >= 16 }) else {
      throw .setting(key: "lengths", found: "\(lengths)", expected: "different lengths of at least 16 tokens")
    }
    if let path = settings.text("template") {
      let (wording, sha256) = try PasskeyWording.read(path, name: settings.text("wording"))
      self.wording = wording
      files = [DataFile(name: TaskFiles.name(path), sha256: sha256)]
    } else {
      guard settings.text("wording") ?? "train" == "train" else {
        throw .setting(key: "wording", found: settings.text("wording") ?? "", expected: "train, or a `template` file")
      }
      wording = .builtIn
      files = []
    }
  }

  private static func depths(_ settings: TaskSettings) throws(TaskError) -> [Double] {
    let given: [Double]
    switch settings.values["depths"] {
    case nil: given = evenly(5)
    case .integer(let count)? where (1...1000).contains(count): given = evenly(count)
    default: given = settings.numbers("depths") ?? []
    }
    guard !given.isEmpty, given.allSatisfy({ (0...1).contains($0) }), Set(given).count == given.count else {
      throw .setting(key: "depths", found: "\(given)", expected: "a count, or different numbers from 0 to 1")
    }
    return given
  }

  private static func evenly(_ count: Int) -> [Double] {
    count == 1 ? [0.5] : (0..<count).map { Double($0) / Double(count - 1) }
  }

  /// The protocol's versioned name.
  public var protocolName: String { examples.isEmpty ? "passkey/se-eval-v1" : "passkey/longlm" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    let score = "right when the first run of digits in the greedy output is exactly the key"
    guard examples.isEmpty else {
      return ["the rows of \(files[0].name); at most as many new tokens as the target has characters", score]
    }
    return [
      "wording '\(wording.name)'; filler sentences fill the prompt to the requested length from below; keys of "
        + "\(digits) digits, the same for every method and model", score,
    ]
  }

  /// The template or the examples.
  public var dataFiles: [DataFile] { files }

  /// Accuracy.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// One cell per length and depth; one for a file of examples.
  public var cells: [TaskCell] {
    guard examples.isEmpty else { return [TaskCell([.init("examples", .text(files[0].name))])] }
    return lengths.flatMap { length in
      depths.map { TaskCell([.init("length", .integer(length)), .init("depth", .number($0))]) }
    }
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard examples.isEmpty else { return examples.indices.map { exampleSample($0, context) } }
    guard cell.coordinates.count == 2, case .integer(let length) = cell.coordinates[0].value,
      let depth = cell.coordinates[1].value.asNumber
    else { return [] }
    let maker = PasskeyPrompt(wording: wording, context: context)
    var samples: [Sample] = []
    for trial in 0..<trials {
      var random = SeededRandom(context.seed, "passkey", "\(length)", "\(depth)", "\(trial)")
      let key = Self.key(digits: digits, &random)
      let prompt = try maker.prompt(key: key, length: length, depth: depth)
      samples.append(
        Sample(
          id: SampleID("length=\(length)/depth=\(depth)/trial=\(trial)"), text: prompt.text,
          request: .generate(
            tokens: prompt.tokens,
            maxNewTokens: context.tokenizer.encode(" " + key, bos: .never).count + 4),
          expected: [key],
          facts: [
            ("requested_length", .integer(length)), ("realised_length", .integer(prompt.tokens.count)),
            ("requested_depth", .number(depth)), ("realised_depth", .number(prompt.depth)), ("trial", .integer(trial)),
          ]))
    }
    return samples
  }

  /// `accuracy`, 1 when the first run of digits is the key.
  public func scores(of sample: Sample, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let key = sample.expected.first else {
      return [Score("accuracy", unscored: "the model generated nothing")]
    }
    return [Score("accuracy", PasskeyMatch.score(output: text, key: key))]
  }

  private static func key(digits: Int, _ random: inout SeededRandom) -> String {
    let first = Int.random(in: 1...9, using: &random)
    return (1..<digits).reduce("\(first)") { text, _ in text + "\(Int.random(in: 0...9, using: &random))" }
  }

  private func exampleSample(_ index: Int, _ context: SampleContext) -> Sample {
    let row = examples[index]
    let text = row.input + PasskeyExample.question
    let tokens = context.tokenizer.encode(text)
    return Sample(
      id: SampleID("row=\(index)"), text: text,
      request: .generate(tokens: tokens, maxNewTokens: row.target.count), expected: [row.target],
      facts: [
        ("realised_length", .integer(tokens.count)), ("passkey_position", .integer(row.passkey_position ?? -1)),
      ])
  }
}
