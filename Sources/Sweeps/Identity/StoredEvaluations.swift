import Evaluation
import Positions
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
  private let judge: PreparedJudge?
  private var known: [String: EvaluationID]?
  private var hasLegacy: Bool?
  private var incomplete: Set<ScoringID>?
  private var candidates: [CandidateKey: [String: [LegacyCandidate]]] = [:]

  private struct CandidateKey: Hashable {
    let modelHash: String
    let task: String
  }

  init(_ store: ResultStore, judge: PreparedJudge?) {
    self.store = store
    self.judge = judge
  }

  /// The identity of a call's evaluation: the cell's model's, or the judge's.
  func name(of call: SelectedSample, in cell: Cell, _ identity: EvaluationIdentity) throws(SweepError) -> String {
    guard call.sample.isJudgment, let judge else { return identity.of(call.key, method: cell.method) }
    return try judge.identity().of(call.key, method: .plain)
  }

  /// Whose sample it is that has a call after it.
  func place(of cell: Cell) -> FollowUp.Place { judge?.place(of: cell) ?? FollowUp.Place() }

  /// A sample that may be asked in several calls: the first call that is not stored, or the last one.
  struct Standing {
    /// How far the call is.
    let state: State
    /// The call.
    let call: SelectedSample
    /// The identity of its evaluation.
    let name: String
  }

  /// How far a sample is, whose calls follow one another.
  ///
  /// - Parameters:
  ///   - sample: the sample's first call.
  ///   - cell: its cell.
  ///   - identity: of the cell's model with its weights.
  ///   - current: what the store has as the cell's result for it.
  /// - Returns: the call that is next, or the last one, and how far it is.
  /// - Throws: `SweepError.store`.
  func standing(
    of sample: SelectedSample, in cell: Cell, _ identity: EvaluationIdentity, current: ResultIdentity?
  ) throws(SweepError) -> Standing {
    var call = sample
    while call.sample.followUp != nil {
      let name = try name(of: call, in: cell, identity)
      guard let id = try identities()[name], let outcome = try self.outcome(of: id, call.sample.reference) else {
        return Standing(state: .open, call: call, name: name)
      }
      let next: SelectedSample?
      do {
        next = try SelectedSample.next(
          of: call.sample, after: outcome, at: place(of: cell), identity: name, scorer: cell.task.scorer.identity)
      } catch {
        // A next call that cannot be made is open here, and fails where its turn comes.
        return Standing(state: .open, call: call, name: name)
      }
      guard let next else { break }
      call = next
    }
    let name = try name(of: call, in: cell, identity)
    return Standing(state: try state(of: call, name, in: cell, identity, current: current), call: call, name: name)
  }

  /// What the model did in a stored evaluation; nil where the row does not fit together.
  func outcome(of id: EvaluationID, _ reference: Reference) throws(SweepError) -> Outcome? {
    let found = try stored { () throws(StoreError) in try store.evaluation(id, withLogProbabilities: true) }
    return found.flatMap { StoredOutcome.outcome(of: $0.record, reference) }
  }

  /// The state of a call.
  ///
  /// - Parameters:
  ///   - sample: the sample.
  ///   - name: the identity of its evaluation.
  ///   - cell: its cell.
  ///   - identity: of the cell's model with its weights.
  ///   - current: what the store has as the cell's result for it.
  /// - Returns: how far it is.
  /// - Throws: `SweepError.store`.
  private func state(
    of sample: SelectedSample, _ name: String, in cell: Cell, _ identity: EvaluationIdentity, current: ResultIdentity?
  ) throws(SweepError) -> State {
    let key = sample.key
    if let current, current.evaluation == name {
      var isScored = current.scoring == sample.scoringIdentity
      if isScored, try hasLostScores(current.scoringID) { isScored = false }
      return isScored ? .done : .evaluated(current.evaluationID)
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

  /// Whether a scoring has lost scores since it was stored; then it is made again from its evaluation.
  private func hasLostScores(_ id: ScoringID) throws(SweepError) -> Bool {
    if let incomplete { return incomplete.contains(id) }
    let found = try stored { () throws(StoreError) in try store.incompleteScorings() }
    let read = Set(found.map(\.scoring))
    incomplete = read
    return read.contains(id)
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
