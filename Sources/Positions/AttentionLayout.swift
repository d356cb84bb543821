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
/// key variant.
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

  /// The rule that says where the ranges of a query begin.
  enum Boundaries: Hashable, Sendable {
    /// One range.
    case whole
    /// Far keys, then the last `window` keys.
    case window(Int)
    /// The first `sinks` keys, keys between, then the last `window` keys.
    case sinks(Int, window: Int)
    /// Keys before the previous chunk, the previous chunk, the query's own chunk.
    case chunks(Int)
  }

  /// Rotary positions of the query variants.
  public let queryMaps: [PositionMap]
  /// Rotary positions of the key variants.
  public let keyMaps: [PositionMap]
  /// The kinds of range, in the order of the keys.
  public let ranges: [Range]
  /// The base of the logarithmic query scale, or nil.
  public let logBase: Int?
  let boundaries: Boundaries

  /// The first key of each range for the query at a position; range r ends where range r + 1 starts, the last at
  /// `position + 1`.
  public func starts(query position: Int) -> [Int] {
    let end = position + 1
    switch boundaries {
    case .whole: return [0]
    case .window(let window): return [0, max(0, end - window)]
    case .sinks(let sinks, let window):
      let recent = max(0, end - window)
      return [0, min(sinks, recent), recent]
    case .chunks(let size):
      let own = position / size * size
      return [0, max(0, own - size), own]
    }
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
    switch method {
    case .plain(keepsWindow: true), .linear, .ntk, .dynamicNTK, .yarn: self.init(window: slidingWindow)
    case .plain(keepsWindow: false): self.init(window: nil)
    case .slidingWindow(let window): self.init(window: window)
    case .selfExtend(let parameters, let logBase): self.init(parameters, logBase: logBase)
    case .attentionSinks(let sinks, let window):
      // The query's place in the cache of sinks and recent keys is its distance to the first sink.
      self.init(
        queries: [.clipped(Double(sinks + window - 1)), .identity], keys: [.identity],
        ranges: [Range(query: 0, key: 0, isMasked: false), Self.masked, Range(query: 1, key: 0, isMasked: false)],
        boundaries: .sinks(sinks, window: window))
    case .lmInfinite(let sinks, let window):
      self.init(
        queries: [.constant(Double(window)), .identity], keys: [.constant(0), .identity],
        ranges: [Range(query: 0, key: 0, isMasked: false), Self.masked, Range(query: 1, key: 1, isMasked: false)],
        boundaries: .sinks(sinks, window: window))
    case .rerope(let window):
      self.init(far: .constant(Double(window)), farKey: .constant(0), window: window)
    case .leakyReRoPE(let window, let leak):
      let shift = Double(window) - Double(window) / leak
      self.init(far: .scaled(leak: leak, shift: shift), farKey: .scaled(leak: leak, shift: 0), window: window)
    case .dualChunk(let chunk):
      self.init(chunk: chunk ?? max(1, contextWindow * 3 / 4), contextWindow: contextWindow)
    }
  }

  private static let masked = Range(query: 0, key: 0, isMasked: true)

  private init(
    queries: [PositionMap], keys: [PositionMap], ranges: [Range], boundaries: Boundaries, logBase: Int? = nil
  ) {
    self.queryMaps = queries
    self.keyMaps = keys
    self.ranges = ranges
    self.boundaries = boundaries
    self.logBase = logBase
  }

  private init(window: Int?) {
    let seen = Range(query: 0, key: 0, isMasked: false)
    self.init(
      queries: [.identity], keys: [.identity], ranges: window == nil ? [seen] : [Self.masked, seen],
      boundaries: window.map { .window($0) } ?? .whole)
  }

  private init(_ parameters: SelfExtend, logBase: Int?) {
    guard parameters.groupSize > 1 else {
      self.init(
        queries: [.identity], keys: [.identity], ranges: [Range(query: 0, key: 0, isMasked: false)],
        boundaries: .whole, logBase: logBase)
      return
    }
    let shift = parameters.groupedQueryPosition(0)
    self.init(
      far: .grouped(size: parameters.groupSize, shift: shift),
      farKey: .grouped(size: parameters.groupSize, shift: 0), window: parameters.neighborWindow, logBase: logBase)
  }

  /// Far keys with variant 1, the last `window` keys as in plain attention with variant 0.
  private init(far: PositionMap, farKey: PositionMap, window: Int, logBase: Int? = nil) {
    self.init(
      queries: [.identity, far], keys: [.identity, farKey],
      ranges: [Range(query: 1, key: 1, isMasked: false), Range(query: 0, key: 0, isMasked: false)],
      boundaries: .window(window), logBase: logBase)
  }

  /// Dual chunk attention: own chunk at i mod s, previous chunk at min(i mod s + s, L - 1), older ones at L - 1.
  private init(chunk: Int, contextWindow: Int) {
    let last = Double(contextWindow - 1)
    self.init(
      queries: [
        .chunked(size: chunk, shift: 0, maximum: last), .chunked(size: chunk, shift: Double(chunk), maximum: last),
        .constant(last),
      ],
      keys: [.chunked(size: chunk, shift: 0, maximum: last)],
      ranges: [
        Range(query: 2, key: 0, isMasked: false), Range(query: 1, key: 0, isMasked: false),
        Range(query: 0, key: 0, isMasked: false),
      ], boundaries: .chunks(chunk))
  }
}

extension Method {
  /// What the method does to the rotary frequencies; nil where the checkpoint's own scaling stays.
  public func rotaryScaling(contextWindow: Int) -> RotaryScaling? {
    switch self {
    case .linear(let factor): .linear(factor: factor)
    case .ntk(let factor): .ntk(factor: factor)
    case .dynamicNTK(let factor): .dynamicNTK(factor: factor, contextWindow: contextWindow)
    case .yarn(let factor, let original):
      .yarn(
        factor: factor, originalContext: original ?? contextWindow, betaFast: 32, betaSlow: 1, attentionFactor: nil)
    default: nil
    }
  }
}
