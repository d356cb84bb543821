import Positions
public import Store
import Tasks
import Tokenizers

extension Sweep {
  /// Evaluates what is missing and commits one row per sample.
  ///
  /// Killed at any moment and started again, it ends with the same results as one that never stopped. A sample that
  /// fails is recorded and the others go on.
  ///
  /// - Parameters:
  ///   - store: where results are and go.
  ///   - environment: more names and values for the record of the run, for example the program's version.
  ///   - readBaseline: reads the numbers of a gate's baseline file.
  ///   - isCancelled: asked between layers and samples; true ends the run after the last committed sample.
  ///   - onEvent: told what happens.
  /// - Returns: how it ended; the same status is stored with the run.
  /// - Throws: `SweepError` when a model cannot be loaded or the store cannot be written.
  public func execute(
    store: ResultStore, environment: [String: String] = [:],
    readBaseline: (_ path: String) throws -> [GateValue] = { _ in [] },
    isCancelled: @escaping () -> Bool, onEvent: @escaping (ProgressEvent) -> Void
  ) throws(SweepError) -> SweepSummary {
    var baselines: [ConfiguredPath: [GateValue]] = [:]
    for gate in configuration.gates {
      guard let baseline = gate.baseline, baselines[baseline] == nil else { continue }
      baselines[baseline] = try Self.read(baseline, readBaseline)
    }
    let plan = try plan(store: store)
    if plan.sampleCount == 0 { throw .nothingToDo }
    let record = RunRecord(
      name: configuration.name, configuration: configuration.resolved, configurationHash: configuration.hash,
      environment: RunEnvironment.collect(
        threads: options.threads, seed: configuration.seed,
        more: provider.environment.merging(environment) { $1 }.merging(
          ["numerics": provider.numericsVersion]) { $1 }),
      warnings: plan.choices + plan.warnings)
    let run = try stored { () throws(StoreError) in try store.beginRun(record) }
    let executor = Executor(self, plan: plan, store: store, run: run, isCancelled: isCancelled, onEvent: onEvent)
    var summary: SweepSummary
    do throws(SweepError) {
      summary = try executor.run(baselines)
    } catch {
      // The first error is the one to report; a store that fails twice has nothing to add.
      try? store.finishRun(run, status: error.status.rawValue)
      throw error
    }
    summary.warnings = plan.warnings
    let status = summary.status
    try stored { () throws(StoreError) in try store.finishRun(run, status: status.rawValue) }
    return summary
  }

  private static func read(
    _ baseline: ConfiguredPath, _ read: (String) throws -> [GateValue]
  ) throws(SweepError) -> [GateValue] {
    guard let path = baseline.resolved else {
      throw .baseline(
        path: baseline.text, baseline.location, reason: "the variable \(baseline.unsetVariable ?? "") is not set")
    }
    do { return try read(path) } catch {
      throw .baseline(path: path, baseline.location, reason: "\(error)")
    }
  }
}

/// One execution of a sweep: walks models, cells and samples and commits results.
private final class Executor {
  private let sweep: Sweep
  private let store: ResultStore
  private let run: RunID
  private let isCancelled: () -> Bool
  private let onEvent: (ProgressEvent) -> Void
  private var meter: WorkMeter
  private var failures: [SweepSummary.Failure] = []
  private var cellIDs: [CellID?]

  init(
    _ sweep: Sweep, plan: Plan, store: ResultStore, run: RunID, isCancelled: @escaping () -> Bool,
    onEvent: @escaping (ProgressEvent) -> Void
  ) {
    self.sweep = sweep
    self.store = store
    self.run = run
    self.isCancelled = isCancelled
    self.onEvent = onEvent
    meter = WorkMeter(plan)
    cellIDs = Array(repeating: nil, count: sweep.cells.count)
  }

  func run(_ baselines: [ConfiguredPath: [GateValue]]) throws(SweepError) -> SweepSummary {
    onEvent(.started(meter.progress()))
    var isFinished = true
    for (index, model) in sweep.models.sorted(by: { $0.key < $1.key }) {
      let cells = sweep.cells.indices.filter { sweep.cells[$0].model == index }
      if cells.isEmpty { continue }
      isFinished = try evaluate(model, cells: cells)
      if !isFinished { break }
    }
    let gates = isFinished ? try judgeGates(baselines) : []
    let status: SweepStatus
    if !isFinished {
      status = .interrupted
    } else if !failures.isEmpty || !sweep.missing.isEmpty {
      status = .incomplete
    } else {
      status = gates.contains { $0.verdict == .failed } ? .gateFailed : .complete
    }
    return SweepSummary(
      status: status, progress: meter.progress(), failures: failures, missing: sweep.missing, gates: gates,
      warnings: [])
  }

