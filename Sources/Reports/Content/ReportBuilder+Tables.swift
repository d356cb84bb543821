import Evaluation
import Metrics
import Store

extension ReportBuilder {
  /// Methods by columns: the table of the paper.
  mutating func addMeasuredTable(_ section: Section, _ grid: Grid) {
    let isMixed = grid.metric == nil
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant]), title: title(section, grid), corner: "method",
      columns: grid.columns.map { $0.heading(isLength: grid.isLength, showsMetric: isMixed) })
    table.coordinates = coordinates(section, grid)
    var aggregates: [[Aggregate]] = []
    for method in grid.methods {
      let row = grid.columns.map { grid.cells(method, $0).aggregate($0.metric) }
      aggregates.append(row)
      let cells = zip(grid.columns, row).map { column, aggregate in
        grid.cells(method, column).isEmpty ? Table.Cell.notPlanned : Table.Cell(aggregate, column.metric)
      }
      table.rows.append(.init(label: method, cells: cells))
    }
    if tasks[section.task].means == nil { addAverage(grid, aggregates, &table) }
    let directions = grid.columns.map(\.metric.higherIsBetter) + [true]
    table.markBest { directions[min($0, directions.count - 1)] }
    table.note = note(grid)
    document.table(table)
  }

  /// The mean over named columns (datasets), where it means something: one metric scale, every cell complete.
  private func addAverage(_ grid: Grid, _ aggregates: [[Aggregate]], _ table: inout Table) {
    guard grid.columns.count > 1, grid.columns.contains(where: { $0.number == nil }),
      grid.columns.allSatisfy({ $0.metric.higherIsBetter && !$0.metric.isPerplexity }),
      Set(grid.columns.map(\.metric.isPercentage)).count == 1
    else { return }
    table.columns.append("mean of columns")
    for (index, row) in aggregates.enumerated() {
      let values = row.filter(\.isComplete).compactMap(\.value)
      guard values.count == row.count else {
        var cell = Table.Cell("missing")
        cell.isGap = true
        cell.detail = "\(values.count) of \(row.count) columns complete"
        table.rows[index].cells.append(cell)
        continue
      }
      let mean = values.reduce(0, +) / Double(values.count)
      var cell = Table.Cell(grid.columns[0].metric.text(mean))
      cell.value = mean
      cell.isTestable = row.allSatisfy(\.isTestable)
      table.rows[index].cells.append(cell)
    }
  }

  /// Group sizes by neighbor windows, for each column.
  mutating func addGroupByWindow(_ section: Section, _ grid: Grid) {
    for family in MethodGrid.families(of: grid.methods) {
      let panels = grid.columns.map { family.panel(grid, $0) }
      // Pairs that `auto` chose, one or two for each length, are no surface to look at.
      guard panels.contains(where: { $0.plannedCount > 2 }) else { continue }
      for panel in panels {
        let column = panel.column
        var table = Table(
          id: slugs.slug([section.model, section.title, grid.variant, family.name, "g-by-w", column.value]),
          title: "\(section.title)\(variant(grid)): \(column.metric.title) of \(family.name), G by W"
            + (grid.axis.isEmpty
              ? "" : ", \(grid.axis) \(column.heading(isLength: grid.isLength, showsMetric: false))"),
          corner: "G \\ W", columns: family.windows.map { "\($0)" })
        table.coordinates = coordinates(section, grid).merging(["column": column.value, "methods": family.name]) { $1 }
        for (group, row) in zip(family.groups, panel.aggregates) {
          let cells = row.map { aggregate in
            aggregate.map { Table.Cell($0, column.metric) } ?? Table.Cell.notPlanned
          }
          table.rows.append(.init(label: "\(group)", cells: cells))
        }
        table.markBest(acrossAll: column.metric.higherIsBetter)
        document.table(table)
      }
      let metric = grid.metric.map { "\($0.title) of " } ?? ""
      let name = "\(section.title)\(variant(grid)): \(metric)\(family.name), G by W"
      let figure = family.heatmap(panels, grid, title: name, model: section.model)
      document.figure(
        Figure(
          id: slugs.slug([section.model, section.title, grid.variant, family.name, "g-by-w"]),
          caption: "\(section.model), \(name)", svg: figure))
    }
  }

  /// Each method minus the reference, on the samples that both have.
  mutating func addPaired(_ section: Section, _ grid: Grid) {
    let others = grid.methods.filter { $0 != grid.reference }
    guard !others.isEmpty else { return }
    guard let reference = grid.reference else {
      document.paragraph("No paired differences: `plain` is not among the methods.")
      return
    }
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "paired"]),
      title: "\(title(section, grid)), difference from \(reference), paired by sample", corner: "method",
      columns: grid.columns.map { $0.heading(isLength: grid.isLength, showsMetric: grid.metric == nil) })
    table.coordinates = coordinates(section, grid).merging(["reference": reference]) { $1 }
    for method in others {
      let cells = grid.columns.map { column in
        let (a, b) = (grid.cells(method, column), grid.cells(reference, column))
        guard !a.isEmpty, !b.isEmpty else { return Table.Cell.notPlanned }
        return Table.Cell(Pairing.difference(Pairing.pairs(a, b, column.metric), column.metric), column.metric)
      }
      table.rows.append(.init(label: method, cells: cells))
    }
    table.note =
      "The same samples under both methods, in pairs; bold where the 95 % interval does not hold 0, which needs six units"
      + (grid.columns.contains { $0.metric.isPercentage } ? ". Accuracy in percentage points." : ".")
    document.table(table)
  }

  func title(_ section: Section, _ grid: Grid) -> String {
    let metric = grid.metric.map { ": \($0.title)" } ?? ""
    return "\(section.title)\(variant(grid))\(metric)" + (grid.axis.isEmpty ? "" : " by \(grid.axis)")
  }

  func variant(_ grid: Grid) -> String { grid.variant.isEmpty ? "" : " (\(grid.variant))" }

  func coordinates(_ section: Section, _ grid: Grid) -> [String: String] {
    var all = ["model": section.model, "task": section.task, "settings": section.settings, "axis": grid.axis]
    if !grid.variant.isEmpty { all["variant"] = grid.variant }
    if let metric = grid.metric { all["metric"] = metric.name }
    return all
  }

  private func note(_ grid: Grid) -> String? {
    var parts: [String] = []
    if grid.depths.count > 1 { parts.append("All \(grid.depths.count) depths of a length together.") }
    if grid.columns.contains(where: { $0.metric.isPerplexity }) {
      let counted = Set(grid.columns.map { PerplexityKind(metric: $0.metric.name) })
      let unit = counted == [.perWords] ? "words" : "tokens"
      parts.append("Perplexity is exp(sum of token NLL / number of \(unit)), its interval over documents.")
    }
    if grid.columns.contains(where: { $0.metric.isPercentage }) {
      parts.append("Exact intervals (Clopper and Pearson).")
    }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }
}

