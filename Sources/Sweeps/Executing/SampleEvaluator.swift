import Backends
import Evaluation
import Positions
import Store
import Tasks

/// Evaluates the queued samples of cells with one loaded model, and commits each.
final class SampleEvaluator {
  private let model: any LoadedModel
  private let identity: EvaluationIdentity
  private let judge: PreparedJudge?
  private let journal: Journal
  private let evaluations: StoredEvaluations
  private let isCancelled: () -> Bool
  /// Scorings that are committed in one transaction.
  private static let attachmentLimit = 200

  init(
    model: any LoadedModel, identity: EvaluationIdentity, judge: PreparedJudge?, journal: Journal,
    evaluations: StoredEvaluations, isCancelled: @escaping () -> Bool
  ) {
    self.model = model
    self.identity = identity
    self.judge = judge
    self.journal = journal
    self.evaluations = evaluations
    self.isCancelled = isCancelled
  }

  // MARK: What is stored

  /// Scores the stored evaluations that a cell wants; no model runs.
  ///
  /// - Returns: false when the run was cancelled.
  func rescore(_ open: OpenCell) throws(SweepError) -> Bool {
    if !open.unscored.isEmpty { journal.start(open) }
    var rest = open.unscored[...]
    while !rest.isEmpty {
      if isCancelled() { return false }
      let part = rest.prefix(Self.attachmentLimit)
      rest = rest.dropFirst(part.count)
      var attachments: [Attachment] = []
      var adoptions: [Adoption] = []
      for item in part {
        if let name = item.adoptedAs {
          var counts: [Int]?
          if case .choices(_, let continuations) = item.sample.request { counts = continuations.map(\.count) }
          adoptions.append(Adoption(evaluation: item.evaluation, identity: name, choiceCounts: counts))
          evaluations.remember(item.evaluation, as: name)
        }
        attachments.append(try attachment(of: item.evaluation, item.sample, item.key, open))
      }
      try journal.attach(attachments, adopting: adoptions, to: open)
    }
    if open.openCount == 0 {
      journal.start(open)
      journal.finish(open)
    }
    return true
  }

  private func attachment(
    of id: EvaluationID, _ sample: Sample, _ key: SampleKey, _ open: OpenCell
  ) throws(SweepError) -> Attachment {
    let evaluation = try stored { () throws(StoreError) in
      try journal.store.evaluation(id, withLogProbabilities: true)
    }
    let reference = sample.reference
    let scoring: ScoringRecord
    guard let evaluation, let outcome = StoredOutcome.outcome(of: evaluation.record, reference) else {
      throw .damagedEvaluation(store: journal.store.path, sampleID: sample.id.rawValue)
    }
    scoring = open.cell.task.scorer.record(
      outcome, reference, facts: key.facts, truncatedTokenCount: sample.truncatedTokenCount)
    return Attachment(evaluation: id, scoring: scoring, cell: open.id, sampleID: sample.id.rawValue)
  }

  // MARK: What is not

  /// Evaluates the samples of a queue, in the order that reuses most of their prompts.
  ///
  /// - Returns: false when the run was cancelled.
  func evaluate(_ queue: CellQueue) throws(SweepError) -> Bool {
    let requests = queue.order.map { place in
      ModelRequest(queue.sample(place).sample)
    }
    var next = 0
    var end = 0
    while next < queue.order.count {
      if isCancelled() { return false }
      // A judge is asked one thing after another.
      let isJudgment = queue.sample(queue.order[next]).sample.isJudgment
      if end <= next {
        end = queue.order[next...].firstIndex { queue.sample($0).sample.isJudgment != isJudgment } ?? queue.order.count
      }
      let count = isJudgment ? 1 : min(max(1, model.groupCount(requests[next..<end])), end - next)
      guard try evaluate(queue.order[next..<next + count], requests[next..<next + count], queue) else { return false }
      next += count
    }
    return true
  }

  /// Evaluates samples together; those whose evaluation another cell made meanwhile are taken from the store.
  ///
  /// - Returns: false when the run was cancelled.
  private func evaluate(
    _ group: ArraySlice<ReuseOrder.Place>, _ requests: ArraySlice<ModelRequest>, _ queue: CellQueue
  ) throws(SweepError) -> Bool {
    var wanted: [(place: ReuseOrder.Place, request: ModelRequest)] = []
    var names: Set<String> = []
    var isSettled: Set<ReuseOrder.Place> = []
    for (place, request) in zip(group, requests) {
      journal.start(queue.cell(place))
      if queue.cell(place).isHopeless {
        let count = OpenCell.notFiniteLimit
        try journal.fail(
          queue.sample(place), "not tried: of the first \(count) samples of the cell none had finite numbers",
          queue.cell(place))
        isSettled.insert(place)
        continue
      }
      let name = queue.sample(place).identity
      if try evaluations.find(name) == nil, names.insert(name).inserted { wanted.append((place, request)) }
    }
    if let first = wanted.first {
      let answers: [Result<Answer, RequestFailure>]
      let begin = ContinuousClock.now
      let (runner, method) = try runner(of: queue.sample(first.place).sample, queue.cell(first.place).cell)
      do throws(BackendError) {
        answers = try runner.run(
          wanted.map(\.request), method: method, isCancelled: isCancelled,
          onProgress: { [journal] count in
            journal.report(count, of: queue.sample(first.place), in: queue.cell(first.place), since: begin)
          })
      } catch {
        if case .cancelled = error { return false }
        throw .backend(error)
      }
      for (item, answer) in zip(wanted, answers) {
        guard try commit(answer, queue.sample(item.place), queue.cell(item.place)) else { return false }
      }
    }
    isSettled.formUnion(wanted.map(\.place))
    for place in group where !isSettled.contains(place) {
      guard try take(queue.sample(place), queue.cell(place)) else { return false }
    }
    for place in group {
      let open = queue.cell(place)
      open.openCount -= 1
      if open.openCount == 0 { journal.finish(open) }
    }
    return true
  }

