import Foundation
public import Store

/// A form in which a report can be written.
public enum ReportFormat: String, CaseIterable, Hashable, Sendable {
  /// `report.md`.
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
/// Times stand in `timing.csv` and nowhere else, so that an interrupted and resumed sweep has the report of one that
/// never stopped.
public struct ReportWriter: Sendable {
  private let store: ResultStore
  private let name: String

  /// A writer.
  ///
  /// - Parameters:
  ///   - store: The results.
  ///   - name: The report's title: the configuration's name.
  public init(store: ResultStore, name: String) {
    self.store = store
    self.name = name
  }

  /// Writes a report, replacing files of an earlier one.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing.
  ///   - formats: What to write; Markdown shows the pictures only when `svg` is among them.
  /// - Returns: The files, relative to the folder, sorted.
  /// - Throws: `ReportError`: the store cannot be read or holds nothing, a file cannot be written.
  public func write(to folder: String, formats: Set<ReportFormat>) throws(ReportError) -> [String] {
    let builder = try ReportBuilder.report(store: store, name: name)
    let (document, evaluations) = (builder.document, builder.evaluations)
    var files: [String: String] = [:]
    if formats.contains(.markdown) {
      files["report.md"] = Markdown.render(document, figureFolder: formats.contains(.svg) ? "figures" : nil)
    }
    if formats.contains(.html) { files["report.html"] = HTML.render(document) }
    if formats.contains(.latex) { files["report.tex"] = LaTeX.render(document) }
    if formats.contains(.svg) {
      for figure in document.figures { files["figures/\(figure.id).svg"] = figure.svg }
    }
    if formats.contains(.json) {
      files["report.json"] = canonicalJSON(JSONReport(document, evaluations), pretty: true) + "\n"
    }
    if formats.contains(.csv) {
      files["cells.csv"] = CSV.cells(evaluations)
      files["samples.csv"] = CSV.samples(evaluations)
      files["timing.csv"] = CSV.timing(evaluations)
      for table in document.tables { files["tables/\(table.id).csv"] = CSV.render(table) }
    }
    let names = files.keys.sorted()
    for name in names { try Self.write(files[name] ?? "", to: folder + "/" + name) }
    return names
  }

  /// The tables as aligned text for a terminal, with what is missing.
  ///
  /// - Throws: `ReportError`: the store cannot be read or holds nothing.
  public func summary() throws(ReportError) -> String {
    PlainText.render(try ReportBuilder.summary(store: store, name: name))
  }

  static func write(_ text: String, to path: String) throws(ReportError) {
    let url = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      // Written whole, then moved: a killed process leaves no half a file, and no file of a name that changes.
      let part = url.appendingPathExtension("partial")
      try Data(text.utf8).write(to: part)
      try? FileManager.default.removeItem(at: url)
      try FileManager.default.moveItem(at: part, to: url)
    } catch {
      throw .cannotWrite(path: path, problem: error.localizedDescription)
    }
  }
}
