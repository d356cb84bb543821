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

  /// One panel for each column: white is what no test tells from the best of the column, the darker the farther from it;
  /// one scale for the whole figure.
  func heatmap(_ panels: [Panel], _ grid: Grid, title: String, model: String) -> Heatmap {
    let distinctions = grid.distinctions
    let metric = grid.metric ?? panels.first?.column.metric
    let differences = panels.flatMap { panel in
      methods.joined().compactMap { $0 }.compactMap { distance(of: $0, panel.column, grid, distinctions) }
    }
    let largest = differences.max() ?? 0
    let isPercentage = metric?.isPercentage ?? false
    let isRatio = metric?.isPerplexity ?? false
    let far =
      largest == 0
      ? "no test tells any two apart"
      : isPercentage
        ? "\(NumberText.fixed(100 * largest, 0)) points worse"
        : isRatio ? "\(NumberText.fixed(exp(largest), 1)) times" : "\(NumberText.adaptive(largest)) worse"
    return Heatmap(
      title: title,
      subtitle: model + "; white: not to be told from the best of the panel; grey: too few samples for a test",
      xTitle: "neighbor window W (tokens)", yTitle: "group size G", columns: windows.map { "\($0)" },
      rows: groups.map { "\($0)" },
      panels: panels.map { panel in
        let axis = grid.axis.isEmpty ? "" : "\(grid.axis) "
        return Heatmap.Panel(
          title: axis + panel.column.heading(isLength: grid.isLength, showsMetric: grid.metric == nil),
          cells: cells(panel, grid, distinctions, largest: largest))
      }, legend: .init(low: "like the best", high: far, color: Palette.difference)
    )
  }

  /// How far a method that a test calls worse is from the best of its column; nil for what is alike or untested.
  private func distance(
    of method: String, _ column: Grid.Column, _ grid: Grid, _ distinctions: Distinctions
  ) -> Double? {
    let found = distinctions[column]
    guard let best = found.best, found.worse.contains(where: { $0.method == method }),
      let value = grid.cells(method, column).aggregate(column.metric).value,
      let top = grid.cells(best, column).aggregate(column.metric).value
    else { return nil }
    return column.metric.isPerplexity ? abs(log(value) - log(top)) : abs(value - top)
  }

  private func cells(
    _ panel: Panel, _ grid: Grid, _ distinctions: Distinctions, largest: Double
  ) -> [[Heatmap.Cell]] {
    let (column, found) = (panel.column, distinctions[panel.column])
    return zip(methods, panel.aggregates).map { names, row in
      zip(names, row).map { method, aggregate in
        guard let method, let aggregate else { return Heatmap.Cell(text: "", color: nil) }
        guard let value = aggregate.value else { return Heatmap.Cell(text: aggregate.absence, color: nil) }
        let text = column.metric.text(value) + (aggregate.isComplete ? "" : "*")
        if found.alike.contains(method) { return Heatmap.Cell(text: text, color: Palette.difference(0)) }
        guard let far = distance(of: method, column, grid, distinctions), largest > 0 else {
          return Heatmap.Cell(text: text, color: nil)
        }
        // What a test calls worse is never white.
        return Heatmap.Cell(text: text, color: Palette.difference(0.12 + 0.88 * far / largest))
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