  /// Evaluates all cells of one model.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(_ model: Sweep.PreparedModel, cells: [Int]) throws(SweepError) -> Bool {
    if isCancelled() { return false }
    onEvent(.loadingModel(name: model.entry.name))
    let clock = ContinuousClock()
    let begin = clock.now
    let runner = try sweep.provider.load(model.entry, path: model.path, hashes: StoreHashCache(store: store))
    onEvent(.modelLoaded(name: model.entry.name, seconds: (clock.now - begin).seconds))
    meter.forgetTime()
    var records: [CellRecord] = []
    for index in cells {
      if let record = try sweep.record(of: sweep.cells[index], modelHash: runner.modelHash) { records.append(record) }
    }
    let cellRecords = records
    let ids = try stored { () throws(StoreError) in try store.cells(cellRecords) }
    for (index, id) in zip(cells, ids) { cellIDs[index] = id }
    for (index, id) in zip(cells, ids) {
      if isCancelled() { return false }
      guard let identity = sweep.identity(of: sweep.cells[index], modelHash: runner.modelHash) else { continue }
      guard try evaluate(cell: index, id, identity, model, runner) else { return false }
    }
    return true
  }

  /// Evaluates the samples of one cell that have no result yet.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(
    cell index: Int, _ id: CellID, _ identity: Identity, _ model: Sweep.PreparedModel, _ runner: any ModelRunner
  ) throws(SweepError) -> Bool {
    let cell = sweep.cells[index]
    let selected = try sweep.selectedSamples(of: cell)
    let known = try stored { () throws(StoreError) in try store.identities(in: id) }
    let hasPlain = sweep.hasPlainTwin(cell)
    var pending: [PendingSample] = []
    var previous: Sample?
    for sample in selected {
      let name = identity.of(sample.key, method: cell.method)
      if known[sample.sample.id.rawValue] != name {
        let isFree = hasPlain && sweep.isEqualToPlain(sample.key, cell, model)
        let work = isFree ? 0 : model.facts.work(of: sample.sample, after: previous).multiplyAdds
        pending.append(PendingSample(sample: sample.sample, identity: name, work: work))
        previous = sample.sample
      }
    }
    var place = CellProgress(
      index: index, model: model.entry.name, method: cell.method.description,
      task: sweep.configuration.tasks[cell.task].name, coordinates: cell.taskCell.label, sampleCount: selected.count,
      doneSampleCount: selected.count - pending.count)
    meter.begin(cell: index, pending: pending.map(\.work), sampleCount: selected.count)
    onEvent(.cellStarted(place, meter.progress()))
    for sample in pending {
      if isCancelled() { return false }
      guard try evaluate(sample, &place, id, model, runner) else { return false }
    }
    meter.end(cell: index)
    onEvent(.cellFinished(place, meter.progress()))
    return true
  }

  private struct PendingSample {
    let sample: Sample
    let identity: String
    let work: Double
  }

  /// Evaluates and commits one sample.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(
    _ pending: PendingSample, _ place: inout CellProgress, _ id: CellID, _ model: Sweep.PreparedModel,
    _ runner: any ModelRunner
  ) throws(SweepError) -> Bool {
    let sample = pending.sample
    let name = sample.id.rawValue
    let isReused = try stored { () throws(StoreError) in
      try store.reuse(identity: pending.identity, sampleID: name, cell: id, run: run)
    }
    if isReused {
      meter.finish(work: pending.work, seconds: nil)
      place.doneSampleCount += 1
      onEvent(
        .sampleFinished(
          SampleFinished(
            cell: place, sampleID: name, isReused: true, metric: nil, value: nil, computedTokenCount: 0,
            durationSeconds: 0), meter.progress()))
      return true
    }
    let cell = sweep.cells[place.index]
    let clock = ContinuousClock()
    let begin = clock.now
    let location = place
    let outcome: Result<RunnerOutcome, RunnerError>
    do throws(RunnerError) {
      outcome = .success(
        try runner.run(
          sample.request, method: cell.method, isCancelled: isCancelled,
          onProgress: { [self] count in report(count, of: pending, in: location, model, since: begin) }))
    } catch {
      outcome = .failure(error)
    }
    switch outcome {
    case .success(let outcome):
      try commit(outcome, pending, &place, id, seconds: (clock.now - begin).seconds)
      return true
    case .failure(.cancelled): return false
    case .failure(.failed(let reason)):
      try stored { () throws(StoreError) in
        try store.recordFailure(sampleID: name, cell: id, run: run, message: reason)
      }
      failures.append(.init(cell: place, sampleID: name, reason: reason))
      meter.fail(work: pending.work)
      onEvent(.sampleFailed(cell: place, sampleID: name, reason: reason, meter.progress()))
      return true
    }
  }

  private func report(
    _ count: Int, of pending: PendingSample, in place: CellProgress, _ model: Sweep.PreparedModel,
    since begin: ContinuousClock.Instant
  ) {
    let total = pending.sample.request.tokens.count
    let whole = model.facts.multiplyAdds(total, 0, 0)
    let share = whole > 0 ? min(1, model.facts.multiplyAdds(min(count, total), 0, 0) / whole) : 0
    meter.advance(work: pending.work * share, seconds: (ContinuousClock.now - begin).seconds)
    onEvent(
      .sampleProgress(
        SampleProgress(
          cell: place, sampleID: pending.sample.id.rawValue, tokenCount: count, totalTokenCount: total),
        meter.progress()))
  }

  private func commit(
    _ outcome: RunnerOutcome, _ pending: PendingSample, _ place: inout CellProgress, _ id: CellID, seconds: Double
  ) throws(SweepError) {
    let sample = pending.sample
    let scores = sweep.tasks[sweep.cells[place.index].task]?.scores(of: sample, outcome: outcome.outcome) ?? []
    var result = SampleResult(
      sampleID: sample.id.rawValue, identity: pending.identity, prompt: sample.text,
      firstTokens: Array(sample.request.tokens.prefix(8)), promptTokenCount: sample.request.tokens.count,
      truncatedTokenCount: sample.truncatedTokenCount, expected: sample.expected,
      facts: SampleKey.facts(of: sample).spelling, output: nil, outputTokens: nil, finishReason: nil,
      scores: scores.map { .init(metric: $0.metric, value: $0.value, unscored: $0.unscored) }, logProbabilities: nil,
      durationSeconds: seconds, computedTokenCount: outcome.computedTokenCount)
    switch outcome.outcome {
    case .logProbabilities(let values): result.logProbabilities = values
    case .generation(let tokens, let text, let finishReason):
      result.outputTokens = tokens
      result.output = text
      result.finishReason = finishReason.rawValue
    }
    let row = result
    try stored { () throws(StoreError) in try store.append(row, cell: id, run: run) }
    meter.finish(work: pending.work, seconds: seconds)
    place.doneSampleCount += 1
    onEvent(
      .sampleFinished(
        SampleFinished(
          cell: place, sampleID: row.sampleID, isReused: false, metric: scores.first?.metric,
          value: scores.first?.value, computedTokenCount: outcome.computedTokenCount, durationSeconds: seconds),
        meter.progress()))
  }

  private func judgeGates(_ baselines: [ConfiguredPath: [GateValue]]) throws(SweepError) -> [GateResult] {
    if sweep.configuration.gates.isEmpty { return [] }
    var values: [GateValue] = []
    for (cell, id) in zip(sweep.cells, cellIDs) {
      guard let id, let record = try sweep.record(of: cell, modelHash: "") else { continue }
      let results = try stored { () throws(StoreError) in
        try store.results(in: id, withPrompts: false, withLogProbabilities: false)
      }
      values += CellValues.of(record, results)
    }
    return sweep.configuration.gates.flatMap { gate in
      GateCheck.judge(gate, values: values, baseline: gate.baseline.flatMap { baselines[$0] })
    }
  }
}

/// Remembers file hashes in the store; a store that cannot say or keep one costs time, not correctness.
private struct StoreHashCache: FileHashCache {
  let store: ResultStore

  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? {
    try? store.weightsHash(path: path, byteCount: byteCount, modified: modified)
  }

  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {
    try? store.rememberWeightsHash(hash, path: path, byteCount: byteCount, modified: modified)
  }
}
