import Foundation
import Gates
import Metrics
import Reports
import Store
import Sweeps
import Text

/// `report`: renders a store again, with no model.
enum ReportCommand {
  private static let source = Positional(
    name: "CONFIG-or-DB", help: "a configuration, or a store such as Results/demo.sqlite")
  private static let format = Option.value(
    "--format", "F,...", choices: ReportFormat.allCases.map(\.rawValue),
    "\(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")) (default: all)")
  private static let out = Option.value("--out", "DIR", "where it goes (default Reports/<name>)")

  private static let paper = Option.flag(
    "--paper",
    "also paper.*: the tasks that the Self-Extend paper has tables of, in their shape, its numbers beside them")

  private static let card = Option.flag(
    "--card",
    "also card-MODEL.*: a page for each model, its scores by length and its effective length by several rules")

  private static let convention = Option.value(
    "--convention", "C,...", choices: PerplexityConvention.allCases.map(\.rawValue),
    "perplexity by other conventions too, from the stored log-probabilities and without a model: "
      + PerplexityConvention.allCases.map(\.rawValue).joined(separator: ", ")
      + ", sliding-S; NAME@LENGTH for one length")
  private static let strict = Option.flag(
    "--strict", "exit status 4 when samples are missing, failed or without a score")
  private static let config = Option.value(
    "--config", "CONFIG",
    "judge the gates of this configuration over DB, with no model and no device; exit status 3 when one does not hold")

  private struct Written: Encodable {
    let store: String
    let folder: String
    let files: [String]
    let complete: Bool
  }

  static let command = Command(
    name: "report", summary: "Write the report of a store: Markdown, CSV, SVG, PDF, HTML, LaTeX, JSON",
    positionals: [source], options: [format, out, paper, card, convention, strict, config, SweepArguments.set]
  ) { arguments in
    let path = try databasePath(arguments.positionals[0])
    let judging = try SweepArguments.configuration(arguments, of: config)
    let all = try ResultStore.open(path, mode: .readOnly, options: Registry.storeOptions)
    let store = judging.map { all.limited(toConfiguration: $0.hash) } ?? all
    if let judging, try store.latestRun() == nil {
      throw FileError(path: path, problem: "nothing in it is of the configuration \(judging.file) with these settings")
    }
    let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let name = try store.latestRun()?.record.name ?? stem
    var writer = try ReportWriter(
      store: store, name: name, tasks: Registry.reports, conventions: arguments.text(convention) ?? "")
    writer.gates = try judging.map { try gates($0, store) } ?? gates(arguments.positionals[0], store)
    let folder = arguments.text(out) ?? "Reports/\(OutputFile.safeName(name))"
    let formats = try formats(arguments)
    let isJSON = arguments.has(GlobalOptions.json)
    if arguments.has(convention), !isJSON { Terminal.print(try writer.conventionText()) }
    var files: [String] = []
    if arguments.has(paper) {
      let (paperFiles, text) = try writer.writePaper(to: folder, formats: formats)
      if !isJSON { Terminal.print(text) }
      files = paperFiles
    }
    if arguments.has(card) { files += try writer.writeCards(to: folder, formats: formats) }
    files += try writer.write(to: folder, formats: formats)
    let isComplete = try writer.isComplete()
    if isJSON {
      try Terminal.printJSON(Written(store: path, folder: folder, files: files, complete: isComplete))
    } else {
      for file in files { Terminal.print(file) }
    }
    let verdict = try judging.flatMap { try announce(writer.gates, of: $0) }
    if verdict == .gateFailed { return .gateFailed }
    if arguments.has(strict), !isComplete { return .incomplete }
    return verdict ?? .complete
  }

  /// Says what the gates of `--config` are, as a sweep does at its end.
  ///
  /// - Returns: the exit status that they stand for; nil without gates.
  private static func announce(_ gates: [Judgement], of configuration: Configuration) throws -> ExitStatus? {
    guard !gates.isEmpty else { return nil }
    for gate in gates { Terminal.message("gate \(GateText.line(gate))", event: "gate") }
    let result = GateResult(gates)
    try GateOutput.announce(result, title: "Gates of \(configuration.name)")
    return result.fault.map { ExitStatus($0) }
  }

  /// The gates of a configuration over its store; none for a store alone, which does not say them.
  private static func gates(_ argument: String, _ store: ResultStore) throws -> [Judgement] {
    guard isConfiguration(argument) else { return [] }
    return try gates(Configuration.load(path: argument, taskTypes: Registry.tasks), store)
  }

  private static func gates(_ configuration: Configuration, _ store: ResultStore) throws -> [Judgement] {
    try configuration.judgeGates(in: store) { try Baseline(json: Files.readText($0), path: $0) }
  }

  private static func isConfiguration(_ argument: String) -> Bool {
    argument.hasSuffix(".yaml") || argument.hasSuffix(".yml")
  }

  /// The store that an argument means: itself, or the default one of a configuration.
  static func databasePath(_ argument: String) throws -> String {
    let path: String
    if isConfiguration(argument) {
      path = "Results/\(try Configuration.load(path: argument, taskTypes: Registry.tasks).name).sqlite"
    } else {
      path = argument
    }
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError(path: path, problem: "there is no such store; run `se-eval sweep` first")
    }
    return path
  }

  private static func formats(_ arguments: Arguments) throws(UsageError) -> Set<ReportFormat> {
    guard let text = arguments.text(format) else { return Set(ReportFormat.allCases) }
    var formats: Set<ReportFormat> = []
    for part in text.split(separator: ",") {
      guard let format = ReportFormat(rawValue: String(part)) else {
        let names = ReportFormat.allCases.map(\.rawValue)
        let hint = Suggestion.hint(for: String(part), among: names)
        throw UsageError("--format: there is no '\(part)', there are \(names.joined(separator: ", "))\(hint)")
      }
      formats.insert(format)
    }
    return formats
  }
}