extension Table.Cell {
  /// A place that the configuration leaves out.
  static var notPlanned: Table.Cell {
    var cell = Table.Cell("-")
    cell.detail = "not planned"
    return cell
  }
}

extension Table {
  /// Marks the best value of each column.
  mutating func markBest(_ higherIsBetter: (Int) -> Bool) {
    for column in columns.indices {
      markBest(among: rows.indices.map { ($0, column) }, higherIsBetter: higherIsBetter(column))
    }
  }

  /// Marks the best value of the whole table.
  mutating func markBest(acrossAll higherIsBetter: Bool) {
    let places = rows.indices.flatMap { row in rows[row].cells.indices.map { (row, $0) } }
    markBest(among: places, higherIsBetter: higherIsBetter)
  }

  /// Marks the best value and all that are shown alike; none where all are, or where units are too few for a test.
  private mutating func markBest(among places: [(row: Int, column: Int)], higherIsBetter: Bool) {
    let candidates = places.filter { place in
      let cell = rows[place.row].cells[place.column]
      return cell.isTestable && cell.value != nil
    }
    let values = candidates.compactMap { rows[$0.row].cells[$0.column].value }
    guard let best = higherIsBetter ? values.max() : values.min(),
      let first = candidates.first(where: { rows[$0.row].cells[$0.column].value == best })
    else { return }
    let text = rows[first.row].cells[first.column].text
    let marked = candidates.filter { rows[$0.row].cells[$0.column].text == text }
    guard marked.count < candidates.count else { return }
    for place in marked { rows[place.row].cells[place.column].isBest = true }
  }
}
