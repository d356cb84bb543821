public import Evaluation
import Metrics
import Tokenizers

/// RULER's needle tasks: keys with values hidden in noise, essays or among other needles, scored without a judge.
public struct RulerNIAH: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "ruler-niah"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["string_match": 0.0...1]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "RULER's needle tasks: keys with values hidden in noise, essays or among other needles",
    protocols: [
      .init("ruler-niah/se-eval-v2", "RULER's construction in the project's own wording"),
      .init("ruler-niah/v2+", "the same in the wording of a file, whose name is part of it"),
    ],
    metrics: [
      .init("string_match", "mean share of the gold values that are in the output")
    ],
    example: "{lengths: [4096], variants: [single-1, multikey-2], trials: 10}")
  private enum Key {
    static let lengths = GridSettings.lengths("lengths in tokens, generation included, or how many")
    static let minLength = GridSettings.minLength
    static let maxLength = GridSettings.maxLength
    static let variants = Setting.texts(
      "variants", "some of single-1 to -3, multikey-1 to -3, multivalue, multiquery", otherwise: "single-1")
    static let haystack = Setting.word(
      "haystack", "for a variant of your own: noise, essay or needle", default: RulerVariant.Text.noise)
    static let keys = Setting.integer("keys", "for a variant of your own: keys that are hidden", default: 1)
    static let values = Setting.integer("values", "for a variant of your own: values of each key", default: 1)
    static let queries = Setting.integer("queries", "for a variant of your own: keys that are asked for", default: 1)
    static let keyKind = Setting.word(
      "key-kind", "for a variant of your own: word, number or uuid", default: RulerValue.word)
    static let valueKind = Setting.word(
      "value-kind", "for a variant of your own: number, word or uuid", default: RulerValue.number)
    static let path = Setting.path("path", "a folder of essays as .txt files", otherwise: "the project's own sentences")
    static let template = Setting.path("template", "a JSON file with RULER's wording", otherwise: "the project's own")
    static let trials = Setting.trials("samples per variant and length; RULER has 500", default: 10)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit, part of the length", default: 128)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.lengths, Key.minLength, Key.maxLength, Key.variants, Key.haystack, Key.keys, Key.values, Key.queries,
    Key.keyKind, Key.valueKind, Key.path, Key.template, Key.trials, Key.maxNewTokens,
  ]

  private let lengths: [Int]
  private let variants: [RulerVariant]
  private let haystack: Haystack
  private let wording: RulerWording
  private let template: DataFile?
  private let trials: Int
  private let maxNewTokens: Int

  /// Reads the settings, the essays and the wording.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    lengths = try GridSettings.lengths(Key.lengths, settings, least: 32)
    variants = try Self.variants(settings)
    trials = try settings[Key.trials]
    maxNewTokens = try settings[Key.maxNewTokens]
    if let path = try settings[Key.template] {
      let read = try RulerWording.read(path)
      wording = read.wording
      template = DataFile(name: TaskFiles.name(path), sha256: read.sha256)
    } else {
      (wording, template) = (.own, nil)
    }
    let path = try settings[Key.path]
    guard path == nil || variants.contains(where: { $0.text == .essay }) else {
      throw .setting(key: "path", found: "given", expected: "nothing: no variant hides its needles in essays")
    }
    haystack = try Haystack(path: path)
  }

  private static func variants(_ settings: TaskSettings) throws(TaskError) -> [RulerVariant] {
    let own: [any SettingDeclaration] = [
      Key.haystack, Key.keys, Key.values, Key.queries, Key.keyKind, Key.valueKind,
    ]
    if let names = try settings[Key.variants] {
      for key in own { try settings.refuse(key, expected: "nothing beside `variants`, which say it") }
      let variants = names.compactMap { name in RulerVariant.known.first { $0.name == name } }
      guard variants.count == names.count, !names.isEmpty, Set(names).count == names.count else {
        throw .setting(
          key: "variants", found: "\(names)",
          expected: "different ones of \(RulerVariant.known.map(\.name).joined(separator: ", "))")
      }
      return variants
    }
    guard own.contains(where: settings.gives) else { return [RulerVariant.known[0]] }
    let text = try settings[Key.haystack]
    let keyKind = try settings[Key.keyKind]
    let valueKind = try settings[Key.valueKind]
    let keys = try settings[Key.keys]
    let values = try settings[Key.values]
    let queries = try settings[Key.queries]
    guard max(keys, queries) * values <= RulerPrompt.depths.count else {
      throw .setting(
        key: keys * values > 40 ? "keys" : "queries", found: "\(max(keys, queries)) with \(values) values each",
        expected: "at most 40 needles, the number of depths")
    }
    let kinds = "\(keyKind.rawValue)-\(valueKind.rawValue)"
    return [
      RulerVariant(
        "\(text.rawValue)-\(kinds)-\(keys)-\(values)-\(queries)", text, keyKind, valueKind, keys: keys, values: values,
        queries: queries)
    ]
  }

  /// The protocol's versioned name; a wording other than the project's own is part of it.
  public var protocolName: String { wording == .own ? "ruler-niah/se-eval-v2" : "ruler-niah/v2+\(wording.name)" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = variants.map(\.note)
    notes += [
      "wording \(wording == .own ? "of the project's own" : "'\(wording.name)' of \(template?.name ?? "a file")"); the "
        + "answer's beginning is part of the prompt, behind the chat markers where there are any",
      "the largest text whose prompt and \(maxNewTokens) new tokens fit into the length, for each sample (RULER since "
        + "2025-06: one binary search over the number of lines or words, each probe with another random sample, then "
        + "fewer lines or words where a sample does not fit; before, steps upwards)",
      "keys of words are drawn from \(RulerWords.count / 100_000 * 100_000) pairs of an adjective and a noun of the "
        + "project's own (RULER: as many of a package's)",
      "needles stand before random lines of noise and needle haystacks, and at depths drawn from 40 between the "
        + "sentences of essays; sentences are told apart by their full stops (RULER: nltk); keys and distractors never "
        + "repeat an asked-for key (RULER: not checked)",
      "score string_match: share of the gold values in the output, whatever the case, control characters as newlines",
    ]
    if variants.contains(where: { $0.text == .essay }) { notes.append(haystack.note) }
    return notes
  }

  /// The essays and the wording's file.
  public var dataFiles: [DataFile] { haystack.files + (template.map { [$0] } ?? []) }

  /// RULER's string match.
  public var metrics: [MetricDescription] {
    [
      MetricDescription(
        name: "string_match", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["string_match"])
    ]
  }

  /// One cell per variant and length.
  public var cells: [TaskCell] {
    variants.flatMap { variant in
      lengths.map { TaskCell([.init("variant", .text(variant.name)), .init("length", .integer($0))]) }
    }
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard cell.coordinates.count == 2, case .text(let name) = cell.coordinates[0].value,
      case .integer(let length) = cell.coordinates[1].value, let variant = variants.first(where: { $0.name == name })
    else { return [] }
    let wrapper = try PromptWrapper(context)
    var words: [Substring] = []
    if variant.text == .essay {
      words = haystack.words(atLeast: (lengths.max() ?? length) + 1000, seed: context.seed, trial: 0)
    }
    var samples: [Sample] = []
    var amount: Int?
    for trial in 0..<trials {
      let random = SeededRandom(context.seed, "ruler-niah", name, "\(length)", "\(trial)")
      let prompt = RulerPrompt(variant, wording, random)
      samples.append(try sample(prompt, length: length, trial: trial, words, wrapper, context, &amount))
    }
    return samples
  }

  private func sample(
    _ prompt: RulerPrompt, length: Int, trial: Int, _ words: [Substring], _ wrapper: PromptWrapper,
    _ context: SampleContext, _ amount: inout Int?
  ) throws(TaskError) -> Sample {
    func ids(_ extra: Int) throws(TaskError) -> [Int] {
      let rendered = prompt.rendered(amount: prompt.least + extra, words: words)
      return try wrapper.encode(rendered.message, answer: rendered.answer)
    }
    let limit = length - maxNewTokens
    let bare = try ids(0).count
    guard bare <= limit else {
      throw .impossibleSample(
        cell: "ruler-niah length=\(length)",
        problem:
          "the prompt without text has \(bare) tokens and \(maxNewTokens) are to be generated; ask for longer ones")
    }
    let isEssay = prompt.variant.text == .essay
    var extra = try LargestFit.count(
      "ruler-niah length=\(length)", length: limit, bare: bare, probe: isEssay ? 500 : 25, guess: amount,
      most: isEssay ? words.count - prompt.least : 1 << 30
    ) { (extra) throws(TaskError) in try ids(extra).count }
    // Needles at other places can make a token more.
    while extra > 0, try ids(extra).count > limit { extra -= 1 }
    amount = extra
    let rendered = prompt.rendered(amount: prompt.least + extra, words: words)
    let whole = try wrapper.rendered(rendered.message)
    let tokens = try wrapper.encode(rendered.message, answer: rendered.answer)
    let depths = try rendered.places.map { (place) throws(TaskError) -> Value in
      let before = String(decoding: rendered.message.utf8.prefix(place), as: UTF8.self)
      let shared = try zip(wrapper.encode(before), tokens).prefix { $0 == $1 }.count
      return .number(Double(shared) / Double(max(1, tokens.count)))
    }
    return Sample(
      id: SampleID("variant=\(prompt.variant.name)/length=\(length)/trial=\(trial)"),
      text: whole.text + rendered.answer,
      request: .generate(tokens: tokens, maxNewTokens: maxNewTokens),
      conversation: Conversation(whole.conversation.messages, answerStart: rendered.answer), expected: prompt.answers,
      facts: [
        ("requested_length", .integer(length)), ("realised_length", .integer(tokens.count + maxNewTokens)),
        ("realised_depths", .list(depths)), ("query", .text(prompt.query)), ("trial", .integer(trial)),
        (isEssay ? "words" : "lines", .integer(prompt.least + extra)),
      ])
  }

  /// `string_match`, the share of the gold values that are in the output.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome,
      let share = TextMatch.shareOfReferences(prediction: text, references: reference.expected)
    else { return [Score("string_match", unscored: "the model generated nothing")] }
    return [Score("string_match", share)]
  }
}
