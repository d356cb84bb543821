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
  static let dryRun = Option.flag("--dry-run", "print the plan and run nothing")
  static let report = Option.value("--report", "DIR", "where the report goes (default Reports/<name>)")

  private static let scratch = Option.value(
    "--scratch", "DIR", "write the store on this local disk, and copy it to its place every minute and at the end")
  private static let copyEvery = Option.value(
    "--copy-every", "SECONDS", "the time between two copies from --scratch (default 60)")

  static let command = Command(
    name: "sweep", summary: "Run what is missing of a configuration, store every sample, write the report",
    details: [
      "Every sample is committed on its own: kill it anywhere and give the same command again.",
      "Ctrl-C stops after the sample in flight is dropped; nothing that was stored is lost.",
    ],
    positionals: [SweepArguments.config, SweepArguments.overrides],
    options: SweepArguments.selection + [dryRun, report, scratch, copyEvery]
  ) { arguments in
    try start(SweepArguments.configuration(arguments), arguments)
  }

  /// Plans or runs a configuration with the options of the command line.
  static func start(_ configuration: Configuration, _ arguments: Arguments) throws -> ExitStatus {
    let workers = try EngineOptions.workers(arguments)
    let options = try SweepArguments.options(arguments, threads: workers.threads)
    // Shards of one machine would otherwise each hold a copy.
    let backends = try ModelBackends(arguments, workers, configuration, sharesWeights: options.shard != nil)
    let path = SweepArguments.databasePath(arguments, configuration)
    if arguments.has(dryRun) { return try PlanCommand.print(configuration, options, backends, path, arguments) }
    return try run(configuration, options, backends, path, arguments)
  }

  /// Runs a sweep to its end or its interruption and writes its report.
  static func run(
    _ configuration: Configuration, _ options: SweepOptions, _ backends: ModelBackends, _ path: String,
    _ arguments: Arguments
  ) throws -> ExitStatus {
    let printer = try ProgressPrinter(arguments)
    printer.planning(configuration.name)
    defer { printer.finish() }
    let sweep = try Sweep(configuration, options: options, purpose: .execution, backend: backends.backend(of:))
    try makeFolder(of: path)
    // A folder that cannot be written is said before the first sample, and by the option that names it.
    let folder = folder(configuration, arguments)
    if options.shard == nil {
      do throws(ReportError) { try ReportWriter.prepare(folder) } catch {
        guard case .cannotWrite(_, let problem) = error else { throw error }
        throw FileError(
          path: "\(report.name) \(folder)",
          problem: "a report cannot be written there: \(problem); name another folder with \(report.name)",
          isInput: false)
      }
    }
    let interval = Duration.seconds(try arguments.integer(copyEvery) ?? 60)
    let local = try arguments.text(scratch).map { try ScratchStore(path, in: $0, every: interval) }
    let store = try ResultStore.open(local?.path ?? path, mode: .create, options: Registry.storeOptions)
    if let note = store.placeNote { Terminal.message(note) }
    let summary: SweepSummary
    do {
      summary = try sweep.execute(
        store: store, environment: Version.environment,
        readBaseline: { try Baseline(json: Files.readText($0), path: $0) }, isCancelled: { Interruption.isRequested },
        interruption: { Interruption.status },
        onEvent: { event in
          Interruption.follow(event)
          printer.show(event)
          local?.copyInTime(store)
        })
    } catch {
      // What was evaluated before is kept; the first error is the one that ends the sweep.
      do {
        try local?.copy(store)
        local?.remove()
      } catch let second {
        Terminal.message("\(second)", event: "error")
      }
      throw error
    }
    Interruption.wait(false)
    printer.finish()
    try local?.copy(store)
    defer { local?.remove() }
    let problems = Problems(summary: summary, areFailuresTold: printer.tellsFailures)
    // Another configuration, or a merge, may have begun a run in the store meanwhile.
    let own = store.limited(toConfiguration: configuration.hash)
    let status =
      if let shard = options.shard {
        try conclude(problems, shard, own, configuration, path, arguments)
      } else {
        try conclude(problems, own, configuration, path, arguments)
      }
    return status
  }

  /// What a sweep ended with, and whether its failed samples were told while it ran.
  private struct Problems {
    let summary: SweepSummary
    let areFailuresTold: Bool
  }

  private static func conclude(
    _ problems: Problems, _ store: ResultStore, _ configuration: Configuration, _ path: String,
    _ arguments: Arguments
  ) throws -> ExitStatus {
    let summary = problems.summary
    // Interrupted before the first cell was opened, a sweep has nothing to report.
    if summary.status == .interrupted, try store.currentCells().isEmpty {
      if arguments.has(GlobalOptions.json) { try Terminal.printJSON(SweepResult(summary, store: path, report: nil)) }
      return interrupted(summary, path, hasReport: false)
    }
    let folder = folder(configuration, arguments)
    let isQuiet = arguments.has(GlobalOptions.quiet)
    let isJSON = arguments.has(GlobalOptions.json)
    let stamp = ReportStamp(folder, of: store)
    if isNothingNew(summary), !isJSON, stamp.isCurrent {
      tell(problems, isQuiet: isQuiet)
      if !isQuiet {
        Terminal.message(
          "\(counts(summary)); nothing is new, and the report stands as it was written: \(folder)/report.html "
            + "(report.md); store \(path)")
      }
      return summary.status
    }
    var writer = ReportWriter(store: store, name: configuration.name, tasks: Registry.reports)
    writer.gates = summary.gates
    _ = try writer.write(to: folder, formats: Set(ReportFormat.allCases))
    tell(problems, isQuiet: isQuiet || summary.status == .interrupted)
    if summary.gates.isEmpty { stamp.remember() }
    if isJSON { try Terminal.printJSON(SweepResult(summary, store: path, report: folder, verdict: writer.verdict())) }
    if summary.status == .interrupted { return interrupted(summary, path) }
    // The result is the last screen.
    if !isQuiet, !isJSON { Terminal.write(try writer.summary(width: Terminal.width(of: 1))) }
    for gate in summary.gates { Terminal.message("gate \(GateText.line(gate))", event: "gate") }
    try GateOutput.announce(GateResult(summary.gates), title: "Gates of \(configuration.name)")
    if !isQuiet {
      Terminal.message("\(counts(summary)); store \(path), report \(folder)/report.html (report.md)")
    }
    return summary.status
  }

  /// True for a large sweep that had nothing to do; a small one shows its result again.
  private static func isNothingNew(_ summary: SweepSummary) -> Bool {
    let progress = summary.progress
    return progress.sampleCount > 10_000 && summary.status == .complete && summary.gates.isEmpty
      && progress.evaluatedSampleCount + progress.reusedSampleCount + progress.failedSampleCount == 0
  }

  /// The end of a shard: no report, which would show a part of the numbers.
  private static func conclude(
    _ problems: Problems, _ shard: Shard, _ store: ResultStore, _ configuration: Configuration, _ path: String,
    _ arguments: Arguments
  ) throws -> ExitStatus {
    let summary = problems.summary
    let isQuiet = arguments.has(GlobalOptions.quiet)
    tell(problems, isQuiet: isQuiet || summary.status == .interrupted)
    for gate in summary.gates { Terminal.message("gate \(GateText.line(gate))", event: "gate") }
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
    if summary.status == .interrupted { return interrupted(summary, path, hasReport: false) }
    return summary.status
  }

  private static func counts(_ summary: SweepSummary) -> String {
    let progress = summary.progress
    return "\(progress.evaluatedSampleCount) samples evaluated, \(progress.reusedSampleCount) shared, "
      + "\(progress.failedSampleCount) failed in \(NumberText.duration(progress.elapsedSeconds))"
  }

  private static func tell(_ problems: Problems, isQuiet: Bool) {
    let summary = problems.summary
    if !isQuiet {
      for warning in summary.warnings.prefix(5) { Terminal.message("warning: \(warning)", event: "warning") }
      if summary.warnings.count > 5 {
        Terminal.message("\(summary.warnings.count - 5) more warnings stand in the report", event: "warning")
      }
    }
    if !problems.areFailuresTold {
      var failures = CellFailures(summary.failures)
      for line in failures.takeAll().prefix(20) { Terminal.message(line, event: "failure") }
    }
    for cell in summary.unscored.prefix(20) {
      Terminal.message("not scored: \(cell): no sample has a score", event: "unscored")
    }
    for input in summary.missing { Terminal.message("left out: \(input.description)", event: "missing") }
  }

  private static func folder(_ configuration: Configuration, _ arguments: Arguments) -> String {
    arguments.text(report) ?? "Reports/\(configuration.name)"
  }

  /// Four lines: what is stored, what was dropped, how to go on.
  private static func interrupted(_ summary: SweepSummary, _ path: String, hasReport: Bool = true) -> ExitStatus {
    let progress = summary.progress
    Terminal.message(
      """
      se-eval: interrupted after \(NumberText.duration(progress.elapsedSeconds))
      stored: \(progress.doneSampleCount) of \(progress.sampleCount) samples, in \(path); \
      \(progress.evaluatedSampleCount) of them by this run
      the sample in flight was dropped\(hasReport ? "; the report shows what is stored" : "")
      go on: give the same command again
      """, event: "interrupted")
    return Interruption.status
  }

  /// Makes the folder of a file that will be written.
  static func makeFolder(of path: String, named option: String = "--db") throws(FileError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      let problem = "the folder cannot be made: \(SystemReason.text(error)); name another place with \(option)"
      throw FileError(path: folder.path, problem: problem, isInput: false)
    }
  }
}
