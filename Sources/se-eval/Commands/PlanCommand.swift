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

  static let command = Command(
    name: "plan", summary: "Show cells, samples, tokens, memory, warnings and time of a configuration",
    details: [
      "Loads tokenizers and configurations of models, no weights. Missing inputs are listed; the status is then 5."
    ],
    positionals: [SweepArguments.config, SweepArguments.overrides], options: SweepArguments.selection + [shards]
  ) { arguments in
    let configuration = try SweepArguments.configuration(arguments)
    let workers = try EngineOptions.workers(arguments)
    let options = try SweepArguments.options(arguments, threads: workers.threads)
    let path = SweepArguments.databasePath(arguments, configuration)
    return try print(
      configuration, options, ModelBackends(arguments, workers, configuration), path, arguments,
      shards: try arguments.integer(shards))
  }

  static func print(
    _ configuration: Configuration, _ options: SweepOptions, _ backends: ModelBackends, _ path: String,
    _ arguments: Arguments, shards: Int? = nil
  ) throws -> ExitStatus {
    let plan = try ProgressPrinter(arguments).whilePlanning(configuration.name) {
      let sweep = try Sweep(configuration, options: options, purpose: .plan, backend: backends.backend(of:))
      let store = FileManager.default.fileExists(atPath: path) ? try ResultStore.open(path, mode: .readOnly) : nil
      var plan = try sweep.plan(store: store, measuresRate: true)
      if let shards { plan.shards = try sweep.shardLoads(min(shards, Shard.largestCount), plan: plan) }
      return plan
    }
    Terminal.print(arguments.has(GlobalOptions.json) ? plan.json : plan.text)
    return plan.missing.isEmpty ? .complete : .missingInput
  }
}
