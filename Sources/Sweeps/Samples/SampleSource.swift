import Backends
import Evaluation
import Positions
import Store
import Tasks
import Text
import Tokenizers

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
  private var ordered: [BatchKey: OrderedBatch] = [:]
  private var orderedSampleCount = 0
  /// Made before their turn.
  private var ahead: [Place: [SelectedSample]] = [:]
  private var largestTokenCount = 0
  private let threads: Int
  /// Prompt tokens that are kept at most: 64 MB.
  private static let tokenLimit = 8_000_000
  /// Samples whose order is kept at most: a place and a cost each, 64 MB.
  private static let orderedSampleLimit =
    64_000_000 / (MemoryLayout<ReuseOrder.Place>.stride + MemoryLayout<SampleWork>.stride)

  /// Cells that are evaluated together, whatever their method.
  private struct BatchKey: Hashable {
    let places: [Place]
    let isOfAllShards: Bool
  }

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

  init(seed: UInt64, limit: Int?, shard: Shard?, cells: [Cell], judge: PreparedJudge? = nil, threads: Int = 1) {
    self.seed = seed
    self.threads = threads
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
    return try division(into: shard.count).own(samples, of: cell, in: shard.index)
  }

  /// The samples of a cell that the limit leaves, of all shards.
  ///
  /// - Throws: `SweepError.task` where the task cannot make them.
  func chosen(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    Array(try all(of: cell).prefix(limit ?? Int.max))
  }

  /// Samples of cells that are evaluated together, in the order that reuses most, with what each costs after the one
  /// before it; made once for all methods.
  ///
  /// - Parameters:
  ///   - batch: the cells, of one model and task.
  ///   - samples: their samples: those of the shard, or of all shards.
  ///   - isOfAllShards: which of them.
  /// - Returns: order and costs.
  func ordered(_ batch: [Cell], _ samples: [[SelectedSample]], isOfAllShards: Bool) -> OrderedBatch {
    // What a shard has of a cell differs between methods.
    if shard != nil, !isOfAllShards { return OrderedBatch(batch, samples) }
    let key = BatchKey(places: batch.map { Place($0) }, isOfAllShards: isOfAllShards)
    if let known = ordered[key] { return known }
    let made = OrderedBatch(batch, samples)
    let count = made.order.count
    if orderedSampleCount + count <= Self.orderedSampleLimit {
      ordered[key] = made
      orderedSampleCount += count
    }
    return made
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
    if let samples = ahead.removeValue(forKey: place) { return keep(samples, place) }
    var wanted = [cell]
    // Several cells at a time, while they are not large: their samples are independent of each other.
    if largestTokenCount > 0, largestTokenCount <= Self.tokenLimit / max(1, threads) { wanted += following(cell) }
    let makers = wanted.map { SampleMaker($0, seed: seed, judge: judge?.view) }
    let results = Concurrently.map(makers.count) { makers[$0].make() }
    // What fails for a later cell fails again when its turn comes.
    for (other, result) in zip(wanted, results).dropFirst() {
      if case .success(let samples) = result { ahead[Place(other)] = samples }
    }
    return keep(try results[0].get(), place)
  }

  /// The cells after one whose samples are not made yet, one less than there are threads.
  private func following(_ cell: Cell) -> [Cell] {
    guard threads > 1, let index = cells.firstIndex(of: cell) else { return [] }
    var found: [Cell] = []
    var places: Set<Place> = [Place(cell)]
    for other in cells[(index + 1)...] where other.model === cell.model {
      let place = Place(other)
      guard counts[place] == nil, ahead[place] == nil, places.insert(place).inserted else { continue }
      found.append(other)
      if found.count == threads - 1 { break }
    }
    return found
  }

  private func keep(_ samples: [SelectedSample], _ place: Place) -> [SelectedSample] {
    let count = samples.reduce(0) { $0 + $1.sample.request.tokens.count }
    counts[place] = (samples.count, count)
    largestTokenCount = max(largestTokenCount, count)
    if keptTokenCount + count <= Self.tokenLimit {
      kept[place] = samples
      keptTokenCount += count
    }
    return samples
  }
}

/// Makes the samples of a cell, on any thread.
private struct SampleMaker: Sendable {
  private let task: any EvaluationTask
  private let place: Coordinates
  private let context: SampleContext
  private let scorer: ScoringIdentity
  private let name: String
  private let location: TextLocation

  init(_ cell: Cell, seed: UInt64, judge: Judge?) {
    task = cell.task.task
    place = cell.place
    context = cell.model.context(seed: seed, judge: judge)
    scorer = cell.task.scorer.identity
    name = cell.task.name
    location = cell.task.entry.location
  }

  func make() -> Result<[SelectedSample], SweepError> {
    let made: [Sample]
    do {
      made = try task.samples(of: place, in: context)
    } catch {
      return .failure(.task(name: name, location, error))
    }
    let bos = context.tokenizer.bosToken
    if let sample = made.first(where: { PreparedModel.beginsTwice($0.request.tokens, bos) }) {
      let problem =
        "the prompt begins with two BOS tokens; look at the chat template and the tokenizer's add_bos_token"
      return .failure(.task(name: name, location, .impossibleSample(cell: sample.id.rawValue, problem: problem)))
    }
    return .success(made.map { SelectedSample($0, scorer: scorer) })
  }
}

extension SampleSource {
  /// The record of a cell in the store.
  func record(of cell: Cell, modelHash: String) throws(SweepError) -> CellRecord {
    let judged = judge == nil ? [] : cell.task.task.judgedMetrics
    let notes = judged.isEmpty ? [] : judge?.notes(on: cell.task.task) ?? []
    return CellRecord(
      model: cell.model.name, contextWindow: cell.model.contextWindow, modelHash: modelHash,
      method: cell.model.shownMethod(cell.method), task: cell.task.name, settings: cell.task.entry.settingsText,
      protocolName: cell.task.protocolName, protocolNotes: cell.task.task.protocolNotes + cell.model.notes + notes,
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
