public import Evaluation
import Metrics
import Store

/// A condition on the numbers of a sweep, as a configuration's `gates:` write it.
public struct GateRule: Hashable, Sendable {
  /// The metric, for example `perplexity`.
  public let metric: String
  /// The task's name, or that of one of its entries.
  public let task: String
  /// Over what its numbers are.
  public let over: Pooling
  /// The methods it looks at, by canonical spelling or by name alone; nil for all but the one compared with.
  public let method: String?
  /// How much larger than the compared number the metric may be.
  public let maxIncrease: Tolerance?
  /// How much smaller than the compared number the metric may be.
  public let maxDecrease: Tolerance?
  /// The largest value.
  public let maximum: Double?
  /// The smallest value.
  public let minimum: Double?

  /// A rule from its parts.
  public init(
    metric: String, task: String, over: Pooling = .cell, method: String? = nil, maxIncrease: Tolerance? = nil,
    maxDecrease: Tolerance? = nil,
    maximum: Double? = nil, minimum: Double? = nil
  ) {
    self.metric = metric
    self.task = task
    self.over = over
    self.method = method
    self.maxIncrease = maxIncrease
    self.maxDecrease = maxDecrease
    self.maximum = maximum
    self.minimum = minimum
  }

  /// Why the rule could never fail or never pass on a metric, and what to write; nil where it can do both.
  ///
  /// - Parameter metric: the metric that it is about, with the range that its task says.
  /// - Returns: a sentence without a full stop.
  public func idleness(of metric: MetricDescription) -> String? {
    func directed(_ higherIsBetter: Bool) -> MetricDescription {
      MetricDescription(
        name: metric.name, aggregation: metric.aggregation, higherIsBetter: higherIsBetter, range: metric.range)
    }
    return maxDecrease.flatMap { directed(true).idleness(of: $0) }
      ?? maxIncrease.flatMap { directed(false).idleness(of: $0) }
      ?? metric.idleness(minimum: minimum, maximum: maximum)
  }

  /// True where the rule compares with another number.
  public var isRelative: Bool { maxIncrease != nil || maxDecrease != nil }

  /// Judges the rule.
  ///
  /// - Parameters:
  ///   - measurements: the numbers of the sweep, complete or not.
  ///   - baseline: the numbers to compare with; nil compares with `plain` in the same place.
  ///   - names: what the entries of the configuration are called, of which the numbers may be a part; nil goes by those that
  ///     the numbers are of.
  /// - Returns: one judgement per number that the rule looks at, at least one.
  public func judge(
    _ measurements: [Measurement], baseline: Baseline? = nil, names: TaskEntries? = nil
  ) -> [Judgement] {
    let names = names ?? TaskEntries(measurements.map { ($0.record.task, $0.record.settings) })
    let own = measurements.filter { looksAt($0, names, hasBaseline: baseline != nil) }
    guard !own.isEmpty else {
      var judgement = Judgement(
        name: "\(task) \(metric)\(over == .cell ? "" : " over=\(over.rawValue)")", verdict: .notCompared(.missing))
      judgement.sides = ("", "no cell has \(metric)")
      return [judgement]
    }
    return own.map { judge($0, among: measurements, baseline, names) }
  }

  private func looksAt(_ measurement: Measurement, _ names: TaskEntries, hasBaseline: Bool) -> Bool {
    let record = measurement.record
    guard record.task == task || names.label(record.task, record.settings) == task,
      measurement.metric.name == metric, measurement.pooling == over
    else { return false }
    guard let method else { return !(isRelative && !hasBaseline && record.method == "plain") }
    return record.method == method || record.method.split(separator: ":").first.map(String.init) == method
  }

  private func judge(
    _ measurement: Measurement, among all: [Measurement], _ baseline: Baseline?, _ names: TaskEntries
  ) -> Judgement {
    guard measurement.isComplete, let value = measurement.estimate.value else {
      return skipped(
        measurement, .incomplete, "n=\(measurement.record.sampleCount)", "n=\(measurement.estimate.count)", names)
    }
    let isWithin =
      value <= maximum.map { $0 + Tolerance.rounding($0, value) } ?? .infinity
      && value >= minimum.map { $0 - Tolerance.rounding($0, value) } ?? -.infinity
    guard isRelative else {
      var judgement = Judgement(name: measurement.name(names), verdict: isWithin && value.isFinite ? .passed : .worse)
      (judgement.after, judgement.n) = (value, measurement.estimate.count)
      (judgement.minimum, judgement.maximum) = (minimum, maximum)
      return judgement
    }
    let reference: (value: Double?, modelHash: String)
    if let baseline {
      switch baseline.entry(of: measurement) {
      case .comparable(let entry): reference = (entry.value, entry.modelHash)
      case .not(let reason, let before, let after): return skipped(measurement, reason, before, after, names)
      }
    } else {
      let plain = all.first { $0.record.isPlace(of: measurement.record) && $0.metric.name == metric }
      guard let plain else { return skipped(measurement, .missing, "plain has no such cell", "", names) }
      guard plain.isComplete else { return skipped(measurement, .incomplete, "plain is incomplete", "", names) }
      reference = (plain.estimate.value, plain.record.modelHash)
    }
    guard let before = reference.value else { return skipped(measurement, .incomplete, "no number", "", names) }
    // One direction is worse for each tolerance; a number that leaves either, or the bounds, is worse.
    let verdicts = [(maxIncrease, false), (maxDecrease, true)].compactMap { tolerance, higherIsBetter in
      tolerance.map { Verdict.comparing(value, with: before, higherIsBetter: higherIsBetter, tolerance: $0) }
    }
    let isWorse = verdicts.contains(.worse) || !isWithin
    var judgement = Judgement(name: measurement.name(names), verdict: isWorse ? .worse : .passed)
    (judgement.before, judgement.after, judgement.n) = (before, value, measurement.estimate.count)
    judgement.allowed = (maxIncrease ?? maxDecrease)?.allowance(of: before)
    (judgement.minimum, judgement.maximum) = (minimum, maximum)
    judgement.modelDiffers =
      !reference.modelHash.isEmpty && !measurement.record.modelHash.isEmpty
      && reference.modelHash != measurement.record.modelHash
    return judgement
  }

  private func skipped(
    _ measurement: Measurement, _ reason: Verdict.Reason, _ before: String, _ after: String, _ names: TaskEntries
  ) -> Judgement {
    var judgement = Judgement(name: measurement.name(names), verdict: .notCompared(reason))
    judgement.after = measurement.estimate.value
    judgement.n = measurement.estimate.count
    (judgement.minimum, judgement.maximum) = (minimum, maximum)
    judgement.sides = (before, after)
    return judgement
  }
}
