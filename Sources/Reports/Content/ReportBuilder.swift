import Evaluation
import Store

/// Makes the blocks of a report from what is stored; nothing here depends on times or on how often a sweep was resumed.
struct ReportBuilder {
  let name: String
  let evaluations: Evaluations
  let sections: [Section]
  let store: ResultStore
  /// What the tasks declare.
  let tasks: TaskReports
  var slugs = SlugMaker()
  var document: Document

  init(_ evaluations: Evaluations, store: ResultStore, name: String, tasks: TaskReports) {
    self.name = name
    self.tasks = tasks
    self.store = store
    self.evaluations = evaluations
    sections = Section.sections(of: evaluations, tasks)
    document = Document(title: name)
  }

  /// The whole report, in `document`.
  static func report(
    _ evaluations: Evaluations, store: ResultStore, name: String, tasks: TaskReports,
    conventions: [RequestedConvention] = []
  ) throws(ReportError) -> ReportBuilder {
    var builder = ReportBuilder(evaluations, store: store, name: name, tasks: tasks)
    builder.addSummary()
    for model in builder.evaluations.names(\.model) {
      builder.document.heading(2, model)
      for section in builder.sections where section.model == model { try builder.add(section) }
    }
    try builder.addConventions(conventions)
    builder.addGaps()
    builder.addProtocols()
    builder.addProvenance()
    builder.addConfiguration()
    return builder
  }

  /// The tables of a terminal: what was measured and what is missing.
  static func summary(
    _ evaluations: Evaluations, store: ResultStore, name: String, tasks: TaskReports
  ) throws(ReportError) -> Document {
    var builder = ReportBuilder(evaluations, store: store, name: name, tasks: tasks)
    builder.addSummary()
    for section in builder.sections {
      for grid in section.grids {
        builder.addMeasuredTable(section, grid)
        builder.addDeclared(section, grid, isSummary: true)
      }
    }
    builder.addGaps()
    return builder.document
  }

  /// The perplexities by other conventions alone.
  static func conventions(
    _ evaluations: Evaluations, store: ResultStore, name: String, _ conventions: [RequestedConvention]
  ) throws(ReportError) -> Document {
    var builder = ReportBuilder(evaluations, store: store, name: name, tasks: .none)
    try builder.addConventions(conventions)
    return builder.document
  }

  private mutating func add(_ section: Section) throws(ReportError) {
    document.heading(3, section.title)
    let protocols = Set(section.cells.map(\.record.protocolName)).sorted()
    document.paragraph(
      "Protocol \(protocols.map { "`\($0)`" }.joined(separator: ", ")). Settings: `\(section.settings)`.")
    for grid in section.grids {
      addMeasuredTable(section, grid)
      addDeclared(section, grid, isSummary: false)
      addCurve(section, grid)
      addGroupByWindow(section, grid)
      addDepthHeatmap(section, grid)
      addPaired(section, grid)
    }
    try addPositions(section)
    for grid in section.grids { addAnswers(section, grid) }
  }

  // MARK: Summary

  private mutating func addSummary() {
    let models = evaluations.names(\.model).map { model in
      let window = evaluations.cells.first { $0.record.model == model }?.record.contextWindow ?? 0
      return "`\(model)` (L = \(window))"
    }
    let methods = evaluations.names(\.method).map { "`\($0)`" }
    let tasks = evaluations.names(\.task).map { "`\($0)`" }
    document.paragraph(
      "Models: \(models.joined(separator: ", ")). Methods: \(methods.joined(separator: ", ")). "
        + "Tasks: \(tasks.joined(separator: ", ")). \(completeness)")
    document.paragraph(
      "Each number has the number n of scored samples and, from six independent units on, its 95 % interval; of such "
        + "numbers the best of a column is bold, equals alike. "
        + "L is the pretraining window; lengths at or beyond it say how many windows they are.")
    let warnings = evaluations.run?.warnings ?? []
    guard !warnings.isEmpty else { return }
    document.heading(2, "Warnings")
    document.bullets(warnings)
  }

  /// How much of what was planned is there, in one sentence.
  var completeness: String {
    let cells = evaluations.cells
    let expected = cells.reduce(0) { $0 + $1.record.sampleCount }
    let stored = cells.reduce(0) { $0 + $1.samples.count }
    let failed = cells.reduce(0) { $0 + $1.failures.count }
    let missing = cells.reduce(0) { $0 + max(0, $1.record.sampleCount - $1.samples.count - $1.failures.count) }
    let unscored = cells.reduce(0) { $0 + $1.unscoredCount }
    var parts: [String] = []
    if missing > 0 { parts.append("\(missing) missing") }
    if failed > 0 { parts.append("\(failed) failed") }
    if unscored > 0 { parts.append("\(unscored) unscored") }
    let state = parts.isEmpty ? "complete" : "**\(parts.joined(separator: ", "))**"
    return "\(cells.count) cells, \(stored) of \(expected) samples: \(state)."
  }
}

extension LoadedCell {
  /// Stored samples without a value for the table's metric.
  var unscoredCount: Int {
    guard let metric = record.metrics.first else { return 0 }
    return samples.filter { $0.contribution(metric) == nil }.count
  }
}
