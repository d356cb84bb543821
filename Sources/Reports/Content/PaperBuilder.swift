import Evaluation
import Metrics
import Store
import Text

/// The tables of the Self-Extend paper made of measured cells, published numbers beside them.
struct PaperBuilder {
  private let evaluations: Evaluations
  var slugs = SlugMaker()
  var document: Document
  /// Published sources in the order of their first use.
  private var sources: [TaskReport.PublishedNumber.Source] = []

  /// The document of a store.
  ///
  /// - Throws: `ReportError.nothingForPaper` where no cell belongs to a table of the paper.
  static func document(
    _ evaluations: Evaluations, name: String, tasks: TaskReports
  ) throws(ReportError) -> Document {
    var builder = PaperBuilder(evaluations, name: name)
    builder.addIntroduction()
    var isEmpty = true
    for model in evaluations.names(\.model) {
      for (task, columns) in tasks.published {
        let cells = evaluations.cells.filter { $0.record.model == model && $0.record.task == task }
        let datasets = Set(columns.columns.map(\.dataset))
        for group in PaperBuilder.groups(cells)
        where group.contains(where: { $0.coordinate("dataset").map(datasets.contains) ?? false }) {
          isEmpty = false
          builder.add(task, columns, model: model, group)
        }
      }
    }
    let published = Set(tasks.published.map { $0.task })
    let sections = Section.sections(of: evaluations, tasks)
    for model in evaluations.names(\.model) where builder.addShortContexts(sections.filter { $0.model == model }) {
      isEmpty = false
    }
    for section in sections where !published.contains(section.task) {
      for grid in section.grids where builder.add(section, grid, tasks[section.task]) { isEmpty = false }
      builder.addLengths(section, tasks[section.task])
    }
    guard !isEmpty else { throw .nothingForPaper(path: evaluations.path, tasks: tasks.published.map { $0.task }) }
    builder.addSources()
    return builder.document
  }

  private init(_ evaluations: Evaluations, name: String) {
    self.evaluations = evaluations
    document = Document(title: "\(name) beside the Self-Extend paper")
  }

  /// The cells of one entry and length of a task.
  private static func groups(_ cells: [LoadedCell]) -> [[LoadedCell]] {
    let byPlace = Dictionary(grouping: cells) { "\($0.record.settings)|\($0.coordinate("length") ?? "")" }
    return byPlace.keys.sorted(by: NaturalOrder.isBefore).map { byPlace[$0] ?? [] }
  }

  private mutating func addIntroduction() {
    document.paragraph(
      "Measured scores in the shape of the tables of \"LLM Maybe LongLM: Self-Extend LLM Context Window Without Tuning\" "
        + "(arXiv 2401.01325), with its numbers below those of the same model and kind of method, and measured minus "
        + "published. The paper's numbers are taken from texts that quote them; each names its source. Its group size "
        + "and neighbor window are not known for most rows, so that a difference is not the method's alone. Benchmarks "
        + "that the paper does not have stand below it, with numbers of their own people where some were read. "
        + "A place without a number is empty.")
  }

  private mutating func add(
    _ task: String, _ suite: TaskReport.PublishedColumns, model: String, _ cells: [LoadedCell]
  ) {
    let length = cells.first?.coordinate("length").map { ", prompts of at most \($0) tokens" } ?? ""
    document.heading(2, "\(model), \(suite.title)\(length)")
    var table = Table(
      id: slugs.slug(["paper", model, task, cells.first?.coordinate("length") ?? ""]),
      title: "\(suite.title): \(model)\(length)", corner: "method",
      columns: suite.columns.map(\.title) + [suite.averageTitle])
    table.coordinates = ["model": model, "task": task, "settings": cells.first?.record.settings ?? ""]
    let deviations = PaperDeviations.list(task, suite, model: model, cells, run: evaluations.run)
    let rows = suite.rows.filter { PaperMatch.isSame(published: $0.model, measured: model) }
    var shown: Set<TaskReport.PublishedNumber.Row> = []
    for method in Set(cells.map(\.record.method)).sorted(by: StoredMethod.isBefore) {
      let scores = PaperScores(suite, cells.filter { $0.record.method == method }, deviations)
      table.rows.append(.init(label: method, cells: scores.cells))
      for row in rows where PaperMatch.isSame(row, method: method) {
        if shown.insert(row).inserted { table.rows.append(published(row, suite)) }
        table.rows.append(difference(scores, row, suite, method: method))
      }
    }
    for row in rows where !shown.contains(row) { table.rows.append(published(row, suite)) }
    table.note =
      "Scores from 0 to 100 with 95 % intervals; an average only where every column is complete. Numbers in brackets "
      + "are sources, letters after † deviations, both listed below."
    document.table(table)
    if rows.isEmpty {
      let models = Set(suite.rows.map(\.model)).sorted(by: NaturalOrder.isBefore)
      document.paragraph(
        "No published number is known for `\(model)`; there are some for \(models.joined(separator: ", ")).")
    }
    document.bullets(deviations.map(\.line))
  }

