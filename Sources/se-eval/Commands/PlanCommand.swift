import Backends
import Foundation
import Kernels
import Store
import Sweeps
import Text

/// `plan`: what a sweep would do and cost; loads tokenizers, no weights.
enum PlanCommand {
  private static let shards = Option.value(
    "--shards", "N", "also what each of N shards would do, and how even they are")

  private static let calibrate = Option.flag(
    "--calibrate", "first time the models for about a minute each, under every method at two lengths, and keep it")

  static let command = Command(
    name: "plan", summary: "Show cells, samples, tokens, memory, warnings and time of a configuration",
    details: [
      "Loads tokenizers and configurations of models, no weights (where a store has results and does not know the\nweights' hash, they are hashed). Missing inputs are listed; the status is then 5.",
      "--calibrate keeps what it measures in \(MachineFile.shownPath); plans and sweeps estimate by it\nfrom then on, "
        + "for another number of --threads too, and on other machines with --machine.",
    ],
    positionals: [SweepArguments.config, SweepArguments.overrides],
    options: SweepArguments.selection + [shards, calibrate, MachineFile.option]
  ) { arguments in
    let configuration = try SweepArguments.configuration(arguments)
    let workers = try EngineOptions.workers(arguments)
    var options = try SweepArguments.options(arguments, threads: workers.threads)
    if arguments.has(calibrate) { options.machine = try measure(configuration, options, workers, arguments) }
    let path = SweepArguments.databasePath(arguments, configuration)
    return try print(
      configuration, options, ModelBackends(arguments, workers, configuration), path, arguments,
      shards: try arguments.integer(shards))
  }

  /// Times the models of a configuration, and keeps what came out.
  private static func measure(
    _ configuration: Configuration, _ options: SweepOptions, _ workers: Workers, _ arguments: Arguments
  ) throws -> Machine {
    let path = try MachineFile.requiredPath()
    func prepared(_ workers: Workers, opensDevices: Bool) throws -> Sweep {
      let backends = try ModelBackends(arguments, workers, configuration, opensDevices: opensDevices)
      return try Sweep(configuration, options: options, purpose: .plan, backend: backends.backend(of:))
    }
    let entries = try prepared(workers, opensDevices: true).calibrate(
      budget: 30, alone: workers.threads > 1 ? prepared(Workers(threads: 1), opensDevices: false) : nil
    ) { Terminal.message("timing \($0)", event: "calibration") }
    guard !entries.isEmpty else { throw UsageError("--calibrate: no model of the configuration has its weights here") }
    let machine = try MachineFile.remember(entries, in: path)
    Terminal.message("kept in \(path)")
    return machine
  }

  static func print(
    _ configuration: Configuration, _ options: SweepOptions, _ backends: ModelBackends, _ path: String,
    _ arguments: Arguments, shards: Int? = nil
  ) throws -> ExitStatus {
    let plan = try ProgressPrinter(arguments).whilePlanning(configuration.name) {
      let sweep = try Sweep(configuration, options: options, purpose: .plan, backend: backends.backend(of:))
      let store =
        FileManager.default.fileExists(atPath: path)
        ? try ResultStore.open(path, mode: .readOnly, options: Registry.storeOptions) : nil
      var plan = try sweep.plan(store: store, measuresRate: true)
      if let shards { plan.shards = try sweep.shardLoads(min(shards, Shard.largestCount), plan: plan) }
      return plan
    }
    Terminal.print(arguments.has(GlobalOptions.json) ? plan.json : plan.text)
    return plan.missing.isEmpty ? .complete : .missingInput
  }
}
