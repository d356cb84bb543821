public import Evaluation
import Metrics
import Tokenizers

/// RULER's needle tasks: keys with values hidden in noise, essays or among other needles, scored without a judge.
public struct RulerNIAH: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "ruler-niah"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("lengths", .countOrNumbers, "lengths in tokens, generation included, or how many (required)"),
    SettingDescription("min-length", .integer, "the first of a count of lengths (default 1000)"),
    SettingDescription("max-length", .integer, "the last of a count of lengths (default 16000)"),
    SettingDescription(
      "variants", .texts, "some of single-1 to -3, multikey-1 to -3, multivalue, multiquery (default: single-1)"),
    SettingDescription("haystack", .text, "for a variant of your own: noise (default), essay or needle"),
    SettingDescription("keys", .integer, "for a variant of your own: keys that are hidden (default 1)"),
    SettingDescription("values", .integer, "for a variant of your own: values of each key (default 1)"),
    SettingDescription("queries", .integer, "for a variant of your own: keys that are asked for (default 1)"),
    SettingDescription("key-kind", .text, "for a variant of your own: word (default), number or uuid"),
    SettingDescription("value-kind", .text, "for a variant of your own: number (default), word or uuid"),
    SettingDescription("path", .path, "a folder of essays as .txt files (default: the project's own sentences)"),
    SettingDescription("template", .path, "a JSON file with RULER's wording (default: the project's own)"),
    SettingDescription("trials", .integer, "samples per variant and length (default 10; RULER: 500)"),
    SettingDescription("max-new-tokens", .integer, "generation limit, part of the length (default 128)"),
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
    lengths = try GridSettings.lengths(settings, least: 32)
    variants = try Self.variants(settings)
    trials = try settings.positive("trials") ?? 10
    maxNewTokens = try settings.positive("max-new-tokens") ?? 128
    if let path = settings.text("template") {
      let read = try RulerWording.read(path)
      wording = read.wording
      template = DataFile(name: TaskFiles.name(path), sha256: read.sha256)
    } else {
      (wording, template) = (.own, nil)
    }
    let path = settings.text("path")
    guard path == nil || variants.contains(where: { $0.text == .essay }) else {
      throw .setting(key: "path", found: "given", expected: "nothing: no variant hides its needles in essays")
    }
    haystack = try Haystack(path: path)
  }

  private static func variants(_ settings: TaskSettings) throws(TaskError) -> [RulerVariant] {
    let own = ["haystack", "keys", "values", "queries", "key-kind", "value-kind"]
    if let names = settings.texts("variants") {
      for key in own where settings.values[key] != nil {
        throw .setting(key: key, found: "given", expected: "nothing beside `variants`, which say it")
      }
      let variants = names.compactMap { name in RulerVariant.known.first { $0.name == name } }
      guard variants.count == names.count, !names.isEmpty, Set(names).count == names.count else {
        throw .setting(
          key: "variants", found: "\(names)",
          expected: "different ones of \(RulerVariant.known.map(\.name).joined(separator: ", "))")
      }
      return variants
    }
    guard own.contains(where: { settings.values[$0] != nil }) else { return [RulerVariant.known[0]] }
    let text = try GridSettings.word("haystack", settings, default: RulerVariant.Text.noise)
    let keyKind = try GridSettings.word("key-kind", settings, default: RulerValue.word)
    let valueKind = try GridSettings.word("value-kind", settings, default: RulerValue.number)
    let keys = try settings.positive("keys") ?? 1
    let values = try settings.positive("values") ?? 1
    let queries = try settings.positive("queries") ?? 1
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
  public var protocolName: String { wording == .own ? "ruler-niah/se-eval-v1" : "ruler-niah/v1+\(wording.name)" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = variants.map(\.note)
    notes += [
      "wording \(wording == .own ? "of the project's own" : "'\(wording.name)' of \(template?.name ?? "a file")"); the "
        + "answer's beginning is part of the prompt, behind the chat markers where there are any",
      "the largest text whose prompt and \(maxNewTokens) new tokens fit into the length (RULER goes in steps of 25 lines "
        + "or 500 words)",
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
    [MetricDescription(name: "string_match", aggregation: .mean, higherIsBetter: true)]
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
    func ids(_ extra: Int) -> [Int] {
      let rendered = prompt.rendered(amount: prompt.least + extra, words: words)
      return wrapper.encode(rendered.message, answer: rendered.answer)
    }
    let limit = length - maxNewTokens
    let bare = ids(0).count
    guard bare <= limit else {
      throw .impossibleSample(
        cell: "ruler-niah length=\(length)",
        problem:
          "the prompt without text has \(bare) tokens and \(maxNewTokens) are to be generated; ask for longer ones")
    }
    let isEssay = prompt.variant.text == .essay
    var extra = LargestFit.count(
      length: limit, bare: bare, probe: isEssay ? 500 : 25, guess: amount,
      most: isEssay ? words.count - prompt.least : 1 << 30
    ) { ids($0).count }
    // Needles at other places can make a token more.
    while extra > 0, ids(extra).count > limit { extra -= 1 }
    amount = extra
    let rendered = prompt.rendered(amount: prompt.least + extra, words: words)
    let tokens = wrapper.encode(rendered.message, answer: rendered.answer)
    let depths = rendered.places.map { place -> Value in
      let before = String(decoding: rendered.message.utf8.prefix(place), as: UTF8.self)
      let shared = zip(wrapper.encode(before), tokens).prefix { $0 == $1 }.count
      return .number(Double(shared) / Double(max(1, tokens.count)))
    }
    return Sample(
      id: SampleID("variant=\(prompt.variant.name)/length=\(length)/trial=\(trial)"),
      text: wrapper.wrapped(rendered.message) + rendered.answer,
      request: .generate(tokens: tokens, maxNewTokens: maxNewTokens), expected: prompt.answers,
      facts: [
        ("requested_length", .integer(length)), ("realised_length", .integer(tokens.count + maxNewTokens)),
        ("realised_depths", .list(depths)), ("query", .text(prompt.query)), ("trial", .integer(trial)),
        (isEssay ? "words" : "lines", .integer(prompt.least + extra)),
      ])
  }

  /// `string_match`, the share of the gold values that are in the output.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome,
      let share = TextMatch.shareOfReferences(prediction: text, references: reference.expected)
    else { return [Score("string_match", unscored: "the model generated nothing")] }
    return [Score("string_match", share)]
  }
}