  private mutating func published(
    _ row: TaskReport.PublishedNumber.Row, _ suite: TaskReport.PublishedColumns
  ) -> Table.Row {
    let numbers = suite.columns.map { suite.published(row, $0) } + [suite.publishedAverage(row)]
    var marks: [Int] = []
    for number in numbers {
      guard let note = number?.source else { continue }
      if !sources.contains(note) { sources.append(note) }
      if let mark = sources.firstIndex(of: note), !marks.contains(mark + 1) { marks.append(mark + 1) }
    }
    let mark = marks.map(String.init).joined(separator: ", ")
    return .init(label: "published: \(row.label) [\(mark)]", cells: numbers.map { .paper($0?.value) })
  }

  private func difference(
    _ scores: PaperScores, _ row: TaskReport.PublishedNumber.Row, _ suite: TaskReport.PublishedColumns, method: String
  ) -> Table.Row {
    var cells: [Table.Cell] = []
    for (measured, column) in zip(scores.cells, suite.columns) {
      cells.append(.difference(measured, suite.published(row, column)?.value))
    }
    if let average = scores.cells.last { cells.append(.difference(average, suite.publishedAverage(row)?.value)) }
    return .init(label: "\(method) - published \(row.label)", cells: cells)
  }

  private mutating func addSources() {
    guard !sources.isEmpty else { return }
    document.heading(2, "Sources of the published numbers")
    document.bullets(
      sources.enumerated().map { index, source in
        "[\(index + 1)] \(source.text). Confidence: \(source.confidence)."
      })
  }
}

/// The measured scores of one method in the columns of a table of the paper.
struct PaperScores {
  /// One for each column, then the average.
  let cells: [Table.Cell]

  init(_ suite: TaskReport.PublishedColumns, _ loaded: [LoadedCell], _ deviations: [PaperDeviation]) {
    var cells: [Table.Cell] = []
    var means: [Double] = []
    for column in suite.columns {
      let own = loaded.filter { $0.coordinate("dataset") == column.dataset }
      guard let metric = own.first?.record.metrics.first else {
        cells.append(.paper(nil))
        continue
      }
      let aggregate = own.aggregate(metric)
      let scale = metric.isPercentage ? 100.0 : 1
      var cell = Table.Cell.paper(aggregate.value.map { $0 * scale })
      (cell.low, cell.high) = (aggregate.low.map { $0 * scale }, aggregate.high.map { $0 * scale })
      (cell.count, cell.expected) = (aggregate.count, aggregate.expected)
      cell.isGap = !aggregate.isWhole
      let marks = PaperDeviations.marks(deviations, of: own)
      cell.detail = Self.detail(aggregate, cell, own) + (marks.isEmpty ? "" : " \(marks)")
      if aggregate.isWhole, let value = cell.value { means.append(value) }
      cells.append(cell)
    }
    cells.append(.paper(means.count == suite.columns.count ? Statistics.mean(means) : nil))
    self.cells = cells
  }

  private static func detail(_ aggregate: Aggregate, _ cell: Table.Cell, _ cells: [LoadedCell]) -> String {
    var parts: [String] = []
    if let low = cell.low, let high = cell.high {
      parts.append("[\(NumberText.fixed(low, 2)), \(NumberText.fixed(high, 2))]")
    }
    parts.append(aggregate.isWhole ? "n=\(aggregate.count)" : "n=\(aggregate.count) of \(aggregate.expected)")
    let truncated = cells.flatMap(\.samples).count { $0.result.truncatedTokenCount > 0 }
    if truncated > 0 { parts.append("\(truncated) cut") }
    return parts.joined(separator: " ")
  }
}

extension Table.Cell {
  /// A number with two decimals, or nothing.
  static func paper(_ value: Double?) -> Table.Cell {
    var cell = Table.Cell(value.map { NumberText.fixed($0, 2) } ?? "")
    cell.value = value
    return cell
  }

  /// A measured number minus a published one; nothing where one of them is not known.
  static func difference(_ measured: Table.Cell, _ published: Double?) -> Table.Cell {
    guard let value = measured.value, let published else { return .paper(nil) }
    var cell = Table.Cell(NumberText.signed(NumberText.fixed(value - published, 2)))
    cell.value = value - published
    (cell.low, cell.high) = (measured.low.map { $0 - published }, measured.high.map { $0 - published })
    cell.count = measured.count
    cell.isGap = measured.isGap
    return cell
  }
}
