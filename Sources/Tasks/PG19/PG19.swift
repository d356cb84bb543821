import Digest
public import Evaluation
import Metrics
import Text
import Tokenizers

/// Sliding-window perplexity of long documents, as on PG-19.
///
/// Every length is scored on the same tokens: the windows of all lengths of an entry end at the same places of a
/// document, and the last `stride` tokens of each window count. So lengths and methods are compared pairwise.
public struct PG19: StatelessScoring {
  /// The task's name in a configuration.
  public static let name = "pg19"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// Perplexity of the text that `tune` was given.
  public static func tuning(_ probe: TuningProbe) -> [String: Value]? {
    guard let text = probe.text else { return nil }
    return [
      "path": .text(text), "lengths": .list([.integer(probe.length)]), "windows": .integer(probe.trials),
      "stride": .integer(max(1, min(256, probe.length / 8))),
    ]
  }
  /// What the help says.
  public static let about = TaskDescription(
    summary: "sliding-window perplexity of long documents, every length scored on the same tokens",
    protocols: [
      .init("pg19/se-eval-v1", "windows of all lengths end at the same places; the last `stride` tokens of each count")
    ],
    metrics: [
      .init("perplexity", "exp of the mean negative log-likelihood of the scored tokens")
    ],
    example: "{path: books, lengths: [4096, 8192], stride: 256, books: 5}")
  private enum Key {
    static let path = Setting.path(
      "path", "a folder of .txt files, each a document, or one file", imported: "pg19/test")
    static let lengths = Setting.lengths("window lengths in tokens, BOS included", atLeast: 2)
    static let stride = Setting.integer("stride", "scored tokens at the end of each window", default: 256)
    static let books = Setting.integer("books", "the first documents by name", otherwise: "all")
    static let windows = Setting.integer(
      "windows", "windows per document, evenly spread over it", otherwise: "all, one every `stride` tokens")
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.lengths, Key.stride, Key.books, Key.windows,
  ]

  private let path: String
  private let lengths: [Int]
  private let stride: Int
  private let windows: Int?
  private let books: Int?
  private let documents: [Document]
  private let cache = DocumentCache()

  private struct Document: Sendable {
    let name: String
    let text: String
    let sha256: String
  }

  /// Reads the settings and the documents.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    path = try settings[Key.path]
    lengths = try settings[Key.lengths]
    stride = try settings[Key.stride]
    guard stride < lengths.min() ?? 0 else {
      throw .setting(key: "stride", found: "\(stride)", expected: "1 or more, below every length")
    }
    windows = try settings[Key.windows]
    books = try settings[Key.books]
    let need = "it should hold documents as .txt files, for example the test books of PG-19"
    var documents: [Document] = []
    for file in try TaskFiles.textFiles(path, need: need).prefix(books ?? Int.max) {
      let (text, sha256) = try TaskFiles.text(file, need: need)
      documents.append(Document(name: TaskFiles.name(file), text: text, sha256: sha256))
    }
    self.documents = documents
  }

  /// The protocol's versioned name.
  public var protocolName: String { "pg19/se-eval-v1" }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    [
      "windows of exactly the stated length (BOS included where the tokenizer puts one in front); the last \(stride) "
        + "tokens of each are scored; windows of all lengths end at the same places, so the scored tokens are the same",
      windows.map { "\(NumberText.count($0, "window")) per document, evenly spread over it" }
        ?? "a window every \(stride) tokens of each document",
      "documents shorter than the longest window are left out; line ends are LF; no text normalisation",
      "perplexity = exp(mean negative log-likelihood per scored token) over all windows of all documents",
    ]
  }

  /// The documents' files.
  public var dataFiles: [DataFile] { documents.map { DataFile(name: $0.name, sha256: $0.sha256) } }

  /// Perplexity.
  public var metrics: [MetricDescription] {
    [MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)]
  }

  /// One cell per length.
  public var cells: [TaskCell] { lengths.map { TaskCell([.init("length", .integer($0))]) } }

  /// What should be known before a run: documents that are left out.
  public func warnings(in context: SampleContext) -> [String] {
    let short = documents.filter { tokens(of: $0, context).count < longestText(context) }
    return short.map {
      "pg19: \($0.name) is shorter than the longest window (\(longestText(context)) tokens) and is left out"
    }
      + BookCount.warning(task: "pg19", asked: books, found: documents.count, usable: documents.count - short.count)
  }

  /// The windows of one length over all documents: the first of each document, then the second of each, and so on, so
  /// that the first few samples are of many documents.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .integer(let length)? = cell.coordinates.first?.value else { return [] }
    let texts = documents.map { document in
      let ids = tokens(of: document, context)
      return (document, ids, ends: ends(ids.count, longestText(context)))
    }
    var samples: [Sample] = []
    for index in 0..<(texts.map(\.ends.count).max() ?? 0) {
      for (document, ids, ends) in texts where index < ends.count {
        samples.append(sample(document, ids, index: index, end: ends[index], length: length, context))
      }
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(
        cell: "pg19 length=\(length)",
        problem: "no document of \(path) has \(longestText(context)) tokens, the longest window of the entry")
    }
    return samples
  }

  /// `perplexity`, and what it is made of: `nll_sum` and `token_count`.
  public static func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .logProbabilities(let values) = outcome, values.count == reference.promptTokenCount - 1,
      case .integer(let count)? = reference.fact("scored_count"), (1...max(1, values.count)).contains(count)
    else {
      return [Score("perplexity", unscored: "the model did not give one log-probability for each token but the first")]
    }
    let scored = values.suffix(count)
    let sum = -scored.reduce(0.0) { $0 + Double($1) }
    guard sum.isFinite else { return [Score("perplexity", unscored: "a log-probability is not finite")] }
    return [
      Score("perplexity", Perplexity.value(nllSum: sum, tokenCount: count)), Score(PerplexityParts.sum, sum),
      Score(PerplexityParts.counts.tokens, Double(count)),
    ]
  }

  private func tokens(of document: Document, _ context: SampleContext) -> [Int] {
    cache.ids(document.name, context.tokenizer) { document.text }
  }

  /// Text tokens of the longest window.
  private func longestText(_ context: SampleContext) -> Int {
    (lengths.max() ?? 0) - (bos(context) == nil ? 0 : 1)
  }

  private func bos(_ context: SampleContext) -> Int? { context.tokenizer.addsBOS ? context.tokenizer.bosToken : nil }

  /// Where the windows of a document of `count` tokens end.
  private func ends(_ count: Int, _ longest: Int) -> [Int] {
    guard count >= longest else { return [] }
    let all = (count - longest) / stride + 1
    guard let windows, windows < all else { return (0..<all).map { longest + $0 * stride } }
    guard windows > 1 else { return [longest] }
    return (0..<windows).map { longest + $0 * (all - 1) / (windows - 1) * stride }
  }

  private func sample(
    _ document: Document, _ ids: [Int], index: Int, end: Int, length: Int, _ context: SampleContext
  ) -> Sample {
    let prefix = bos(context).map { [$0] } ?? []
    let text = Array(ids[end - length + prefix.count..<end])
    return Sample(
      id: SampleID("doc=\(document.name)/length=\(length)/window=\(index)"),
      text: context.tokenizer.decode(text, skipSpecial: false), request: .score(tokens: prefix + text),
      facts: [
        ("document", .text(document.name)), ("window", .integer(index)),
        ("text_offset", .integer(end - text.count)), ("text_end", .integer(end)),
        ("first_scored", .integer(length - stride)), ("scored_count", .integer(stride)),
      ])
  }
}
