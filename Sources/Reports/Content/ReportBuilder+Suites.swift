import Metrics
import Store

extension ReportBuilder {
  /// LongBench's own means: six categories, their average, the average of the paper's sixteen; for LongBench-E the
  /// scores of its three buckets of length.
  mutating func addLongBench(_ section: Section, _ grid: Grid) {
    guard section.task == PaperSuite.longbench.rawValue, grid.axis == "dataset" else { return }
    addCategories(section, grid)
    addLengthBuckets(section, grid)
  }

  private mutating func addCategories(_ section: Section, _ grid: Grid) {
    let isE = grid.columns.contains { $0.value.hasSuffix("_e") }
    guard !isE else { return }
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "categories"]),
      title: "\(section.title)\(variant(grid)): means of LongBench's categories", corner: "method",
      columns: LongBenchDataset.Category.allCases.map(\.rawValue) + ["average of 6 categories", "average of 16"])
    table.coordinates = coordinates(section, grid)
    for method in grid.methods {
      var scores: [String: Double] = [:]
      for column in grid.columns {
        let aggregate = grid.cells(method, column).aggregate(column.metric)
        guard aggregate.isComplete, let value = aggregate.value else { continue }
        scores[column.value] = value * (column.metric.isPercentage ? 100 : 1)
      }
      let (categories, average) = LongBenchDataset.average(of: scores)
      let sixteen = LongBenchDataset.all.filter(\.isInSixteen).map { scores[$0.name] }
      let known = sixteen.compactMap { $0 }
      let mean = known.count == sixteen.count ? Statistics.mean(known) : nil
      table.rows.append(
        .init(label: method, cells: (categories.map(\.mean) + [average, mean]).map { Table.Cell.paper($0) }))
    }
    table.markBest { _ in true }
    table.note =
      "A mean stands where every dataset of it is complete (the categories hold the Chinese datasets too); the official "
      + "average is that of the six categories, the paper's that of its sixteen columns."
    if table.rows.contains(where: { $0.cells.contains { $0.value != nil } }) { document.table(table) }
  }

  private mutating func addLengthBuckets(_ section: Section, _ grid: Grid) {
    let datasets = grid.columns.filter { $0.value.hasSuffix("_e") }
    guard !datasets.isEmpty else { return }
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "buckets"]),
      title: "\(section.title)\(variant(grid)): LongBench-E by the documents' length in words",
      corner: "method, dataset",
      columns: LongBenchDataset.buckets)
    table.coordinates = coordinates(section, grid)
    for method in grid.methods {
      for column in datasets {
        let cells = grid.cells(method, column)
        guard !cells.isEmpty else { continue }
        table.rows.append(
          .init(
            label: "\(method), \(column.value)",
            cells: LongBenchDataset.buckets.map { bucket in
              let scored = cells.flatMap(\.samples).filter { $0.facts["bucket"]?.plain == bucket }
                .compactMap { column.metric.contribution(of: $0.result, document: $0.document) }
              var aggregate = column.metric.aggregate(scored)
              aggregate.expected = scored.count
              return scored.isEmpty ? Table.Cell("") : Table.Cell(aggregate, column.metric)
            }))
      }
    }
    table.note = "A bucket without rows is empty (the official program prints nan)."
    document.table(table)
  }
}
