import Evaluation
import JSON

/// A condition on the numbers of a sweep; a sweep that misses one ends with status 3.
public struct Gate: Hashable, Sendable {
  /// How much a number may move.
  public enum Tolerance: Hashable, Sendable {
    /// A share of the number it is compared with: `1%` is 0.01.
    case relative(Double)
    /// An amount in the metric's unit.
    case absolute(Double)
  }

  /// The metric, for example `perplexity`.
  public let metric: String
  /// The task's name.
  public let task: String
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
  /// The file of baseline numbers to compare with; nil compares with `plain` in the same cell of the table.
  public let baseline: ConfiguredPath?
  /// Where the gate is written.
  public let location: TextLocation

  static let keys = ["metric", "task", "method", "max-increase", "max-decrease", "max", "min", "baseline"]

  var json: CanonicalJSON {
    func text(_ tolerance: Tolerance?) -> CanonicalJSON {
      switch tolerance {
      case .relative(let value)?: .object(["relative": .number(value)])
      case .absolute(let value)?: .object(["absolute": .number(value)])
      case nil: .null
      }
    }
    return .object([
      "metric": .text(metric), "task": .text(task), "method": CanonicalJSON(method),
      "max-increase": text(maxIncrease), "max-decrease": text(maxDecrease),
      "max": maximum.map { .number($0) } ?? .null, "min": minimum.map { .number($0) } ?? .null,
      "baseline": CanonicalJSON(baseline?.text),
    ])
  }
}

extension Gate.Tolerance {
  /// Reads `1%` (relative) or `0.05` (absolute).
  init?(_ node: Node) {
    guard let text = node.text else { return nil }
    if text.hasSuffix("%") {
      guard let value = Double(text.dropLast()), value.isFinite, value >= 0 else { return nil }
      self = .relative(value / 100)
    } else {
      guard let value = node.number, value >= 0 else { return nil }
      self = .absolute(value)
    }
  }

  /// The largest difference allowed from a number.
  func allowance(of reference: Double) -> Double {
    switch self {
    case .relative(let share): share * abs(reference)
    case .absolute(let amount): amount
    }
  }
}
