public import Gates
import JSON

/// A condition on the numbers of a sweep; a sweep that misses one ends with status 3.
public struct Gate: Hashable, Sendable {
  /// What is asked of the numbers.
  public let rule: GateRule
  /// The file of baseline numbers to compare with; nil compares with `plain` in the same cell of the table.
  public let baseline: ConfiguredPath?
  /// Where the gate is written.
  public let location: TextLocation

  static let keys = ["metric", "task", "over", "method", "max-increase", "max-decrease", "max", "min", "baseline"]

  var json: JSONValue {
    func text(_ tolerance: Tolerance?) -> JSONValue {
      guard let tolerance else { return .null }
      return tolerance.relative > 0 || tolerance.absolute == 0
        ? .object(["relative": .number(tolerance.relative)]) : .object(["absolute": .number(tolerance.absolute)])
    }
    var members: [String: JSONValue] = [
      "metric": .string(rule.metric), "task": .string(rule.task), "method": JSONValue(rule.method),
      "max-increase": text(rule.maxIncrease), "max-decrease": text(rule.maxDecrease),
      "max": rule.maximum.map { .number($0) } ?? .null, "min": rule.minimum.map { .number($0) } ?? .null,
      "baseline": JSONValue(baseline?.text),
    ]
    // Not where it is the default: configurations that have been swept keep their hash.
    if rule.over != .cell { members["over"] = .string(rule.over.rawValue) }
    return .object(members)
  }
}
