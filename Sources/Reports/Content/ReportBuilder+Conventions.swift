import Evaluation
import JSON
import Metrics
import Store
import Text

extension ReportBuilder {
  /// Perplexities by other conventions, made of the stored log-probabilities without a model: a table for each model,
  /// and the windows that would have to be scored for what cannot be made.
  mutating func addConventions(_ conventions: [RequestedConvention]) throws(ReportError) {
    guard !conventions.isEmpty else { return }
    document.paragraph("Derived from the stored log-probabilities, without a model.")
    var isEmpty = true
    for model in evaluations.names(\.model) {
      let cells = evaluations.cells.filter { $0.record.model == model && $0.storedConvention != nil }
      guard !cells.isEmpty else { continue }
      isEmpty = false
      try addConventions(conventions, model: model, cells)
    }
    if isEmpty { document.paragraph("The store holds no cell of the task perplexity.") }
  }

  private mutating func addConventions(
    _ conventions: [RequestedConvention], model: String, _ cells: [LoadedCell]
  ) throws(ReportError) {
    let lengths = Set(cells.compactMap { $0.record.coordinates.length }).sorted()
    let columns = conventions.flatMap { convention in lengths.map { (convention, $0) } }
    var table = Table(
      id: slugs.slug([model, "conventions"]), title: "perplexity by convention and length", corner: "method",
      columns: columns.map { "\($0.0.spelling) \($0.1)" })
    table.coordinates = ["model": model, "task": "perplexity", "metric": "perplexity"]
    table.note = "Equal to a sweep of that convention to the last bit; stride as stored unless the convention says it."
    var problems: [String] = []
    for method in Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore) {
      let pool = try ConventionPool(cells.filter { $0.record.method == method }, store)
      var row = Table.Row(label: method, cells: [])
      for (convention, length) in columns {
        let derived = pool.derive(convention, length: length)
        row.cells.append(Table.Cell(derived.aggregate, ConventionPool.metric))
        problems += derived.problems.map { "`\(method)` \(convention.spelling) \(length): \($0)" }
      }
      table.rows.append(row)
    }
    document.table(table)
    if !problems.isEmpty { document.bullets(problems) }
  }
}

/// A convention as a user asks for it.
struct RequestedConvention: Sendable {
  let spelling: String
  let convention: PerplexityConvention
  let stride: Int?

  /// Reads names separated by commas.
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
}

extension LoadedCell {
  /// The convention that the cell was swept by; nil for another task.
  var storedConvention: PerplexityConvention? {
    let parts = record.protocolName.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, parts[0] == "perplexity" else { return nil }
    return PerplexityConvention.allCases.first { parts[1].hasPrefix($0.rawValue + "-v") }
  }
}

/// All stored windows of one model and method, by document.
private struct ConventionPool {
  static let metric = MetricDescription(name: "perplexity", aggregation: .perplexity, higherIsBetter: false)

  private var texts: [String: StoredWindows] = [:]
  private var stride: Int?
  /// Nil where the samples do not say whether a text begins with BOS.
  private var addsBOS: Bool?
  private var usesBOSInText: Set<Bool> = []

  init(_ cells: [LoadedCell], _ store: ResultStore) throws(ReportError) {
    addsBOS = cells.flatMap(\.samples).lazy.compactMap { $0.facts["bos"]?.plain }.first.map { $0 == "true" }
    for cell in cells {
      guard let convention = cell.storedConvention else { continue }
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
        if stride == nil, convention.usesStride, windows.count > 1 { stride = windows[1].offset - windows[0].offset }
        texts[document, default: StoredWindows()].add(
          windows, convention, addsBOS: addsBOS ?? true, isWhole: isWhole)
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
        convention, context: length, stride: requested.stride ?? stride ?? length, addsBOS: addsBOS ?? true)
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
