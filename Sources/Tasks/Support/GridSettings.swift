/// Axes of a grid that several tasks read alike.
enum GridSettings {
  /// The setting of prompt lengths: a list, or a count of lengths evenly spaced between two ends.
  static func lengths(_ help: String) -> Setting<CountOrNumbers?> {
    .countOrNumbers("lengths", help, otherwise: nil)
  }
  /// The first of a count of lengths.
  static let minLength = Setting.integer(
    "min-length", "the first of a count of lengths", default: 1000, atLeast: 0)
  /// The last of a count of lengths.
  static let maxLength = Setting.integer(
    "max-length", "the last of a count of lengths", default: 16000, atLeast: 0)

  /// Places of one task at most; a sweep has no more cells in all.
  static let largestGrid = 200_000

  /// Refuses a grid that would be too large, before it is expanded.
  ///
  /// - Parameters:
  ///   - key: the setting of the axis that is named.
  ///   - axes: the number of values of each axis.
  /// - Throws: `TaskError.setting`.
  static func check(_ key: String, axes: Int...) throws(TaskError) {
    var count = 1
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      count = overflow ? Int.max : product
    }
    guard count <= largestGrid else {
      throw .setting(
        key: key, found: axes.map(String.init).joined(separator: " x ") + " places",
        expected: "at most \(largestGrid) places")
    }
  }

  /// Prompt lengths.
  ///
  /// - Parameters:
  ///   - setting: the setting of the lengths.
  ///   - settings: the entry's settings, with the keys `min-length` and `max-length` too.
  ///   - least: the smallest length that makes sense.
  /// - Returns: different lengths in the order given.
  /// - Throws: `TaskError.setting`.
  static func lengths(
    _ setting: Setting<CountOrNumbers?>, _ settings: TaskSettings, least: Int
  ) throws(TaskError) -> [Int] {
    var lengths: [Int] = []
    let given = try settings[setting]
    switch given {
    case nil: break
    case .count(let count)?:
      let ends = try (settings[minLength], settings[maxLength])
      guard (1...1000).contains(count), ends.0 <= ends.1 else {
        throw .setting(
          key: "lengths", found: "\(count)",
          expected:
            "a count from 1 to 1000 (with min-length not above max-length, both at most \(TaskSettings.largestInteger)), "
            + "or a list of lengths")
      }
      lengths = EvenSpacing.rounded(EvenSpacing.linear(Double(ends.0), Double(ends.1), count: count))
    case .numbers(let numbers)?:
      try settings.refuse(minLength, maxLength, expected: "nothing beside a list of lengths")
      lengths = numbers.compactMap { Int(exactly: $0) }
      let limit = TaskSettings.largestInteger
      guard lengths.count == numbers.count, lengths.allSatisfy({ $0.magnitude <= limit }) else {
        throw .setting(key: "lengths", found: "\(numbers)", expected: "whole numbers from -\(limit) to \(limit)")
      }
    }
    guard !lengths.isEmpty, Set(lengths).count == lengths.count, lengths.allSatisfy({ $0 >= least }) else {
      throw .setting(
        key: "lengths", found: given == nil ? "missing" : "\(lengths)",
        expected: "different lengths of at least \(least) tokens")
    }
    return lengths
  }
}
