import Glibc

/// Where a query variant or a key variant is rotated to, as a function of its position in the sequence.
public enum PositionMap: Hashable, Sendable {
  /// At its own position.
  case identity
  /// At floor(position / G) plus a shift.
  case grouped(size: Int, shift: Double)
  /// At position / leak plus a shift.
  case scaled(leak: Double, shift: Double)
  /// Always at the same position.
  case constant(Double)
  /// At its own position, but never beyond a largest one.
  case clipped(Double)
  /// At position modulo a chunk, plus a shift, but never beyond a largest one.
  case chunked(size: Int, shift: Double, maximum: Double)

  /// The rotary position of the token at that place in the sequence.
  public func callAsFunction(_ position: Int) -> Double {
    switch self {
    case .identity: Double(position)
    case .grouped(let size, let shift): Double(position / size) + shift
    case .scaled(let leak, let shift): Double(position) / leak + shift
    case .constant(let value): value
    case .clipped(let maximum): min(Double(position), maximum)
    case .chunked(let size, let shift, let maximum): min(Double(position % size) + shift, maximum)
    }
  }
}

/// A method as the engine carries it out: for each query, consecutive ranges of keys, and how each range is rotated.
///
/// Keys 0...i of query i are cut into `ranges.count` consecutive ranges. Range r is seen with one query variant and one
/// key variant, or is masked. This form covers every method of `Method`; a cache keeps one rotated copy of the keys per
/// key variant, or the keys once, to be rotated when they are looked at.
public struct AttentionLayout: Hashable, Sendable {
  /// One range of keys.
  public struct Range: Hashable, Sendable {
    /// Index into `queryMaps`.
    public let query: Int
    /// Index into `keyMaps`.
    public let key: Int
    /// True where the keys are not seen at all.
    public let isMasked: Bool
  }

  /// The first key of a range, for a query at position i.
  enum Edge: Hashable, Sendable {
    /// The oldest of the last so many keys: i + 1 - count.
    case recent(Int)
    /// The key after the first so many.
    case first(Int)
    /// The start of a chunk of so many tokens: the query's own, or one that many chunks before it.
    case chunk(Int, back: Int)

    /// The key, before it is kept between its neighbours.
    func key(query position: Int) -> Int {
      switch self {
      case .recent(let count): position + 1 - count
      case .first(let count): count
      case .chunk(let size, let back): (position / size - back) * size
      }
    }
  }

  /// Rotary positions of the query variants.
  public let queryMaps: [PositionMap]
  /// Rotary positions of the key variants.
  public let keyMaps: [PositionMap]
  /// The kinds of range, in the order of the keys.
  public let ranges: [Range]
  /// The base of the logarithmic query scale, or nil.
  public let logBase: Int?
  /// Where the second and every further range begin.
  let edges: [Edge]

  /// The first key of each range for the query at a position; range r ends where range r + 1 starts, the last at
  /// `position + 1`.
  public func starts(query position: Int) -> [Int] {
    var starts = [0] + edges.map { max(0, $0.key(query: position)) }
    for index in starts.indices.dropLast().reversed() { starts[index] = min(starts[index], starts[index + 1]) }
    return starts
  }

  /// The factor on the query at a position: max(1, ln(p + 1) / ln(logBase)), or 1.
  public func queryScale(_ position: Int) -> Float {
    guard let logBase else { return 1 }
    return Float(max(1, log(Double(position + 1)) / log(Double(logBase))))
  }

  /// The layout of a method on a model.
  ///
  /// - Parameters:
  ///   - method: the method.
  ///   - contextWindow: the pretraining window L, in tokens.
  ///   - slidingWindow: the sliding window of the checkpoint's layer, nil where it has none.
  public init(_ method: Method, contextWindow: Int, slidingWindow: Int?) {
    self = method.layout(contextWindow: contextWindow, slidingWindow: slidingWindow)
  }

  /// A layout from its parts; there is one range more than edges.
  init(queries: [PositionMap], keys: [PositionMap], ranges: [Range], edges: [Edge], logBase: Int? = nil) {
    self.queryMaps = queries
    self.keyMaps = keys
    self.ranges = ranges
    self.edges = edges
    self.logBase = logBase
  }
}

extension AttentionLayout.Range {
  /// Keys that are seen with a query variant and a key variant.
  static func seen(query: Int, key: Int) -> Self { Self(query: query, key: key, isMasked: false) }
  /// Keys that are not seen.
  static let masked = Self(query: 0, key: 0, isMasked: true)
}

extension AttentionLayout {
  /// Every key at its own position, or only the last `window` of them.
  static func causal(window: Int?, logBase: Int? = nil) -> AttentionLayout {
    let seen = Range.seen(query: 0, key: 0)
    return AttentionLayout(
      queries: [.identity], keys: [.identity], ranges: window == nil ? [seen] : [.masked, seen],
      edges: window.map { [.recent($0)] } ?? [], logBase: logBase)
  }

  /// The last `window` keys as in plain attention; those before them with positions of their own.
  static func nearAndFar(
    window: Int, farQuery: PositionMap, farKey: PositionMap, logBase: Int? = nil
  ) -> AttentionLayout {
    AttentionLayout(
      queries: [.identity, farQuery], keys: [.identity, farKey],
      ranges: [.seen(query: 1, key: 1), .seen(query: 0, key: 0)], edges: [.recent(window)], logBase: logBase)
  }
}
