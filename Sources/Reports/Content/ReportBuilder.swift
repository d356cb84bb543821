import Evaluation
import Gates
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
  /// The gates of the configuration, as they were judged.
  var gates: [Judgement] = []
  /// The table whose curve stands on the first screen, and its other figures.
  private var firstFigure: (place: [String], more: [Figure])?

  init(_ evaluations: Evaluations, store: ResultStore, name: String, tasks: TaskReports) {
    self.name = name
    self.tasks = tasks
    self.store = store
    self.evaluations = evaluations
    sections = Section.sections(of: evaluations, tasks)
    document = Document(title: name)
  }

  /// Titles of folds to which the status strip leads.
  private enum Fold {
    static let gaps = "Missing, failed and unscored samples"
    static let gates = "Gates"
    static let overview = "Models, methods and warnings"
  }

  /// The whole report, in `document`: a first screen, and everything else folded below it.
  static func report(
    _ evaluations: Evaluations, store: ResultStore, name: String, tasks: TaskReports,
    conventions: [RequestedConvention] = [], gates: [Judgement] = []
  ) throws(ReportError) -> ReportBuilder {
    var builder = ReportBuilder(evaluations, store: store, name: name, tasks: tasks)
    builder.gates = gates
    builder.addFirstScreen(withFigure: true)
    for section in builder.sections { try builder.add(section) }
    if !conventions.isEmpty {
      try builder.fold("Perplexity by convention") { (builder) throws(ReportError) in
        try builder.addConventions(conventions)
      }
    }
    try builder.fold(Fold.gaps) { $0.addGaps() }
    try builder.fold(Fold.gates) { $0.addGates() }
    try builder.fold(Fold.overview) { $0.addOverview() }
    try builder.fold("Protocols and deviations") { $0.addProtocols() }
    try builder.fold("Provenance: models, data, machine, versions") { $0.addProvenance() }
    try builder.fold("How to reproduce") { $0.addConfiguration() }
    return builder
  }

  /// The first screen for a terminal: the verdict, the main matrix, the counts.
  static func summary(
    _ evaluations: Evaluations, store: ResultStore, name: String, tasks: TaskReports, gates: [Judgement] = []
  ) throws(ReportError) -> Document {
    var builder = ReportBuilder(evaluations, store: store, name: name, tasks: tasks)
    builder.gates = gates
    builder.addFirstScreen(withFigure: false)
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

  /// What `content` adds becomes one block that is shown on demand.
  mutating func fold(
    _ title: String, _ content: (inout ReportBuilder) throws(ReportError) -> Void
  ) throws(ReportError) {
    let outer = document
    document = Document(title: title)
    try content(&self)
    let inner = document.blocks
    document = outer
    if !inner.isEmpty { document.blocks.append(.fold(title: title, inner)) }
  }

  private mutating func add(_ section: Section) throws(ReportError) {
    let models = evaluations.names(\.model).count
    let name = models > 1 ? "\(section.model), \(section.title)" : section.title
    try fold(name) { (builder) throws(ReportError) in
      for grid in section.grids {
        builder.addMeasuredTable(section, grid)
        builder.addDeclared(section, grid, isSummary: false)
        if builder.firstFigure?.place != [section.model, section.title, grid.variant] {
          builder.addCurve(section, grid)
        } else {
          for figure in builder.firstFigure?.more ?? [] { builder.document.figure(figure) }
        }
        builder.addGroupByWindow(section, grid)
        builder.addDepthHeatmap(section, grid)
        builder.addPaired(section, grid)
      }
      builder.addLengths(section)
      try builder.addPositions(section)
      for grid in section.grids { builder.addAnswers(section, grid) }
      let protocols = Set(section.cells.map(\.record.protocolName)).sorted()
      builder.document.paragraph(
        "Protocol \(protocols.map { "`\($0)`" }.joined(separator: ", ")). Settings: `\(section.settings)`.")
    }
  }

  // MARK: First screen

  /// The verdict, one matrix, one figure, a status strip.
  private mutating func addFirstScreen(withFigure: Bool) {
    let models = evaluations.names(\.model)
    for model in models {
      let ofModel = sections.filter { $0.model == model }
      if models.count > 1 { document.heading(2, model) }
      let conclusion = Conclusion(ofModel)
      document.blocks.append(.verdict(conclusion.sentences))
      document.example = document.example ?? conclusion.example
      if model == models.last { document.blocks.append(.status(status)) }
      if let matrix = MainMatrix.table(ofModel, id: slugs.slug([model, "matrix"]), evaluations.automatic) {
        document.table(matrix)
      }
    }
    if withFigure { addFirstFigure() }
  }

  /// The curve of the first table of shares by length, else of the first one with numbers for columns.
  private mutating func addFirstFigure() {
    let places = sections.flatMap { section in section.grids.map { (section, $0) } }.filter {
      $0.1.isNumeric && $0.1.metric != nil
    }
    let chosen = places.first { $0.1.isLength && $0.1.metric?.isPercentage == true } ?? places.first
    guard let (section, grid) = chosen else { return }
    let figures = curves(section, grid)
    guard let first = figures.first else { return }
    document.figure(first)
    firstFigure = ([section.model, section.title, grid.variant], Array(figures.dropFirst()))
  }

  /// The counts that a reader must see before any number.
  private var status: [StatusItem] {
    let cells = evaluations.cells
    let counts = SampleCounts(cells)
    let truncated = cells.reduce(0) { $0 + $1.samples.count { $0.result.truncatedTokenCount > 0 } }
    let warnings = evaluations.run?.warnings.count ?? 0
    func item(_ name: String, _ count: Int, _ kind: StatusItem.Kind, _ fold: String? = nil) -> StatusItem {
      StatusItem(name: name, value: "\(count)", kind: count == 0 ? .good : kind, fold: fold)
    }
    var items = [
      StatusItem(
        name: "samples", value: "\(counts.stored) of \(counts.planned)",
        kind: counts.stored == counts.planned ? .good : .notice)
    ]
    if let limit = evaluations.sampleLimit {
      items.append(StatusItem(name: "limited to", value: "\(limit) a cell", kind: .notice, fold: Fold.gaps))
    }
    if evaluations.sampleLimit == nil || counts.missing > 0 {
      items.append(item("missing", counts.missing, .bad, Fold.gaps))
    }
    items += [
      item("failed", counts.failed, .bad, Fold.gaps), item("unscored", counts.unscored, .bad, Fold.gaps),
      item("truncated", truncated, .notice),
      item("warnings", warnings, .notice, Fold.overview),
    ]
    if !gates.isEmpty {
      let result = GateResult(gates)
      let (all, bad, open) = result.gateCounts
      let passed = all - bad - open
      items.append(
        StatusItem(
          name: "gates",
          value: "\(passed) of \(all) passed" + (bad > 0 ? ", \(bad) failed" : "")
            + (open > 0 ? ", \(open) not judged" : ""), kind: bad + open == 0 ? .good : .bad, fold: Fold.gates))
    }
    return items
  }

  // MARK: Below

  private mutating func addOverview() {
    let models = evaluations.names(\.model).map { model in
      let window = evaluations.cells.first { $0.record.model == model }?.record.contextWindow ?? 0
      return "`\(model)` (L = \(window))"
    }
    let methods = evaluations.names(\.method).map { "`\($0)`" }
    let tasks = evaluations.entryNames.map { "`\($0)`" }
    document.paragraph(
      "Models: \(models.joined(separator: ", ")). Methods: \(methods.joined(separator: ", ")). "
        + "Tasks: \(tasks.joined(separator: ", ")). \(completeness)")
    document.paragraph(
      "A number's n is that of its scored samples; from six independent units on it has a 95 % interval. L is the "
        + "pretraining window; lengths at or beyond it say how many windows they are. A method \"holds\" a length where "
        + "its interval does not lie wholly on the worse side of its interval at the shortest length, and a test that "
        + "could tell does not tell it from the best; at the worst number that there is, nothing holds.")
    document.bullets((evaluations.run?.warnings ?? []).map { "Warning: \($0)" })
  }

  private mutating func addGates() {
    guard !gates.isEmpty else { return }
    document.table(GateResult(gates).table)
  }

  /// How much of what was planned is there, in one sentence.
  var completeness: String {
    let cells = evaluations.cells
    let counts = SampleCounts(cells)
    var parts: [String] = []
    if counts.missing > 0 { parts.append("\(counts.missing) missing") }
    if counts.failed > 0 { parts.append("\(counts.failed) failed") }
    if counts.unscored > 0 { parts.append("\(counts.unscored) unscored") }
    let state = parts.isEmpty ? "complete" : "**\(parts.joined(separator: ", "))**"
    let limit = evaluations.sampleLimit.map { ", limited to \($0) a cell" } ?? ""
    return "\(cells.count) cells, \(counts.stored) of \(counts.planned) samples\(limit): \(state)."
  }
}

extension LoadedCell {
  /// Stored samples without a value for the table's metric.
  var unscoredCount: Int {
    guard let metric = record.metrics.first else { return 0 }
    return contributions(metric).unscored
  }
}
