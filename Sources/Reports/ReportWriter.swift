public import Evaluation
import Foundation
public import Gates
import JSON
public import Store

/// A form in which a report can be written.
public enum ReportFormat: String, CaseIterable, Hashable, Sendable {
  /// `report.md`, and `timing.md`: what it cost.
  case markdown
  /// `cells.csv`, `samples.csv`, `timing.csv` and one file for each table in `tables/`.
  case csv
  /// One picture for each figure in `figures/`.
  case svg
  /// The same pictures as PDF, for papers.
  case pdf
  /// `report.html`, complete in itself, with all samples.
  case html
  /// `latex/<table>.tex` and `latex/<figure>.tex` (pgfplots), and `report.tex`, which reads them all.
  case latex
  /// `report.json`.
  case json
}

/// Writes the report of a store; from the store alone, and the same bytes for the same results.
///
/// Times and computed tokens stand in `timing.csv` and `timing.md` and nowhere else, so that an interrupted and resumed sweep has the report of one that
/// never stopped.
public struct ReportWriter: Sendable {
  private let store: ResultStore
  private let name: String
  private let tasks: TaskReports
  private let conventions: [RequestedConvention]
  /// The gates of the configuration, as they were judged; shown in the report.
  public var gates: [Judgement] = []
  private let reader: EvaluationsReader

  /// A writer.
  ///
  /// - Parameters:
  ///   - store: The results.
  ///   - name: The report's title: the configuration's name.
  ///   - tasks: What the tasks declare of their reports; without it only the cells speak.
  ///   - conventions: Perplexity conventions to derive from the stored log-probabilities, separated by commas.
  /// - Throws: `ReportError.unknownConvention`.
  public init(
    store: ResultStore, name: String, tasks: TaskReports = .none, conventions: String
  ) throws(ReportError) {
    self.store = store
    reader = EvaluationsReader(store)
    self.name = name
    self.tasks = tasks
    self.conventions = try RequestedConvention.list(conventions)
  }

  /// A writer of a report without other conventions.
  ///
  /// - Parameters:
  ///   - store: The results.
  ///   - name: The report's title: the configuration's name.
  ///   - tasks: What the tasks declare of their reports; without it only the cells speak.
  public init(store: ResultStore, name: String, tasks: TaskReports = .none) {
    self.store = store
    reader = EvaluationsReader(store)
    self.name = name
    self.tasks = tasks
    conventions = []
  }

