/// The syntax tree of a pre-tokeniser pattern.
indirect enum PatternNode: Equatable {
  case empty
  /// One scalar out of the set with this number.
  case scalar(Int)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case repetition(PatternNode, min: Int, max: Int?, mode: RepetitionMode)
  case lookahead(PatternNode, isNegative: Bool)
  case textStart
  case textEnd

  enum RepetitionMode: Equatable { case greedy, lazy, possessive }

  /// Whether the node can match without consuming anything.
  var canBeEmpty: Bool {
    switch self {
    case .empty, .lookahead, .textStart, .textEnd: true
    case .scalar: false
    case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
    case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
    case .repetition(let node, let min, _, _): min == 0 || node.canBeEmpty
    }
  }
}

/// Why a pattern cannot be used.
struct PatternError: Error, Equatable {
  /// Where in the pattern, counted in scalars.
  let position: Int
  let reason: String
}
