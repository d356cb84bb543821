import Backends
import Evaluation
import Positions
import Store
import Tasks

/// A sample that is asked for, with its part of the identities.
struct SelectedSample {
  let sample: Sample
  let key: SampleKey
  /// The identity of its scoring by its task.
  let scoringIdentity: String

  /// A sample of a task.
  init(_ sample: Sample, scorer: ScoringIdentity) {
    self.sample = sample
    key = SampleKey(sample)
    scoringIdentity = scorer.of(expected: key.expected, facts: key.facts)
  }
}

extension SelectedSample {
  /// The fact of a sample's last call that holds the identities of the calls before it, in order.
  static let earlierCalls = "earlier_calls"

  /// The call that follows a sample's; nil where that is the last.
  ///
  /// - Parameters:
  ///   - sample: the call before.
  ///   - outcome: what the model answered to it.
  ///   - place: whose sample it is.
  ///   - identity: the identity of that evaluation.
  ///   - scorer: the identity of the task's scoring.
  /// - Returns: the next call, whose facts name this one.
  /// - Throws: `TaskError` where its prompt cannot be made.
  static func next(
    of sample: Sample, after outcome: Outcome, at place: FollowUp.Place, identity: String, scorer: ScoringIdentity
  ) throws(TaskError) -> SelectedSample? {
    guard let followUp = sample.followUp else { return nil }
    var earlier: [Value] = []
    if case .list(let known)? = sample.reference.fact(Self.earlierCalls) { earlier = known }
    guard let next = try followUp.sample(after: outcome, at: place) else { return nil }
    return SelectedSample(
      next.adding(Self.earlierCalls, .list(earlier + [.text(identity)])), scorer: scorer)
  }
}

/// Makes the samples of cells; kept between methods while they are not many, because methods share them.
final class SampleSource {
  private let seed: UInt64
  private let limit: Int?
  private let shard: Shard?
  private let judge: PreparedJudge?
  /// All cells of the sweep, for its division.
  private let cells: [Cell]
  private var divisions: [Int: ShardDivision] = [:]
  private var kept: [Place: [SelectedSample]] = [:]
  private var counts: [Place: (samples: Int, promptTokens: Int)] = [:]
  private var keptTokenCount = 0
  /// Prompt tokens that are kept at most: 64 MB.
  private static let tokenLimit = 8_000_000

  private struct Place: Hashable {
    let model: ObjectIdentifier
    let task: ObjectIdentifier
    let coordinates: Coordinates

    init(_ cell: Cell) {
      model = ObjectIdentifier(cell.model)
      task = ObjectIdentifier(cell.task)
      coordinates = cell.place
    }
  }

  init(seed: UInt64, limit: Int?, shard: Shard?, cells: [Cell], judge: PreparedJudge? = nil) {
    self.seed = seed
    self.limit = limit
    self.shard = shard
    self.cells = cells
    self.judge = judge
  }

  /// The samples of a cell that the limit and the shard leave.
  ///
  /// - Throws: `SweepError.task` where the task cannot make them.
  func selected(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    let samples = try chosen(of: cell)
    guard let shard else { return samples }
    return try division(into: shard.count).own(samples, of: cell, in: shard)
  }

  /// The samples of a cell that the limit leaves, of all shards.
  ///
  /// - Throws: `SweepError.task` where the task cannot make them.
  func chosen(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    Array(try all(of: cell).prefix(limit ?? Int.max))
  }

  /// The division of the sweep into a number of shards; made once.
  ///
  /// - Throws: `SweepError.task` where a task cannot make its samples.
  func division(into count: Int) throws(SweepError) -> ShardDivision {
    if let division = divisions[count] { return division }
    let division = try ShardDivision(cells, into: count, self)
    divisions[count] = division
    return division
  }

  /// True where no cell has a sample, whatever the options take of them.
  var isEmpty: Bool {
    get throws(SweepError) {
      for cell in cells {
        if try count(of: cell) > 0 { return false }
      }
      return true
    }
  }

  /// The number of samples that a cell has, whatever the options take of it.
  func count(of cell: Cell) throws(SweepError) -> Int { try measured(cell).samples }

  /// The prompt tokens of all samples that a cell has.
  func promptTokenCount(of cell: Cell) throws(SweepError) -> Int { try measured(cell).promptTokens }

  private func measured(_ cell: Cell) throws(SweepError) -> (samples: Int, promptTokens: Int) {
    if let counts = counts[Place(cell)] { return counts }
    let samples = try all(of: cell)
    return (samples.count, samples.reduce(0) { $0 + $1.sample.request.tokens.count })
  }

  private func all(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    let place = Place(cell)
    if let samples = kept[place] { return samples }
    func failure(_ error: TaskError) -> SweepError { .task(name: cell.task.name, cell.task.entry.location, error) }
    let made: [Sample]
    do {
      made = try cell.task.task.samples(of: cell.place, in: cell.model.context(seed: seed, judge: judge?.view))
    } catch {
      throw failure(error)
    }
    if let sample = made.first(where: { cell.model.beginsTwice($0.request.tokens) }) {
      throw failure(
        .impossibleSample(
          cell: sample.id.rawValue,
          problem: "the prompt begins with two BOS tokens; look at the chat template and the tokenizer's add_bos_token"
        ))
    }
    let samples = made.map { SelectedSample($0, scorer: cell.task.scorer.identity) }
    let count = made.reduce(0) { $0 + $1.request.tokens.count }
    counts[place] = (samples.count, count)
    if keptTokenCount + count <= Self.tokenLimit {
      kept[place] = samples
      keptTokenCount += count
    }
    return samples
  }
}

extension SampleSource {
  /// The record of a cell in the store.
  func record(of cell: Cell, modelHash: String) throws(SweepError) -> CellRecord {
    let judged = judge == nil ? [] : cell.task.task.judgedMetrics
    let notes = judged.isEmpty ? [] : judge?.notes ?? []
    return CellRecord(
      model: cell.model.name, contextWindow: cell.model.contextWindow, modelHash: modelHash,
      method: cell.model.shownMethod(cell.method), task: cell.task.name, settings: cell.task.entry.settingsText,
      protocolName: cell.task.task.protocolName, protocolNotes: cell.task.task.protocolNotes + cell.model.notes + notes,
      dataHash: cell.task.dataHash, coordinates: cell.place, metrics: cell.task.task.metrics + judged,
      sampleCount: try count(of: cell))
  }

  /// Cells whose samples are evaluated together: those of one model, method and task, while they fit into memory.
  ///
  /// - Parameter cells: cells of one model, in the order of execution.
  /// - Returns: the same cells in the same order, in groups.
  /// - Throws: `SweepError` where a task cannot make its samples.
  func batches(_ cells: [Cell]) throws(SweepError) -> [[Cell]] {
    var batches: [[Cell]] = []
    var group: [Cell] = []
    var tokenCount = 0
    for cell in cells {
      let count = try promptTokenCount(of: cell)
      if let last = group.last {
        let isSameTask = last.task === cell.task && last.method == cell.method
        if !isSameTask || tokenCount + count > ReuseOrder.tokenLimit {
          batches.append(group)
          (group, tokenCount) = ([], 0)
        }
      }
      group.append(cell)
      tokenCount += count
    }
    return group.isEmpty ? batches : batches + [group]
  }
}
