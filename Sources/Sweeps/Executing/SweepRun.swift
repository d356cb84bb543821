import Backends
import Evaluation
import Gates
import Store
import Tasks
import Text

/// One execution of a sweep: walks models and cells, and does nothing else.
final class SweepRun {
  private let sweep: Sweep
  private let journal: Journal
  private let isCancelled: () -> Bool
  private let evaluations: StoredEvaluations
  private var cellIDs: [Cell: CellID] = [:]
  private let indices: [Cell: Int]
  private let rates: [String: Rate]

  init(
    _ sweep: Sweep, plan: Plan, store: ResultStore, run: RunID, isCancelled: @escaping () -> Bool,
    onEvent: @escaping (ProgressEvent) -> Void
  ) {
    self.sweep = sweep
    self.isCancelled = isCancelled
    evaluations = StoredEvaluations(store, judge: sweep.judge)
    indices = Dictionary(zip(sweep.cells, 0...)) { first, _ in first }
    rates = Dictionary(plan.models.map { ($0.name, $0.rate) }) { first, _ in first }
    journal = Journal(store: store, run: run, meter: WorkMeter(plan), onEvent: onEvent)
  }

  /// Walks everything.
  ///
  /// - Returns: how it ended.
  func run(_ gates: SweepGates) throws(SweepError) -> SweepSummary {
    journal.begin()
    var isFinished = true
    for model in sweep.models where isFinished {
      if try sweep.isNeeded(model) { isFinished = try evaluate(model) }
    }
    if isFinished, let judge = sweep.judge { try verify { () throws(BackendError) in try judge.verify() } }
    journal.end()
    let ids = sweep.cells.map { cellIDs[$0] }
    // A part of the numbers is nothing to judge.
    let results = isFinished && sweep.options.shard == nil ? try gates.judge(sweep, ids, journal.store) : []
    return SweepSummary(
      status: status(isFinished, results), progress: journal.progress, failures: journal.failures,
      missing: sweep.missing, gates: results, warnings: [], cells: ids, unscored: journal.unscoredCells)
  }

  private func status(_ isFinished: Bool, _ gates: [Judgement]) -> SweepStatus {
    if !isFinished { return .interrupted }
    let gate = gates.isEmpty ? nil : GateResult(gates).fault
    // What is missing must not hide that what is there became worse.
    if gate == .gateFailed { return .gateFailed }
    if !journal.failures.isEmpty || !sweep.missing.isEmpty || !journal.unscoredCells.isEmpty { return .incomplete }
    // A gate that finds nothing to judge has not passed.
    return gate.map { SweepStatus($0) } ?? .complete
  }

  /// Evaluates all cells of one model.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(_ model: PreparedModel) throws(SweepError) -> Bool {
    if isCancelled() { return false }
    let loaded = try load(model)
    let cells = sweep.cells.filter { $0.model === model }
    var records: [CellRecord] = []
    for cell in cells { records.append(try sweep.samples.record(of: cell, modelHash: loaded.modelHash)) }
    let ids = try journal.cells(records)
    for (cell, id) in zip(cells, ids) { cellIDs[cell] = id }
    let identity = model.identity(modelHash: loaded.modelHash)
    let evaluator = SampleEvaluator(
      model: loaded, identity: identity, judge: sweep.judge, journal: journal, evaluations: evaluations,
      isCancelled: isCancelled)
    for batch in try sweep.samples.batches(cells) {
      if isCancelled() { return false }
      guard let queue = try open(batch, identity, evaluator) else { return false }
      guard try evaluator.evaluate(queue) else { return false }
      try finish(batch)
    }
    try verify { () throws(BackendError) in try loaded.verify() }
    return true
  }

  /// Another model than at the beginning marks the run, and ends it.
  private func verify(_ look: () throws(BackendError) -> Void) throws(SweepError) {
    do {
      try look()
    } catch {
      try journal.warn("\(error)")
      throw .backend(error)
    }
  }

  private func load(_ model: PreparedModel) throws(SweepError) -> any LoadedModel {
    journal.tell(.loadingModel(name: model.name))
    let begin = ContinuousClock.now
    let loaded: any LoadedModel
    do {
      loaded = try model.backend.load(model.specification, hashes: StoreHashCache(store: journal.store))
    } catch {
      throw .backend(error)
    }
    journal.tell(.modelLoaded(name: model.name, seconds: (ContinuousClock.now - begin).seconds))
    journal.meter.forgetTime()
    return loaded
  }

  /// Opens the cells of a batch: takes what is stored, and queues what no model has evaluated.
  ///
  /// - Returns: the samples to evaluate; nil when the run was cancelled.
  private func open(
    _ batch: [Cell], _ identity: EvaluationIdentity, _ evaluator: SampleEvaluator
  ) throws(SweepError) -> CellQueue? {
    var open: [OpenCell] = []
    for cell in batch {
      guard let id = cellIDs[cell], let index = indices[cell] else { throw .unregistered(cell: cell.name) }
      let selected = try sweep.samples.selected(of: cell)
      try RequestSupport.check(selected, cell)
      let opened = try OpenCell(
        cell, index: index, id: id, selected, identity, evaluations, journal, hasPlain: sweep.hasPlainTwin(cell))
      open.append(opened)
    }
    let rate = batch.first.flatMap { rates[$0.model.name] } ?? .assumed(threads: sweep.options.threads)
    let queue = CellQueue(open, rate)
    for cell in queue.cells {
      journal.meter.begin(
        cell: cell.place.index, pending: cell.pending.map(\.work), doneCount: cell.place.doneSampleCount)
    }
    for cell in queue.cells {
      guard try evaluator.rescore(cell) else { return nil }
    }
    return queue
  }

  /// Notes cells of which no sample has a score: such a sweep is not complete.
  private func finish(_ batch: [Cell]) throws(SweepError) {
    for cell in batch {
      guard let id = cellIDs[cell] else { throw .unregistered(cell: cell.name) }
      guard let metric = cell.task.task.metrics.first else { continue }
      // How many judgments cannot be read is no score.
      let judged = sweep.judge == nil ? [] : cell.task.task.judgedMetrics.filter(\.higherIsBetter)
      try journal.noteUnscored(cell, id, [metric] + judged)
    }
  }
}
