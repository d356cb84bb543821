import Evaluation
import JSON
import Metrics
import Store
import Text

extension ReportBuilder {
  /// Perplexities by other conventions, made of the stored log-probabilities without a model: a table for each model and
  /// set of texts, and the windows that would have to be scored for what cannot be made.
  ///
  /// - Parameter conventions: those that are asked for.
  /// - Returns: whether every number could be made.
  /// - Throws: `ReportError.store`.
  @discardableResult
  mutating func addConventions(_ conventions: [RequestedConvention]) throws(ReportError) -> Bool {
    guard !conventions.isEmpty else { return true }
    document.paragraph("Derived from the stored log-probabilities, without a model.")
    var (isEmpty, isComplete) = (true, true)
    for model in evaluations.names(\.model) {
      let cells = evaluations.cells.filter { $0.record.model == model && $0.storedConvention != nil }
      let texts = Dictionary(grouping: cells, by: ConventionTexts.init)
      for (number, key) in texts.keys.sorted().enumerated() {
        isEmpty = false
        let name = texts.count > 1 ? "texts \(number + 1): \(key.label)" : nil
        let isWhole = try addConventions(conventions, model: model, texts: name, texts[key] ?? [])
        isComplete = isComplete && isWhole
      }
    }
    if isEmpty { document.paragraph("The store holds no cell of a perplexity convention.") }
    return isComplete && !isEmpty
  }

  private mutating func addConventions(
    _ conventions: [RequestedConvention], model: String, texts: String?, _ cells: [LoadedCell]
  ) throws(ReportError) -> Bool {
    let lengths = Set(cells.compactMap { $0.record.coordinates.length }).sorted()
    let columns = conventions.flatMap { $0.withStrides(of: cells) }
      .flatMap { convention in (convention.length.map { [$0] } ?? lengths).map { (convention, $0) } }
    var pools: [(method: String, pool: ConventionPool)] = []
    for method in Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore) {
      pools.append((method, try ConventionPool(cells.filter { $0.record.method == method }, store)))
    }
    var problems: [String] = []
    var isWhole = true
    for kind in PerplexityKind.allCases {
      // Only what is scored whole has words and bytes to be divided by.
      let columns = columns.filter { kind == .perTokens || $0.0.scoresWholeTexts(length: $0.1) }
      guard !columns.isEmpty else { continue }
      var table = Table(
        id: slugs.slug([model, texts, "conventions", kind == .perTokens ? nil : kind.rawValue].compactMap { $0 }),
        title: "\(kind.rawValue) by convention and length" + (texts.map { ", \($0)" } ?? ""), corner: "method",
        columns: columns.map { "\($0.0.label) \($0.1)" })
      table.coordinates = ["model": model, "task": cells.first?.record.task ?? "", "metric": kind.rawValue]
      table.note = "Equal to a sweep of that convention and stride to the last bit."
      for (method, pool) in pools {
        var row = Table.Row(label: method, cells: [])
        for (convention, length) in columns {
          let derived = pool.derive(convention, length: length, kind)
          row.cells.append(Table.Cell(derived.aggregate, kind.metric))
          let new = derived.problems.map { "`\(method)` \(convention.label) \(length): \($0)" }
          problems += new.filter { !problems.contains($0) }
          if kind == .perTokens || convention.convention == .pg19Word, !new.isEmpty { isWhole = false }
        }
        table.rows.append(row)
      }
      document.table(table)
    }
    if !problems.isEmpty { document.bullets(problems) }
    return isWhole
  }
}

/// The texts that cells were made of: windows of one document's name are of one text only within them.
private struct ConventionTexts: Hashable, Comparable {
  let dataHash: String
  let isJoined: Bool
  let label: String

  init(_ cell: LoadedCell) {
    dataHash = cell.record.dataHash
    isJoined = cell.record.protocolName.contains("+join")
    // Entries of one folder may differ in other settings.
    label = JSONValue(json: cell.record.settings)?["path"]?.plain ?? "unnamed"
  }

  static func == (a: Self, b: Self) -> Bool { a.dataHash == b.dataHash && a.isJoined == b.isJoined }

  func hash(into hasher: inout Hasher) {
    hasher.combine(dataHash)
    hasher.combine(isJoined)
  }

  static func < (a: Self, b: Self) -> Bool {
    (a.label, a.isJoined ? 1 : 0, a.dataHash) < (b.label, b.isJoined ? 1 : 0, b.dataHash)
  }
}

