public import Evaluation
import Foundation
import JSON
import Metrics
import Tokenizers

/// NoLiMa: needles that share no words with their questions, so that the text must be understood to find them.
///
/// Source: adobe-research/NoLiMa, evaluation/run_tests.py and async_evaluate.py, data/book_haystack.py.
public struct NoLiMa: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "nolima"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "needles that share no words with their questions",
    protocols: [
      .init("nolima/v1", "as adobe-research/NoLiMa; another metric, depths and an own wording are part of the name")
    ],
    metrics: [.init("accuracy", "share of responses that hold the name (or as `metric` says)")],
    example: "{path: Datasets/nolima, lengths: [250, 500, 1000], depths: 3}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder with needlesets/ and haystack/ (Adobe's licence: research and teaching only)",
      imported: "NoLiMa")
    static let needles = Setting.text(
      "needle-set", "the file under needlesets, without .json", default: "needle_set")
    static let books = Setting.text("books", "the folder of books under haystack", default: "rand_shuffle")
    static let bookCount = Setting.integer("book-count", "the first books by name", otherwise: "all")
    static let prompts = Setting.path(
      "prompts", "NoLiMa's checkout, whose DEFAULT_TASK_TEMPLATE is taken", otherwise: "the project's own wording")
    static let lengths = Setting.lengths("tokens of the book's part", atLeast: 50)
    static let depths = Setting.integer("depths", "places from 0 to 1", default: 26, atMost: 101)
    static let types = Setting.texts(
      "questions", "types of questions", otherwise: "all that do not name the needle's words (not `direct`)")
    static let limit = Setting.integer("limit", "the first pairs of needle and question", otherwise: "all")
    static let metric = Setting.word(
      "metric", "contains, EM, lastline_contains or lastline_EM", default: NoLiMaMetric.contains)
    static let distractor = Setting.flag(
      "distractor", "whether a sentence that leads astray is hidden too (needle_set_w_Distractor)", default: false)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", default: 192)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.needles, Key.books, Key.bookCount, Key.prompts, Key.lengths, Key.depths, Key.types, Key.limit,
    Key.metric, Key.distractor, Key.maxNewTokens,
  ]

  /// The message that the official program sends whatever the needle set says.
  static let system = "You are a helpful assistant"
  private static let ownTemplate =
    "Here are some pages of a book. Read them, then answer one question.\n\n{haystack}\n\nQuestion: {question}\n\n"
    + "Answer with a name alone."

  /// A needle with one of its questions and what is in its blanks.
  private struct Pair: Sendable {
    let name: String
    let entry: NoLiMaNeedle
    let test: NoLiMaNeedle.Test
    let type: String
    let question: String
  }

  private struct Book: Sendable {
    let name: String
    let text: String
    let sha256: String
  }

  private let pairs: [Pair]
  private let books: [Book]
  private let needleFile: DataFile
  private let template: BraceTemplate
  private let templateFile: DataFile?
  private let problems: [String]
  private let lengths: [Int]
  private let depthCount: Int
  private let metric: NoLiMaMetric
  private let hasDistractor: Bool
  private let maxNewTokens: Int
  private let isDefaultSelection: Bool
  private let cache = DocumentCache()

  /// Reads the settings, the needles and the books.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    let path = try settings[Key.path]
    let need = "it should come from NoLiMa's data (data/download_NoLiMa_data.sh): needlesets/ and haystack/"
    let set = try settings[Key.needles]
    let entries = try JSONRows("\(path)/needlesets/\(set).json", need: need) { (fields) throws(RowFieldProblem) in
      try NoLiMaNeedle(fields)
    }
    needleFile = entries.file
    problems = entries.problems
    lengths = try settings[Key.lengths]
    depthCount = try settings[Key.depths]
    metric = try settings[Key.metric]
    hasDistractor = try settings[Key.distractor]
    maxNewTokens = try settings[Key.maxNewTokens]
    let types = try settings[Key.types]
    let limit = try settings[Key.limit]
    isDefaultSelection = types == nil && limit == nil
    let all = Self.pairs(entries.rows.map(\.row), types: types)
    pairs = Array(all.prefix(limit ?? Int.max))
    guard !pairs.isEmpty else {
      let known = Set(entries.rows.flatMap { $0.row.questions.map(\.type) }).sorted()
      throw .setting(key: "questions", found: "\(types ?? [])", expected: "some of \(known.joined(separator: ", "))")
    }
    if hasDistractor, let pair = pairs.first(where: { $0.entry.distractors[$0.type] == nil }) {
      throw .setting(key: "distractor", found: "true", expected: "false: \(pair.name) has no distractor")
    }
    books = try Self.books("\(path)/haystack/\(settings[Key.books])", settings[Key.bookCount], need)
    if let checkout = try settings[Key.prompts] {
      let read = try Self.template(checkout)
      template = read.0
      templateFile = read.1
    } else {
      template = BraceTemplate(Self.ownTemplate) ?? .empty
      templateFile = nil
    }
  }

  private static func pairs(_ entries: [NoLiMaNeedle], types: [String]?) -> [Pair] {
    var pairs: [Pair] = []
    for entry in entries {
      for question in entry.questions {
        let isWanted = types?.contains(question.type) ?? !question.type.contains("direct")
        guard isWanted else { continue }
        for test in entry.tests {
          pairs.append(
            Pair(
              name: "\(entry.id)_\(question.type)_\(test.id)", entry: entry, test: test, type: question.type,
              question: NoLiMaNeedle.filled(question.text, test)))
        }
      }
    }
    return pairs
  }

  private static func books(_ folder: String, _ count: Int?, _ need: String) throws(TaskError) -> [Book] {
    var books: [Book] = []
    for path in try TaskFiles.textFiles(folder, need: need).prefix(count ?? Int.max) {
      let (text, hash) = try TaskFiles.text(path, need: need)
      books.append(Book(name: TaskFiles.name(path), text: text, sha256: hash))
    }
    return books
  }

  private static func template(_ checkout: String) throws(TaskError) -> (BraceTemplate, DataFile) {
    let path = "\(checkout)/evaluation/run_tests.py"
    let (text, hash) = try TaskFiles.text(path, need: "`prompts` should be NoLiMa's checkout")
    do throws(PythonLiteral.Problem) {
      if let value = try PythonLiteral.value(of: "DEFAULT_TASK_TEMPLATE", in: text)?.text,
        let template = BraceTemplate(value), Set(template.fields).isSuperset(of: ["haystack", "question"])
      {
        return (template, DataFile(name: "run_tests.py", sha256: hash))
      }
    } catch {
      throw .damagedData(path: path, line: error.line, problem: "DEFAULT_TASK_TEMPLATE cannot be read: \(error.text)")
    }
    throw .damagedData(path: path, line: nil, problem: "it has no DEFAULT_TASK_TEMPLATE with {haystack} and {question}")
  }

  /// The protocol's versioned name with every deviation.
  public var protocolName: String {
    var name = "nolima/v1"
    if templateFile == nil { name += "-own" }
    if metric != .contains { name += "+metric=\(metric.rawValue)" }
    if !isOfficialDepthCount { name += "+depths=\(depthCount)" }
    if hasDistractor { name += "+distractor" }
    if maxNewTokens != 192 { name += "+max-new-tokens=\(maxNewTokens)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "\(pairs.count) pairs of needle and question, \(depthCount) depths, \(books.count) books"
        + (isDefaultSelection ? "" : "; a part of them, see the settings"),
      "lengths are the tokens of the book's part; prompt and needle come on top",
      "the needle stands at a line end: the part of the book slides with the depth, and the line end is lost",
      "names are drawn by numpy's generator, seeded with 42, the first four digits of the needle's id and the book's place. "
        + "That is its place by name, from 0; officially the order of the file system, so that names differ between "
        + "machines there",
      "score \(metric.rawValue): case-sensitive, over everything that was generated; a chain of thought that names several "
        + "people counts as right under `contains`",
      "with a chat template, a server's too, the system message is \"\(Self.system)\", whatever the needle set says, as "
        + "officially; greedy, at most \(maxNewTokens) new tokens (officially 192; reasoning models, second hand: 1536)",
      (templateFile == nil
        ? "deviation: the wording is the project's own"
        : "wording DEFAULT_TASK_TEMPLATE of the checkout's run_tests.py")
        + ", an entry's own where it has one",
      "base score: mean over the pairs of the best mean at 250, 500 and 1,000; effective length: the longest tested length "
        + "from 1,000 on with at least 85 % of it (the repository computes neither)",
    ]
    if depthCount != 26 || !isOfficialDepthCount {
      notes.append(
        "\(isOfficialDepthCount ? "" : "deviation: ")\(depthCount) depths; officially 26, at 64,000 and 128,000 tokens 11"
      )
    }
    if hasDistractor { notes.append("a distractor stands at least 0.2 from the needle, drawn by the same generator") }
    return notes
  }

  /// Needles, books and the wording.
  public var dataFiles: [DataFile] {
    [needleFile] + books.map { DataFile(name: $0.name, sha256: $0.sha256) } + (templateFile.map { [$0] } ?? [])
  }

  /// The share of right responses.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)]
  }

  /// Whether every length has as many depths as officially.
  private var isOfficialDepthCount: Bool { lengths.allSatisfy { depthCount == ($0 >= 64_000 ? 11 : 26) } }

  private var depths: [Double] { EvenSpacing.linear(0, 100, count: depthCount).map { Self.share($0) } }

  /// A percentage as a share, without the noise of binary fractions.
  private static func share(_ percent: Double) -> Double { (percent * 1000).rounded() / 100_000 }

  /// One cell per length and depth.
  public var cells: [TaskCell] {
    lengths.flatMap { length in
      depths.map { TaskCell([.init(Axis.length, .integer(length)), .init(Axis.depth, .number($0))]) }
    }
  }

  /// Entries that are left out.
  public func warnings(in context: SampleContext) -> [String] {
    problems.map { "nolima: \($0)" } + (PromptWrapper.unusedTemplate(context).map { [$0] } ?? [])
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let length = cell.length, let depth = cell[Axis.depth]?.asNumber,
      let step = depths.firstIndex(of: depth)
    else { return [] }
    let wrapper = try PromptWrapper(context)
    let tokenizer = context.tokenizer
    var samples: [Sample] = []
    for (number, book) in books.enumerated() {
      let ids = cache.ids(book.name, tokenizer) { book.text }
      let lineEnds = Set(Set(ids).filter { tokenizer.decode([$0]).unicodeScalars.contains("\n") })
      let haystack = NoLiMaBook(tokens: ids, hasLineEnd: { lineEnds.contains($0) }) { tokenizer.decode(Array($0)) }
      for pair in pairs {
        samples.append(
          try sample(pair, book: (number, haystack), length: length, step: step, wrapper: wrapper))
      }
    }
    return samples
  }

  private func sample(
    _ pair: Pair, book: (number: Int, haystack: NoLiMaBook), length: Int, step: Int, wrapper: PromptWrapper
  ) throws(TaskError) -> Sample {
    let depth = depths[step]
    let name = "length=\(length)/depth=\(depth)/book=\(book.number)/\(pair.name)"
    var random = NumPyRandom(seed: UInt32(truncatingIfNeeded: 42 + (pair.entry.number ?? 0) + book.number))
    var character = ""
    var other = 0.0
    for index in 0...step {
      character = pair.entry.names[random.choice(of: pair.entry.names.count)]
      if hasDistractor { other = NoLiMaBook.distractorDepth(depths[index], length: length, &random) }
    }
    let needle = pair.entry.filledNeedle(pair.test).replacing("{CHAR}", with: character)
    let text: String?
    if hasDistractor, let distractor = pair.entry.distractors[pair.type] {
      text = book.haystack.placed(
        needle, length: length, depth: depth, distractor: NoLiMaNeedle.filled(distractor, pair.test), at: other)
    } else {
      text = book.haystack.placed(needle, length: length, depth: depth)?.text
    }
    guard let text else {
      throw .impossibleSample(
        cell: "nolima \(name)",
        problem: "the book has no place for it: it has \(book.haystack.tokens.count) tokens; take longer books"
          + (hasDistractor ? ", or no distractor (the text before its place is there twice)" : ""))
    }
    let filling = pair.entry.template ?? template
    let message = filling.filled(["haystack": text, "question": pair.question])
    let system = wrapper.tellsSpeakers ? [Message(.system, Self.system)] : []
    let prompt = try wrapper.prompt(system + [Message(.user, message)], sample: "nolima \(name)")
    return Sample(
      id: SampleID(name), text: prompt.text,
      request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens), conversation: prompt.conversation,
      expected: pair.test.goldAnswers ?? [character],
      facts: [
        ("pair", .text(pair.name)), ("book", .integer(book.number)), ("requested_length", .integer(length)),
        ("realised_length", .integer(prompt.tokens.count)), ("requested_depth", .number(depth)),
        ("metric", .text(metric.rawValue)),
      ])
  }

  /// `accuracy` by the metric.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, case .text(let name)? = reference.fact("metric"),
      let metric = NoLiMaMetric(rawValue: name)
    else { return [Score("accuracy", unscored: "the model generated nothing")] }
    return [Score("accuracy", metric.score(response: text, goldAnswers: reference.expected))]
  }
}
