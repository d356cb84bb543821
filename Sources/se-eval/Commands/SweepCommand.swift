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

  private static let scratch = Option.value(
    "--scratch", "DIR", "write the store on this local disk, and copy it to its place every minute and at the end")

  static let command = Command(
    name: "sweep", summary: "Run what is missing of a configuration, store every sample, write the report",
    details: [
      "Every sample is committed on its own: kill it anywhere and give the same command again.",
      "Ctrl-C stops after the sample in flight is dropped; nothing that was stored is lost.",
    ],
    positionals: [SweepArguments.config, SweepArguments.overrides],
    options: SweepArguments.selection + [dryRun, report, scratch]
  ) { arguments in
    let configuration = try SweepArguments.configuration(arguments)
    let workers = try EngineOptions.workers(arguments)
    let backend = ModelBackends(workers: workers)
    let options = try SweepArguments.options(arguments, threads: workers.threads)
    let path = SweepArguments.databasePath(arguments, configuration)
    if arguments.has(dryRun) { return try PlanCommand.print(configuration, options, backend, path, arguments) }
    let sweep = try Sweep(configuration, options: options, purpose: .execution, backend: backend.backend(of:))
    try makeFolder(of: path)
    let local = try arguments.text(scratch).map { try ScratchStore(path, in: $0) }
    let store = try ResultStore.open(local?.path ?? path, mode: .create)
    if let note = store.placeNote { Terminal.message(note) }
    let printer = try ProgressPrinter(arguments)
    let summary: SweepSummary
    do {
      summary = try sweep.execute(
        store: store, environment: ["program": "se-eval \(Version.current)"],
        readBaseline: { try Baseline(json: Files.readText($0), path: $0) }, isCancelled: { Interruption.isRequested },
        onEvent: { event in
          Interruption.follow(event)
          printer.show(event)
          local?.copyInTime(store)
        })
    } catch {
      // What was evaluated before is kept; the first error is the one to report.
      try? local?.finish(store)
      throw error
    }
    Interruption.wait(false)
    printer.finish()
    // Another configuration, or a merge, may have begun a run in the store meanwhile.
    let own = store.limited(toConfiguration: configuration.hash)
    let status =
      if let shard = options.shard {
        try conclude(summary, shard, own, configuration, path, arguments)
      } else {
        try conclude(summary, own, configuration, path, arguments)
      }
    try local?.finish(store)
    return status
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
    tellProblems(summary, isQuiet: isQuiet)
    let isJSON = arguments.has(GlobalOptions.json)
    if isJSON { try Terminal.printJSON(SweepResult(summary, store: path, report: folder)) }
    if !isQuiet {
      if !isJSON { Terminal.print(try writer.summary()) }
      Terminal.message(try writer.cost())
      Terminal.message("\(counts(summary)); store \(path), report \(folder)/report.md")
    }
    if summary.status == .interrupted { return interrupted() }
    return summary.status
  }

  /// The end of a shard: no report, which would show a part of the numbers.
  private static func conclude(
    _ summary: SweepSummary, _ shard: Shard, _ store: ResultStore, _ configuration: Configuration, _ path: String,
    _ arguments: Arguments
  ) throws -> ExitStatus {
    let isQuiet = arguments.has(GlobalOptions.quiet)
    tellProblems(summary, isQuiet: isQuiet)
    if arguments.has(GlobalOptions.json) { try Terminal.printJSON(SweepResult(summary, store: path, report: nil)) }
    let name = "shard \(shard.index)/\(shard.count)"
    if summary.status != .interrupted, summary.progress.sampleCount == 0 {
      Terminal.message("\(name) is empty: there are fewer pieces of work than shards; nothing is wrong")
    } else if !isQuiet {
      Terminal.message("\(name): \(counts(summary)); store \(path)")
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
      Terminal.message(
        "no report of a part; join the shards: se-eval merge \(folder) --into "
          + "\(StorePlaces.whole(configuration.name)), then se-eval report \(StorePlaces.whole(configuration.name))")
    }
    if summary.status == .interrupted { return interrupted() }
    return summary.status
  }

  private static func counts(_ summary: SweepSummary) -> String {
    let progress = summary.progress
    return "\(progress.evaluatedSampleCount) samples evaluated, \(progress.reusedSampleCount) shared, "
      + "\(progress.failedSampleCount) failed in \(NumberText.duration(progress.elapsedSeconds))"
  }

  private static func tellProblems(_ summary: SweepSummary, isQuiet: Bool) {
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
