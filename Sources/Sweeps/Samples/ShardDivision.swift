import Backends
import Evaluation
import Store
import Tasks

/// Which part of a sharded sweep does which sample: a pure function of the prepared sweep and the number of parts.
///
/// Every shard computes it for itself, without weights and without a store, and all come to the same. Parts cost about
/// the same, in multiply-adds; samples that share an evaluation are in one part, so are samples that share much of
/// their prompts (a document, a haystack) as far as the balance allows, and a part sees few models.
struct ShardDivision {
  /// What one part has to do.
  struct Load {
    var sampleCount = 0
    /// Multiply-adds of each model, by its index in the sweep.
    var work: [Int: Double] = [:]
    /// Multiply-adds of each cell, by its index.
    var cellWork: [Int: Double] = [:]
    /// Multiply-adds in all.
    var total: Double { work.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } }
  }

  /// The parts, in order.
  let loads: [Load]
  /// The multiply-adds that the largest part has at least, however samples are divided: a sample is in one part.
  let leastLargest: Double
  private let cellIndices: [Cell: Int]
  /// The part of each sample, from 0, by cell and the sample's place in it.
  private let parts: [[Int32]]

  /// Divides the samples of cells.
  ///
  /// - Parameters:
  ///   - cells: all cells of the sweep, those of one model together.
  ///   - count: the number of parts.
  ///   - source: makes the samples, the whole of each cell.
  /// - Throws: `SweepError` where a task cannot make its samples.
  init(_ cells: [Cell], into count: Int, _ source: SampleSource) throws(SweepError) {
    let sequence = try WorkSequence(cells, source)
    let assignment = ShardAssignment.best(of: sequence, count: count)
    var loads = Array(repeating: Load(), count: count)
    var parts = sequence.sampleCounts.map { Array(repeating: Int32(0), count: $0) }
    for (piece, part) in zip(assignment.pieces, assignment.parts) {
      loads[part].work[piece.model, default: 0] += piece.cost
      for index in piece.items {
        let item = sequence.items[index]
        loads[part].cellWork[item.cell, default: 0] += index == piece.items.lowerBound ? item.freshCost : item.cost
        parts[item.cell][item.sample] = Int32(part)
        loads[part].sampleCount += 1
      }
    }
    for follower in sequence.followers {
      let owner = sequence.items[follower.owner]
      let part = parts[owner.cell][owner.sample]
      parts[follower.cell][follower.sample] = part
      loads[Int(part)].sampleCount += 1
    }
    self.loads = loads
    leastLargest = sequence.leastLargest(of: count)
    self.parts = parts
    cellIndices = Dictionary(cells.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// The samples of a cell that belong to a part.
  ///
  /// - Parameters:
  ///   - samples: all samples of the cell, in its order.
  ///   - cell: the cell.
  ///   - shard: the part, from 1.
  /// - Returns: those of the part, in the same order.
  func own(_ samples: [SelectedSample], of cell: Cell, in shard: Int) -> [SelectedSample] {
    guard let index = cellIndices[cell] else { return [] }
    return zip(samples, parts[index]).filter { $0.1 == Int32(shard - 1) }.map(\.0)
  }
}

/// The samples of a sweep in the order that reuses most of their prompts, with what each costs after the one before.
struct WorkSequence {
  /// A sample that has to be evaluated.
  struct Item {
    let cell: Int
    let sample: Int
    /// The model's index.
    let model: Int
    /// Multiply-adds after the item before.
    let cost: Double
    /// Multiply-adds after anything else.
    let freshCost: Double
    /// True where it shares so much with the item before that they should stay together.
    let isLinked: Bool
    /// True for the first one of a model, a method or a task.
    let isFirst: Bool
  }

  /// A sample that takes another one's evaluation.
  struct Follower {
    let cell: Int
    let sample: Int
    /// The item whose evaluation it takes.
    let owner: Int
  }

  private(set) var items: [Item] = []
  private(set) var followers: [Follower] = []
  /// The number of samples of each cell.
  private(set) var sampleCounts: [Int]
  /// A sample stays with the one before it where that saves at least this share of its cost.
  private static let linkingShare = 0.25

  init(_ cells: [Cell], _ source: SampleSource) throws(SweepError) {
    sampleCounts = Array(repeating: 0, count: cells.count)
    var owners: [String: Int] = [:]
    var start = 0
    var model = 0
    while start < cells.count {
      let own = cells[start...].prefix { $0.model === cells[start].model }
      for batch in try source.batches(Array(own)) {
        let indices = start..<start + batch.count
        try append(batch, at: indices, model: model, source, &owners)
        start += batch.count
      }
      model += 1
    }
  }

  private mutating func append(
    _ batch: [Cell], at indices: Range<Int>, model: Int, _ source: SampleSource, _ owners: inout [String: Int]
  ) throws(SweepError) {
    var chosen: [[SelectedSample]] = []
    for (cell, index) in zip(batch, indices) {
      let samples = try source.chosen(of: cell)
      sampleCounts[index] = samples.count
      chosen.append(samples)
    }
    // Without the weights, so that a plan can tell the shards apart.
    let identities = batch.map { cell in
      EvaluationIdentity(
        modelHash: cell.model.name, tokenizer: "", cache: cell.model.entry.cache, numerics: "",
        slidingWindow: cell.model.facts.slidingWindow)
    }
    var previous: Sample?
    for place in source.ordered(batch, chosen, isOfAllShards: true).order {
      let cell = batch[place.cell]
      let selected = chosen[place.cell][place.sample]
      let identity = identities[place.cell].of(selected.key, method: cell.method)
      let index = indices.lowerBound + place.cell
      if let owner = owners[identity] {
        followers.append(Follower(cell: index, sample: place.sample, owner: owner))
        continue
      }
      owners[identity] = items.count
      let fresh = cell.model.facts.work(of: selected.sample, after: nil).multiplyAdds
      let cost = previous.map { cell.model.facts.work(of: selected.sample, after: $0).multiplyAdds } ?? fresh
      items.append(
        Item(
          cell: index, sample: place.sample, model: model, cost: cost, freshCost: fresh,
          isLinked: cost <= (1 - Self.linkingShare) * fresh, isFirst: previous == nil))
      previous = selected.sample
    }
  }

  /// What the largest of some parts costs at least: the mean, the largest item, and, of one item more than there are
  /// parts, two that must share a part.
  func leastLargest(of count: Int) -> Double {
    let costs = items.map(\.cost).sorted(by: >)
    let mean = costs.reduce(0, +) / Double(max(1, count))
    let pair = costs.count > count ? costs[count - 1] + costs[count] : 0
    return max(mean, costs.first ?? 0, pair)
  }

  /// Items that go to one shard together.
  struct Piece {
    let model: Int
    let items: Range<Int>
    let cost: Double
  }

  /// The sequence cut into pieces of at most a cost, between items that share little where that is possible; an item
  /// that alone costs more is a piece.
  func pieces(ofAtMost limit: Double) -> [Piece] {
    var pieces: [Piece] = []
    var start = 0
    var cost = 0.0
    func close(_ end: Int) {
      if end > start { pieces.append(Piece(model: items[start].model, items: start..<end, cost: cost)) }
      (start, cost) = (end, 0)
    }
    var chain = 0
    while chain < items.count {
      var end = chain + 1
      while end < items.count, items[end].isLinked { end += 1 }
      let whole = items[chain].freshCost + items[(chain + 1)..<end].reduce(0) { $0 + $1.cost }
      if items[chain].isFirst || cost + whole > limit { close(chain) }
      for index in chain..<end {
        if cost + items[index].cost > limit, index > start { close(index) }
        cost += index == start ? items[index].freshCost : items[index].cost
      }
      chain = end
    }
    close(items.count)
    return pieces
  }
}

/// Pieces with the part that each goes to.
struct ShardAssignment {
  let pieces: [WorkSequence.Piece]
  let parts: [Int]
  /// The cost of the part that costs most.
  let largest: Double
  /// The cost of all parts.
  let total: Double

  /// Parts may cost this much more than the mean.
  private static let tolerance = 1.05
  /// A part takes more of a model that it has until it costs this much more than the mean.
  private static let fill = 1.02

  /// The division that keeps most together and is balanced; where none is, the one whose largest part costs least.
  static func best(of sequence: WorkSequence, count: Int) -> ShardAssignment {
    let mean = sequence.items.reduce(0) { $0 + $1.cost } / Double(count)
    var best: ShardAssignment?
    for share in [1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0] {
      let pieces = sequence.pieces(ofAtMost: mean * share)
      if let best, pieces.count.multipliedReportingOverflow(by: count).partialValue > 50_000_000 { return best }
      for keepsModels in [true, false] {
        let found = ShardAssignment(pieces, count: count, keepsModels: keepsModels)
        if found.largest <= tolerance * found.total / Double(count) { return found }
        if found.largest < (best?.largest ?? .infinity) { best = found }
      }
    }
    return best ?? ShardAssignment([], count: count, keepsModels: false)
  }

  /// Gives the largest piece first to the part that costs least, or to the fullest that has its model and room.
  init(_ pieces: [WorkSequence.Piece], count: Int, keepsModels: Bool) {
    self.pieces = pieces
    total = pieces.reduce(0) { $0 + $1.cost }
    let limit = Self.fill * total / Double(count)
    var modelCosts: [Int: Double] = [:]
    for piece in pieces { modelCosts[piece.model, default: 0] += piece.cost }
    let order = pieces.indices.sorted { a, b in
      let (x, y) = (pieces[a], pieces[b])
      if keepsModels, x.model != y.model {
        let (first, second) = (modelCosts[x.model] ?? 0, modelCosts[y.model] ?? 0)
        return first != second ? first > second : x.model < y.model
      }
      return x.cost != y.cost ? x.cost > y.cost : a < b
    }
    var costs = Array(repeating: 0.0, count: count)
    var models = Array(repeating: Set<Int>(), count: count)
    var parts = Array(repeating: 0, count: pieces.count)
    for index in order {
      let piece = pieces[index]
      var part = 0
      var fullest: Int?
      for other in costs.indices {
        if costs[other] < costs[part] { part = other }
        if keepsModels, models[other].contains(piece.model), costs[other] + piece.cost <= limit,
          costs[other] > fullest.map({ costs[$0] }) ?? -1
        {
          fullest = other
        }
      }
      part = fullest ?? part
      parts[index] = part
      costs[part] += piece.cost
      models[part].insert(piece.model)
    }
    self.parts = parts
    largest = costs.max() ?? 0
  }
}
