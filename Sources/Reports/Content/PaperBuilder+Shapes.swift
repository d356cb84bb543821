import Evaluation
import Metrics
import Store
import Text

/// Tables of the paper of which no text quotes the numbers: perplexity and passkey by length, the ablation of G and W,
/// short contexts; and those of the benchmarks that came since. Measured numbers in the paper's shape, beside what the
/// benchmarks' own people publish; a place for a published one stays empty.
extension PaperBuilder {
  /// The tables of one grid of cells.
  ///
  /// - Returns: true where there is one.
  mutating func add(_ section: Section, _ grid: Grid, _ task: TaskReport) -> Bool {
    guard grid.isLength || grid.axis == Axis.dataset, !grid.columns.isEmpty else { return false }
    let variant = grid.variant.isEmpty ? "" : " (\(grid.variant))"
    let metric = grid.metric.map { ", \($0.title)" } ?? ""
    document.heading(2, "\(section.model), \(section.title)\(variant)\(metric)")
    var table = methods(section, grid)
    let references = published(task.references, grid)
    table.rows += references.map { row in
      var row = row
      // They have no mean: the measured columns need not be theirs.
      row.cells += Array(repeating: Table.Cell(""), count: max(0, table.columns.count - row.cells.count))
      return row
    }
    document.table(table)
    if let column = grid.columns.last {
      for family in MethodGrid.families(of: grid.methods) {
        let panel = family.panel(grid, column)
        guard panel.plannedCount > 2 else { continue }
        document.table(ablation(section, grid, family, panel))
      }
    }
    if let note = task.references?.note, !references.isEmpty {
      document.paragraph("Published: \(task.references?.title ?? ""). \(note)")
    } else if !hasPublishedLengths(task, section) {
      document.paragraph(
        "No source that could be read gives published numbers for this table: the measured ones stand alone.")
    }
    let notes = Set(section.cells.flatMap(\.record.protocolNotes)).sorted(by: NaturalOrder.isBefore)
    let protocols = Set(section.cells.map(\.record.protocolName)).sorted()
    document.bullets(
      ["Protocol: \(protocols.map { "`\($0)`" }.joined(separator: ", "))."]
        + notes.filter { $0.lowercased().contains("deviation") || $0.lowercased().contains("differs") }.map {
          "† \($0)"
        })
    return true
  }

  /// A section's scores by length beside published ones, where its task declares such.
  mutating func addLengths(_ section: Section, _ task: TaskReport) {
    guard let declared = task.lengths, hasPublishedLengths(task, section) else { return }
    let id = slugs.slug(["paper", section.model, section.title, declared.id])
    guard let table = LengthScores.table(id: id, section, declared, showsAllPublished: true) else { return }
    document.heading(2, "\(section.model), \(section.title): beside published numbers")
    document.table(table)
  }

  private func hasPublishedLengths(_ task: TaskReport, _ section: Section) -> Bool {
    task.lengths.map { !$0.published.isEmpty } ?? false
      && section.cells.contains { $0.record.coordinates.length != nil }
  }

  /// Others' numbers for the datasets of a grid.
  private func published(_ declared: TaskReport.ReferenceTable?, _ grid: Grid) -> [Table.Row] {
    (declared?.rows ?? []).compactMap { row in
      let scores = grid.columns.map { row.scores[$0.value] }
      guard scores.contains(where: { $0 != nil }) else { return nil }
      return .init(label: "published: \(row.label)", cells: scores.map { .paper($0) })
    }
  }

  /// Methods by lengths or datasets, with n, interval and the mean of datasets.
  private mutating func methods(_ section: Section, _ grid: Grid) -> Table {
    let distinctions = grid.distinctions
    let deviates = section.cells.contains { cell in
      cell.record.protocolNotes.contains { $0.lowercased().contains("deviation") }
    }
    var table = Table(
      id: slugs.slug(["paper", section.model, section.title, grid.variant]),
      title: "\(section.title)\(deviates ? " †" : "")\(grid.metric.map { ": \($0.title)" } ?? "") by \(grid.axis)",
      corner: "method",
      columns: grid.columns.map { $0.heading(isLength: grid.isLength, showsMetric: grid.metric == nil) })
    table.coordinates = ["model": section.model, "task": section.task, "settings": section.settings]
    let hasMean = !grid.isLength && grid.columns.count > 1
    if hasMean { table.columns.append("average") }
    for method in grid.methods {
      var values: [Double] = []
      var row = Table.Row(label: method, cells: [])
      for column in grid.columns {
        let cells = grid.cells(method, column)
        guard !cells.isEmpty else {
          row.cells.append(.notPlanned)
          continue
        }
        let aggregate = cells.aggregate(column.metric)
        if aggregate.isWhole, let value = aggregate.value {
          values.append(value * (column.metric.isPercentage ? 100 : 1))
        }
        var cell = Table.Cell(aggregate, column.metric)
        cell.isBest = distinctions[column].isMarked(method)
        row.cells.append(cell)
      }
      if hasMean { row.cells.append(.paper(values.count == grid.columns.count ? Statistics.mean(values) : nil)) }
      table.rows.append(row)
    }
    table.note =
      "95 % intervals; bold: the best and what the paired test (Holm over the table) does not tell from it."
      + (deviates ? " † The protocol deviates from the published one; see below." : "")
    return table
  }

  /// Group sizes by neighbor windows at the last column.
  private mutating func ablation(_ section: Section, _ grid: Grid, _ family: MethodGrid, _ panel: MethodGrid.Panel)
    -> Table
  {
    let column = panel.column
    var table = Table(
      id: slugs.slug(["paper", section.model, section.title, grid.variant, family.name, "g-by-w"]),
      title: "\(section.title): \(column.metric.title) of \(family.name) by G and W, \(grid.axis) "
        + column.heading(isLength: grid.isLength, showsMetric: false),
      corner: "G \\ W", columns: family.windows.map { "\($0)" })
    table.coordinates = ["model": section.model, "task": section.task, "settings": section.settings]
    for (group, row) in zip(family.groups, panel.aggregates) {
      table.rows.append(
        .init(label: "\(group)", cells: row.map { $0.map { Table.Cell($0, column.metric) } ?? Table.Cell.notPlanned }))
    }
    return table
  }
}
