import Evaluation
import Foundation
import JSON
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
        let isComplete = cells.aggregate(column.metric).isComplete
        table.rows.append(
          .init(
            label: "\(method), \(column.value)",
            cells: LongBenchDataset.buckets.map { bucket in
              let samples = cells.flatMap(\.samples).filter { $0.facts["bucket"]?.plain == bucket }
              let scored = samples.compactMap { column.metric.contribution(of: $0.result, document: $0.document) }
              var aggregate = column.metric.aggregate(scored)
              aggregate.unscored = samples.count - scored.count
              aggregate.expected = samples.count
              var cell = samples.isEmpty ? Table.Cell("") : Table.Cell(aggregate, column.metric)
              // Of samples that are missing or failed nobody knows the bucket.
              if !isComplete { cell.isGap = true }
              return cell
            }))
      }
    }
    table.note = "A bucket without rows is empty (the official program prints nan)."
    document.table(table)
  }

  /// L-Eval's open tasks: ROUGE-1, ROUGE-2 and ROUGE-L, and LEval_score, the geometric mean of the three means.
  mutating func addLEval(_ section: Section, _ grid: Grid) {
    guard section.task == PaperSuite.leval.rawValue, grid.axis == "dataset" else { return }
    let names = ["rouge1", "rouge2", "rougeL"]
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "rouge"]),
      title: "\(section.title)\(variant(grid)): ROUGE of the open tasks", corner: "method, dataset",
      columns: names + ["LEval_score"])
    table.coordinates = coordinates(section, grid)
    for method in grid.methods {
      for column in grid.columns {
        let cells = grid.cells(method, column)
        let metrics = names.compactMap { name in cells.first?.record.metrics.first { $0.name == name } }
        let parts = metrics.map { cells.aggregate($0) }
        guard parts.count == names.count, parts.contains(where: { $0.count > 0 }) else { continue }
        let values = parts.compactMap { $0.isComplete ? $0.value : nil }
        var score = Table.Cell.paper(values.count == names.count ? cbrt(values.reduce(1, *)) : nil)
        score.isGap = score.value == nil
        table.rows.append(
          .init(
            label: "\(method), \(column.value)", cells: zip(parts, metrics).map { Table.Cell($0, $1) } + [score]))
      }
    }
    table.note = "LEval_score is the cube root of the product of the three means, where all three are complete."
    if !table.rows.isEmpty { document.table(table) }
  }
}
