import Evaluation
import Foundation
import Store

/// One number that a gate looks at or compares with.
public struct GateValue: Hashable, Sendable {
  /// The model's name.
  public var model: String
  /// The method in its canonical spelling.
  public var method: String
  /// The task's name.
  public var task: String
  /// The coordinates, for example `length=4096,depth=0.5`.
  public var coordinates: String
  /// The metric's name.
  public var metric: String
  /// The number.
  public var value: Double

  /// A number.
  public init(model: String, method: String, task: String, coordinates: String, metric: String, value: Double) {
    self.model = model
    self.method = method
    self.task = task
    self.coordinates = coordinates
    self.metric = metric
    self.value = value
  }
}

/// What a gate found in one cell.
public struct GateResult: Hashable, Sendable {
  /// Why a cell was not judged, or how.
  public enum Verdict: Hashable, Sendable {
    case passed, failed
    /// The cell, or the number that it is compared with, has no value yet.
    case notJudged(reason: String)
  }
  /// The gate.
  public var gate: Gate
  /// The cell's number; nil where the gate found no cell at all.
  public var value: GateValue?
  /// The number that it is compared with.
  public var reference: Double?
  /// The verdict.
  public var verdict: Verdict
}

/// Judges gates over the numbers of a sweep.
enum GateCheck {
  /// Judges one gate.
  ///
  /// - Parameters:
  ///   - gate: the gate.
  ///   - values: the complete cells' numbers.
  ///   - baseline: the numbers of the gate's baseline file, nil where it has none.
  /// - Returns: one result per cell that the gate looks at, at least one.
  static func judge(_ gate: Gate, values: [GateValue], baseline: [GateValue]?) -> [GateResult] {
    let isRelative = gate.maxIncrease != nil || gate.maxDecrease != nil
    let own = values.filter { value in
      guard value.task == gate.task, value.metric == gate.metric else { return false }
      if let method = gate.method { return value.method == method || methodName(value.method) == method }
      return !(isRelative && baseline == nil && value.method == "plain")
    }
    if own.isEmpty {
      return [
        GateResult(
          gate: gate, value: nil, reference: nil, verdict: .notJudged(reason: "no complete cell has \(gate.metric)"))
      ]
    }
    return own.map { value in
      guard isRelative else { return judged(gate, value, reference: nil) }
      let candidates = baseline ?? values
      let method = baseline == nil ? "plain" : value.method
      let reference = candidates.first {
        $0.model == value.model && $0.method == method && $0.task == value.task
          && $0.coordinates == value.coordinates && $0.metric == value.metric
      }
      guard let reference else {
        let source = baseline == nil ? "plain has no value here" : "the baseline has no such cell"
        return GateResult(gate: gate, value: value, reference: nil, verdict: .notJudged(reason: source))
      }
      return judged(gate, value, reference: reference.value)
    }
  }

  private static func methodName(_ method: String) -> String {
    method.split(separator: ":").first.map(String.init) ?? method
  }

  private static func judged(_ gate: Gate, _ value: GateValue, reference: Double?) -> GateResult {
    var isPassed = value.value.isFinite
    if let reference {
      if let tolerance = gate.maxIncrease, value.value - reference > tolerance.allowance(of: reference) {
        isPassed = false
      }
      if let tolerance = gate.maxDecrease, reference - value.value > tolerance.allowance(of: reference) {
        isPassed = false
      }
    }
    if let maximum = gate.maximum, value.value > maximum { isPassed = false }
    if let minimum = gate.minimum, value.value < minimum { isPassed = false }
    return GateResult(gate: gate, value: value, reference: reference, verdict: isPassed ? .passed : .failed)
  }
}
