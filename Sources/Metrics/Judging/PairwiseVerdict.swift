/// What a judge decided of two answers.
public enum PairwiseVerdict: Hashable, Sendable {
  /// The first is better.
  case first
  /// The second is better.
  case second
  /// Neither is.
  case tie

  /// Reads a judgment: the last of `[[A]]`, `[[B]]` and `[[C]]` in it counts.
  ///
  /// - Parameter judgment: the judge's text; nil comes of one without such a mark.
  public init?(judgment: String) {
    let marks: [(String, PairwiseVerdict)] = [("[[A]]", .first), ("[[B]]", .second), ("[[C]]", .tie)]
    let places = marks.compactMap { mark in
      judgment.ranges(of: mark.0).last.map { (place: $0.lowerBound, verdict: mark.1) }
    }
    guard let last = places.max(by: { $0.place < $1.place }) else { return nil }
    self = last.verdict
  }

  /// The same with the answers in the other order.
  public var swapped: PairwiseVerdict {
    switch self {
    case .first: .second
    case .second: .first
    case .tie: .tie
    }
  }

  /// What it is worth for the first answer.
  public var points: Double {
    switch self {
    case .first: 1
    case .second: 0
    case .tie: 0.5
    }
  }
}
