/// The two parameters of Self-Extend and its options.
///
/// For query position i and key position j (i >= j), d = i - j, the relative position is d when d < W (neighbor
/// attention), and (i / G + W - W / G) - j / G otherwise (grouped attention), with floor division.
///
/// - Source: arXiv 2401.01325, section 3.2; the authors' code, datamllab/LongLM at cdbbb06.
public struct SelfExtend: Hashable, Sendable {
  /// How W / G is rounded where G does not divide W.
  public enum Offset: String, Hashable, Sendable {
    /// Floor division, as in the paper's formula and the authors' corrected files. The default.
    case floor
    /// Real division, as in the authors' prefill code for Llama and Gemma.
    case fractional
  }

  /// Group size G, at least 1: how many neighbouring far tokens share one position.
  public let groupSize: Int
  /// Neighbor window W, at least 1: distances below it keep their exact positions.
  public let neighborWindow: Int
  /// How the query's grouped position is rounded.
  public let offset: Offset

  /// Self-Extend with group size `G` and neighbor window `W`, both at least 1 (checked where a method is parsed).
  public init(groupSize: Int, neighborWindow: Int, offset: Offset = .floor) {
    self.groupSize = groupSize
    self.neighborWindow = neighborWindow
    self.offset = offset
  }

  /// The rotary position of a query in grouped attention.
  public func groupedQueryPosition(_ position: Int) -> Double {
    let shift =
      switch offset {
      case .floor: Double(neighborWindow - neighborWindow / groupSize)
      case .fractional: Double(neighborWindow) - Double(neighborWindow) / Double(groupSize)
      }
    return Double(position / groupSize) + shift
  }

  /// The rotary position of a key in grouped attention.
  public func groupedKeyPosition(_ position: Int) -> Double { Double(position / groupSize) }

  /// The relative position that attention sees for a query and a key at or before it.
  public func relativePosition(query: Int, key: Int) -> Double {
    query - key < neighborWindow
      ? Double(query - key) : groupedQueryPosition(query) - groupedKeyPosition(key)
  }

  /// The longest sequence whose relative positions stay inside a pretraining window of L tokens: (L - W) * G + W.
  ///
  /// The paper's formula. Where G does not divide W the rounding of positions can reach L itself for the last tokens of
  /// such a sequence, one more than the L - 1 of training.
  public func maximumLength(contextWindow: Int) -> Int {
    max(0, contextWindow - neighborWindow) * groupSize + min(neighborWindow, contextWindow)
  }
}
