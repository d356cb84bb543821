public import Evaluation
import JSON
public import Metrics
public import Store
import Text

/// The number of a cell for one of its metrics, with what it may be compared by.
public struct Measurement: Hashable, Sendable {
  /// The cell.
  public let record: CellRecord
  /// The metric.
  public let metric: MetricDescription
  /// The number with its interval and its count of scored samples.
  public let estimate: Estimate
  /// The seed of the sweep that made its samples; nil where it is not known, or cells of several are pooled.
  public internal(set) var seed: Int?

  /// The number of a cell.
  ///
  /// - Parameters:
  ///   - record: the cell.
  ///   - metric: one of its metrics.
  ///   - samples: what is stored of it.
  public init(_ record: CellRecord, _ metric: MetricDescription, _ samples: [SampleResult]) {
    self.init(record, metric, contributions: MeasuredCell(record, samples).contributions(metric, isPooled: false))
  }

  init(_ record: CellRecord, _ metric: MetricDescription, contributions: [Contribution]) {
    self.record = record
    self.metric = metric
    estimate = metric.estimate(contributions)
  }

  /// The mean of the numbers of several cells; no number where one of them has none.
  init(_ record: CellRecord, _ metric: MetricDescription, meanOf parts: [Measurement]) {
    self.record = record
    self.metric = metric
    let values = parts.compactMap(\.estimate.value)
    estimate = Estimate(
      value: values.count == parts.count ? Statistics.mean(values) : nil, interval: nil, meanNLL: nil,
      count: parts.reduce(0) { $0 + $1.estimate.count }, unitCount: parts.reduce(0) { $0 + $1.estimate.unitCount })
  }

  /// True where every sample that the cell is to have has a score: a gate must not pass on what is left.
  public var isComplete: Bool { estimate.count >= record.sampleCount && estimate.count > 0 }

  /// For a person: everything that names the number.
  public var name: String { name(TaskEntries([])) }

  /// The same, with the entry's own name.
  func name(_ entries: TaskEntries) -> String {
    let (place, task) = (record.coordinates.label, entries.label(record.task, record.settings))
    return "\(record.model) \(record.method) \(task)\(place.isEmpty ? "" : " \(place)") \(metric.name)"
  }

  /// Over what the number is.
  var pooling: Pooling {
    record.coordinates[Pooling.coordinate].flatMap { Pooling(rawValue: $0.spelling) } ?? .cell
  }

  /// The numbers of all current cells of a store, and those of cells that are pooled: by length, by dataset, by task.
  ///
  /// - Parameter store: the results.
  /// - Returns: per cell or group one for each metric, cells first, in the store's order of cells.
  /// - Throws: `StoreError`.
  public static func all(in store: ResultStore) throws(StoreError) -> [Measurement] {
    let cells = try store.currentCells()
    let samples = try store.scoredSamples(inAll: cells.map(\.id))
    let seeds = try Self.seeds(in: store)
    return all(cells.map { ($0.record, samples[$0.id] ?? []) }, seeds: cells.map { seeds[$0.id] })
  }

  /// The seed of the last run that planned each cell: its samples are those of that run.
  private static func seeds(in store: ResultStore) throws(StoreError) -> [CellID: Int] {
    var seeds: [RunID: Int] = [:]
    for run in try store.runs() {
      seeds[run.id] =
        run.record.environment["seed"].flatMap { UInt64($0) }.map { Int(clamping: $0) }
        ?? Self.integer(JSONValue(json: run.record.configuration)?["seed"])
    }
    return try store.lastRuns().compactMapValues { seeds[$0] }
  }

  private static func integer(_ value: JSONValue?) -> Int? {
    if case .integer(let number)? = value { number } else { nil }
  }

  /// The numbers of cells and of their groups.
  ///
  /// - Parameters:
  ///   - cells: cells with what is stored of them.
  ///   - seed: that of the sweep that made the samples.
  /// - Returns: those of the cells first; a group that equals another one stands there once.
  public static func all(
    _ cells: [(record: CellRecord, samples: [SampleResult])], seed: Int? = nil
  ) -> [Measurement] {
    all(cells.map { ($0.record, $0.samples.map { ScoredSample($0) }) }, seeds: cells.map { _ in seed })
  }

