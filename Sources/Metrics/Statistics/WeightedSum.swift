/// What one unit (a document, a block of windows, a sample) adds to a ratio of sums.
public struct WeightedSum: Hashable, Sendable, Codable {
  /// The sum over the unit, for example of token NLLs.
  public var sum: Double
  /// The weight of the unit, for example its number of tokens.
  public var weight: Double

  /// A unit's sum and weight.
  public init(sum: Double, weight: Double) {
    self.sum = sum
    self.weight = weight
  }

  /// A plain number: weight 1.
  public init(_ value: Double) { self.init(sum: value, weight: 1) }

  /// The units of several parts taken together, added in the order given.
  public static func total(of units: some Sequence<WeightedSum>) -> WeightedSum {
    units.reduce(into: WeightedSum(sum: 0, weight: 0)) {
      $0.sum += $1.sum
      $0.weight += $1.weight
    }
  }

  /// Sum over weight; nil when the weight is 0.
  public var mean: Double? { weight > 0 ? sum / weight : nil }

  /// Consecutive units joined into blocks, so that neighbours that share text stay together.
  ///
  /// The last block may be shorter.
  public static func blocks(of units: [WeightedSum]) -> [WeightedSum] {
    let length = blockLength(unitCount: units.count)
    return stride(from: 0, to: units.count, by: length).map { start in
      total(of: units[start..<min(start + length, units.count)])
    }
  }

  /// The number of consecutive units in a block: the cube root of their number, rounded down, and less where fewer than
  /// `Statistics.minimumUnitCount` blocks would be left.
  public static func blockLength(unitCount: Int) -> Int {
    var length = 1
    while (length + 1) * (length + 1) * (length + 1) <= unitCount { length += 1 }
    while length > 1, (unitCount + length - 1) / length < Statistics.minimumUnitCount { length -= 1 }
    return length
  }
}
