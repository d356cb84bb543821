import Backends
import Evaluation
import Store
import Tasks

/// What a store holds of a sweep, read once for a plan.
///
/// A model of which something is stored is known by the hash of its weights as they are now. Where they are not there,
/// the hash is taken from the cells themselves.
struct StoredCells {
  /// Cells that differ in nothing but weights and data, the latest one last.
  private let cells: [CellRecord: [StoredCell]]
  private let modelHashes: [ObjectIdentifier: String]
  private let identities: [CellID: [String: ResultIdentity]]
  private let evaluations: StoredEvaluations
  private let store: ResultStore

  init(
    _ store: ResultStore, _ models: [PreparedModel], judge: PreparedJudge?, hashes cache: (any FileHashCache)? = nil
  ) throws(SweepError) {
    self.store = store
    var cells: [CellRecord: [StoredCell]] = [:]
    // A scorer's notes and metrics may have changed since.
    for cell in try stored({ () throws(StoreError) in try store.cells() }) {
      cells[Self.place(cell.record), default: []].append(cell)
    }
    self.cells = cells
    let names = Set(cells.keys.map(\.model))
    var hashes: [ObjectIdentifier: String] = [:]
    for model in models where names.contains(model.name) {
      // Weights that cannot be read are an error where they are needed: when they are loaded.
      hashes[ObjectIdentifier(model)] =
        (try? model.backend.modelHash(of: model.specification, hashes: cache ?? StoreHashCache(store: store))) ?? nil
    }
    modelHashes = hashes
    identities = try stored { () throws(StoreError) in try store.resultIdentities() }
    evaluations = StoredEvaluations(store, judge: judge)
  }

  /// What of a record says which cell it is, whatever is made of its evaluations.
  private static func place(_ record: CellRecord) -> CellRecord {
    var record = record
    (record.modelHash, record.protocolName, record.protocolNotes, record.metrics) = ("", "", [], [])
    (record.dataHash, record.sampleCount) = ("", 0)
    return record
  }

  private func match(for cell: Cell, _ samples: SampleSource) throws(SweepError) -> StoredCell? {
    let found = cells[Self.place(try samples.record(of: cell, modelHash: ""))] ?? []
    guard let hash = modelHashes[ObjectIdentifier(cell.model)] else { return found.last }
    return found.last { $0.record.modelHash == hash }
  }

  /// The names of the selected samples that no model has to run for.
  func done(
    _ selected: [SelectedSample], of cell: Cell, _ samples: SampleSource
  ) throws(SweepError) -> Set<String> {
    guard let found = try match(for: cell, samples) else { return [] }
    let identity = cell.model.identity(modelHash: found.record.modelHash)
    let current = identities[found.id] ?? [:]
    var done: Set<String> = []
    for sample in selected {
      let name = sample.sample.id.rawValue
      let standing = try evaluations.standing(of: sample, in: cell, identity, current: current[name])
      if standing.state != .open { done.insert(name) }
    }
    return done
  }

  /// How many of the selected samples have a result in the cell, evaluated and scored as asked for: what a merge takes.
  ///
  /// - Parameters:
  ///   - selected: samples of the cell.
  ///   - cell: the cell.
  ///   - samples: makes the samples.
  ///   - comparesIdentities: false where what the model would compute cannot be known: any result of a sample counts.
  /// - Returns: the number.
  /// - Throws: `SweepError`.
  func finishedCount(
    _ selected: [SelectedSample], of cell: Cell, _ samples: SampleSource, comparesIdentities: Bool
  ) throws(SweepError) -> Int {
    guard !selected.isEmpty, let found = try match(for: cell, samples) else { return 0 }
    let identity = cell.model.identity(modelHash: found.record.modelHash)
    let current = identities[found.id] ?? [:]
    var count = 0
    for sample in selected {
      guard let own = current[sample.sample.id.rawValue] else { continue }
      if comparesIdentities {
        let standing = try evaluations.standing(of: sample, in: cell, identity, current: own)
        if standing.state != .done { continue }
      }
      count += 1
    }
    return count
  }

  /// The speed on the samples of a model that are stored; nil for fewer than three.
  func rate(of model: PreparedModel, cells: [Cell], _ samples: SampleSource) throws(SweepError) -> Rate? {
    var work = 0.0
    var seconds = 0.0
    var count = 0
    for cell in cells where count < 50 {
      guard let found = try match(for: cell, samples) else { continue }
      var walk = store.walk(over: [found.id], withPrompts: false, withLogProbabilities: false)
      while count < 50, let result = try stored({ () throws(StoreError) in try walk.next() })?.result {
        guard result.durationSeconds > 0, result.computedTokenCount > 0 else { continue }
        work += model.facts.work(of: result)
        seconds += result.durationSeconds
        count += 1
      }
    }
    guard count >= 3, seconds > 0 else { return nil }
    return Rate(multiplyAddsPerSecond: work / seconds, source: .store(samples: count))
  }
}