  /// The numbers of cells and of their groups, from the scores alone.
  ///
  /// - Parameters:
  ///   - cells: cells with what is stored of them.
  ///   - seeds: the seed of each cell's sweep; empty where none is known.
  /// - Returns: those of the cells first; a group that equals another one stands there once.
  public static func all(
    _ cells: [(record: CellRecord, samples: [ScoredSample])], seeds: [Int?] = []
  ) -> [Measurement] {
    let orders = NaturalOrders()
    let cells = Concurrently.map(cells.count) {
      MeasuredCell(cells[$0].record, cells[$0].samples, orders, seed: $0 < seeds.count ? seeds[$0] : nil)
    }
    let poolings = Pooling.allCases
    return Concurrently.map(poolings.count) { poolings[$0].measurements(cells) }.flatMap { $0 }
  }

  /// The numbers of a store in the order of a person's list: by model, task, settings, method and coordinates.
  ///
  /// The order of insertion differs between shards.
  static func sorted(in store: ResultStore) throws(GateError) -> [Measurement] {
    var all: [Measurement]
    do { all = try Self.all(in: store) } catch { throw .store(error) }
    guard !all.isEmpty else { throw .nothingStored(path: store.path) }
    // Equal keys keep their order: the metrics of a cell stay as the task lists them.
    let keyed = all.enumerated().map { (offset: $0.offset, key: $0.element.sortKey, element: $0.element) }
    all = keyed.sorted { a, b in
      for (x, y) in zip(a.key, b.key) where x != y { return NaturalOrder.isBefore(x, y) }
      return a.offset < b.offset
    }.map(\.element)
    return all
  }

  /// `plain` first among the methods.
  private var sortKey: [String] {
    [record.model, record.task, record.settings, record.method == "plain" ? "" : record.method]
      + record.coordinates.map(\.text)
  }

}

/// A cell with its samples in the natural order of their names, for its own numbers and for those of its groups.
struct MeasuredCell: Sendable {
  let record: CellRecord
  let seed: Int?
  private let samples: [(name: String, scores: [Score], document: String?)]

  init(_ record: CellRecord, _ samples: [SampleResult]) { self.init(record, samples.map { ScoredSample($0) }) }

  init(
    _ record: CellRecord, _ samples: [ScoredSample], _ orders: NaturalOrders = NaturalOrders(), seed: Int? = nil
  ) {
    self.record = record
    self.seed = seed
    self.samples = orders.sorted(samples) { $0.sampleID }.map { ($0.sampleID, $0.scores, Self.document($0.facts)) }
  }

  /// What the samples contribute.
  ///
  /// Where cells are pooled, samples of two cells that have one name are two units, unless they are of one document.
  func contributions(_ metric: MetricDescription, isPooled: Bool) -> [Contribution] {
    let place = isPooled ? record.coordinates.label + "/" : ""
    return samples.compactMap {
      metric.contribution(of: $0.scores, sampleID: place + $0.name, document: $0.document)
    }
  }

  private static func document(_ facts: String) -> String? {
    // Most samples have none, and need not be read.
    guard facts.utf8.count > 10, Self.mayHaveDocument(facts) else { return nil }
    guard let value = try? JSONReader.value(of: Array(facts.utf8))["document"] else { return nil }
    if case .integer(let number) = value { return "\(number)" }
    return value.text ?? value.number.map { "\($0)" }
  }

  /// Whether the letters stand anywhere, or an escape that could spell them.
  private static func mayHaveDocument(_ facts: String) -> Bool {
    // A name begins with its quotation mark, and few bytes are one.
    var rest = facts.utf8[...]
    while let mark = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
      rest = rest[mark...]
      if rest.first == UInt8(ascii: "\\") || rest.starts(with: "\"document\"".utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}

extension CellRecord {
  /// True for the cell of `plain` where another stands.
  func isPlace(of other: CellRecord) -> Bool {
    method == "plain" && model == other.model && task == other.task && settings == other.settings
      && coordinates == other.coordinates
  }
}
