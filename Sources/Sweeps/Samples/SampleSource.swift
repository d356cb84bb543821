import Backends
import Evaluation
import Positions
import Store
import Tasks

/// A sample that is asked for, with its part of the identities.
struct SelectedSample {
  let sample: Sample
  let key: SampleKey
}

/// Makes the samples of cells; kept between methods while they are not many, because methods share them.
final class SampleSource {
  private let seed: UInt64
  private let limit: Int?
  private let shard: Shard?
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

  init(seed: UInt64, limit: Int?, shard: Shard?) {
    self.seed = seed
    self.limit = limit
    self.shard = shard
  }

  /// The samples of a cell that the limit and the shard leave.
  ///
  /// - Throws: `SweepError.task` where the task cannot make them.
  func selected(of cell: Cell) throws(SweepError) -> [SelectedSample] {
    let samples = try all(of: cell).prefix(limit ?? Int.max)
    guard let shard else { return Array(samples) }
    // The key of a shard does without the weights, so that a plan can tell the shards apart; samples that share an
    // evaluation are in one shard.
    let identity = EvaluationIdentity(
      modelHash: cell.model.name, tokenizer: "", cache: cell.model.entry.cache, numerics: "",
      slidingWindow: cell.model.facts.slidingWindow)
    return samples.filter { shard.contains(key: identity.of($0.key, method: cell.method)) }
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
      made = try cell.task.task.samples(of: cell.place, in: cell.model.context(seed: seed))
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
    let samples = made.map { SelectedSample(sample: $0, key: SampleKey($0)) }
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
    CellRecord(
      model: cell.model.name, contextWindow: cell.model.contextWindow, modelHash: modelHash,
      method: cell.model.shownMethod(cell.method), task: cell.task.name, settings: cell.task.entry.settingsText,
      protocolName: cell.task.task.protocolName, protocolNotes: cell.task.task.protocolNotes + cell.model.notes,
      dataHash: cell.task.dataHash, coordinates: cell.place, metrics: cell.task.task.metrics,
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
