import Evaluation
import JSON
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
      warnings: [], cells: cellIDs)
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
    let ids = try stored { () throws(StoreError) in try store.cells(cellRecords, run: run) }
    for (index, id) in zip(cells, ids) { cellIDs[index] = id }
    for batch in try sweep.batches(cells) {
      if isCancelled() { return false }
      guard try evaluate(batch: batch, model, runner) else { return false }
    }
    return true
  }

  /// Evaluates the samples of cells that have no result yet, in the order that reuses most of their prompts.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(
    batch: [Int], _ model: Sweep.PreparedModel, _ runner: any ModelRunner
  ) throws(SweepError) -> Bool {
    var open: [OpenCell] = []
    for index in batch {
      if let cell = try openCell(index, model, runner) { open.append(cell) }
    }
    let order = ReuseOrder.order(open.map { $0.pending.map(\.sample.request.tokens) })
    weigh(&open, order, model)
    for cell in open {
      meter.begin(cell: cell.place.index, pending: cell.pending.map(\.work), sampleCount: cell.place.sampleCount)
    }
    for index in open.indices where open[index].pending.isEmpty {
      start(&open[index])
      finish(open[index])
    }
    let requests = order.map { open[$0.cell].pending[$0.sample].sample.request }
    var next = 0
    while next < order.count {
      if isCancelled() { return false }
      let group = order[next..<next + GenerationGroup.count(requests[next...])]
      next = group.endIndex
      guard try evaluate(group, &open, model, runner) else { return false }
    }
    return true
  }

  /// Evaluates samples, together where there are several.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(
    _ group: ArraySlice<ReuseOrder.Place>, _ open: inout [OpenCell], _ model: Sweep.PreparedModel,
    _ runner: any ModelRunner
  ) throws(SweepError) -> Bool {
    var outcomes: [ReuseOrder.Place: RunnerOutcome] = [:]
    var together: [ReuseOrder.Place] = []
    var identities: Set<String> = []
    for place in group {
      start(&open[place.cell])
      if group.count == 1 { break }
      let identity = open[place.cell].pending[place.sample].identity
      let isKnown = try stored { () throws(StoreError) in try store.hasResult(identity: identity) }
      if !isKnown, identities.insert(identity).inserted { together.append(place) }
    }
    let begin = ContinuousClock.now
    if together.count > 1, let method = open.first.map({ sweep.cells[$0.place.index].method }) {
      do throws(RunnerError) {
        let requests = together.map { open[$0.cell].pending[$0.sample].sample.request }
        let all = try runner.generate(together: requests, method: method, isCancelled: isCancelled)
        outcomes = Dictionary(uniqueKeysWithValues: zip(together, all))
      } catch {
        // One that fails is found when each is tried alone.
        if error == .cancelled { return false }
      }
    }
    let seconds = (ContinuousClock.now - begin).seconds / Double(max(1, outcomes.count))
    for place in group {
      let (pending, id) = (open[place.cell].pending[place.sample], open[place.cell].id)
      if let outcome = outcomes[place] {
        try commit(outcome, pending, &open[place.cell].place, id, seconds: seconds)
      } else if try !reuse(pending, &open[place.cell].place, id) {
        if isCancelled() { return false }
        guard try evaluate(pending, &open[place.cell].place, id, model, runner) else { return false }
      }
      open[place.cell].openCount -= 1
      finish(open[place.cell])
    }
    return true
  }

  /// A cell with the samples that it lacks.
  private struct OpenCell {
    var place: CellProgress
    let id: CellID
    /// For each pending sample, whether plain's result is taken, so that nothing is computed.
    let isFree: [Bool]
    var pending: [PendingSample]
    /// Samples that were not tried yet.
    var openCount: Int
    var isStarted = false
  }

  private func openCell(
    _ index: Int, _ model: Sweep.PreparedModel, _ runner: any ModelRunner
  ) throws(SweepError) -> OpenCell? {
    let cell = sweep.cells[index]
    guard let id = cellIDs[index], let identity = sweep.identity(of: cell, modelHash: runner.modelHash) else {
      return nil
    }
    let selected = try sweep.selectedSamples(of: cell)
    let known = try stored { () throws(StoreError) in try store.identities(in: id) }
    let hasPlain = sweep.hasPlainTwin(cell)
    var pending: [PendingSample] = []
    var isFree: [Bool] = []
    for sample in selected {
      let name = identity.of(sample.key, method: cell.method)
      if known[sample.sample.id.rawValue] == name { continue }
      pending.append(PendingSample(sample: sample.sample, identity: name, work: 0))
      isFree.append(hasPlain && sweep.isEqualToPlain(sample.key, cell, model))
    }
    let place = CellProgress(
      index: index, model: model.entry.name, method: cell.method.description,
      task: sweep.configuration.tasks[cell.task].name, coordinates: cell.taskCell.label, sampleCount: selected.count,
      doneSampleCount: selected.count - pending.count)
    return OpenCell(place: place, id: id, isFree: isFree, pending: pending, openCount: pending.count)
  }

  /// Fills in what each sample costs after the one before it.
  private func weigh(_ open: inout [OpenCell], _ order: [ReuseOrder.Place], _ model: Sweep.PreparedModel) {
    var previous: Sample?
    for place in order where !open[place.cell].isFree[place.sample] {
      let sample = open[place.cell].pending[place.sample].sample
      open[place.cell].pending[place.sample].work = model.facts.work(of: sample, after: previous).multiplyAdds
      previous = sample
    }
  }

  private func start(_ cell: inout OpenCell) {
    guard !cell.isStarted else { return }
    cell.isStarted = true
    onEvent(.cellStarted(cell.place, meter.progress()))
  }

  private func finish(_ cell: OpenCell) {
    guard cell.openCount == 0 else { return }
    meter.end(cell: cell.place.index)
    onEvent(.cellFinished(cell.place, meter.progress()))
  }

  private struct PendingSample {
    let sample: Sample
    let identity: String
    var work: Double
  }

  /// Takes the result of another cell with the same identity, where there is one.
  private func reuse(_ pending: PendingSample, _ place: inout CellProgress, _ id: CellID) throws(SweepError) -> Bool {
    let name = pending.sample.id.rawValue
    let isReused = try stored { () throws(StoreError) in
      try store.reuse(identity: pending.identity, sampleID: name, cell: id, run: run)
    }
    guard isReused else { return false }
    meter.finish(cell: place.index, work: pending.work, seconds: nil)
    place.doneSampleCount += 1
    onEvent(
      .sampleFinished(
        SampleFinished(
          cell: place, sampleID: name, isReused: true, metric: nil, value: nil, computedTokenCount: 0,
          durationSeconds: 0), meter.progress()))
    return true
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
      meter.fail(cell: place.index, work: pending.work)
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
    let scores =
      sweep.tasks[sweep.cells[place.index].task]?.scores(of: sample.reference, outcome: outcome.outcome) ?? []
    var result = SampleResult(
      sampleID: sample.id.rawValue, identity: pending.identity, prompt: sample.text,
      firstTokens: Array(sample.request.tokens.prefix(8)), promptTokenCount: sample.request.tokens.count,
      truncatedTokenCount: sample.truncatedTokenCount, expected: sample.expected,
      facts: SampleKey.facts(of: sample).spelling, output: nil, outputTokens: nil, finishReason: nil,
      scores: scores, logProbabilities: nil,
      durationSeconds: seconds, computedTokenCount: outcome.computedTokenCount)
    switch outcome.outcome {
    case .logProbabilities(let values): result.logProbabilities = values
    case .generation(let tokens, let text, let finishReason):
      result.outputTokens = tokens
      result.output = text
      result.finishReason = finishReason
    case .choiceLogProbabilities(let values):
      // One after another in the order of the choices; the facts say how many tokens each has.
      result.logProbabilities = values.flatMap { $0 }
      result.output = sweep.tasks[sweep.cells[place.index].task]?.answer(of: sample.reference, outcome: outcome.outcome)
      if result.output != nil { result.finishReason = .choice }
    }
    let row = result
    try stored { () throws(StoreError) in try store.append(row, cell: id, run: run) }
    meter.finish(cell: place.index, work: pending.work, seconds: seconds)
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
