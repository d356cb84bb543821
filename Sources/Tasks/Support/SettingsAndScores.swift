import Evaluation
import Metrics

extension TaskSettings {
  /// A whole number from 1 to `largestInteger`, or nil where the key is not given.
  ///
  /// - Parameter key: the key.
  /// - Returns: the number.
  /// - Throws: `TaskError.setting` for another one.
  func positive(_ key: String) throws(TaskError) -> Int? {
    guard values[key] != nil else { return nil }
    let value = integer(key, default: 0)
    guard value >= 1 else { throw .setting(key: key, found: "\(value)", expected: "1 or more") }
    guard value <= Self.largestInteger else {
      throw .setting(key: key, found: "\(value)", expected: "at most \(Self.largestInteger)")
    }
    return value
  }
}

extension Score {
  /// A scorer's value of 0 to 1 on the scale of 0 to 100, or its reason for giving none.
  init(_ metric: String, percentOf value: ScoreValue) {
    switch value {
    case .value(let number): self.init(metric, 100 * number)
    case .unscored(let reason): self.init(metric, unscored: reason)
    }
  }
}
