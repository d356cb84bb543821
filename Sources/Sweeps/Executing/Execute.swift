import Backends
import Evaluation
public import Gates
import Positions
public import Store
import Tasks
public import Text

extension Sweep {
  /// Evaluates what is missing and commits one row per sample; scores again what is stored under another scoring.
  ///
  /// Killed at any moment and started again, it ends with the same results as one that never stopped. A sample that
  /// fails is recorded and the others go on.
  ///
  /// - Parameters:
  ///   - store: where results are and go.
  ///   - environment: more names and values for the record of the run, for example the program's version.
  ///   - readBaseline: reads the numbers of a gate's baseline file.
  ///   - isCancelled: asked between layers and samples; true ends the run after the last committed sample.
  ///   - interruption: the exit status that an interruption has, which the store keeps with the run.
  ///   - onEvent: told what happens.
  /// - Returns: how it ended; but for the kind of an interruption, the same status is stored with the run.
  /// - Throws: `SweepError` when a model cannot be loaded or the store cannot be written.
  public func execute(
    store: ResultStore, environment: [String: String] = [:],
    readBaseline: (_ path: String) throws -> Baseline = { _ in Baseline([]) },
    isCancelled: @escaping () -> Bool, interruption: () -> SweepStatus = { .interrupted },
    onEvent: @escaping (ProgressEvent) -> Void
  ) throws(SweepError) -> SweepSummary {
    let gates = try SweepGates(configuration, readBaseline)
    let plan = try plan(store: store)
    // A shard may be empty: more parts than there are pieces of work.
    if plan.sampleCount == 0 {
      let isNothing = options.shard == nil ? true : try samples.isEmpty
      if isNothing { throw .nothingToDo }
    }
    try refuseWhatCannotFit(plan)
    let record = RunRecord(
      name: configuration.name, configuration: configuration.resolved, configurationHash: configuration.hash,
      environment: RunEnvironment.collect(
        threads: options.threads, seed: configuration.seed,
        more: engineEnvironment.merging(environment) { $1 }
          .merging(options.limit.map { ["limit": "\($0)"] } ?? [:]) { $1 }),
      warnings: plan.choices + plan.warnings,
      shard: options.shard.map { ShardRecord(index: $0.index, count: $0.count) })
    let id = try stored { () throws(StoreError) in try store.beginRun(record) }
    let run = SweepRun(self, plan: plan, store: store, run: id, isCancelled: isCancelled, onEvent: onEvent)
    var summary: SweepSummary
    do throws(SweepError) {
      summary = try run.run(gates)
    } catch {
      // The first error is the one to report; a store that fails twice has nothing to add.
      let status = error.status == .interrupted ? interruption() : error.status
      try? store.finishRun(id, status: status.rawValue)
      throw error
    }
    summary.warnings = plan.warnings
    let status = summary.status == .interrupted ? interruption() : summary.status
    try stored { () throws(StoreError) in try store.finishRun(id, status: status.rawValue) }
    return summary
  }

  /// Refuses a sweep whose longest sample has no room, before the hours that come ahead of it.
  ///
  /// - Parameter plan: the sweep's plan; what it counts as done needs no room.
  /// - Throws: `SweepError.memory`, with the numbers.
  public func refuseWhatCannotFit(_ plan: Plan) throws(SweepError) {
    for model in models {
      // What is stored needs no room.
      let isOpen = plan.cells.contains { $0.model == model.name && $0.doneCount < $0.sampleCount }
      guard isOpen, let summary = plan.models.first(where: { $0.name == model.name }) else { continue }
      if let problem = memoryProblem(of: model, summary) { throw .memory(problem) }
    }
  }

  /// What the backends say of themselves; where models differ, the first says it.
  private var engineEnvironment: [String: String] {
    models.reduce(into: [:]) { all, model in
      all.merge(model.backend.environment.merging(["numerics": model.numerics]) { $1 }) { first, _ in first }
    }
  }
}
