public import Evaluation
import Foundation
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
  /// `report.html`, complete in itself.
  case html
  /// `report.tex`: the measured tables.
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

  /// Writes a report, replacing files of an earlier one.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing.
  ///   - formats: What to write; Markdown shows the pictures only when `svg` is among them.
  /// - Returns: The files, relative to the folder, sorted.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing, a file cannot be written.
  public func write(to folder: String, formats: Set<ReportFormat>) throws(ReportError) -> [String] {
    let builder = try ReportBuilder.report(
      reader.evaluations(), store: store, name: name, tasks: tasks, conventions: conventions)
    let (document, evaluations) = (builder.document, builder.evaluations)
    var files: [String: String] = [:]
    if formats.contains(.markdown) {
      files["report.md"] = Markdown.render(document, figureFolder: formats.contains(.svg) ? "figures" : nil)
    }
    if formats.contains(.markdown) {
      var cost = Document(title: "\(name): cost")
      cost.table(Cost.table(evaluations))
      files["timing.md"] = Markdown.render(cost, figureFolder: nil)
    }
    if formats.contains(.html) { files["report.html"] = HTML.render(document) }
    if formats.contains(.latex) { files["report.tex"] = LaTeX.render(document) }
    if formats.contains(.svg) {
      for figure in document.figures { files["figures/\(figure.id).svg"] = figure.svg }
    }
    if formats.contains(.json) {
      files["report.json"] = JSONValue.text(of: JSONReport(document, evaluations), .pretty) + "\n"
    }
    if formats.contains(.csv) {
      files["cells.csv"] = CSV.cells(evaluations)
      files["samples.csv"] = CSV.samples(evaluations)
      files["timing.csv"] = CSV.timing(evaluations)
      for table in document.tables { files["tables/\(table.id).csv"] = CSV.render(table) }
    }
    return try Self.write(files, to: folder)
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
    var files: [String: String] = [:]
    if formats.contains(.markdown) { files["paper.md"] = Markdown.render(document, figureFolder: nil) }
    if formats.contains(.html) { files["paper.html"] = HTML.render(document) }
    if formats.contains(.latex) { files["paper.tex"] = LaTeX.render(document) }
    if formats.contains(.json) {
      files["paper.json"] = JSONValue.text(of: JSONReport(document, evaluations), .pretty) + "\n"
    }
    if formats.contains(.csv) {
      for table in document.tables { files["tables/\(table.id).csv"] = CSV.render(table) }
    }
    return (try Self.write(files, to: folder), PlainText.render(document))
  }

  /// What the stored samples cost, as a table for a terminal.
  ///
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func cost() throws(ReportError) -> String { PlainText.render(Cost.table(try reader.evaluations())) }

  private static func write(_ files: [String: String], to folder: String) throws(ReportError) -> [String] {
    let names = files.keys.sorted()
    for name in names { try write(files[name] ?? "", to: folder + "/" + name) }
    return names
  }

  /// The tables as aligned text for a terminal, with what is missing.
  ///
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func summary() throws(ReportError) -> String {
    PlainText.render(try ReportBuilder.summary(reader.evaluations(), store: store, name: name, tasks: tasks))
  }

  static func write(_ text: String, to path: String) throws(ReportError) {
    do {
      try FileManager.default.createDirectory(
        at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: path, problem: error.localizedDescription)
    }
    try OutputFile.write(Data(text.utf8), to: path)
  }
}
