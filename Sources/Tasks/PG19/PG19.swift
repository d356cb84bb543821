import Digest
public import Evaluation
import Metrics
import Tokenizers

/// Sliding-window perplexity of long documents, as on PG-19.
///
/// Every length is scored on the same tokens: the windows of all lengths of an entry end at the same places of a
/// document, and the last `stride` tokens of each window count. So lengths and methods are compared pairwise.
public struct PG19: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "pg19"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// The keys of a configuration entry.
  public static let settings = [
    SettingDescription("path", .path, "a folder of .txt files, each a document, or one file (required)"),
    SettingDescription("lengths", .integers, "window lengths in tokens, BOS included (required)"),
    SettingDescription("stride", .integer, "scored tokens at the end of each window (default 256)"),
    SettingDescription("books", .integer, "the first documents by name (default: all)"),
    SettingDescription(
      "windows", .integer, "windows per document, evenly spread over it (default: all, one every `stride` tokens)"),
  ]

  private let path: String
  private let lengths: [Int]
  private let stride: Int
  private let windows: Int?
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
    guard let path = settings.text("path") else {
      throw .setting(key: "path", found: "missing", expected: "a folder of .txt files")
    }
    let lengths = try settings.integers("lengths") ?? []
    guard !lengths.isEmpty, lengths.allSatisfy({ $0 >= 2 }), Set(lengths).count == lengths.count else {
      throw .setting(key: "lengths", found: "\(lengths)", expected: "different lengths of at least 2 tokens")
    }
    stride = settings.integer("stride", default: 256)
    guard stride >= 1, stride < lengths.min() ?? 0 else {
      throw .setting(key: "stride", found: "\(stride)", expected: "1 or more, below every length")
    }
    let books = settings.integer("books", default: Int.max)
    windows = settings.values["windows"] == nil ? nil : settings.integer("windows", default: 1)
    guard books >= 1, windows ?? 1 >= 1 else {
      throw .setting(key: books < 1 ? "books" : "windows", found: "\(min(books, windows ?? 1))", expected: "1 or more")
    }
    self.path = path
    self.lengths = lengths
    let need = "it should hold documents as .txt files, for example the test books of PG-19"
    var documents: [Document] = []
    for file in try TaskFiles.textFiles(path, need: need).prefix(books) {
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
      windows.map { "\($0) windows per document, evenly spread over it" }
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
    documents.filter { tokens(of: $0, context).count < longestText(context) }.map {
      "pg19: \($0.name) is shorter than the longest window (\(longestText(context)) tokens) and is left out"
    }
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
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    guard case .logProbabilities(let values) = outcome, values.count == reference.promptTokenCount - 1,
      case .integer(let count)? = reference.fact("scored_count"), (1...max(1, values.count)).contains(count)
    else {
      return [Score("perplexity", unscored: "the model did not give one log-probability for each token but the first")]
    }
    let scored = values.suffix(count)
    let sum = -scored.reduce(0.0) { $0 + Double($1) }
    guard sum.isFinite else { return [Score("perplexity", unscored: "a log-probability is not finite")] }
    return [
      Score("perplexity", Perplexity.value(nllSum: sum, tokenCount: count)), Score("nll_sum", sum),
      Score("token_count", Double(count)),
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
