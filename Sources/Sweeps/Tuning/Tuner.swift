public import Backends
import Evaluation
import Foundation
import Metrics
public import Positions
public import Store
public import Tasks
import Text

/// What happens during a search.
public enum TuningEvent: Sendable {
  /// A rung begins: so many (G, W) with so many samples per cell; `secondsLeft` guesses at it and all that follow.
  case rungStarted(index: Int, count: Int, candidates: Int, samplesPerCell: Int, secondsLeft: Double?)
  /// The rung's sweep goes on.
  case sweep(ProgressEvent)
  /// A rung ended, and these are left.
  case rungFinished(index: Int, survivors: [SelfExtend])
}

/// How a search ended.
public enum TuningOutcome: Sendable {
  /// With a choice.
  case finished(TuningResult)
  /// Before its end; the same request on the same store goes on.
  case interrupted
  /// The budget of time was spent before the first rung ended; what was evaluated is stored.
  case budgetTooSmall
  /// With samples that failed; the first reasons, in order.
  case failed([SweepSummary.Failure])
}

/// Finds G and W for a model and a length by successive halving.
///
/// Every rung is a sweep over the (G, W) that are left, with twice the samples of the rung before; the better half goes
/// on. Results are those of any sweep: stored sample by sample, shared between rungs, and not evaluated again when the
/// search is interrupted and started once more. What the empirical rule chooses takes part in every rung, so that the
/// comparison at the end is over the same samples.
///
/// - Source: arXiv 1502.07943 (successive halving).
public final class Tuner {
  /// The pretraining window L.
  public let contextWindow: Int
  /// Every (G, W) of the first rung, by G, then W.
  public let grid: [SelfExtend]
  /// What the empirical rule chooses; nil where nothing meets it.
  public let rule: SelfExtend?

  private let request: TuningRequest
  private let backend: any Backend
  private let configuration: Configuration
  private let threads: Int

  /// Checks a request and lays out its grid.
  ///
  /// - Parameters:
  ///   - request: what is asked.
  ///   - backend: what runs the model.
  ///   - taskTypes: the tasks that there are; `pg19` and `passkey` are used.
  ///   - threads: threads of the engine, for the estimate of time.
  /// - Throws: `SweepError`; `.argument` where no (G, W) holds the target length.
  public init(
    _ request: TuningRequest, backend: any Backend, taskTypes: [any EvaluationTask.Type], threads: Int
  ) throws(SweepError) {
    func read(_ methods: [SelfExtend]) throws(SweepError) -> Configuration {
      try Configuration.read(
        Array(request.configuration(methods: methods, taskTypes: taskTypes).utf8), file: request.name,
        taskTypes: taskTypes,
        environment: [:])
    }
    self.request = request
    self.backend = backend
    self.threads = threads
    let entry = try read([SelfExtend(groupSize: 1, neighborWindow: 1)]).models[0]
    let model = ModelSpecification(name: entry.name, path: request.modelPath, cache: entry.cache)
    let facts: ModelFacts
    do throws(BackendError) {
      let missing = backend.inventory(of: model).missing
      if !missing.isEmpty { throw .unusable(model, cause: MissingFiles(missing)) }
      facts = try backend.facts(of: model)
    } catch {
      throw .backend(error)
    }
    let window = request.contextWindow ?? facts.contextWindow
    var rule = Capacity(contextWindow: window).choice(targetLength: request.targetLength)
    var grid = request.grid(contextWindow: window)
    guard !grid.isEmpty else {
      throw .argument(
        "--target \(request.targetLength)", expected: "a length that some G and W hold with L=\(window)")
    }
    // With G = 1 every W is plain attention, which stands in the grid once.
    if rule?.groupSize == 1, let plain = grid.first(where: { $0.groupSize == 1 }) { rule = plain }
    if let rule, !grid.contains(rule) {
      grid.append(rule)
      grid.sort { ($0.groupSize, $0.neighborWindow) < ($1.groupSize, $1.neighborWindow) }
    }
    contextWindow = window
    self.rule = rule
    self.grid = grid
    configuration = try read(grid)
  }

