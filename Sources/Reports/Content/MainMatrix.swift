import Evaluation
import Metrics
import Store
import Text

/// The one table of the first screen: methods by lengths, the metrics of all tasks side by side.
enum MainMatrix {
  /// Columns of one table beside each other; more are shown by their mean.
  private static let columnLimit = 8

  /// Where the intervals stand that the matrix has no room for; a rendering that shows it alone leaves it out.
  static let intervalNote = "The tables below have the intervals."

  /// The matrix of a model's sections.
  ///
  /// - Parameters:
  ///   - sections: those of one model.
  ///   - id: the table's name.
  ///   - automatic: what was chosen by length.
  /// - Returns: nil where nothing was measured.
  static func table(_ sections: [Section], id: String, _ automatic: AutomaticMethod? = nil) -> Table? {
    guard let model = sections.first?.model else { return nil }
    let methods = Set(sections.flatMap(\.methods)).sorted(by: StoredMethod.isBefore)
    var table = Table(id: id, title: "all methods, all tasks", corner: "method", columns: [])
    let protocols = Set(sections.flatMap { $0.cells.map(\.record.protocolName) })
    table.coordinates = [
      "model": model, "protocol": protocols.sorted(by: NaturalOrder.isBefore).joined(separator: ", "),
    ]
    table.isCompact = true
    let rows = MethodRow.rows(of: methods, in: sections.flatMap(\.grids), automatic)
    table.rows = rows.map { .init(label: $0.label, cells: []) }
    var notes: [String] = []
    var hasIntervals = false
    for section in sections {
      for grid in section.grids {
        let variant = grid.variant.isEmpty ? "" : ", \(grid.variant)"
        let title = "\(section.title)\(variant), \(grid.metric?.title ?? "scores")"
        if grid.columns.count > columnLimit {
          add(mean: grid, section, title, rows, &table)
        } else {
          add(grid, section, title, rows, &table)
        }
        hasIntervals = hasIntervals || grid.hasInterval
      }
    }
    guard !table.columns.isEmpty else { return nil }
    if table.groups.contains(where: { $0.title.contains("perplexity") }) {
      notes.append("Of a perplexity less is better.")
    }
    notes.append(
      table.rows.contains { $0.cells.contains(where: \.isBest) }
        ? "Bold: the best of a column and all that the paired test (Holm over the table) does not tell from it."
        : "Nothing is marked: no paired test tells a method from the best of its column.")
    notes.append(
      hasIntervals
        ? intervalNote
        : "No number has an interval: fewer than \(Statistics.minimumUnitCount) independent samples or documents, or ones that "
          + "do not differ, allow none."
    )
    table.note = notes.joined(separator: " ")
    return table
  }

  private static func add(
    _ grid: Grid, _ section: Section, _ title: String, _ rows: [MethodRow], _ table: inout Table
  ) {
    let distinctions = grid.distinctions
    for column in grid.columns {
      table.columns.append(column.heading(isLength: grid.isLength, showsMetric: grid.metric == nil))
      for row in table.rows.indices {
        let method = rows[row].method(grid, column) ?? ""
        let cells = grid.cells(method, column)
        guard !cells.isEmpty else {
          table.rows[row].cells.append(.init("-"))
          continue
        }
        var cell = Table.Cell(cells.aggregate(column.metric), column.metric)
        cell.isBest = distinctions[column].isMarked(method)
        cell.samples = SampleQuery(
          model: section.model, entry: section.title, method: method, axis: grid.axis, place: column.value)
        table.rows[row].cells.append(cell)
      }
    }
    table.groups.append(.init(title: title, count: grid.columns.count))
  }

  private static func add(
    mean grid: Grid, _ section: Section, _ title: String, _ rows: [MethodRow], _ table: inout Table
  ) {
    guard grid.columns.allSatisfy({ $0.metric.higherIsBetter && !$0.metric.isPerplexity }) else { return }
    table.columns.append("mean of \(grid.columns.count)")
    for row in table.rows.indices {
      let aggregates = grid.columns.map { grid.cells(rows[row].method(grid, $0) ?? "", $0).aggregate($0.metric) }
      let values = aggregates.filter(\.isComplete).compactMap(\.value)
      guard values.count == grid.columns.count, let mean = Statistics.mean(values) else {
        var cell = Table.Cell(values.isEmpty ? "-" : "no mean")
        cell.isGap = !values.isEmpty
        cell.detail = values.isEmpty ? "" : "\(values.count) of \(grid.columns.count) columns complete"
        table.rows[row].cells.append(cell)
        continue
      }
      let scale = grid.columns.allSatisfy(\.metric.isPercentage) ? 100.0 : 1
      var cell = Table.Cell(NumberText.fixed(mean * scale, 1))
      cell.value = mean
      if rows[row].isOneMethod {
        cell.samples = SampleQuery(model: section.model, entry: section.title, method: table.rows[row].label)
      }
      table.rows[row].cells.append(cell)
    }
    table.groups.append(.init(title: title, count: 1))
  }
}
