import Backends
import Foundation
import Kernels
import Metrics
import Positions
import Reports
import Store
import Sweeps
import Text
import Transformer

/// `tune`: finds G and W for a model and a length.
enum TuneCommand {
  private static let target = Option.value(
    "--target", "N", short: "-N", required: true, "the length to hold, in tokens")
  private static let context = Option.value(
    "--context", "L", short: "-L", "the pretraining window (default: the model's)")
  private static let text = Option.value(
    "--text", "FILE/FOLDER", "text for perplexity, at least N tokens of it; without one passkey alone decides")
  private static let trials = Option.value(
    "--trials", "T", "samples per cell in the last rung: keys per depth, windows of text (default 4)")
  private static let depths = Option.value("--depths", "D", "depths of the key (default 5)")
  private static let groups = Option.value("--groups", "G,...", "the group sizes to try (default: those that fit)")
  private static let windows = Option.value(
    "--windows", "W,...", "the neighbor windows to try (default: powers of two from L/32 to L/2)")
  private static let seed = Option.value("--seed", "S", "the seed of the keys (default 42)")
  private static let budget = Option.value(
    "--budget", "TIME", "end the search after this time with what it knows: 30m, 2h, 90s (default: none)")
  private static let out = Option.value("--out", "DIR", "where the report goes (default Reports/tune-<model>-<N>)")

  static let command = Command(
    name: "tune", summary: "Find G and W for a model and a length by successive halving",
    details: [
      "Every rung is a sweep over the pairs that are left, on passkey and perplexity at N, with twice the samples of the "
        + "rung before; the better half goes on. The empirical rule's choice takes part throughout.",
      "Kill it anywhere and give the same command again. It writes report.md, surface.svg and tuning.json.",
    ],
    positionals: [Positional(name: "MODEL", help: "a GGUF file or a Hugging Face folder")],
    options: [target, context, text, trials, depths, groups, windows, seed, budget, SweepArguments.database, out]
      + EngineOptions.devices
  ) { arguments in
    let request = try request(arguments)
    let workers = try EngineOptions.workers(arguments)
    let backend = EngineBackend(
      device: try EngineOptions.open(arguments, workers),
      options: SessionOptions(
        compute: try EngineOptions.arithmetic(arguments, on: EngineOptions.deviceChoice(arguments))))
    let tuner = try Tuner(request, backend: backend, taskTypes: Registry.tasks, threads: workers.threads)
    let path = arguments.text(SweepArguments.database) ?? "Results/\(request.name).sqlite"
    try SweepCommand.makeFolder(of: path)
    let store = try ResultStore.open(path, mode: .create, options: Registry.storeOptions)
    let printer = try ProgressPrinter(arguments)
    let isQuiet = arguments.has(GlobalOptions.quiet)
    let outcome = try tuner.run(
      store: store, environment: Version.environment, budget: try time(arguments),
      isCancelled: { Interruption.isRequested },
      onEvent: { event in
        if case .sweep(let progress) = event {
          Interruption.follow(progress)
          return printer.show(progress)
        }
        Interruption.wait(false)
        printer.finish()
        if !isQuiet { Terminal.message(line(event)) }
      })
    Interruption.wait(false)
    printer.finish()
    switch outcome {
    case .finished(let result): return try conclude(result, store, request, arguments)
    case .interrupted:
      Terminal.message("se-eval: interrupted; the same command goes on where this one stopped")
      return Interruption.status
    case .budgetTooSmall:
      Terminal.message(
        "se-eval: the budget ended before the first rung did; the same command with a larger --budget goes on from what is stored"
      )
      return .incomplete
    case .failed(let failures):
      if !printer.tellsFailures {
        var untold = CellFailures(failures)
        for line in untold.takeAll() { Terminal.message(line) }
      }
      return .incomplete
    }
  }

  /// The value of `--budget`: a number with s, m or h.
  private static func time(_ arguments: Arguments) throws(UsageError) -> Duration? {
    guard let text = arguments.text(budget) else { return nil }
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0, number < 1e6
    else {
      throw UsageError("\(budget.name) is '\(text)', expected a time such as 30m, 2h or 90s")
    }
    return .seconds(number * unit)
  }

