import Evaluation
import Foundation
import JSON
import Reports
import Store
import Tasks
import Text

/// `export`: the samples of a store in the layouts of other programs.
enum ExportCommand {
  private static let format = Option.value(
    "--format", "F", required: true, choices: ExportFormat.allCases.map(\.rawValue),
    ExportFormat.allCases.map(\.rawValue).joined(separator: ", "))
  private static let out = Option.value(
    "--out", "PATH",
    "a file (jsonl, csv; - is standard output) or a folder (lm-eval, longbench); default Exports/<name>...")
  private static let prompts = Option.flag("--prompts", "prompts, too (lm-eval always has them)")
  private static let data = Option.value(
    "--data", "DIR", "the data folder, for the classes of LongBench's datasets (default: $\(ImportedData.variable))")

  static let command = Command(
    name: "export", summary: "Write the samples of a store for other programs",
    details: [
      "jsonl and csv: one sample in a line. lm-eval: samples_*.jsonl and results_*.json of lm-evaluation-harness, each cell a\n"
        + "task. longbench: pred/<model>/<dataset>.jsonl, for LongBench's own eval.py. For SQL, the store itself is the\n"
        + "interface: se-eval schema."
    ],
    positionals: [Positional(name: "CONFIG-or-DB", help: "a configuration, or a store such as Results/demo.sqlite")],
    options: [format, out, prompts, data]
  ) { arguments in
    guard let format = try arguments.word(format, ExportFormat.self) else { return .usage }
    let place = arguments.text(out)
    let isStandardOutput = place == Files.standardOutput || place == "/dev/stdout"
    if isStandardOutput, format == .lmEval || format == .longBench {
      throw UsageError("\(out.name) is '\(place ?? "")', and \(format.rawValue) is a folder of files; name a folder")
    }
    let path = try ReportCommand.databasePath(arguments.positionals[0])
    let store = try ResultStore.open(path, mode: .readOnly, options: Registry.storeOptions)
    let name = OutputFile.safeName(
      try store.latestRun()?.record.name ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent)
    let standard =
      switch format {
      case .jsonl, .csv: "Exports/\(name).\(format.rawValue)"
      case .lmEval, .longBench: "Exports/\(name)-\(format.rawValue)"
      }
    let folder = arguments.text(data) ?? ProcessInfo.processInfo.environment[ImportedData.variable]
    let exporter = Exporter(store, tasks: Registry.reports, withPrompts: arguments.has(prompts)) {
      classes(of: $0, in: folder)
    }
    let summary = try exporter.write(format, to: isStandardOutput ? "/dev/stdout" : place ?? standard)
    if !isStandardOutput { for file in summary.files { Terminal.print(file) } }
    for note in summary.notes { Terminal.message("left out: \(note)") }
    Terminal.message(
      "\(NumberText.count(summary.sampleCount, "sample")) in \(NumberText.count(summary.files.count, "file"))")
    return summary.notes.isEmpty ? .complete : .incomplete
  }

  /// The classes of a LongBench dataset, from the first row of its file.
  private static func classes(of dataset: String, in folder: String?) -> [String]? {
    guard let folder else { return nil }
    let own = Registry.tasks.filter { $0.report.exportLayout == ExportFormat.longBench.rawValue }
      .compactMap { $0.benchmark?.folder }
    for place in own.flatMap({ ["\($0)/data", $0] }) + ["data", "."] {
      guard let handle = FileHandle(forReadingAtPath: "\(folder)/\(place)/\(dataset).jsonl") else { continue }
      defer { try? handle.close() }
      var line = Data()
      while let part = try? handle.read(upToCount: 1 << 16), !part.isEmpty {
        line += part
        if part.contains(0x0a) || line.count > 1 << 24 { break }
      }
      let row = JSONValue(bytes: [UInt8](line.prefix { $0 != 0x0a }))
      if case .array(let names)? = row?["all_classes"] { return names.compactMap(\.text) }
    }
    return nil
  }
}
