import Evaluation
import Metrics
import Store
import Text

extension ReportBuilder {
  /// Methods by columns: the table of the paper.
  mutating func addMeasuredTable(_ section: Section, _ grid: Grid) {
    let isMixed = grid.metric == nil
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant]), title: title(section, grid), corner: "method",
      columns: grid.columns.map { $0.heading(isLength: grid.isLength, showsMetric: isMixed) })
    table.coordinates = coordinates(section, grid)
    let distinctions = grid.distinctions
    var aggregates: [[Aggregate]] = []
    for line in MethodRow.rows(of: grid.methods, in: [grid], evaluations.automatic) {
      let methods = grid.columns.map { line.method(grid, $0) ?? "" }
      let row = zip(methods, grid.columns).map { grid.cells($0, $1).aggregate($1.metric) }
      aggregates.append(row)
      let cells = grid.columns.indices.map { index in
        let (column, method, aggregate) = (grid.columns[index], methods[index], row[index])
        guard !grid.cells(method, column).isEmpty else { return Table.Cell.notPlanned }
        var cell = Table.Cell(aggregate, column.metric)
        let choice = line.choice(grid, column)
        if !choice.isEmpty { cell.detail += ", \(choice)" }
        cell.isBest = distinctions[column].isMarked(method)
        cell.samples = SampleQuery(
          model: section.model, entry: section.title, method: method, axis: grid.axis, place: column.value)
        return cell
      }
      table.rows.append(.init(label: line.label, cells: cells))
    }
    if tasks[section.task].means == nil { addAverage(grid, aggregates, &table) }
    table.note = note(grid, distinctions)
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
        var cell = Table.Cell("no mean")
        cell.isGap = true
        cell.detail = "\(values.count) of \(row.count) columns complete"
        table.rows[index].cells.append(cell)
        continue
      }
      let mean = values.reduce(0, +) / Double(values.count)
      var cell = Table.Cell(grid.columns[0].metric.text(mean))
      cell.value = mean
      table.rows[index].cells.append(cell)
    }
  }

  /// Group sizes by neighbor windows as a map, a panel for each column.
  mutating func addGroupByWindow(_ section: Section, _ grid: Grid) {
    for family in MethodGrid.families(of: grid.methods) {
      let panels = grid.columns.map { family.panel(grid, $0) }
      // Pairs that `auto` chose, one or two for each length, are no surface to look at.
      guard panels.contains(where: { $0.plannedCount > 2 }) else { continue }
      let metric = grid.metric.map { "\($0.title) of " } ?? ""
      let name = "\(section.title)\(variant(grid)): \(metric)\(family.name), G by W"
      let map = family.heatmap(panels, grid, title: name, model: section.model)
      document.figure(
        Figure(
          id: slugs.slug([section.model, section.title, grid.variant, family.name, "g-by-w"]),
          caption: "\(section.model), \(name)", picture: map.picture(), pgfplots: map.tikz()))
    }
  }

  /// Each method minus the reference, on the samples that both have.
  mutating func addPaired(_ section: Section, _ grid: Grid) {
    guard grid.methods.count > 1 else { return }
    guard let against = grid.againstReference else {
      document.paragraph("No paired differences: `plain` is not among the methods.")
      return
    }
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "paired"]),
      title: "\(title(section, grid)), difference from \(against.reference), paired by sample", corner: "method",
      columns: grid.columns.map { $0.heading(isLength: grid.isLength, showsMetric: grid.metric == nil) })
    table.coordinates = coordinates(section, grid).merging(["reference": against.reference]) { $1 }
    for method in grid.methods where method != against.reference {
      let cells = grid.columns.map { column in
        guard let entry = against[method, column] else { return Table.Cell.notPlanned }
        var cell = Table.Cell(entry.difference, column.metric)
        cell.isBest = entry.isClear
        if let p = entry.p, entry.difference.difference != 0 { cell.detail += ", \(PValueText.text(p))" }
        return cell
      }
      table.rows.append(.init(label: method, cells: cells))
    }
    table.note =
      "The same samples under both methods, in pairs; p corrected for all tests of the table (Holm), bold below 0.05; "
      + "no test below six independent units"
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
    all["protocol"] = Set(section.cells.map(\.record.protocolName)).sorted(by: NaturalOrder.isBefore)
      .joined(separator: ", ")
    return all
  }

  private func note(_ grid: Grid, _ distinctions: Distinctions) -> String? {
    var parts: [String] = []
    if grid.methods.count > 1 {
      if grid.columns.contains(where: { distinctions[$0].tellsApart }) {
        parts.append("Bold: the best of a column and what the paired test (Holm over the table) does not tell from it.")
      } else if distinctions.testCount > 0 {
        parts.append("Nothing is marked: the paired test (Holm over the table) tells no method from the best.")
      } else {
        parts.append("Nothing is marked: the samples are too few for a test.")
      }
    }
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
