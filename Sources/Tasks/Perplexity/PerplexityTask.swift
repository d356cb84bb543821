public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// Perplexity of texts by a named convention: each says which windows go in and which predictions count.
///
/// One sample is one window; the model scores it once, and perplexity per token, word and byte, bits per byte and the
/// perplexity by position are all made of the stored log-probabilities. Source: PROTOCOLS, perplexity conventions.
public struct PerplexityTask: EvaluationTask {
  /// The task's name in a configuration.
  public static let name = "perplexity"
  /// The version of the scorer.
  public static let scorerVersion = 1
  /// What the help says.
  public static let about = TaskDescription(
    summary: "perplexity of texts by a named convention",
    protocols: [
      .init("perplexity/CONVENTION-v1", "the windows and the predictions of the convention")
    ],
    metrics: [
      .init("perplexity", "exp of the mean negative log-likelihood per token"),
      .init(
        "word_perplexity, byte_perplexity, bits_per_byte", "the same per word and byte, where whole texts are scored"),
    ],
    example: "{path: texts, lengths: [2048], convention: hf-strided, stride: 512}")
  private enum Key {
    static let path = Setting.path("path", "a folder of .txt files, each a document, or one file")
    static let lengths = Setting.lengths("window lengths in tokens: the context N of the convention", atLeast: 4)
    static let convention = Setting.text(
      "convention", "\(PerplexityConvention.allCases.map(\.rawValue).joined(separator: ", ")), or sliding-S",
      default: PerplexityConvention.hfStrided.rawValue)
    static let stride = Setting.integer(
      "stride", "distance of windows", otherwise: "256, at most half the shortest length; sliding-S says it")
    static let books = Setting.integer("books", "the first documents by name", otherwise: "all")
    static let windows = Setting.integer("windows", "the first windows of each document", otherwise: "all")
    static let join = Setting.flag("join", "all documents as one text, a blank line between them", default: false)
  }
  /// The keys of a configuration entry.
  public static let settings: [any SettingDeclaration] = [
    Key.path, Key.lengths, Key.convention, Key.stride, Key.books, Key.windows, Key.join,
  ]

  /// Entries of several conventions are told apart by these.
  public static let report: TaskReport = {
    var report = TaskReport()
    report.namesEntriesByProtocol = true
    return report
  }()

  private let windows: PerplexityWindows
  private let lengths: [Int]
  private let books: Int?
  private let isJoined: Bool
  private let path: String
  private let corpus: PerplexityCorpus
  private let cache = DocumentCache()

  private var convention: PerplexityConvention { windows.convention }

