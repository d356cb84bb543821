import Backends
import Foundation
import Gates
import Kernels
import Reports
import Store
import Sweeps
import Text

/// `sweep`: runs what is missing of a configuration and writes its report.
enum SweepCommand {
  private static let dryRun = Option.flag("--dry-run", "print the plan and run nothing")
  private static let report = Option.value("--report", "DIR", "where the report goes (default Reports/<name>)")

  static let command = Command(
    name: "sweep", summary: "Run what is missing of a configuration, store every sample, write the report",
    details: [
      "Every sample is committed on its own: kill it anywhere and give the same command again.",
      "Ctrl-C stops after the sample in flight is dropped; nothing that was stored is lost.",
    ],
    positionals: [SweepArguments.config, SweepArguments.overrides],
    options: SweepArguments.selection + [dryRun, report]
  ) { arguments in
    let configuration = try SweepArguments.configuration(arguments)
    let workers = try EngineOptions.workers(arguments)
    let backends = try ModelBackends(arguments, workers, configuration)
    let options = try SweepArguments.options(arguments, threads: workers.threads)
    let path = SweepArguments.databasePath(arguments, configuration)
    if arguments.has(dryRun) { return try PlanCommand.print(configuration, options, backends, path, arguments) }
    let sweep = try Sweep(configuration, options: options, purpose: .execution, backend: backends.backend(of:))
    try makeFolder(of: path)
    let store = try ResultStore.open(path, mode: .create)
    let printer = try ProgressPrinter(arguments)
    let summary = try sweep.execute(
      store: store, environment: ["program": "se-eval \(Version.current)"],
      readBaseline: { try Baseline(json: Files.readText($0), path: $0) }, isCancelled: { Interruption.isRequested },
      onEvent: { event in
        Interruption.follow(event)
        printer.show(event)
      })
    Interruption.wait(false)
    printer.finish()
    // Another configuration, or a merge, may have begun a run in the store meanwhile.
    let own = store.limited(toConfiguration: configuration.hash)
    return try conclude(summary, own, configuration, path, arguments)
  }

  private static func conclude(
    _ summary: SweepSummary, _ store: ResultStore, _ configuration: Configuration, _ path: String,
    _ arguments: Arguments
  ) throws -> ExitStatus {
    // Interrupted before the first cell was opened, a sweep has nothing to report.
    if summary.status == .interrupted, try store.currentCells().isEmpty {
      if arguments.has(GlobalOptions.json) { try Terminal.printJSON(SweepResult(summary, store: path, report: nil)) }
      return interrupted()
    }
    let folder = arguments.text(report) ?? "Reports/\(configuration.name)"
    let writer = ReportWriter(store: store, name: configuration.name, tasks: Registry.reports)
    _ = try writer.write(to: folder, formats: Set(ReportFormat.allCases))
    let isQuiet = arguments.has(GlobalOptions.quiet)
    if !isQuiet { for warning in summary.warnings { Terminal.message("warning: \(warning)", event: "warning") } }
    for failure in summary.failures.prefix(20) {
      Terminal.message(
        "failed: \(failure.cell.method) \(failure.cell.task) \(failure.sampleID): \(failure.reason)", event: "failure")
    }
    for cell in summary.unscored {
      Terminal.message("not scored: \(cell): no sample has a score", event: "unscored")
    }
    for input in summary.missing { Terminal.message("left out: \(input.description)", event: "missing") }
    for gate in summary.gates { Terminal.message("gate \(GateText.line(gate))", event: "gate") }
    let isJSON = arguments.has(GlobalOptions.json)
    if isJSON { try Terminal.printJSON(SweepResult(summary, store: path, report: folder)) }
    if !isQuiet {
      if !isJSON { Terminal.print(try writer.summary()) }
      Terminal.message(try writer.cost())
      let progress = summary.progress
      Terminal.message(
        "\(progress.evaluatedSampleCount) samples evaluated, \(progress.reusedSampleCount) shared, "
          + "\(progress.failedSampleCount) failed in \(NumberText.duration(progress.elapsedSeconds)); "
          + "store \(path), report \(folder)/report.md")
    }
    if summary.status == .interrupted { return interrupted() }
    return summary.status
  }

  private static func interrupted() -> ExitStatus {
    Terminal.message("se-eval: interrupted; the same command goes on where this one stopped")
    return Interruption.status
  }

  /// Makes the folder of a file that will be written.
  static func makeFolder(of path: String) throws(FileError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      let problem = "the folder cannot be made: \(error.localizedDescription)"
      throw FileError(path: folder.path, problem: problem, isInput: false)
    }
  }
}