  /// The perplexities by the asked-for conventions as aligned text; empty where none was asked for.
  ///
  /// - Returns: a table and what is missing for it.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func conventionText() throws(ReportError) -> String {
    guard !conventions.isEmpty else { return "" }
    return PlainText.render(try ReportBuilder.conventions(reader.evaluations(), store: store, name: name, conventions))
  }

  /// True where every planned sample is stored and has a score for its table's metric, and every asked-for convention
  /// could be derived.
  ///
  /// - Returns: whether it is so.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func isComplete() throws(ReportError) -> Bool {
    guard try reader.evaluations().isComplete else { return false }
    var builder = ReportBuilder(try reader.evaluations(), store: store, name: name, tasks: .none)
    return try builder.addConventions(conventions)
  }

  /// Writes a report, replacing files of an earlier one; its tables and pictures that are no more are removed.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing.
  ///   - formats: What to write; Markdown shows the pictures only when `svg` is among them.
  /// - Returns: The files, relative to the folder, sorted.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing, a file cannot be written.
  public func write(to folder: String, formats: Set<ReportFormat>) throws(ReportError) -> [String] {
    let builder = try ReportBuilder.report(
      reader.evaluations(), store: store, name: name, tasks: tasks, conventions: conventions, gates: gates)
    let (document, evaluations) = (builder.document, builder.evaluations)
    var files: [String: Data] = [:]
    func add(_ name: String, _ text: String) { files[name] = Data(text.utf8) }
    if formats.contains(.markdown) {
      add("report.md", Markdown.render(document, figureFolder: formats.contains(.svg) ? "figures" : nil))
      var cost = Document(title: "\(name): cost")
      cost.table(Cost.table(evaluations))
      add("timing.md", Markdown.render(cost, figureFolder: nil))
    }
    if formats.contains(.html) {
      add("report.html", HTML.render(document, samples: try SampleArchive(builder.sections, store)))
    }
    if formats.contains(.latex) { LaTeX.files(document).forEach { add($0.name, $0.text) } }
    for figure in document.figures {
      if formats.contains(.svg) { add("figures/\(figure.id).svg", figure.svg) }
      if formats.contains(.pdf) { files["figures/\(figure.id).pdf"] = Data(figure.picture.pdf) }
    }
    if formats.contains(.json) {
      add("report.json", JSONReport(document, evaluations, gates).text)
    }
    if formats.contains(.csv) {
      add("cells.csv", CSV.cells(evaluations))
      files["samples.csv"] = Data(CSV.samples(evaluations))
      add("timing.csv", CSV.timing(evaluations))
      for table in document.tables { add("tables/\(table.id).csv", CSV.render(table)) }
    }
    let names = try Self.write(files, to: folder)
    try FormerFiles(folder: folder).replace(with: names, formats)
    return names
  }

  /// Writes `paper.*`: the tasks that the Self-Extend paper has tables of, in the shape of these, its numbers beside the
  /// measured ones.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing.
  ///   - formats: What to write; there are no pictures.
  /// - Returns: The files, relative to the folder, sorted, and the tables as text for a terminal.
  /// - Throws: `ReportError`: the store cannot be read, holds nothing of these tasks, a file cannot be written.
  public func writePaper(
    to folder: String, formats: Set<ReportFormat>
  ) throws(ReportError) -> (files: [String], text: String) {
    let evaluations = try reader.evaluations()
    let document = try PaperBuilder.document(evaluations, name: name, tasks: tasks)
    var files: [String: Data] = [:]
    func add(_ name: String, _ text: String) { files[name] = Data(text.utf8) }
    if formats.contains(.markdown) { add("paper.md", Markdown.render(document, figureFolder: nil)) }
    if formats.contains(.html) { add("paper.html", HTML.render(document)) }
    if formats.contains(.latex) { LaTeX.files(document, main: "paper.tex").forEach { add($0.name, $0.text) } }
    if formats.contains(.json) {
      add("paper.json", JSONReport(document, evaluations, []).text)
    }
    if formats.contains(.csv) {
      for table in document.tables { add("tables/\(table.id).csv", CSV.render(table)) }
    }
    return (try Self.write(files, to: folder), PlainText.render(document))
  }

  /// Writes the long-context card of each model: one page in each form.
  ///
  /// - Parameters:
  ///   - folder: where the pages go, as card-MODEL.
  ///   - formats: the forms.
  /// - Returns: the files.
  /// - Throws: `ReportError`: the store cannot be read, or holds no scores by length.
  public func writeCards(to folder: String, formats: Set<ReportFormat>) throws(ReportError) -> [String] {
    let evaluations = try reader.evaluations()
    var slugs = SlugMaker()
    var files: [String: Data] = [:]
    func add(_ name: String, _ text: String) { files[name] = Data(text.utf8) }
    for (model, document) in try CardBuilder.documents(evaluations) {
      let name = "card-" + slugs.slug([model])
      if formats.contains(.markdown) { add("\(name).md", Markdown.render(document, figureFolder: nil)) }
      if formats.contains(.html) { add("\(name).html", HTML.render(document)) }
      if formats.contains(.latex) { LaTeX.files(document, main: "\(name).tex").forEach { add($0.name, $0.text) } }
      if formats.contains(.json) {
        add("\(name).json", JSONReport(document, evaluations, []).text)
      }
      if formats.contains(.csv) {
        for table in document.tables { add("tables/\(table.id).csv", CSV.render(table)) }
      }
    }
    return try Self.write(files, to: folder)
  }

  /// What the stored samples cost, as a table for a terminal.
  ///
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func cost() throws(ReportError) -> String { PlainText.render(Cost.table(try reader.evaluations())) }

  private static func write(_ files: [String: Data], to folder: String) throws(ReportError) -> [String] {
    let names = files.keys.sorted()
    for name in names { try write(files[name] ?? Data(), to: folder + "/" + name) }
    return names
  }

  /// Makes the folder of a report and sees that it can be written, before any work is done for it.
  ///
  /// - Parameter folder: made where it is missing.
  /// - Throws: `ReportError.cannotWrite`.
  public static func prepare(_ folder: String) throws(ReportError) {
    try makeFolder(folder, for: folder)
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .cannotWrite(path: folder, problem: "the folder is not writable")
    }
  }

  /// The first screen as aligned text for a terminal: the verdict, the main matrix, the counts.
  ///
  /// - Parameter width: columns of the terminal; sentences and wide tables are broken to fit.
  /// - Returns: text that ends with a line end.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func summary(width: Int = .max) throws(ReportError) -> String {
    PlainText.render(
      try ReportBuilder.summary(reader.evaluations(), store: store, name: name, tasks: tasks, gates: gates),
      width: width)
  }

  /// The sentences of the first screen, without markup.
  ///
  /// - Returns: one for each finding.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func verdict() throws(ReportError) -> [String] {
    let document = try ReportBuilder.summary(reader.evaluations(), store: store, name: name, tasks: tasks)
    return document.flattened.flatMap { block -> [String] in
      if case .verdict(let sentences) = block { sentences.map(PlainText.stripped) } else { [] }
    }
  }

  static func write(_ text: String, to path: String) throws(ReportError) { try write(Data(text.utf8), to: path) }

  static func write(_ data: Data, to path: String) throws(ReportError) {
    try makeFolder(URL(filePath: path).deletingLastPathComponent().path, for: path)
    try OutputFile.write(data, to: path)
  }

  private static func makeFolder(_ folder: String, for path: String) throws(ReportError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      let inTheWay = FileManager.default.fileExists(atPath: folder)
      throw .cannotWrite(
        path: path, problem: inTheWay ? "something else than a folder is in the way" : "the folder cannot be made")
    }
  }
}
