public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// OpenAI's MRCR: a long conversation with several like pieces of writing, one of which is to be repeated.
///
/// Source: the data card of openai/mrcr on Hugging Face.
public struct MRCR: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "mrcr"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What its means lie between.
  public static let scoreRanges = ["score": 0.0...100]
  /// What the help says.
  public static let about = TaskDescription(
    summary: "a long conversation with several like pieces of writing, one of which is to be repeated",
    protocols: [
      .init("mrcr/2025-12", "the conversation as it is, difflib's ratio behind the wanted beginning")
    ],
    metrics: [.init("score", "100 times the similarity; 0 without the wanted beginning")],
    example: "{path: Datasets/mrcr, needles: [2], limit: 4}")
  private enum Key {
    static let path = Setting.path(
      "path", "the folder with 2needle.jsonl, 4needle.jsonl, 8needle.jsonl (the parquet files exported as JSONL)",
      imported: "MRCR")
    static let needles = Setting.integers("needles", "like pieces: 2, 4, 8", default: [2, 4, 8], in: 2...8)
    static let bins = Setting.integers(
      "bins", "upper ends of the bins of tokens: 8192, 16384, up to 1048576 (and 4096 for what is below them)",
      default: MRCR.allBins, in: 4096...1_048_576)
    static let limit = Setting.integer("limit", "the first rows of each bin", otherwise: "all")
    static let merge = Setting.flag(
      "merge-turns", "makes one message of two of the user in a row, for templates that refuse them", default: false)
    static let maxNewTokens = Setting.integer("max-new-tokens", "generation limit", default: 2048)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.needles, Key.bins, Key.limit, Key.merge, Key.maxNewTokens,
  ]
  /// The upper ends of the bins; the first one is not official.
  static let allBins = (12...20).map { 1 << $0 }

  private struct Source: Sendable {
    let needleCount: Int
    let rows: JSONRows<MRCRRow>
  }

  private let sources: [Source]
  private let bins: [Int]
  private let limit: Int?
  private let merges: Bool
  private let maxNewTokens: Int
  private let counts = TokenCounts()

  /// Reads the settings and the rows.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    let path = try settings[Key.path]
    bins = try settings[Key.bins].sorted()
    guard bins.allSatisfy(Self.allBins.contains) else {
      throw .setting(key: "bins", found: "\(bins)", expected: "some of \(Self.allBins)")
    }
    limit = try settings[Key.limit]
    merges = try settings[Key.merge]
    maxNewTokens = try settings[Key.maxNewTokens]
    var sources: [Source] = []
    for count in try settings[Key.needles] {
      guard [2, 4, 8].contains(count) else {
        throw .setting(key: "needles", found: "\(count)", expected: "2, 4 or 8")
      }
      let rows = try JSONRows(
        "\(path)/\(count)needle.jsonl",
        need: "it should be openai/mrcr's \(count)needle files as JSONL, one row a line"
      ) { (fields) throws(RowFieldProblem) in try MRCRRow(fields) }
      sources.append(Source(needleCount: count, rows: rows))
    }
    self.sources = sources
  }

  /// The protocol's versioned name with every deviation.
  public var protocolName: String {
    var name = "mrcr/2025-12"
    if merges { name += "+merged-turns" }
    if maxNewTokens != 2048 { name += "+max-new-tokens=\(maxNewTokens)" }
    return name
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      merges
        ? "deviation: two messages of the user in a row are one here, with an empty line between"
        : "the conversation is sent as it is: it begins with two messages of the user in a row, which some chat "
          + "templates refuse (then `merge-turns: true`, another protocol)",
      "score: 0 where the response does not begin with the wanted characters (a space in front is fatal); else 100 "
        + "times difflib's ratio of response and answer, frequent characters left out as it does (autojunk)",
      "bins are of tokens of all messages and the answer: of the field n_tokens (o200k_base) where rows have it, else of "
        + "the model's own tokenizer, so that rows may fall into other bins than the official ones",
      "greedy, at most \(maxNewTokens) new tokens (officially none is stated); a prompt is never cut, rows beyond the "
        + "bins are not asked, and those beyond the model's window are unless `bins` leaves them out; not DeepMind's mrcr_v2, which is another protocol",
    ]
  }

  /// The rows' files.
  public var dataFiles: [DataFile] { sources.map(\.rows.file) }

  /// The similarity.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "score", aggregation: .mean, higherIsBetter: true, range: Self.scoreRanges["score"])]
  }

  /// One cell per number of needles and bin.
  public var cells: [TaskCell] {
    sources.flatMap { source in
      let dataset = TaskCell.Coordinate(Axis.dataset, .text("\(source.needleCount)needle"))
      return bins.map { TaskCell([dataset, .init(Axis.length, .integer($0))]) }
    }
  }

  /// Rows that are left out, and how many each bin has.
  public func warnings(in context: SampleContext) -> [String] {
    sources.flatMap { source in
      let counts = Dictionary(grouping: source.rows.rows) { bin(of: $0.row, $0.place, source, context) ?? 0 }
      let shown = counts.keys.sorted().map { bin in
        "\(bin == 0 ? "beyond" : "\(bin)"): \(counts[bin]?.count ?? 0)\(bins.contains(bin) ? "" : " (not asked)")"
      }
      return source.rows.problems.map { "mrcr: \($0)" }
        + ["mrcr: \(source.needleCount)needle has rows by bin \(shown.joined(separator: ", "))"]
    } + (PromptWrapper.unusedTemplate(context).map { [$0] } ?? [])
  }

  /// The upper end of a row's bin; nil beyond the last.
  private func bin(of row: MRCRRow, _ place: Int, _ source: Source, _ context: SampleContext) -> Int? {
    let count =
      row.tokenCount
      ?? counts.count("\(source.needleCount)|\(place)", context.tokenizer) {
        row.messages.map(\.content) + [row.answer]
      }
    // The first official bin has both of its ends.
    return count == Self.allBins[0] ? Self.allBins[1] : Self.allBins.first { count <= $0 }
  }

  /// The prompts of one cell.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard let name = cell[Axis.dataset]?.spelling, let end = cell.length,
      let source = sources.first(where: { "\($0.needleCount)needle" == name })
    else { return [] }
    let wrapper = try PromptWrapper(context)
    let rows = source.rows.rows.filter { bin(of: $0.row, $0.place, source, context) == end }
    var samples: [Sample] = []
    for (place, row) in rows.prefix(limit ?? Int.max) {
      let id = "\(name)/bin=\(end)/row=\(place)"
      let prompt = try wrapper.prompt(merges ? row.mergedMessages : row.messages, sample: "mrcr \(id)")
      samples.append(
        Sample(
          id: SampleID(id), text: prompt.text,
          request: .generate(tokens: prompt.tokens, maxNewTokens: maxNewTokens), conversation: prompt.conversation,
          expected: [row.answer],
          facts: [("prefix", .text(row.prefix)), ("realised_length", .integer(prompt.tokens.count))]))
    }
    return samples
  }

  /// `score`, 100 times the similarity.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .generation(_, let text, _) = outcome, let answer = reference.expected.first,
      case .text(let prefix)? = reference.fact("prefix")
    else { return [Score("score", unscored: "the model generated nothing")] }
    return [Score("score", 100 * MRCRScore.score(response: text, answer: answer, prefix: prefix))]
  }
}
