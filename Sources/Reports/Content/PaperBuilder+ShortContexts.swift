import Evaluation
import Metrics
import Store
import Text

/// The paper's table of short contexts: what a method costs where it is not needed. Benchmarks of short questions, each a
/// file with so many worked examples before the question, side by side with their average.
extension PaperBuilder {
  /// The coordinate of such a benchmark.
  private static let file = "file"

  /// One table of all short benchmarks of a model.
  ///
  /// - Parameter sections: those of one model.
  /// - Returns: true where there is one.
  mutating func addShortContexts(_ sections: [Section]) -> Bool {
    let places = sections.flatMap { section in
      section.grids.filter { $0.axis == Self.file }.flatMap { grid in grid.columns.map { (section, grid, $0) } }
    }
    guard let model = sections.first?.model, !places.isEmpty else { return false }
    document.heading(2, "\(model), short contexts")
    var table = Table(
      id: slugs.slug(["paper", model, "short-contexts"]), title: "Short contexts: \(model)", corner: "method",
      columns: [])
    table.coordinates = ["model": model]
    for (section, grid, column) in places {
      let name = column.value.split(separator: ".").first.map(String.init) ?? column.value
      let parts = [section.title == section.task ? "" : section.title, grid.variant, column.metric.title].filter {
        !$0.isEmpty
      }
      table.columns.append("\(name) (\(parts.joined(separator: ", ")))")
    }
    let hasAverage = places.count > 1 && places.allSatisfy { $0.2.metric.isPercentage }
    if hasAverage { table.columns.append("average (%)") }
    for method in Set(places.flatMap { $0.1.methods }).sorted(by: StoredMethod.isBefore) {
      var row = Table.Row(label: method, cells: [])
      var values: [Double] = []
      for (_, grid, column) in places {
        let cells = grid.cells(method, column)
        guard !cells.isEmpty else {
          row.cells.append(.notPlanned)
          continue
        }
        let aggregate = cells.aggregate(column.metric)
        if aggregate.isWhole, let value = aggregate.value { values.append(value) }
        var cell = Table.Cell(aggregate, column.metric)
        cell.isBest = grid.distinctions[column].isMarked(method)
        row.cells.append(cell)
      }
      if hasAverage {
        let mean = values.count == places.count ? Statistics.mean(values) : nil
        var cell = Table.Cell(mean.map { NumberText.fixed(100 * $0, 1) } ?? "")
        cell.value = mean
        row.cells.append(cell)
      }
      table.rows.append(row)
    }
    table.note =
      "95 % intervals; bold: the best and what the paired test (Holm over each benchmark) does not tell from it; an average "
      + "only where every column is complete."
    document.table(table)
    document.paragraph(
      "No source that could be read gives the paper's numbers for short contexts: the measured ones stand alone.")
    let notes = Set(places.flatMap { $0.0.cells.flatMap(\.record.protocolNotes) }).sorted(by: NaturalOrder.isBefore)
    document.bullets(notes.filter { $0.lowercased().contains("deviation") }.map { "† \($0)" })
    return true
  }
}
