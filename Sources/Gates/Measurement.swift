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

  /// The number of a cell.
  ///
  /// - Parameters:
  ///   - record: the cell.
  ///   - metric: one of its metrics.
  ///   - samples: what is stored of it.
  public init(_ record: CellRecord, _ metric: MetricDescription, _ samples: [SampleResult]) {
    self.record = record
    self.metric = metric
    let ordered = NaturalOrder.sorted(samples) { $0.sampleID }
    estimate = metric.estimate(
      ordered.compactMap {
        metric.contribution(of: $0.scores, sampleID: $0.sampleID, document: Self.document($0.facts))
      })
  }

  /// True where every sample that the cell is to have has a score: a gate must not pass on what is left.
  public var isComplete: Bool { estimate.count >= record.sampleCount && estimate.count > 0 }

  /// For a person: everything that names the number.
  public var name: String {
    let place = record.coordinates.label
    return "\(record.model) \(record.method) \(record.task)\(place.isEmpty ? "" : " \(place)") \(metric.name)"
  }

  /// The numbers of all current cells of a store.
  ///
  /// - Parameter store: the results.
  /// - Returns: per cell one for each metric, in the store's order of cells.
  /// - Throws: `StoreError`.
  public static func all(in store: ResultStore) throws(StoreError) -> [Measurement] {
    var all: [Measurement] = []
    let cells = try store.currentCells()
    let results = try store.results(inAll: cells.map(\.id), withPrompts: false, withLogProbabilities: false)
    for cell in cells {
      let samples = results[cell.id] ?? []
      all += cell.record.metrics.map { Measurement(cell.record, $0, samples) }
    }
    return all
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

  private static func document(_ facts: String) -> String? {
    guard let value = try? JSONReader.value(of: Array(facts.utf8))["document"] else { return nil }
    if case .integer(let number) = value { return "\(number)" }
    return value.text ?? value.number.map { "\($0)" }
  }
}

extension CellRecord {
  /// True for the cell of `plain` where another stands.
  func isPlace(of other: CellRecord) -> Bool {
    method == "plain" && model == other.model && task == other.task && settings == other.settings
      && coordinates == other.coordinates
  }
}