/// A convention as a user asks for it.
struct RequestedConvention: Sendable {
  /// As the user wrote it.
  let spelling: String
  let convention: PerplexityConvention
  /// Nil: as stored.
  let stride: Int?
  /// The windows' length; nil for every length that is stored.
  let length: Int?

  /// The conventions of a list such as `hf-strided,sliding-256,lm-eval-rolling@2047`.
  static func list(_ text: String) throws(ReportError) -> [RequestedConvention] {
    var list: [RequestedConvention] = []
    for part in text.split(separator: ",") {
      let words = part.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let length = words.count == 2 ? Int(words[1]).flatMap { $0 >= 2 ? $0 : nil } : nil
      guard let (convention, stride) = PerplexityConvention.parse(words[0]), words.count == 1 || length != nil else {
        throw .unknownConvention(name: String(part), known: PerplexityConvention.allCases.map(\.rawValue))
      }
      list.append(RequestedConvention(spelling: words[0], convention: convention, stride: stride, length: length))
    }
    return list
  }

  /// Whether windows of a length score every token of a text once.
  func scoresWholeTexts(length: Int) -> Bool {
    convention.scoresWholeTexts(context: length, stride: stride ?? length)
  }

  /// The heading of its column.
  var label: String {
    guard let stride, spelling == convention.rawValue else { return spelling }
    return "\(spelling) (stride \(stride))"
  }

  /// The convention with the strides that it was swept with, else with those of the others.
  func withStrides(of cells: [LoadedCell]) -> [RequestedConvention] {
    guard stride == nil, convention.usesStride else { return [self] }
    let own = Set(cells.filter { $0.storedConvention == convention }.compactMap(\.storedStride))
    let all = Set(cells.compactMap(\.storedStride))
    let strides = own.isEmpty ? all : own
    if strides.isEmpty { return [self] }
    return strides.sorted().map {
      RequestedConvention(spelling: spelling, convention: convention, stride: $0, length: length)
    }
  }
}

extension LoadedCell {
  /// The convention that the cell was swept by, which its protocol is called after; nil for any other.
  var storedConvention: PerplexityConvention? {
    let parts = record.protocolName.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, record.metrics.first?.isPerplexity == true else { return nil }
    return PerplexityConvention.allCases.first { parts[1].hasPrefix($0.rawValue + "-v") }
  }

  /// The stride that the cell was swept with; nil where its convention has none.
  fileprivate var storedStride: Int? {
    guard storedConvention?.usesStride == true else { return nil }
    return PerplexityConvention.stride(ofNotes: record.protocolNotes)
  }
}

/// All stored windows of one model, method and set of texts, by document.
private struct ConventionPool {
  private var texts: [String: StoredWindows] = [:]
  private var counts = TextCounts()
  /// Nil where the samples do not say whether a text begins with BOS.
  private var addsBOS: Bool?
  private var usesBOSInText: Set<Bool> = []

  init(_ cells: [LoadedCell], _ store: ResultStore) throws(ReportError) {
    addsBOS = cells.flatMap(\.samples).lazy.compactMap { $0.facts["bos"]?.plain }.first.map { $0 == "true" }
    for cell in cells {
      guard let convention = cell.storedConvention, let length = cell.record.coordinates.length else { continue }
      usesBOSInText.insert(convention.usesBOSInText)
      let results = try fromStore { () throws(StoreError) in
        try store.results(in: cell.id, withPrompts: false, withLogProbabilities: true)
      }
      let values = Dictionary(results.map { ($0.sampleID, $0.logProbabilities ?? []) }) { $1 }
      let isWhole = cell.samples.count == cell.record.sampleCount && !cell.record.protocolName.contains("+windows=")
      for (document, samples) in Dictionary(grouping: cell.samples, by: { $0.document ?? "" }) {
        let windows = samples.compactMap { sample -> (offset: Int, logProbabilities: [Float])? in
          guard case .integer(let offset)? = sample.facts["text_offset"] else { return nil }
          return (offset, values[sample.result.sampleID] ?? [])
        }.sorted { $0.offset < $1.offset }
        texts[document, default: StoredWindows()].add(
          windows, convention, context: length, stride: cell.storedStride, addsBOS: addsBOS ?? true, isWhole: isWhole)
        if isWhole { counts.add(document, samples, convention, cell.record.protocolNotes) }
      }
    }
  }

