/// One part of a sweep that is divided over machines.
public struct Shard: Hashable, Sendable {
  /// The part, from 1.
  public let index: Int
  /// The number of parts.
  public let count: Int

  /// Reads `I/N`, for example `2/8`.
  ///
  /// - Parameter text: the part, from 1, and the number of parts.
  /// - Throws: `SweepError.argument` where it is not of that form.
  public init(parsing text: String) throws(SweepError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard parts.count == 2, parts[1] >= 1, parts[1] <= 100_000, (1...parts[1]).contains(parts[0]) else {
      throw .argument("--shard \(text)", expected: "I/N with I from 1 to N, for example 2/8")
    }
    index = parts[0]
    count = parts[1]
  }

  /// True where a sample of that key belongs to the part; `key` is a SHA-256 in hexadecimal digits.
  func contains(key: String) -> Bool {
    let value = UInt64(key.prefix(15), radix: 16) ?? 0
    return Int(value % UInt64(count)) == index - 1
  }
}
