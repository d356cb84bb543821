import Backends
import Evaluation
import Foundation
import Positions
import Store
import Tasks

/// Writes what happens into the store, and tells it: every commit of a run goes through here.
final class Journal {
  let store: ResultStore
  let run: RunID
  var meter: WorkMeter
  private(set) var failures: [SweepSummary.Failure] = []
  /// Cells of which no sample has a value of the first metric, in words.
  private(set) var unscoredCells: [String] = []
  private let onEvent: (ProgressEvent) -> Void
  private let host = ProcessInfo.processInfo.hostName
  private let job = BatchJob.name(in: ProcessInfo.processInfo.environment)
  private var lastBeat: ContinuousClock.Instant?
  private static let beatInterval = Duration.seconds(5)

  init(store: ResultStore, run: RunID, meter: WorkMeter, onEvent: @escaping (ProgressEvent) -> Void) {
    self.store = store
    self.run = run
    self.meter = meter
    self.onEvent = onEvent
  }

  /// The state now.
  var progress: OverallProgress { meter.progress() }

  func tell(_ event: ProgressEvent) { onEvent(event) }

  func begin() {
    onEvent(.started(meter.progress()))
    beat(nil)
  }

  /// The run ends; the last heartbeat says how far it came.
  func end() {
    lastBeat = nil
    beat(nil)
  }

  func cells(_ records: [CellRecord]) throws(SweepError) -> [CellID] {
    try stored { () throws(StoreError) in try store.cells(records, run: run) }
  }

  /// Notes with the run what its reports must say.
  func warn(_ text: String) throws(SweepError) {
    try stored { () throws(StoreError) in try store.addWarning(text, to: run) }
  }

  /// A cell begins, once.
  func start(_ open: OpenCell) {
    guard !open.isStarted else { return }
    open.isStarted = true
    onEvent(.cellStarted(open.place, meter.progress()))
  }

  /// A cell ends.
  func finish(_ open: OpenCell) {
    meter.end(cell: open.place.index)
    onEvent(.cellFinished(open.place, meter.progress()))
    beat(nil)
  }

  /// A long sample goes on.
  func report(_ count: Int, of pending: PendingSample, in open: OpenCell, since begin: ContinuousClock.Instant) {
    let facts = open.cell.model.facts
    let total = pending.sample.request.tokens.count
    let whole = facts.multiplyAdds(total, 0, 0)
    let share = whole > 0 ? min(1, facts.multiplyAdds(min(count, total), 0, 0) / whole) : 0
    meter.advance(work: pending.work * share, seconds: (ContinuousClock.now - begin).seconds)
    onEvent(
      .sampleProgress(
        SampleProgress(
          cell: open.place, sampleID: pending.sample.id.rawValue, tokenCount: count, totalTokenCount: total),
        meter.progress()))
    beat(open)
  }

  /// Commits the evaluation of a call that is not a sample's last.
  func append(call record: EvaluationRecord) throws(SweepError) -> EvaluationID {
    try stored { () throws(StoreError) in try store.append(call: record) }
  }

  /// Commits an evaluation with its scoring.
  func append(
    _ record: EvaluationRecord, _ scoring: ScoringRecord, _ pending: PendingSample, _ open: OpenCell
  ) throws(SweepError) -> EvaluationID {
    let name = pending.sample.id.rawValue
    let id = try stored { () throws(StoreError) in
      try store.append(record, scoring, sampleID: name, cell: open.id, run: run)
    }
    let seconds = record.durationSeconds + pending.earlierSeconds
    meter.finish(cell: open.place.index, work: pending.work, seconds: seconds)
    open.place.doneSampleCount += 1
    tellFinished(name, scoring, open, computedTokenCount: record.computedTokenCount, seconds: seconds)
    beat(open)
    return id
  }

  /// Commits scorings of stored evaluations; `work` is what the plan took the sample for.
  func attach(
    _ attachments: [Attachment], adopting adoptions: [Adoption], to open: OpenCell, work: Double = 0
  ) throws(SweepError) {
    try stored { () throws(StoreError) in
      if !adoptions.isEmpty { try store.adopt(adoptions) }
      try store.attach(attachments, run: run)
    }
    for attachment in attachments {
      meter.finish(cell: open.place.index, work: work, seconds: nil)
      open.place.doneSampleCount += 1
      tellFinished(attachment.sampleID, nil, open, computedTokenCount: 0, seconds: 0)
    }
    beat(open)
  }

  /// Records that a sample could not be evaluated.
  func fail(_ pending: PendingSample, _ reason: String, _ open: OpenCell) throws(SweepError) {
    let name = pending.sample.id.rawValue
    try stored { () throws(StoreError) in
      try store.recordFailure(sampleID: name, cell: open.id, run: run, message: reason)
    }
    failures.append(.init(cell: open.place, sampleID: name, reason: reason))
    meter.fail(cell: open.place.index, work: pending.work)
    onEvent(.sampleFailed(cell: open.place, sampleID: name, reason: reason, meter.progress()))
  }

  /// Notes a cell whose samples are all without a value of its first metric, and of a judge's where there is one.
  func noteUnscored(_ cell: Cell, _ id: CellID, _ metrics: [MetricDescription]) throws(SweepError) {
    for metric in metrics {
      let name = metric.aggregation == .perplexity ? PerplexityParts.sum : metric.name
      let hasScore = try stored { () throws(StoreError) in try store.hasScore(of: name, in: id) }
      if hasScore != false { return }
    }
    unscoredCells.append(cell.name)
  }

  private func tellFinished(
    _ name: String, _ scoring: ScoringRecord?, _ open: OpenCell, computedTokenCount: Int, seconds: Double
  ) {
    onEvent(
      .sampleFinished(
        SampleFinished(
          cell: open.place, sampleID: name, isReused: scoring == nil, metric: scoring?.scores.first?.metric,
          value: scoring?.scores.first?.value, computedTokenCount: computedTokenCount, durationSeconds: seconds),
        meter.progress()))
  }

  /// Tells other processes how far the run is; a store that cannot take it costs nobody a result.
  private func beat(_ open: OpenCell?) {
    let now = ContinuousClock.now
    if let lastBeat, now - lastBeat < Self.beatInterval { return }
    lastBeat = now
    let progress = meter.progress()
    try? store.beat(
      Heartbeat(
        host: host, processID: Int(ProcessInfo.processInfo.processIdentifier),
        doneCellCount: progress.wholeCellCount, cellCount: progress.cellCount,
        doneSampleCount: progress.doneSampleCount, sampleCount: progress.sampleCount,
        failedSampleCount: progress.failedSampleCount,
        currentCell: open.map { "\($0.place.model) \($0.place.method) \($0.place.task) \($0.place.coordinates)" },
        fraction: progress.fraction, secondsLeft: progress.remainingSeconds, job: job),
      run: run)
  }
}

/// The job of a batch system that this process is.
enum BatchJob {
  /// Its name, for example `1234_5` of Slurm; nil outside of one.
  static func name(in environment: [String: String]) -> String? {
    if let array = environment["SLURM_ARRAY_JOB_ID"], let task = environment["SLURM_ARRAY_TASK_ID"] {
      return "\(array)_\(task)"
    }
    // Grid Engine says `undefined` where there is no array.
    if let job = environment["JOB_ID"], let task = environment["SGE_TASK_ID"] {
      return task == "undefined" ? job : "\(job).\(task)"
    }
    return environment["SLURM_JOB_ID"]
  }
}