  /// What a convention makes of all documents at a length, and what is missing for it.
  func derive(
    _ requested: RequestedConvention, length: Int, _ kind: PerplexityKind
  ) -> (aggregate: Aggregate, problems: [String]) {
    let convention = requested.convention
    let families = usesBOSInText.union([convention.usesBOSInText])
    guard addsBOS != nil || families.count == 1 && convention != .llamacpp else {
      return (Aggregate(expected: 1), ["the samples do not say whether texts begin with BOS; sweep one length again"])
    }
    var contributions: [Contribution] = []
    var problems: [String] = []
    var expected = 0
    // The order of a swept cell's samples, which the last bit of a sum depends on.
    for (document, text) in texts.sorted(by: { NaturalOrder.isBefore("doc=\($0.key)/", "doc=\($1.key)/") }) {
      switch text.derive(
        convention, context: length, stride: requested.stride ?? length, addsBOS: addsBOS ?? true)
      {
      case .windows(let windows):
        expected += windows.count
        var size: Double?
        if kind != .perTokens {
          size = counts.size(of: document, kind, convention)
          if size == nil { problems.append("\(document): \(TextCounts.missing(kind, convention))") }
        }
        let total = Double(max(1, windows.reduce(0) { $0 + $1.scored.count }))
        for window in windows {
          var sums = convention.contribution(of: window.scored, targetCount: window.targetCount)
          // As the task spreads them: by scored tokens.
          if let size { sums.weight = size * (Double(window.scored.count) / total) }
          if sums.weight > 0, sums.sum.isFinite { contributions.append(Contribution(sums: sums, unit: document)) }
        }
      case .missing(let ranges):
        expected += ranges.count
        let shown = ranges.prefix(3).map { "\($0.lowerBound)..<\($0.upperBound)" }.joined(separator: ", ")
        problems.append(
          "\(document): \(ranges.count) windows are not stored: tokens \(shown)\(ranges.count > 3 ? " ..." : "")")
      case .impossible(let reason):
        expected += 1
        problems.append("\(document): \(reason)")
      }
    }
    // A number over some of the texts is another number.
    let estimate = problems.isEmpty ? kind.metric.estimate(contributions) : .none
    return (Aggregate(estimate: estimate, expected: expected), problems)
  }
}

/// The words and bytes of texts, as far as the samples of whole texts say them.
private struct TextCounts {
  /// How words are counted.
  enum Rule: Hashable {
    case plain, lmEval
    /// The official count of a split of PG-19, which is no whole number for one book.
    case official

    init(_ convention: PerplexityConvention, _ notes: [String]) {
      self =
        switch convention {
        case .lmEvalRolling: .lmEval
        case .pg19Word where notes.contains { $0.contains("words: the official") }: .official
        default: .plain
        }
    }
  }
  private var words: [Rule: [String: Double]] = [:]
  private var bytes: [String: Double] = [:]

  mutating func add(
    _ document: String, _ samples: [LoadedSample], _ convention: PerplexityConvention, _ notes: [String]
  ) {
    let rule = Rule(convention, notes)
    if convention == .pg19Word, rule == .plain { isCountedAsOthers = true }
    func sum(_ fact: String) -> Double? {
      let parts = samples.compactMap { $0.facts[fact]?.number }
      return parts.count == samples.count ? parts.reduce(0, +) : nil
    }
    if let sum = sum("words") { words[rule, default: [:]][document] = rule == .official ? sum : sum.rounded() }
    if let sum = sum("bytes") { bytes[document] = sum.rounded() }
  }

  /// What a text's sum of NLL is divided by; nil where it is not stored.
  func size(of document: String, _ kind: PerplexityKind, _ convention: PerplexityConvention) -> Double? {
    switch kind {
    case .perTokens: nil
    case .perBytes, .bitsPerByte: bytes[document]
    case .perWords:
      switch convention {
      case .lmEvalRolling: words[.lmEval]?[document]
      case .pg19Word: words[.official]?[document] ?? (hasNoOfficialCount ? words[.plain]?[document] : nil)
      default: words[.plain]?[document]
      }
    }
  }

  /// True where `pg19-word` counts words as the other conventions do: a cell of it did, or the texts are fewer than those
  /// of the smallest split with an official count.
  private var hasNoOfficialCount: Bool { isCountedAsOthers || words[.plain]?.count ?? 0 < 50 }
  private var isCountedAsOthers = false

  /// What a person is told.
  static func missing(_ kind: PerplexityKind, _ convention: PerplexityConvention) -> String {
    "the \(kind == .perWords ? "words as \(convention.rawValue) counts them" : "bytes") are not stored; sweep "
      + (kind == .perWords ? "\(convention.rawValue)" : "a convention that scores whole texts") + " at one length"
  }
}
