/// The syntax tree of a pre-tokeniser pattern.
indirect enum PatternNode: Equatable {
  case empty
  /// One scalar out of the set with this number.
  case scalar(Int)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case repetition(PatternNode, min: Int, max: Int?, mode: RepetitionMode)
  /// What follows, or what goes before, without consuming it.
  case look(PatternNode, isBehind: Bool, isNegative: Bool)
  /// The node's first match, and never another one.
  case atomic(PatternNode)
  /// A place between scalars, told by the set with this number: line breaks or the scalars of words.
  case anchor(Anchor, set: Int)

  enum RepetitionMode: Equatable { case greedy, lazy, possessive }

  enum Anchor: Equatable {
    case textStart, textEnd, lineStart, lineEnd
    /// The end of the text, or the place before a line break that ends it.
    case lastLineEnd
    case wordBoundary, insideOrOutsideWord
  }

  /// Whether the node can match without consuming anything.
  var canBeEmpty: Bool {
    switch self {
    case .empty, .look, .anchor: true
    case .scalar: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repetition(let node, let min, _, _): min == 0 || node.canBeEmpty
    case .atomic(let node): node.canBeEmpty
    }
  }

  /// Whether a repetition of the node makes no sense to Oniguruma.
  var isPlace: Bool {
    switch self {
    case .look, .anchor: true
    default: false
    }
  }

  /// The fewest scalars that a match has, or a million where that is less.
  var minimumLength: Int {
    let limit = 1_000_000
    return switch self {
    case .empty, .look, .anchor: 0
    case .scalar: 1
    case .sequence(let nodes): nodes.reduce(0) { Swift.min(limit, $0 + $1.minimumLength) }
    case .alternatives(let nodes): nodes.map(\.minimumLength).min() ?? 0
    case .repetition(let node, let min, _, _): Swift.min(limit, min * node.minimumLength)
    case .atomic(let node): node.minimumLength
    }
  }

  /// The sets that the first scalar of a match can be in, one bit each.
  var firstSets: UInt64 {
    switch self {
    // A look and a place consume nothing.
    case .empty, .look, .anchor: return 0
    case .scalar(let set): return set < 64 ? 1 << UInt64(set) : .max
    case .sequence(let nodes):
      var sets: UInt64 = 0
      for node in nodes {
        sets |= node.firstSets
        if !node.canBeEmpty { break }
      }
      return sets
    case .alternatives(let nodes): return nodes.reduce(0) { $0 | $1.firstSets }
    case .repetition(let node, _, _, _), .atomic(let node): return node.firstSets
    }
  }

  /// Whether the node's matches are the same seen from either end: it holds no lookahead and gives back everything.
  var isReversible: Bool {
    switch self {
    case .empty, .scalar, .anchor: true
    case .sequence(let nodes), .alternatives(let nodes): nodes.allSatisfy(\.isReversible)
    case .repetition(let node, _, _, let mode): mode != .possessive && node.isReversible
    case .look(_, let isBehind, _): isBehind
    case .atomic: false
    }
  }
}

/// Why a pattern cannot be used.
struct PatternError: Error, Equatable {
  /// Where in the pattern, counted in scalars.
  let position: Int
  let reason: String
}