  /// Pairs that no paired test tells from the choice, over all that was measured of both: those that saw every rung, and
  /// those that fell earlier, by the rung after which they fell.
  private static func untold(
    _ result: TuningResult, _ store: ResultStore
  ) throws -> (alike: [String], undecided: [TuningReport.Undecided]) {
    let chosen = "\(Method.selfExtend(result.chosen))"
    var alike: [String] = []
    var fallen: [TuningMeasurement: [String]] = [:]
    for candidate in result.candidates where candidate.parameters != result.chosen {
      guard let last = candidate.last else { continue }
      let comparison = try Comparison(store, chosen, "\(Method.selfExtend(candidate.parameters))")
      if comparison.rows.contains(where: { ($0.adjustedP ?? 1) < 0.05 && $0.low != nil }) { continue }
      let name = "G=\(candidate.parameters.groupSize),W=\(candidate.parameters.neighborWindow)"
      if last.rung >= result.limits.count {
        alike.append(name)
      } else {
        // Pairs of one rung saw the same samples.
        let seen = TuningMeasurement(
          rung: last.rung, accuracy: nil, keyCount: last.keyCount, perplexity: nil, tokenCount: last.tokenCount)
        fallen[seen, default: []].append(name)
      }
    }
    let undecided = fallen.map { seen, pairs in
      TuningReport.Undecided(rung: seen.rung, keyCount: seen.keyCount, tokenCount: seen.tokenCount, pairs: pairs)
    }
    return (alike, undecided.sorted { ($0.rung, $0.tokenCount) < ($1.rung, $1.tokenCount) })
  }

  private static func request(_ arguments: Arguments) throws -> TuningRequest {
    guard let length = try arguments.integer(target, atLeast: 64) else { throw UsageError("'tune' needs --target N") }
    var request = TuningRequest(modelPath: arguments.positionals[0], targetLength: length)
    request.contextWindow = try arguments.integer(context, atLeast: 2)
    request.text = arguments.text(text)
    request.trials = try arguments.integer(trials) ?? request.trials
    request.depths = try arguments.integer(depths) ?? request.depths
    request.groups = try arguments.integers(groups)
    request.windows = try arguments.integers(windows)
    request.seed = try arguments.integer(seed, atLeast: 0).map { UInt64($0) } ?? request.seed
    return request
  }

  private static func line(_ event: TuningEvent) -> String {
    switch event {
    case .rungStarted(let index, let count, let candidates, let samples, let seconds):
      let time = seconds.map { ", about \(NumberText.duration($0)) for the search" } ?? ""
      return
        "rung \(index) of \(count): \(candidates) pairs, \(samples) sample\(samples == 1 ? "" : "s") per cell\(time)"
    case .rungFinished(let index, let survivors):
      return
        "after rung \(index): \(survivors.map { "G=\($0.groupSize),W=\($0.neighborWindow)" }.joined(separator: "  "))"
    case .sweep: return ""
    }
  }

  private static func conclude(
    _ result: TuningResult, _ store: ResultStore, _ request: TuningRequest, _ arguments: Arguments
  ) throws -> ExitStatus {
    let points = result.candidates.map { point($0.parameters, in: result) }
    var report = TuningReport(
      model: request.modelPath, contextWindow: result.contextWindow, targetLength: result.targetLength,
      samplesPerCell: result.limits, points: points, chosen: point(result.chosen, in: result),
      ruleChoice: result.rule.map { point($0, in: result) })
    report.plannedRungCount = result.plannedRungCount
    report.leftOut = result.leftOut
    let untold = try untold(result, store)
    (report.alike, report.undecided) = (untold.alike, untold.undecided)
    var comparison: Comparison?
    if let rule = result.rule, rule != result.chosen {
      comparison = try Comparison(store, "\(Method.selfExtend(result.chosen))", "\(Method.selfExtend(rule))")
    }
    let folder = arguments.text(out) ?? "Reports/\(request.name)"
    try report.write(to: folder, comparison: comparison)
    if arguments.has(GlobalOptions.json) {
      Terminal.write(report.json)
    } else {
      Terminal.print(report.verdict(comparison: comparison).joined(separator: "\n"))
    }
    if !arguments.has(GlobalOptions.quiet) {
      Terminal.message("the surface: \(folder)/report.md, \(folder)/surface.svg")
    }
    return .complete
  }

  private static func point(_ parameters: SelfExtend, in result: TuningResult) -> TuningReport.Point {
    let judgement = Capacity(contextWindow: result.contextWindow).judge(
      parameters, targetLength: result.targetLength)
    let candidate = result.candidates.first { $0.parameters == parameters }
    return TuningReport.Point(
      group: parameters.groupSize, window: parameters.neighborWindow, maximumLength: judgement.maximumLength,
      largestRelativePosition: judgement.largestRelativePosition, rule: CapacityCommand.rule(judgement),
      measurements: candidate?.measurements ?? [])
  }
}
