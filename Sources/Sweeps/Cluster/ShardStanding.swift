import Backends
public import Store

/// What a shard's store has of what the division gives the shard.
public struct ShardStanding: Hashable, Sendable {
  /// The shard, from 1.
  public let index: Int
  /// Samples that belong to it.
  public internal(set) var sampleCount = 0
  /// Those of them whose result is there, evaluated and scored as asked for.
  public internal(set) var doneCount = 0

  /// Samples without such a result.
  public var missingCount: Int { sampleCount - doneCount }
}

extension Sweep {
  /// Stores that are open at once at most: each has a few files open.
  private static let mostOpenStores = 64

  /// Compares what the division gives shards with what their stores hold, sample by sample.
  ///
  /// - Parameters:
  ///   - shards: the shards' numbers, from 1.
  ///   - count: the number of shards of the division.
  ///   - unopened: models whose device is not at work here: what they would compute is not known, so that any result of
  ///     a sample counts as its own.
  ///   - open: a shard's store, for reading.
  /// - Returns: one entry for each of the shards, in their order.
  /// - Throws: `SweepError` where a task cannot make its samples, or a store cannot be read.
  public func standings(
    of shards: [Int], among count: Int, unopened: Set<String> = [], open: (Int) throws(StoreError) -> ResultStore
  ) throws(SweepError) -> [ShardStanding] {
    defer { judge?.use(nil) }
    let division = try samples.division(into: count)
    let hashes = FileHashMemory()
    var result: [ShardStanding] = []
    var rest = shards[...]
    while !rest.isEmpty {
      let group = rest.prefix(Self.mostOpenStores)
      rest = rest.dropFirst(group.count)
      var standings = group.map { ShardStanding(index: $0) }
      var stores: [(store: ResultStore, cells: StoredCells)] = []
      for index in group {
        let store = try stored { () throws(StoreError) in try open(index) }
        stores.append(
          (store, try StoredCells(store, models, judge: judge, hashes: hashes.beside(StoreHashCache(store: store)))))
      }
      func count(_ cell: Cell, _ chosen: [SelectedSample], _ place: Int) throws(SweepError) {
        let own = division.own(chosen, of: cell, in: standings[place].index)
        standings[place].sampleCount += own.count
        standings[place].doneCount += try stores[place].cells.finishedCount(
          own, of: cell, samples, comparesIdentities: !unopened.contains(cell.model.name))
      }
      if let judge {
        // What a judge compares with stands in the shard's own store.
        for place in stores.indices {
          judge.use(stores[place].store)
          for cell in cells { try count(cell, samples.chosen(of: cell), place) }
        }
      } else {
        for cell in cells {
          let chosen = try samples.chosen(of: cell)
          for place in stores.indices { try count(cell, chosen, place) }
        }
      }
      result += standings
    }
    return result
  }
}

/// Hashes of files that one store knew, or that were made, for the next stores: weights are read once.
private final class FileHashMemory {
  private var known: [String: String] = [:]

  private struct Beside: FileHashCache {
    let memory: FileHashMemory
    let store: StoreHashCache

    func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? {
      let key = FileHashMemory.key(path, byteCount, modified)
      if let hash = memory.known[key] { return hash }
      let hash = store.hash(ofFile: path, byteCount: byteCount, modified: modified)
      if let hash { memory.known[key] = hash }
      return hash
    }

    func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {
      memory.known[FileHashMemory.key(path, byteCount, modified)] = hash
    }
  }

  private static func key(_ path: String, _ byteCount: Int, _ modified: Double) -> String {
    "\(byteCount) \(modified) \(path)"
  }

  /// This memory, and where it does not know a file a store's.
  func beside(_ store: StoreHashCache) -> any FileHashCache { Beside(memory: self, store: store) }
}
