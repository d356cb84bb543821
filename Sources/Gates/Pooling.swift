import Evaluation
import Metrics
import Store

/// Over what a gate's number is: one cell, or cells that are pooled because each alone has few samples.
public enum Pooling: String, Hashable, Sendable, CaseIterable {
  /// One cell.
  case cell
  /// All cells of a length: every depth and every dataset.
  case length
  /// All cells of a dataset: every length and every depth.
  case dataset
  /// All cells of a task's entry; of datasets the mean of their numbers, as benchmarks have it.
  case task

  /// The coordinate that stands in a pooled number's place beside those that are kept.
  static let coordinate = "over"

  /// The numbers of groups of cells.
  ///
  /// - Parameter cells: cells with what is stored of them.
  /// - Returns: per group and metric one number; none where a group has a single cell, which speaks for itself.
  func measurements(_ cells: [MeasuredCell]) -> [Measurement] {
    if self == .cell { return cells.flatMap { cell in cell.record.metrics.map { Self.measurement(cell, $0) } } }
    struct Key: Hashable {
      let model: String
      let method: String
      let task: String
      let settings: String
      let kept: Coordinate?
    }
    var order: [Key] = []
    var groups: [Key: [MeasuredCell]] = [:]
    for cell in cells {
      let record = cell.record
      let kept = axis.flatMap { axis in record.coordinates.first { $0.name == axis } }
      if axis != nil, kept == nil { continue }
      let key = Key(
        model: record.model, method: record.method, task: record.task, settings: record.settings, kept: kept)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(cell)
    }
    return order.flatMap { key -> [Measurement] in
      let members = groups[key] ?? []
      guard members.count > 1 else { return [] }
      return pooled(members, keeping: key.kept)
    }
  }

  private var axis: String? {
    switch self {
    case .length: Axis.length
    case .dataset: Axis.dataset
    case .cell, .task: nil
    }
  }

  private func pooled(
    _ members: [MeasuredCell], keeping kept: Coordinate?
  ) -> [Measurement] {
    var record = members[0].record
    record.coordinates = Coordinates(
      (kept.map { [$0] } ?? []) + [Coordinate(name: Self.coordinate, spelling: rawValue)])
    record.sampleCount = members.reduce(0) { $0 + $1.record.sampleCount }
    let hasDatasets = self == .task && members.contains { $0.record.coordinates[Axis.dataset] != nil }
    return record.metrics.compactMap { metric in
      // A metric that only some datasets have is no number of all.
      guard members.allSatisfy({ $0.record.metrics.contains(metric) }) else { return nil }
      var pooled =
        hasDatasets
        ? Measurement(record, metric, meanOf: members.map { Self.measurement($0, metric) })
        : Measurement(record, metric, contributions: members.flatMap { $0.contributions(metric, isPooled: true) })
      pooled.seed = members.allSatisfy { $0.seed == members[0].seed } ? members[0].seed : nil
      return pooled
    }
  }

  private static func measurement(_ cell: MeasuredCell, _ metric: MetricDescription) -> Measurement {
    var measurement = Measurement(
      cell.record, metric, contributions: cell.contributions(metric, isPooled: false))
    measurement.seed = cell.seed
    return measurement
  }
}
