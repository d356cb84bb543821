import Evaluation
import Store

extension ReportBuilder {
  /// What stands behind the scores of a table where it is not as it should be: answers cut off, truncated, empty, failed,
  /// unscored or missing; a sentence for what is the same everywhere.
  mutating func addAnswers(_ section: Section, _ grid: Grid) {
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "answers"]),
      title: "\(section.title)\(variant(grid)): prompts and answers", corner: "method",
      columns: (grid.axis.isEmpty ? [] : [grid.axis]) + AnswerCounts.columns, isMeasured: false)
    table.coordinates = ["model": section.model, "task": section.task, "settings": section.settings]
    for column in grid.columns {
      for method in grid.methods {
        let cells = grid.cells(method, column)
        guard !cells.isEmpty else { continue }
        let counts = AnswerCounts(cells)
        guard counts.isException else { continue }
        let place = grid.axis.isEmpty ? [] : [Table.Cell(column.value)]
        table.rows.append(.init(label: method, cells: place + counts.cells))
      }
    }
    let all = AnswerCounts(section.cells)
    let tokens = all.tokenRange.map { " Prompts of \($0) tokens." } ?? ""
    if table.rows.isEmpty {
      document.paragraph(
        "\(section.title)\(variant(grid)): no prompt was truncated, no answer is empty, failed, unscored or missing.\(tokens)"
      )
    } else {
      table.note = "Only what is not as it should be; every other sample is whole and scored.\(tokens)"
      document.table(table)
    }
    addOtherMetrics(section, grid)
  }

  /// The metrics beside the table's one, for example perplexity by words and bytes.
  private mutating func addOtherMetrics(_ section: Section, _ grid: Grid) {
    let metrics =
      grid.columns.compactMap { column in
        grid.methods.lazy.compactMap { grid.cells($0, column).first?.record.metrics }.first
      }.first ?? []
    guard metrics.count > 1 else { return }
    for metric in metrics.dropFirst() {
      var table = Table(
        id: slugs.slug([section.model, section.title, grid.variant, metric.name]),
        title: "\(section.title)\(variant(grid)): \(metric.title)" + (grid.axis.isEmpty ? "" : " by \(grid.axis)"),
        corner: "method", columns: grid.columns.map { $0.heading(isLength: grid.isLength, showsMetric: false) })
      table.coordinates = coordinates(section, grid).merging(["metric": metric.name]) { $1 }
      for method in grid.methods {
        table.rows.append(
          .init(
            label: method,
            cells: grid.columns.map { column in
              let cells = grid.cells(method, column)
              return cells.isEmpty ? Table.Cell.notPlanned : Table.Cell(cells.aggregate(metric), metric)
            }))
      }
      // A metric that only some datasets have is no gap of the others.
      guard table.rows.contains(where: { $0.cells.contains { $0.value != nil } }) else { continue }
      document.table(table)
    }
  }
}

/// Counts over the samples behind a score.
struct AnswerCounts {
  static let columns = [
    "n", "prompt tokens", "truncated", "most tokens cut", "ended by EOS", "by limit", "by stop", "empty", "unscored",
    "failed", "missing",
  ]

  let sampleCount: Int
  let shortest: Int?
  let longest: Int?
  let truncated: Int
  let mostCut: Int
  let endedByEOS: Int
  let endedByLimit: Int
  let endedByStop: Int
  let empty: Int
  let unscored: Int
  let failed: Int
  let missing: Int

  init(_ cells: [LoadedCell]) {
    // Sample by sample: a list of the results would be a copy of each.
    let samples = cells.map(\.samples).joined()
    sampleCount = samples.count
    shortest = samples.lazy.map(\.result.promptTokenCount).min()
    longest = samples.lazy.map(\.result.promptTokenCount).max()
    truncated = samples.count { $0.result.truncatedTokenCount > 0 }
    mostCut = samples.lazy.map(\.result.truncatedTokenCount).max() ?? 0
    endedByEOS = samples.count { $0.result.finishReason == .endOfText }
    endedByLimit = samples.count { $0.result.finishReason == .length }
    endedByStop = samples.count { $0.result.finishReason == .stop }
    empty = samples.count { $0.result.output?.allSatisfy(\.isWhitespace) ?? false }
    unscored = cells.reduce(0) { $0 + $1.unscoredCount }
    failed = cells.reduce(0) { $0 + $1.failures.count }
    missing = cells.reduce(0) { $0 + $1.missingCount }
  }

  /// True where a reader should know of it.
  var isException: Bool { truncated + empty + unscored + failed + missing > 0 }

  var tokenRange: String? {
    shortest.flatMap { low in longest.map { low == $0 ? "\(low)" : "\(low)-\($0)" } }
  }

  /// In the order of `columns`.
  var cells: [Table.Cell] {
    let range = tokenRange
    let counts = [
      truncated, mostCut, endedByEOS, endedByLimit, endedByStop, empty, unscored, failed, missing,
    ]
    return [.init(sampleCount), .init(range ?? "")] + counts.map { .init($0) }
  }
}
