import Foundation

/// Points of a grid: evenly spaced, or gathered at both ends.
enum EvenSpacing {
  /// `count` points from `first` to `last`, both included; `first` alone for a count of 1 (numpy's linspace).
  static func linear(_ first: Double, _ last: Double, count: Int) -> [Double] {
    guard count > 1 else { return count == 1 ? [first] : [] }
    return (0..<count).map { $0 == count - 1 ? last : first + Double($0) * ((last - first) / Double(count - 1)) }
  }

  /// The needle repository's sigmoid over percent, three decimals: 0 and 100 stay, all else becomes
  /// 100 / (1 + exp(0.1 (x - 50))), which falls from near 100 to near 0.
  static func sigmoid(percent x: Double) -> Double {
    guard x != 0, x != 100 else { return x }
    return (100_000 / (1 + exp(0.1 * (x - 50)))).rounded(.toNearestOrEven) / 1000
  }

  /// Whole numbers nearest to the points, halves to even, as numpy rounds.
  static func rounded(_ points: [Double]) -> [Int] { points.map { Int($0.rounded(.toNearestOrEven)) } }
}