  /// Reads the settings and the documents.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    path = try settings[Key.path]
    windows = try Self.windows(settings)
    lengths = try settings[Key.lengths]
    books = try settings[Key.books]
    isJoined = try settings[Key.join]
    corpus = try PerplexityCorpus(
      path: path, books: books ?? Int.max, joined: isJoined, convention: windows.convention)
  }

  private static func windows(_ settings: TaskSettings) throws(TaskError) -> PerplexityWindows {
    let written = try settings[Key.convention]
    guard let (convention, ownStride) = PerplexityConvention.parse(written) else {
      throw .setting(
        key: "convention", found: "'\(written)'",
        expected: PerplexityConvention.allCases.map(\.rawValue).joined(separator: ", ") + ", or sliding-S")
    }
    let lengths = try settings[Key.lengths]
    if ownStride != nil { try settings.refuse(Key.stride, expected: "nothing beside '\(written)', which says it") }
    let shortest = lengths.min() ?? 4
    let given = try settings[Key.stride]
    let stride = ownStride ?? given ?? min(256, shortest / 2)
    guard stride >= 1, stride <= shortest else {
      throw .setting(key: "stride", found: "\(stride)", expected: "1 or more, at most every length")
    }
    return PerplexityWindows(convention, context: shortest, stride: stride, limit: try settings[Key.windows])
  }

  /// The convention with its version; a corpus that is joined or cut short is another protocol.
  public var protocolName: String {
    "perplexity/\(convention.rawValue)-v1" + (isJoined ? "+join" : "") + (windows.limit.map { "+windows=\($0)" } ?? "")
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = ["\(convention.rawValue): \(convention.summary)"]
    if convention.usesStride { notes.append(PerplexityConvention.note(ofStride: windows.stride)) }
    notes.append(
      "BOS: "
        + (convention == .lmEvalRolling
          ? "the first window is prefixed by BOS (EOS where there is none), the text's own tokens have none. lm-eval does so "
            + "with add_bos_token=False; by default its present version (0.4.13) lets the tokenizer add BOS to the text "
            + "too, so that where it does a second BOS stands behind the prefix and is scored"
          : "as the tokenizer adds it, once at the beginning of a text"
            + (convention == .llamacpp ? ", and in place of the first token of every chunk" : "")))
    notes.append(
      (isJoined ? "all documents are one text, a blank line between them; " : "each document is a text of its own; ")
        + "line ends are LF; no other normalisation")
    if let limit = windows.limit { notes.append("deviation: only the first \(limit) windows of each text") }
    if windows.scoresWholeTexts {
      notes.append(
        "word_perplexity = exp(sum of NLL / words), byte_perplexity = exp(sum of NLL / UTF-8 bytes), bits_per_byte = "
          + "sum of NLL / (bytes ln 2), of the same log-probabilities; words: \(corpus.wordRule)")
    }
    return notes
  }

  /// The documents' files.
  public var dataFiles: [DataFile] { corpus.files }

  /// Perplexity per token, per word for `pg19-word`; then what else the log-probabilities give.
  public var metrics: [MetricDescription] { windows.metrics }

  /// One cell per length.
  public var cells: [TaskCell] { lengths.map { TaskCell([.init("length", .integer($0))]) } }

  /// Documents that are too short for a window length, which are left out of every length.
  public func warnings(in context: SampleContext) -> [String] {
    let short = corpus.documents.filter { !fits($0, context) }
    let count = corpus.documents.count
    return short.map {
      "perplexity: \($0.name) is too short for \(convention.rawValue) at \(lengths.max() ?? 0) tokens and is left out"
    }
      + (isJoined
        ? [] : BookCount.warning(task: "perplexity", asked: books, found: count, usable: count - short.count))
  }

  /// The windows of one length over all documents.
  public func samples(of cell: TaskCell, in context: SampleContext) throws(TaskError) -> [Sample] {
    guard case .integer(let length)? = cell.coordinates.first?.value else { return [] }
    let prefix = context.tokenizer.bosToken ?? context.tokenizer.eosToken
    if convention == .lmEvalRolling, prefix == nil {
      throw .impossibleSample(
        cell: "perplexity length=\(length)", problem: "lm-eval-rolling needs a BOS or EOS token; the tokenizer has none"
      )
    }
    var samples: [Sample] = []
    for document in corpus.documents where fits(document, context) {
      // What fits has windows of every length.
      samples +=
        (try? windows.samples(of: text(document, context), length: length) {
          context.tokenizer.decode(Array($0), skipSpecial: false)
        }) ?? []
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(
        cell: "perplexity length=\(length)",
        problem: "no document of \(path) is long enough for \(convention.rawValue) at \(lengths.max() ?? 0) tokens")
    }
    return samples
  }

  /// `perplexity` and its relatives, and what they are made of: `nll_sum`, `token_count`, `word_count`, `byte_count`.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    windows.scores(of: reference, outcome: outcome)
  }

  /// By the convention of the settings.
  public static func scoring(settings: TaskSettings) throws(TaskError) -> OutcomeScoring? {
    let windows = try windows(settings)
    return OutcomeScoring { windows.scores(of: $0, outcome: $1) }
  }

  private func text(_ document: PerplexityCorpus.Document, _ context: SampleContext) -> PerplexityText {
    let tokenizer = context.tokenizer
    let ids = cache.ids(document.name, tokenizer) { document.text }
    let front = convention.usesBOSInText && tokenizer.addsBOS ? tokenizer.bosToken.map { [$0] } ?? [] : []
    return PerplexityText(
      name: document.name, tokens: front + ids, bos: tokenizer.bosToken ?? tokenizer.eosToken,
      addsBOS: tokenizer.addsBOS, wordCount: document.wordCount, byteCount: document.byteCount)
  }

  /// A text is scored at every length or at none, so that lengths are compared on the same texts.
  private func fits(_ document: PerplexityCorpus.Document, _ context: SampleContext) -> Bool {
    let count = text(document, context).tokens.count
    return lengths.allSatisfy { length in
      let found = try? convention.windows(count: count, context: length, stride: windows.stride)
      return found?.isEmpty == false
    }
  }
}