  /// Runs what is missing of the search.
  ///
  /// - Parameters:
  ///   - store: where results are and go.
  ///   - environment: more names and values for the record of each run.
  ///   - budget: the time after which the search ends with what the last finished rung says; nil for none.
  ///   - isCancelled: asked between layers and samples.
  ///   - onEvent: told what happens.
  /// - Returns: how it ended.
  /// - Throws: `SweepError`.
  public func run(
    store: ResultStore, environment: [String: String] = [:], budget: Duration? = nil,
    isCancelled: @escaping () -> Bool, onEvent: @escaping (TuningEvent) -> Void
  ) throws(SweepError) -> TuningOutcome {
    let begin = ContinuousClock.now
    func isSpent() -> Bool { budget.map { ContinuousClock.now - begin >= $0 } ?? false }
    var finished: [Int] = []
    var candidates = grid.map { TuningCandidate(parameters: $0, measurements: [], isFinalist: false) }
    var left = grid
    for (index, limit) in request.limits.enumerated() {
      let sweep = try sweep(over: left, limit: limit)
      let seconds = try secondsLeft(sweep, store, rung: index)
      if let budget, !finished.isEmpty {
        // A rung that the budget cannot hold is not begun: its samples would say nothing.
        let needed = try sweep.plan(store: store).remainingSeconds
        if (ContinuousClock.now - begin).seconds + needed > budget.seconds { break }
      }
      onEvent(
        .rungStarted(
          index: index + 1, count: request.limits.count, candidates: left.count, samplesPerCell: limit,
          secondsLeft: seconds))
      let summary = try sweep.execute(
        store: store, environment: environment, isCancelled: { isCancelled() || isSpent() },
        onEvent: { onEvent(.sweep($0)) })
      if summary.status == .interrupted {
        guard isSpent(), !isCancelled() else { return .interrupted }
        guard !finished.isEmpty else { return .budgetTooSmall }
        break
      }
      if !summary.failures.isEmpty { return .failed(summary.failures) }
      let measured = try measurements(sweep, summary.cells, store, rung: index + 1)
      for (parameters, measurement) in measured {
        guard let place = candidates.firstIndex(where: { $0.parameters == parameters }) else { continue }
        candidates[place].measurements.append(measurement)
      }
      for place in candidates.indices { candidates[place].isFinalist = left.contains(candidates[place].parameters) }
      let order = TuningRanking.ordered(measured.filter { left.contains($0.parameters) })
      left = Array(order.prefix(max(1, (order.count + 1) / 2)))
      finished.append(limit)
      onEvent(.rungFinished(index: index + 1, survivors: left))
    }
    return .finished(
      TuningResult(
        contextWindow: contextWindow, targetLength: request.targetLength, candidates: candidates, chosen: left[0],
        rule: rule, usesText: request.text != nil, limits: finished, plannedRungCount: request.limits.count,
        leftOut: request.leftOut(contextWindow: contextWindow)))
  }

  /// The sweep of one rung: the candidates that are left, and what the rule chooses.
  private func sweep(over left: [SelfExtend], limit: Int) throws(SweepError) -> Sweep {
    var only = Selection()
    for parameters in left + (rule.map { [$0] } ?? []) {
      only.add("method", Method.selfExtend(parameters).description)
    }
    return try Sweep(
      configuration, options: SweepOptions(only: only, limit: limit, threads: threads), purpose: .execution,
      backend: { _ in backend })
  }

  /// A guess: what is left of this rung, and half of the first rung's samples for every rung that follows.
  private func secondsLeft(_ sweep: Sweep, _ store: ResultStore, rung: Int) throws(SweepError) -> Double? {
    let plan = try sweep.plan(store: store, measuresRate: rung == 0)
    let total = plan.cells.reduce(0) { $0 + $1.totalSeconds }
    let perSample = total / Double(max(1, plan.sampleCount))
    let firstCount = Double(grid.count * sweep.cells.count / max(1, Set(sweep.cells.map(\.method)).count))
    return plan.remainingSeconds + perSample * firstCount / 2 * Double(request.limits.count - 1 - rung)
  }

  /// What each (G, W) of a rung showed on the samples of that rung, whatever else the store holds.
  private func measurements(
    _ sweep: Sweep, _ cells: [CellID?], _ store: ResultStore, rung: Int
  ) throws(SweepError) -> [(parameters: SelfExtend, measurement: TuningMeasurement)] {
    var sums: [SelfExtend: Sums] = [:]
    for (cell, id) in zip(sweep.cells, cells) {
      guard let id, let parameters = cell.method.selfExtend else { continue }
      let names = Set(try sweep.samples.selected(of: cell).map { $0.sample.id.rawValue })
      let results = try stored { () throws(StoreError) in
        try store.results(in: id, withPrompts: false, withLogProbabilities: false)
      }
      for result in results where names.contains(result.sampleID) {
        sums[parameters, default: Sums()].add(result)
      }
    }
    return grid.compactMap { parameters in
      sums[parameters].map { (parameters, $0.measurement(rung: rung)) }
    }
  }

  /// A sample without a score counts against its (G, W): as a key that was not found, as a text without perplexity.
  private struct Sums {
    private static let accuracy = MetricDescription(name: "accuracy", aggregation: .accuracy, higherIsBetter: true)
    private static let perplexity = MetricDescription(
      name: "perplexity", aggregation: .perplexity, higherIsBetter: false)
    private var keys: [Contribution] = []
    private var keyCount = 0
    private var texts: [Contribution] = []
    private var hasUnscoredText = false

    mutating func add(_ result: SampleResult) {
      func contribution(_ metric: MetricDescription) -> Contribution? {
        metric.contribution(of: result.scores, sampleID: result.sampleID, document: nil)
      }
      if result.scores.contains(where: { $0.metric == Self.accuracy.name }) {
        keyCount += 1
        keys += [contribution(Self.accuracy)].compactMap { $0 }
      } else if let text = contribution(Self.perplexity) {
        texts.append(text)
      } else {
        hasUnscoredText = true
      }
    }

    func measurement(rung: Int) -> TuningMeasurement {
      let found = WeightedSum.total(of: keys.map(\.sums)).sum
      return TuningMeasurement(
        rung: rung, accuracy: keyCount > 0 ? found / Double(keyCount) : nil, keyCount: keyCount,
        perplexity: hasUnscoredText ? nil : Self.perplexity.combined(texts),
        tokenCount: Int(WeightedSum.total(of: texts.map(\.sums)).weight))
    }
  }
}
