import Evaluation
public import Store
import Tasks

/// How a number moved when what is stored was scored again.
public struct RescoredMetric: Hashable, Sendable {
  /// The metric's name.
  public var metric: String
  /// Samples whose value of it is another one now.
  public var movedCount = 0
  /// Samples that have lost or won a value.
  public var appearedCount = 0
  /// The sum of the values before and after, over samples that have both.
  public var before = 0.0
  /// The sum of the values after, over samples that have both.
  public var after = 0.0
  /// Samples that have both.
  public var count = 0
}

/// One cell of a rescoring.
public struct RescoredCell: Hashable, Sendable {
  /// The cell.
  public var record: CellRecord
  /// Samples that were scored again.
  public var sampleCount = 0
  /// Samples with at least one score that moved.
  public var movedSampleCount = 0
  /// What moved, by metric, in the scorer's order.
  public var metrics: [RescoredMetric] = []
}

/// What came of a rescoring.
public struct RescoringSummary: Sendable {
  /// The cells, in the store's order.
  public var cells: [RescoredCell] = []
  /// Cells whose task is not in the configuration, or whose scores need data that are missing, and which, in words.
  public var skipped: [String] = []
  /// Samples whose stored evaluation does not fit them, in words.
  public var damaged: [String] = []
  /// Scorings that were written; 0 in a dry run.
  public var writtenCount = 0
  /// False where it was cancelled; what was written stays.
  public var isFinished = true

  /// Samples that were scored again.
  public var sampleCount: Int { cells.reduce(0) { $0 + $1.sampleCount } }
  /// Samples with at least one score that moved.
  public var movedSampleCount: Int { cells.reduce(0) { $0 + $1.movedSampleCount } }
}

/// Scores what a store holds again, without a model, a tokenizer or a prompt.
///
/// Accepted answers, facts and the protocol's name are those that are stored with each sample, the scorer is this
/// program's. Data are opened only for scores that need more than that.
///
/// A changed reference is the business of `sweep`, which makes the samples anew.
public struct Rescorer {
  /// What to rescore.
  public struct Options: Hashable, Sendable {
    /// Only this task; nil for all.
    public var task: String?
    /// Says what would move and writes nothing.
    public var isDryRun: Bool

    /// Options; by default everything is rescored and written.
    public init(task: String? = nil, isDryRun: Bool = false) {
      self.task = task
      self.isDryRun = isDryRun
    }
  }

  private let store: ResultStore
  private let entries: [EntryScorer]
  private let options: Options
  /// Scorings that are committed in one transaction.
  private static let batchSize = 500

  /// A rescorer for the tasks of a configuration.
  ///
  /// - Parameters:
  ///   - store: the results.
  ///   - entries: the task entries of the configuration that the results are of; see `Configuration.tasks`.
  ///   - options: what to rescore.
  /// - Throws: `SweepError`.
  public init(
    _ store: ResultStore, tasks entries: [Configuration.TaskEntry], options: Options = Options()
  ) throws(SweepError) {
    self.entries = entries.filter { options.task == nil || options.task == $0.name }.map { EntryScorer($0) }
    if self.entries.isEmpty { throw .nothingToDo }
    self.store = store
    self.options = options
  }

  /// Scores again.
  ///
  /// - Parameters:
  ///   - isCancelled: asked between samples.
  ///   - onProgress: told how many samples are done.
  /// - Returns: what moved.
  /// - Throws: `SweepError.store`; `.missing` where no sample at all can be scored without data that are missing.
  public func run(
    isCancelled: () -> Bool = { false }, onProgress: (_ sampleCount: Int) -> Void = { _ in }
  ) throws(SweepError) -> RescoringSummary {
    var summary = RescoringSummary()
    let cells = try stored { () throws(StoreError) in try store.currentCells() }
    for cell in cells where options.task == nil || options.task == cell.record.task {
      let record = cell.record
      guard let entry = entries.first(where: { $0.isOf(record) }) else {
        summary.skip(record, "its task is not in the configuration")
        continue
      }
      guard try rescore(cell, entry, &summary, isCancelled) else {
        summary.isFinished = false
        return summary
      }
      onProgress(summary.sampleCount)
    }
    let missing = entries.flatMap(\.missing)
    if summary.sampleCount == 0, !missing.isEmpty { throw .missing(missing) }
    return summary
  }

