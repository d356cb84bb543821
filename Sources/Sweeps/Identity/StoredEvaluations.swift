import Evaluation
import Store
import Tasks

/// Finds what is stored of samples: by identity, and among the rows of schema 1 whose identity covered the scoring.
///
/// One per store and invocation; what it read once it keeps.
final class StoredEvaluations {
  /// How far a sample of a cell is.
  enum State: Hashable {
    /// Evaluated and scored as asked for.
    case done
    /// Evaluated, here or for another cell; only the scoring is missing.
    case evaluated(EvaluationID)
    /// Evaluated by schema 1: the row wants its identity, and a scoring.
    case legacy(EvaluationID)
    /// Not evaluated.
    case open
  }

  private let store: ResultStore
  private var known: [String: EvaluationID]?
  private var hasLegacy: Bool?
  private var candidates: [CandidateKey: [String: [LegacyCandidate]]] = [:]

  private struct CandidateKey: Hashable {
    let modelHash: String
    let task: String
  }

  init(_ store: ResultStore) { self.store = store }

  /// The state of a sample.
  ///
  /// - Parameters:
  ///   - sample: the sample.
  ///   - cell: its cell.
  ///   - identity: of the cell's model with its weights.
  ///   - current: what the store has as the cell's result for it.
  /// - Returns: how far it is.
  /// - Throws: `SweepError.store`.
  func state(
    of sample: SelectedSample, in cell: Cell, _ identity: EvaluationIdentity, current: ResultIdentity?
  ) throws(SweepError) -> State {
    let key = sample.key
    let name = identity.of(key, method: cell.method)
    if let current, current.evaluation == name {
      return current.scoring == sample.scoringIdentity ? .done : .evaluated(current.evaluationID)
    }
    if let id = try identities()[name] { return .evaluated(id) }
    guard try mayBeLegacy() else { return .open }
    for candidate in try legacy(identity.modelHash, cell.task.name)[sample.sample.id.rawValue] ?? [] {
      let old = identity.legacy(
        key, method: cell.method, protocolName: candidate.protocolName, expected: candidate.expected,
        facts: candidate.facts)
      if old == candidate.legacyIdentity { return .legacy(candidate.evaluation) }
    }
    return .open
  }

  /// Remembers an evaluation that was made or adopted meanwhile.
  func remember(_ id: EvaluationID, as name: String) { known?[name] = id }

  /// The evaluation of an identity, asked of the store where it was not known: another sweep on the same store may have
  /// made it meanwhile.
  func find(_ name: String) throws(SweepError) -> EvaluationID? {
    if let id = try identities()[name] { return id }
    let found = try stored { () throws(StoreError) in try store.evaluationID(identity: name) }
    if let found { remember(found, as: name) }
    return found
  }

  private func identities() throws(SweepError) -> [String: EvaluationID] {
    if let known { return known }
    let read = try stored { () throws(StoreError) in try store.evaluationIDs() }
    known = read
    return read
  }

  private func mayBeLegacy() throws(SweepError) -> Bool {
    if let hasLegacy { return hasLegacy }
    let answer = try stored { () throws(StoreError) in try store.hasLegacyEvaluations() }
    hasLegacy = answer
    return answer
  }

  private func legacy(_ modelHash: String, _ task: String) throws(SweepError) -> [String: [LegacyCandidate]] {
    let key = CandidateKey(modelHash: modelHash, task: task)
    if let read = candidates[key] { return read }
    let read = try stored { () throws(StoreError) in try store.legacyCandidates(modelHash: modelHash, task: task) }
    candidates[key] = read
    return read
  }
}

/// Runs an operation of the store and gives its error as the sweep's.
func stored<Result>(_ body: () throws(StoreError) -> Result) throws(SweepError) -> Result {
  do { return try body() } catch { throw .store(error) }
}
