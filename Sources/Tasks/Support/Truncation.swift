/// What happens to a context that does not fit: tokens are cut away at a stated place, or the sample is refused.
///
/// One type for every task whose samples hold a text of given length. Nothing is cut silently: a task stores the number
/// of removed tokens with the sample, and a sample that is left out is named in the task's warnings.
enum Truncation: String, CaseIterable, Sendable {
  /// Removes the middle: as many tokens of the beginning as of the end stay (one fewer in all for an odd limit).
  case middle
  /// Removes the beginning, the last tokens stay.
  case left
  /// Removes the end, the first tokens stay.
  case right
  /// A sample that does not fit is an error.
  case error
  /// A sample that does not fit is left out, with a warning.
  case skip

  /// Token ids after a policy was applied.
  struct Result: Hashable, Sendable {
    /// What stays of the beginning; all of it where nothing was cut.
    let head: [Int]
    /// What stays of the end; empty where nothing was cut.
    let tail: [Int]
    /// The number of ids that were removed.
    let removedCount: Int

    /// Everything that stays.
    var tokens: [Int] { head + tail }
  }

  /// Applies the policy to ids that may be too many.
  ///
  /// - Parameters:
  ///   - ids: the ids.
  ///   - limit: how many may stay; below 0 counts as 0.
  ///   - keepsOdd: whether the middle policy keeps one token more of the end where the limit is odd, as a program does
  ///     that takes `ids[-limit // 2:]`.
  ///   - sample: what is cut, for the error.
  /// - Returns: what stays, or nil where the sample is to be left out.
  /// - Throws: `TaskError.impossibleSample` under the policy `error`.
  func apply(
    _ ids: [Int], limit: Int, keepsOdd: Bool = false, sample: @autoclosure () -> String
  ) throws(TaskError) -> Result? {
    let limit = max(0, limit)
    guard ids.count > limit else { return Result(head: ids, tail: [], removedCount: 0) }
    switch self {
    case .middle:
      let half = limit / 2
      let end = keepsOdd ? limit - half : half
      return Result(head: Array(ids.prefix(half)), tail: Array(ids.suffix(end)), removedCount: ids.count - half - end)
    case .left: return Result(head: [], tail: Array(ids.suffix(limit)), removedCount: ids.count - limit)
    case .right: return Result(head: Array(ids.prefix(limit)), tail: [], removedCount: ids.count - limit)
    case .error:
      throw .impossibleSample(
        cell: sample(), problem: "\(ids.count) tokens do not fit into \(limit); truncation is `error`")
    case .skip: return nil
    }
  }

  /// The setting of a configuration entry.
  ///
  /// - Parameter otherwise: what the protocol does when it is not given.
  /// - Returns: the setting.
  static func setting(otherwise: String) -> Setting<Truncation?> {
    .word(
      "truncation", "what happens to a text that is too long: \(allCases.map(\.rawValue).joined(separator: ", "))",
      otherwise: otherwise)
  }
}
