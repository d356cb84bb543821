import Backends
import Evaluation
import Positions
import Store
import Tasks

/// A sample that a model has to evaluate.
struct PendingSample {
  let sample: Sample
  let key: SampleKey
  /// The evaluation's identity.
  let identity: String
  /// Multiply-adds that it costs after the sample before it.
  var work: Double
  /// True where plain's evaluation is taken, so that nothing is computed.
  let isFree: Bool
  /// Wall seconds of the calls before this one.
  var earlierSeconds = 0.0
}

/// A stored evaluation that wants the cell's scoring.
struct UnscoredSample {
  let sample: Sample
  let key: SampleKey
  let evaluation: EvaluationID
  /// Its identity, where it is a row of schema 1 that has none yet.
  let adoptedAs: String?
}

/// A cell at work with the samples that it lacks.
final class OpenCell {
  let cell: Cell
  let id: CellID
  var place: CellProgress
  var pending: [PendingSample] = []
  /// Evaluated, for this cell or another; only a scoring is missing.
  private(set) var unscored: [UnscoredSample] = []
  /// Samples that were not tried yet.
  var openCount: Int
  var isStarted = false
  /// Samples that a model was asked for, and those of them whose numbers were not finite.
  private var triedCount = 0
  private var notFiniteCount = 0
  /// So many samples without a finite number, and none with one, end a cell.
  static let notFiniteLimit = 20

  /// True where the next sample will have no finite number either.
  var isHopeless: Bool { notFiniteCount >= Self.notFiniteLimit && notFiniteCount == triedCount }

  /// Counts an answer.
  func note(isNotFinite: Bool) {
    triedCount += 1
    if isNotFinite { notFiniteCount += 1 }
  }

  init(
    _ cell: Cell, index: Int, id: CellID, _ selected: [SelectedSample], _ identity: EvaluationIdentity,
    _ evaluations: StoredEvaluations, _ journal: Journal, hasPlain: Bool
  ) throws(SweepError) {
    self.cell = cell
    self.id = id
    let current = try stored { () throws(StoreError) in try journal.store.resultIdentities(in: id) }
    var doneCount = 0
    for first in selected {
      let now = current[first.sample.id.rawValue]
      let standing = try evaluations.standing(of: first, in: cell, identity, current: now)
      let item = standing.call
      let name = try evaluations.name(of: item, in: cell, identity)
      switch standing.state {
      case .done: doneCount += 1
      case .evaluated(let evaluation):
        unscored.append(UnscoredSample(sample: item.sample, key: item.key, evaluation: evaluation, adoptedAs: nil))
      case .legacy(let evaluation):
        unscored.append(UnscoredSample(sample: item.sample, key: item.key, evaluation: evaluation, adoptedAs: name))
      case .open:
        pending.append(
          PendingSample(
            sample: item.sample, key: item.key, identity: name, work: 0,
            isFree: hasPlain && cell.isEqualToPlain(item.key)))
      }
    }
    openCount = pending.count
    place = CellProgress(
      index: index, model: cell.model.name, method: cell.method.description, task: cell.task.entry.label,
      coordinates: cell.place.label, sampleCount: selected.count, doneSampleCount: doneCount)
  }
}

/// The open cells of a batch and the order in which their samples are evaluated.
struct CellQueue {
  let cells: [OpenCell]
  let order: [ReuseOrder.Place]

  init(_ cells: [OpenCell]) {
    self.cells = cells
    order = ReuseOrder.order(cells.map { $0.pending.map(\.sample.request.tokens) })
    // What each sample costs after the one before it.
    var previous: Sample?
    for place in order where !cells[place.cell].pending[place.sample].isFree {
      let open = cells[place.cell]
      let sample = open.pending[place.sample].sample
      open.pending[place.sample].work = open.cell.model.facts.work(of: sample, after: previous).multiplyAdds
      previous = sample
    }
  }

  func cell(_ place: ReuseOrder.Place) -> OpenCell { cells[place.cell] }
  func sample(_ place: ReuseOrder.Place) -> PendingSample { cells[place.cell].pending[place.sample] }
}
