public import Evaluation
import Foundation
import Metrics
import Tokenizers

/// Perplexity of texts by a named convention: each says which windows go in and which predictions count.
///
/// One sample is one window; the model scores it once, and perplexity per token, word and byte, bits per byte and the
/// NLL by position are all made of the stored log-probabilities. Source: PROTOCOLS, perplexity conventions.
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

  private let convention: PerplexityConvention
  private let lengths: [Int]
  private let stride: Int
  private let windowLimit: Int?
  private let books: Int?
  private let isJoined: Bool
  private let path: String
  private let corpus: PerplexityCorpus
  private let cache = DocumentCache()

  /// Reads the settings and the documents.
  ///
  /// - Parameter settings: the entry's settings.
  /// - Throws: `TaskError`.
  public init(settings: TaskSettings) throws(TaskError) {
    path = try settings[Key.path]
    let written = try settings[Key.convention]
    guard let (convention, ownStride) = PerplexityConvention.parse(written) else {
      throw .setting(
        key: "convention", found: "'\(written)'",
        expected: PerplexityConvention.allCases.map(\.rawValue).joined(separator: ", ") + ", or sliding-S")
    }
    self.convention = convention
    lengths = try settings[Key.lengths]
    if ownStride != nil { try settings.refuse(Key.stride, expected: "nothing beside '\(written)', which says it") }
    let shortest = lengths.min() ?? 4
    let given = try settings[Key.stride]
    stride = ownStride ?? given ?? min(256, shortest / 2)
    guard stride >= 1, stride <= shortest else {
      throw .setting(key: "stride", found: "\(stride)", expected: "1 or more, at most every length")
    }
    windowLimit = try settings[Key.windows]
    books = try settings[Key.books]
    isJoined = try settings[Key.join]
    corpus = try PerplexityCorpus(
      path: path, books: books ?? Int.max, joined: isJoined, convention: convention)
  }

  private var scoresWholeTexts: Bool {
    convention.scoresWholeTexts(context: lengths.min() ?? 0, stride: stride)
  }

  /// The convention with its version; a corpus that is joined or cut short is another protocol.
  public var protocolName: String {
    "perplexity/\(convention.rawValue)-v1" + (isJoined ? "+join" : "") + (windowLimit.map { "+windows=\($0)" } ?? "")
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = ["\(convention.rawValue): \(convention.summary)"]
    if convention.usesStride { notes.append(PerplexityConvention.note(ofStride: stride)) }
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
    if let windowLimit { notes.append("deviation: only the first \(windowLimit) windows of each text") }
    if scoresWholeTexts {
      notes.append(
        "word_perplexity = exp(sum of NLL / words), byte_perplexity = exp(sum of NLL / UTF-8 bytes), bits_per_byte = "
          + "sum of NLL / (bytes ln 2), of the same log-probabilities; words: \(corpus.wordRule)")
    }
    return notes
  }

  /// The documents' files.
  public var dataFiles: [DataFile] { corpus.files }

  /// Perplexity per token, per word for `pg19-word`; then what else the log-probabilities give.
  public var metrics: [MetricDescription] {
    func metric(_ name: String) -> MetricDescription {
      MetricDescription(name: name, aggregation: .perplexity, higherIsBetter: false)
    }
    guard scoresWholeTexts else { return [metric("perplexity")] }
    let others = ["byte_perplexity", "bits_per_byte"]
    let first = convention == .pg19Word ? ["word_perplexity", "perplexity"] : ["perplexity", "word_perplexity"]
    return (first + others).map(metric)
  }

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
      let ids = tokens(of: document, context)
      let windows = windows(ids.count, length) ?? []
      let total = windows.reduce(0) { $0 + $1.scored.count }
      for (index, window) in windows.prefix(windowLimit ?? windows.count).enumerated() {
        let share = Double(window.scored.count) / Double(max(1, total))
        samples.append(
          sample(document, window, index: index, share: share, length: length, ids: ids, prefix: prefix, context))
      }
    }
    guard !samples.isEmpty else {
      throw .impossibleSample(
        cell: "perplexity length=\(length)",
        problem: "no document of \(path) is long enough for \(convention.rawValue) at \(lengths.max() ?? 0) tokens")
    }
    return samples
  }

  private func sample(
    _ document: PerplexityCorpus.Document, _ window: ScoringWindow, index: Int, share: Double, length: Int, ids: [Int],
    prefix: Int?, _ context: SampleContext
  ) -> Sample {
    // Chunks begin with BOS only where the vocabulary wants one; a rolling window's prefix stands in any case.
    let bos = window.hasPrefix || context.tokenizer.addsBOS ? prefix : nil
    let sequence = window.sequence(of: ids, bos: bos)
    let first = window.scored.lowerBound - window.tokens.lowerBound + (window.hasPrefix ? 1 : 0)
    var facts: [(name: String, value: Value)] = [
      ("document", .text(document.name)), ("window", .integer(index)),
      ("text_offset", .integer(window.tokens.lowerBound)), ("first_scored", .integer(first)),
      ("scored_count", .integer(window.scored.count)), ("bos", .flag(context.tokenizer.addsBOS)),
    ]
    if convention == .hfDoc { facts.append(("target_count", .integer(window.targetCount))) }
    if scoresWholeTexts {
      // The words and bytes of a text are spread over its windows by scored tokens, so that their sums are the text's.
      facts.append(("words", .number(document.wordCount * share)))
      facts.append(("bytes", .number(Double(document.byteCount) * share)))
    }
    return Sample(
      id: SampleID("doc=\(document.name)/length=\(length)/window=\(index)"),
      text: context.tokenizer.decode(Array(ids[window.tokens]), skipSpecial: false), request: .score(tokens: sequence),
      facts: facts)
  }

  /// `perplexity` and its relatives, and what they are made of: `nll_sum`, `token_count`, `word_count`, `byte_count`.
  public func scores(of reference: Reference, outcome: Outcome) -> [Score] {
    let facts = Dictionary(reference.facts.map { ($0.name, $0.value) }) { $1 }
    guard let first = facts["first_scored"]?.asNumber, let count = facts["scored_count"]?.asNumber,
      case .logProbabilities(let values) = outcome, values.count == reference.promptTokenCount - 1,
      Int(first) >= 1, Int(first) - 1 + Int(count) <= values.count
    else {
      return [
        Score(metrics[0].name, unscored: "the model did not give one log-probability for each token but the first")
      ]
    }
    // Value i predicts token i + 1.
    let scored = values[Int(first) - 1..<Int(first) - 1 + Int(count)]
    let part = convention.contribution(
      of: scored, targetCount: facts["target_count"]?.asNumber.flatMap { Int(exactly: $0) })
    let (sum, weight) = (part.sum, part.weight)
    guard sum.isFinite else { return [Score(metrics[0].name, unscored: "a log-probability is not finite")] }
    var scores: [Score] = []
    if weight > 0 { scores.append(Score("perplexity", exp(sum / weight))) }
    scores += [Score("nll_sum", sum), Score("token_count", weight)]
    if let words = facts["words"]?.asNumber, words > 0 { scores.append(Score("word_count", words)) }
    if let bytes = facts["bytes"]?.asNumber, bytes > 0 { scores.append(Score("byte_count", bytes)) }
    return scores
  }

  // MARK: Windows

  private func tokens(of document: PerplexityCorpus.Document, _ context: SampleContext) -> [Int] {
    let ids = cache.ids(document.name, context.tokenizer) { document.text }
    guard convention.usesBOSInText, context.tokenizer.addsBOS, let bos = context.tokenizer.bosToken else { return ids }
    return [bos] + ids
  }

  private func windows(_ count: Int, _ length: Int) -> [ScoringWindow]? {
    let windows = try? convention.windows(count: count, context: length, stride: stride)
    return windows.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A text is scored at every length or at none, so that lengths are compared on the same texts.
  private func fits(_ document: PerplexityCorpus.Document, _ context: SampleContext) -> Bool {
    let count = tokens(of: document, context).count
    return lengths.allSatisfy { windows(count, $0) != nil }
  }
}
