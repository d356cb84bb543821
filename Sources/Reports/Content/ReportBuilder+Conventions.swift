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
    if isEmpty { document.paragraph("The store holds no cell of the task perplexity.") }
    return isComplete && !isEmpty
  }

  private mutating func addConventions(
    _ conventions: [RequestedConvention], model: String, texts: String?, _ cells: [LoadedCell]
  ) throws(ReportError) -> Bool {
    let lengths = Set(cells.compactMap { $0.record.coordinates.length }).sorted()
    let columns = conventions.flatMap { $0.withStrides(of: cells) }
      .flatMap { convention in lengths.map { (convention, $0) } }
    var table = Table(
      id: slugs.slug([model, texts, "conventions"].compactMap { $0 }),
      title: "perplexity by convention and length" + (texts.map { ", \($0)" } ?? ""), corner: "method",
      columns: columns.map { "\($0.0.label) \($0.1)" })
    table.coordinates = ["model": model, "task": "perplexity", "metric": "perplexity"]
    table.note = "Equal to a sweep of that convention and stride to the last bit."
    var problems: [String] = []
    for method in Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore) {
      let pool = try ConventionPool(cells.filter { $0.record.method == method }, store)
      var row = Table.Row(label: method, cells: [])
      for (convention, length) in columns {
        let derived = pool.derive(convention, length: length)
        row.cells.append(Table.Cell(derived.aggregate, ConventionPool.metric))
        problems += derived.problems.map { "`\(method)` \(convention.label) \(length): \($0)" }
      }
      table.rows.append(row)
    }
    document.table(table)
    if !problems.isEmpty { document.bullets(problems) }
    return problems.isEmpty
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

  /// The conventions of a list such as `hf-strided,sliding-256`.
  static func list(_ text: String) throws(ReportError) -> [RequestedConvention] {
    var list: [RequestedConvention] = []
    for part in text.split(separator: ",") {
      guard let (convention, stride) = PerplexityConvention.parse(String(part)) else {
        throw .unknownConvention(name: String(part), known: PerplexityConvention.allCases.map(\.rawValue))
      }
      list.append(RequestedConvention(spelling: String(part), convention: convention, stride: stride))
    }
    return list
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
    return strides.sorted().map { RequestedConvention(spelling: spelling, convention: convention, stride: $0) }
  }
}

extension LoadedCell {
  /// The convention that the cell was swept by; nil for another task.
  var storedConvention: PerplexityConvention? {
    let parts = record.protocolName.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, parts[0] == "perplexity" else { return nil }
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
  static let metric = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)

  private var texts: [String: StoredWindows] = [:]
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
      }
    }
  }

  /// What a convention makes of all documents at a length, and what is missing for it.
  func derive(_ requested: RequestedConvention, length: Int) -> (aggregate: Aggregate, problems: [String]) {
    let convention = requested.convention
    let families = usesBOSInText.union([convention.usesBOSInText])
    guard addsBOS != nil || families.count == 1 && convention != .llamacpp else {
      return (Aggregate(expected: 1), ["the samples do not say whether texts begin with BOS; sweep one length again"])
    }
    var contributions: [Contribution] = []
    var problems: [String] = []
    var expected = 0
    for (document, text) in texts.sorted(by: { NaturalOrder.isBefore($0.key, $1.key) }) {
      switch text.derive(
        convention, context: length, stride: requested.stride ?? length, addsBOS: addsBOS ?? true)
      {
      case .windows(let windows):
        expected += windows.count
        for window in windows {
          let sums = convention.contribution(of: window.scored, targetCount: window.targetCount)
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
    let estimate = problems.isEmpty ? Self.metric.estimate(contributions) : .none
    return (Aggregate(estimate: estimate, expected: expected), problems)
  }
}