  /// Commits what a model did, and asks again where the sample has more calls.
  ///
  /// - Returns: false when the run was cancelled.
  private func commit(
    _ answer: Result<Answer, RequestFailure>, _ pending: PendingSample, _ open: OpenCell
  ) throws(SweepError) -> Bool {
    switch answer {
    case .failure(let failure):
      open.note(isNotFinite: failure.isNotFinite)
      try journal.fail(pending, "\(failure)", open)
    case .success(let answer):
      if let problem = answer.outcome.problem {
        open.note(isNotFinite: true)
        try journal.fail(pending, "the model's log-probabilities: \(problem)", open)
        return true
      }
      open.note(isNotFinite: false)
      let sample = pending.sample
      let record = StoredOutcome.record(
        of: answer.outcome, sample: sample, identity: pending.identity, seconds: answer.seconds,
        computedTokenCount: answer.computedTokenCount)
      if sample.followUp != nil {
        evaluations.remember(try journal.append(call: record), as: pending.identity)
        return try askAgain(after: answer.outcome, pending, seconds: answer.seconds, open)
      }
      let scoring = open.cell.task.scorer.record(
        answer.outcome, sample.reference, facts: pending.key.facts, truncatedTokenCount: sample.truncatedTokenCount)
      let id = try journal.append(record, scoring, pending, open)
      evaluations.remember(id, as: pending.identity)
    }
    return true
  }

  /// Takes the evaluation of another cell, or says why there is none.
  ///
  /// - Returns: false when the run was cancelled.
  private func take(_ pending: PendingSample, _ open: OpenCell) throws(SweepError) -> Bool {
    guard let id = try evaluations.find(pending.identity) else {
      // The same request failed for another cell a moment ago.
      try journal.fail(pending, "the same request failed for another cell", open)
      return true
    }
    if pending.sample.followUp != nil {
      guard let outcome = try evaluations.outcome(of: id, pending.sample.reference) else {
        throw .damagedEvaluation(store: journal.store.path, sampleID: pending.sample.id.rawValue)
      }
      return try askAgain(after: outcome, pending, seconds: 0, open)
    }
    return try end(pending, open)
  }

  // MARK: Calls that follow

  /// Who is asked: the cell's model under its method, or the judge.
  private func runner(of sample: Sample, _ cell: Cell) throws(SweepError) -> (any LoadedModel, Method) {
    guard sample.isJudgment, let judge else { return (model, cell.method) }
    return (try judge.load(), .plain)
  }

  /// Scores a sample after whose answer nothing more is asked.
  ///
  /// - Returns: true.
  private func end(_ pending: PendingSample, _ open: OpenCell) throws(SweepError) -> Bool {
    guard let id = try evaluations.find(pending.identity) else {
      throw .damagedEvaluation(store: journal.store.path, sampleID: pending.sample.id.rawValue)
    }
    try journal.attach(
      [attachment(of: id, pending.sample, pending.key, open)], adopting: [], to: open, work: pending.work)
    return true
  }

  /// The next call of a sample whose last one was answered.
  ///
  /// - Returns: false when the run was cancelled.
  private func askAgain(
    after outcome: Outcome, _ pending: PendingSample, seconds: Double, _ open: OpenCell
  ) throws(SweepError) -> Bool {
    let made: SelectedSample?
    do {
      made = try SelectedSample.next(
        of: pending.sample, after: outcome, at: evaluations.place(of: open.cell), identity: pending.identity,
        scorer: open.cell.task.scorer.identity)
    } catch {
      try journal.fail(pending, "the next call cannot be made: \(error)", open)
      return true
    }
    guard let made else { return try end(pending, open) }
    let next = PendingSample(
      sample: made.sample, key: made.key, identity: try evaluations.name(of: made, in: open.cell, identity),
      work: pending.work, isFree: pending.isFree, earlierSeconds: pending.earlierSeconds + seconds)
    if try evaluations.find(next.identity) != nil { return try take(next, open) }
    let answers: [Result<Answer, RequestFailure>]
    let (runner, method) = try runner(of: next.sample, open.cell)
    do throws(BackendError) {
      answers = try runner.run(
        [ModelRequest(next.sample)], method: method, isCancelled: isCancelled, onProgress: { _ in })
    } catch {
      if case .cancelled = error { return false }
      throw .backend(error)
    }
    for answer in answers { return try commit(answer, next, open) }
    return true
  }
}

extension ModelRequest {
  /// What a sample asks for.
  fileprivate init(_ sample: Sample) {
    self.init(sample.request, text: sample.text, conversation: sample.conversation)
  }
}
