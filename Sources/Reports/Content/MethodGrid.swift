import Evaluation
import Foundation
import Metrics
import Store
import Text

/// Methods that differ in nothing but G and W, and stand in a grid.
struct MethodGrid {
  let name: String
  let groups: [Int]
  let windows: [Int]
  private let methods: [[String?]]

  struct Panel {
    let column: Grid.Column
    /// `aggregates[group][window]`, nil where there is no such method.
    let aggregates: [[Aggregate?]]

    /// Methods that were planned for the column.
    var plannedCount: Int { aggregates.joined().count { $0 != nil } }
  }

  /// The grids among methods: at least two group sizes or two windows, and three methods.
  static func families(of methods: [String]) -> [MethodGrid] {
    let placed = methods.map(StoredMethod.init).filter { $0.groupAndWindow != nil }
    let byName = Dictionary(grouping: placed, by: \.gridName)
    return byName.keys.sorted(by: NaturalOrder.isBefore).compactMap { name in
      let members = byName[name] ?? []
      let groups = Set(members.compactMap { $0.groupAndWindow?.group }).sorted()
      let windows = Set(members.compactMap { $0.groupAndWindow?.window }).sorted()
      guard members.count >= 3, groups.count > 1, windows.count > 1 else { return nil }
      let rows = groups.map { group in
        windows.map { window in
          members.first { $0.groupAndWindow.map { $0 == (group, window) } ?? false }?.spelling
        }
      }
      return MethodGrid(name: name, groups: groups, windows: windows, methods: rows)
    }
  }

  func panel(_ grid: Grid, _ column: Grid.Column) -> Panel {
    Panel(
      column: column,
      aggregates: methods.map { row in
        row.map { method in
          guard let method else { return nil }
          let cells = grid.cells(method, column)
          return cells.isEmpty ? nil : cells.aggregate(column.metric)
        }
      })
  }

  /// One heatmap panel for each column.
  func heatmap(_ panels: [Panel], _ grid: Grid, title: String, model: String) -> String {
    let metric = grid.metric
    let legend: (String, String) =
      metric.map { $0.isPercentage ? ("0 %", "100 %") : ("worst of a panel", "best") } ?? ("worst", "best")
    return Heatmap(
      title: title, subtitle: model + (grid.axis.isEmpty ? "" : ", one panel for each \(grid.axis)"),
      xTitle: "neighbor window W (tokens)", yTitle: "group size G", columns: windows.map { "\($0)" },
      rows: groups.map { "\($0)" },
      panels: panels.map { panel in
        let axis = grid.axis.isEmpty ? "" : "\(grid.axis) "
        return Heatmap.Panel(
          title: axis + panel.column.heading(isLength: grid.isLength, showsMetric: metric == nil),
          cells: Self.cells(panel))
      }, legend: legend
    ).svg()
  }

  private static func cells(_ panel: Panel) -> [[Heatmap.Cell]] {
    let metric = panel.column.metric
    let values = panel.aggregates.flatMap { $0.compactMap { $0?.value } }
    let shares = Shares(metric, values)
    return panel.aggregates.map { row in
      row.map { aggregate in
        guard let aggregate else { return Heatmap.Cell(text: "", share: nil) }
        guard let value = aggregate.value else { return Heatmap.Cell(text: "missing", share: nil) }
        return Heatmap.Cell(text: metric.text(value) + (aggregate.isComplete ? "" : "*"), share: shares.share(value))
      }
    }
  }
}

/// Values as shares of a colour scale, 1 being the best: accuracy from 0 to 1, anything else from worst to best of
/// what is shown, perplexities by their logarithm.
struct Shares {
  private let metric: MetricDescription
  private let low: Double
  private let high: Double

  init(_ metric: MetricDescription, _ values: [Double]) {
    self.metric = metric
    let placed = values.map { metric.isPerplexity ? log($0) : $0 }
    low = metric.isPercentage ? 0 : placed.min() ?? 0
    high = metric.isPercentage ? 1 : placed.max() ?? 1
  }

  func share(_ value: Double) -> Double {
    guard high > low else { return 0.75 }
    let share = ((metric.isPerplexity ? log(value) : value) - low) / (high - low)
    return metric.higherIsBetter ? share : 1 - share
  }
}
