import Evaluation
import Metrics
import Store
import Synchronization

/// What samples contribute to a metric, in their order.
struct Contributions: Sendable {
  /// One for each sample with a value.
  var scored: [Contribution] = []
  /// Samples without one.
  var unscored = 0
}

/// What was found of a cell, and of several cells of which it is the first: many parts of a report ask for the same.
final class CellFindings: Sendable {
  private struct Place: Hashable {
    let cells: [CellID]
    let metric: MetricDescription
  }

  private let contributions = Mutex<[MetricDescription: Contributions]>([:])
  private let aggregates = Mutex<[Place: Aggregate]>([:])

  func contributions(_ metric: MetricDescription, _ make: () -> Contributions) -> Contributions {
    if let known = contributions.withLock({ $0[metric] }) { return known }
    let made = make()
    contributions.withLock { $0[metric] = made }
    return made
  }

  func aggregate(_ cells: [CellID], _ metric: MetricDescription, _ make: () -> Aggregate) -> Aggregate {
    let place = Place(cells: cells, metric: metric)
    if let known = aggregates.withLock({ $0[place] }) { return known }
    let made = make()
    aggregates.withLock { $0[place] = made }
    return made
  }
}
