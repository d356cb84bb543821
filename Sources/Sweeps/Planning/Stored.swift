import Backends
import Evaluation
import Store
import Tasks

/// What a store holds of a sweep, read once for a plan, without the weights: the hash of the weights is taken from the
/// cells themselves.
struct StoredCells {
  private let cells: [CellRecord: StoredCell]
  private let identities: [CellID: [String: ResultIdentity]]
  private let evaluations: StoredEvaluations
  private let store: ResultStore

  init(_ store: ResultStore, judge: PreparedJudge?) throws(SweepError) {
    self.store = store
    var cells: [CellRecord: StoredCell] = [:]
    // A later cell with other weights stands for the earlier one; a scorer's notes and metrics may have changed since.
    for cell in try stored({ () throws(StoreError) in try store.cells() }) { cells[Self.place(cell.record)] = cell }
    self.cells = cells
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
    cells[Self.place(try samples.record(of: cell, modelHash: ""))]
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

  /// The speed on the samples of a model that are stored; nil for fewer than three.
  func rate(of model: PreparedModel, cells: [Cell], _ samples: SampleSource) throws(SweepError) -> Rate? {
    var work = 0.0
    var seconds = 0.0
    var count = 0
    for cell in cells where count < 50 {
      guard let found = try match(for: cell, samples) else { continue }
      let results = try stored { () throws(StoreError) in
        try store.results(in: found.id, withPrompts: false, withLogProbabilities: false)
      }
      for result in results where result.durationSeconds > 0 && result.computedTokenCount > 0 {
        work += model.facts.work(of: result)
        seconds += result.durationSeconds
        count += 1
      }
    }
    guard count >= 3, seconds > 0 else { return nil }
    return Rate(multiplyAddsPerSecond: work / seconds, source: .store(samples: count))
  }
}
