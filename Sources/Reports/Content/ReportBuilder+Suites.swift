import Evaluation
import Foundation
import JSON
import Metrics
import Store

extension ReportBuilder {
  /// The tables that a task declares: means of columns, parts of samples, several metrics with their geometric mean.
  mutating func addDeclared(_ section: Section, _ grid: Grid, isSummary: Bool) {
    guard grid.axis == "dataset" else { return }
    let report = tasks[section.task]
    if let means = report.means { add(means, section, grid) }
    if let parts = report.parts { add(parts, section, grid) }
    if let product = report.product, !isSummary { add(product, section, grid) }
    if let references = report.references, !isSummary { add(references, section, grid) }
  }

  private mutating func add(_ declared: TaskReport.MeanTable, _ section: Section, _ grid: Grid) {
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, declared.id]),
      title: "\(section.title)\(variant(grid)): \(declared.title)", corner: "method",
      columns: declared.means.map(\.title))
    table.coordinates = coordinates(section, grid)
    for method in grid.methods {
      var scores: [String: Double] = [:]
      for column in grid.columns {
        let aggregate = grid.cells(method, column).aggregate(column.metric)
        guard aggregate.isWhole, let value = aggregate.value else { continue }
        scores[column.value] = value * (column.metric.isPercentage ? 100 : 1)
      }
      var means: [Double?] = []
      for mean in declared.means {
        let values: [Double?]
        switch mean.source {
        case .columns(let names): values = names.map { scores[$0] }
        case .means(let places): values = places.clamped(to: means.indices).map { means[$0] }
        }
        let known = values.compactMap { $0 }
        means.append(known.count == values.count ? Statistics.mean(known) : nil)
      }
      table.rows.append(.init(label: method, cells: means.map { Table.Cell.paper($0) }))
    }
    table.note = declared.note
    if table.rows.contains(where: { $0.cells.contains { $0.value != nil } }) { document.table(table) }
  }

  private mutating func add(_ declared: TaskReport.PartTable, _ section: Section, _ grid: Grid) {
    let datasets = grid.columns.filter { $0.value.hasSuffix(declared.datasetSuffix) }
    guard !datasets.isEmpty else { return }
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, declared.id]),
      title: "\(section.title)\(variant(grid)): \(declared.title)", corner: "method, dataset",
      columns: declared.values)
    table.coordinates = coordinates(section, grid)
    for method in grid.methods {
      for column in datasets {
        let cells = grid.cells(method, column)
        guard !cells.isEmpty else { continue }
        let isComplete = cells.aggregate(column.metric).isWhole
        table.rows.append(
          .init(
            label: "\(method), \(column.value)",
            cells: declared.values.map { part in
              let samples = cells.flatMap(\.samples).filter { Self.isPart(part, $0.facts[declared.fact]) }
              let scored = samples.compactMap { $0.contribution(column.metric) }
              let aggregate = Aggregate(
                estimate: column.metric.estimate(scored), unscored: samples.count - scored.count,
                expected: samples.count)
              var cell = samples.isEmpty ? Table.Cell("") : Table.Cell(aggregate, column.metric)
              // Of samples that are missing or failed nobody knows the part.
              if !isComplete { cell.isGap = true }
              return cell
            }))
      }
    }
    table.note = declared.note
    document.table(table)
  }

  /// Whether a sample belongs to a part: its fact is the part's name, or a list that holds it.
  private static func isPart(_ part: String, _ fact: JSONValue?) -> Bool {
    fact?.elements.map { $0.contains { $0.plain == part } } ?? (fact?.plain == part)
  }

  private mutating func add(_ declared: TaskReport.ProductTable, _ section: Section, _ grid: Grid) {
    let names = declared.metrics
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, declared.id]),
      title: "\(section.title)\(variant(grid)): \(declared.title)", corner: "method, dataset",
      columns: names + [declared.total])
    table.coordinates = coordinates(section, grid)
    for method in grid.methods {
      for column in grid.columns {
        let cells = grid.cells(method, column)
        let metrics = names.compactMap { name in cells.first?.record.metrics.first { $0.name == name } }
        let parts = metrics.map { cells.aggregate($0) }
        guard parts.count == names.count, parts.contains(where: { $0.count > 0 }) else { continue }
        let values = parts.compactMap { $0.isWhole ? $0.value : nil }
        var score = Table.Cell.paper(values.count == names.count ? Self.geometricMean(values) : nil)
        score.isGap = score.value == nil
        table.rows.append(
          .init(
            label: "\(method), \(column.value)", cells: zip(parts, metrics).map { Table.Cell($0, $1) } + [score]))
      }
    }
    table.note = declared.note
    if !table.rows.isEmpty { document.table(table) }
  }

  /// Others' numbers for the datasets that were measured.
  private mutating func add(_ declared: TaskReport.ReferenceTable, _ section: Section, _ grid: Grid) {
    var datasets: [String] = []
    for column in grid.columns where !datasets.contains(column.value) { datasets.append(column.value) }
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, declared.id]),
      title: "\(section.title)\(variant(grid)): \(declared.title)", corner: "model", columns: datasets)
    table.coordinates = coordinates(section, grid)
    for row in declared.rows {
      let scores = datasets.map { row.scores[$0] }
      guard scores.contains(where: { $0 != nil }) else { continue }
      table.rows.append(.init(label: row.label, cells: scores.map { .paper($0) }))
    }
    table.note = declared.note
    if !table.rows.isEmpty { document.table(table) }
  }

  private static func geometricMean(_ values: [Double]) -> Double {
    let product = values.reduce(1, *)
    return values.count == 3 ? cbrt(product) : pow(product, 1 / Double(values.count))
  }
}
