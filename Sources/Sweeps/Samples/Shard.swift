/// One part of a sweep that is divided over machines.
public struct Shard: Hashable, Sendable {
  /// The part, from 1.
  public let index: Int
  /// The number of parts.
  public let count: Int
  /// Parts at most.
  public static let largestCount = 100_000

  /// Reads `I/N`, for example `2/8`.
  ///
  /// - Parameter text: the part, from 1, and the number of parts.
  /// - Throws: `SweepError.argument` where it is not of that form.
  public init(parsing text: String) throws(SweepError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard parts.count == 2, parts[1] >= 1, parts[1] <= Self.largestCount, (1...parts[1]).contains(parts[0]) else {
      throw .argument("--shard \(text)", expected: "I/N with I from 1 to N, for example 2/8")
    }
    index = parts[0]
    count = parts[1]
  }
}