  private func rescore(
    _ cell: StoredCell, _ entry: EntryScorer, _ summary: inout RescoringSummary, _ isCancelled: () -> Bool
  ) throws(SweepError) -> Bool {
    var result = RescoredCell(record: cell.record)
    var attachments: [Attachment] = []
    var walk = store.walk(over: [cell.id], withPrompts: false, withLogProbabilities: true)
    func flush() throws(SweepError) {
      if options.isDryRun || attachments.isEmpty { return }
      let batch = attachments
      attachments = []
      summary.writtenCount += try stored { () throws(StoreError) in try store.rescore(batch) }
    }
    while let sample = try stored({ () throws(StoreError) in try walk.next() }) {
      if isCancelled() {
        summary.cells.append(result)
        return false
      }
      let old = sample.scoring
      let reference = Reference(
        sampleID: SampleID(sample.sampleID), expected: old.expected, facts: StoredOutcome.facts(old.facts) ?? [],
        promptTokenCount: sample.evaluation.record.promptTokenCount)
      guard let outcome = StoredOutcome.outcome(of: sample.evaluation.record, reference) else {
        summary.damaged.append(sample.sampleID)
        continue
      }
      guard var new = try entry.scoring(of: outcome, reference, instead: old) else {
        summary.skip(cell.record, entry.missing.first?.description ?? "its scores need the data")
        return true
      }
      new.scores = cell.record.metrics.reduce(new.scores) { $1.possible($0) }
      result.add(old.scores, new.scores)
      if new.identity != old.identity || !Self.isSame(new.scores, old.scores) || new.answer != old.answer {
        attachments.append(
          Attachment(evaluation: sample.evaluation.id, scoring: new, cell: cell.id, sampleID: sample.sampleID))
      }
      if attachments.count >= Self.batchSize { try flush() }
    }
    try flush()
    summary.cells.append(result)
    return true
  }

  /// Equality as the store keeps scores: a value that is not finite is none.
  private static func isSame(_ a: [Score], _ b: [Score]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.metric == $1.metric && $0.storedValue == $1.storedValue }
  }
}

/// Scores the samples of one entry of a configuration: by its settings alone, and with its data where a score needs them.
private final class EntryScorer {
  let entry: Configuration.TaskEntry
  /// The data that were needed and are not there.
  private(set) var missing: [MissingInput] = []
  private lazy var withoutData: OutcomeScoring? = {
    // Settings that the task refuses are refused with their place when it is built.
    try? entry.type.scoring(settings: entry.settings ?? TaskSettings(entry.written))
  }()
  private var built: PreparedTask?
  private var isBuilt = false

  init(_ entry: Configuration.TaskEntry) { self.entry = entry }

  func isOf(_ cell: CellRecord) -> Bool { entry.name == cell.task && entry.settingsText == cell.settings }

  /// The new scoring; nil where it needs data that are missing.
  func scoring(
    of outcome: Outcome, _ reference: Reference, instead old: ScoringRecord
  ) throws(SweepError) -> ScoringRecord? {
    if let withoutData {
      let scorer = Scorer(withoutData, protocolName: old.protocolName, scorerVersion: entry.type.scorerVersion)
      let new = scorer.stored(outcome, reference, facts: old.facts, truncatedTokenCount: old.truncatedTokenCount)
      if let new { return new }
    }
    if !isBuilt {
      isBuilt = true
      built = try PreparedTask.build(entry, hasJudge: false, &missing)
    }
    return built?.scorer.record(
      outcome, reference, facts: old.facts, truncatedTokenCount: old.truncatedTokenCount)
  }
}

extension RescoringSummary {
  fileprivate mutating func skip(_ record: CellRecord, _ reason: String) {
    skipped.append("\(record.model) \(record.method) \(record.task) \(record.coordinates.label): \(reason)")
  }
}

extension Score {
  /// The value that a store keeps.
  fileprivate var storedValue: Double? { value.flatMap { $0.isFinite ? $0 : nil } }
}

extension RescoredCell {
  fileprivate mutating func add(_ old: [Score], _ new: [Score]) {
    sampleCount += 1
    var isMoved = false
    let names = new.map(\.metric) + old.map(\.metric).filter { name in !new.contains { $0.metric == name } }
    for name in names {
      let before = old.first { $0.metric == name }?.storedValue
      let after = new.first { $0.metric == name }?.storedValue
      let index = metrics.firstIndex { $0.metric == name } ?? metrics.endIndex
      if index == metrics.endIndex { metrics.append(RescoredMetric(metric: name)) }
      if let before, let after {
        metrics[index].count += 1
        metrics[index].before += before
        metrics[index].after += after
        if before != after {
          metrics[index].movedCount += 1
          isMoved = true
        }
      } else if (before == nil) != (after == nil) {
        metrics[index].appearedCount += 1
        isMoved = true
      }
    }
    if isMoved { movedSampleCount += 1 }
  }
}
