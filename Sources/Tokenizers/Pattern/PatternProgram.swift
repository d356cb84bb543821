/// The steps that a pattern is compiled to, for a machine that goes back to the last choice on failure.
struct PatternProgram: Sendable {
  enum Operation {
    /// One scalar out of a set.
    case scalar(UInt64)
    /// As many scalars out of a set as there are, at least `min`, at most `max`, giving back when `givesBack`.
    case run(UInt64, min: Int, max: Int, givesBack: Bool)
    /// Goes on at the first address, on failure at the second.
    case fork(Int, Int)
    case jump(Int)
    /// Begins a turn of an endless repetition whose body can be empty.
    case turn(UInt32)
    /// Ends such a turn: at `head` comes the next one, unless this one consumed nothing.
    case turnEnd(UInt32, head: Int)
    /// Tries what follows up to `accept` without consuming, backwards if `isBehind`, then goes on at `next`.
    case look(isBehind: Bool, isNegative: Bool, next: Int)
    /// Takes the first match of what follows up to `accept`, then goes on at `next`.
    case atomic(next: Int)
    case anchor(PatternNode.Anchor, UInt64)
    case fail
    case accept
  }

  private(set) var operations: [Operation] = []
  /// Endless repetitions whose body can be empty.
  private var turnCount: UInt32 = 0
  /// Nodes compiled so far, those without an operation included.
  private var nodeCount = 0

  /// No pattern in use has more than 40 operations; a repetition count may not blow one up without limit.
  static let operationLimit = 4096
  /// One bit each in the machine's state.
  private static let turnLimit: UInt32 = 16

  init(_ node: PatternNode) throws(PatternError) {
    try compile(node, isBackward: false)
    operations.append(.accept)
  }

  private static func bit(_ set: Int) -> UInt64 { set < 64 ? 1 << UInt64(set) : 0 }

  /// Appends the steps of a node; backwards ones are those of the node read from its end.
  private mutating func compile(_ node: PatternNode, isBackward: Bool) throws(PatternError) {
    nodeCount += 1
    guard operations.count < Self.operationLimit, nodeCount < 16 * Self.operationLimit else {
      throw PatternError(position: 0, reason: "a pattern of more than \(Self.operationLimit) operations")
    }
    switch node {
    case .empty: break
    case .scalar(let set): operations.append(.scalar(Self.bit(set)))
    case .anchor(let anchor, let set): operations.append(.anchor(anchor, Self.bit(set)))
    case .sequence(let nodes):
      for node in isBackward ? nodes.reversed() : nodes { try compile(node, isBackward: isBackward) }
    case .alternatives(let nodes): try compile(alternatives: nodes, isBackward: isBackward)
    case .look(let node, let isBehind, let isNegative):
      try enclosed(node, isBackward: isBehind) { .look(isBehind: isBehind, isNegative: isNegative, next: $0) }
    case .atomic(let node): try enclosed(node, isBackward: isBackward) { .atomic(next: $0) }
    case .repetition(.scalar(let set), let min, let max, let mode) where mode != .lazy:
      operations.append(.run(Self.bit(set), min: min, max: max ?? .max, givesBack: mode == .greedy))
    case .repetition(let node, let min, let max, .possessive):
      try enclosed(.repetition(node, min: min, max: max, mode: .greedy), isBackward: isBackward) { .atomic(next: $0) }
    case .repetition(let node, let min, let max, let mode):
      for _ in 0..<min where node != .empty { try compile(node, isBackward: isBackward) }
      try compile(optional: node, count: max.map { $0 - min }, isLazy: mode == .lazy, isBackward: isBackward)
    }
  }

  /// A part that is run by itself, up to its own `accept`.
  private mutating func enclosed(
    _ node: PatternNode, isBackward: Bool, _ operation: (Int) -> Operation
  ) throws(PatternError) {
    let address = operations.count
    operations.append(.fail)
    try compile(node, isBackward: isBackward)
    operations.append(.accept)
    operations[address] = operation(operations.count)
  }

  private mutating func compile(alternatives nodes: [PatternNode], isBackward: Bool) throws(PatternError) {
    var exits: [Int] = []
    for (index, node) in nodes.enumerated() {
      let address = operations.count
      if index < nodes.count - 1 { operations.append(.fail) }
      try compile(node, isBackward: isBackward)
      guard index < nodes.count - 1 else { break }
      exits.append(operations.count)
      operations.append(.fail)
      operations[address] = .fork(address + 1, operations.count)
    }
    for exit in exits { operations[exit] = .jump(operations.count) }
  }

  /// Up to `count` further times, without limit when nil.
  private mutating func compile(
    optional node: PatternNode, count: Int?, isLazy: Bool, isBackward: Bool
  ) throws(PatternError) {
    func fork(_ inside: Int, _ after: Int) -> Operation { isLazy ? .fork(after, inside) : .fork(inside, after) }
    if let count {
      var forks: [Int] = []
      for _ in 0..<count {
        forks.append(operations.count)
        operations.append(.fail)
        try compile(node, isBackward: isBackward)
      }
      for address in forks { operations[address] = fork(address + 1, operations.count) }
      return
    }
    let head = operations.count
    operations.append(.fail)
    if node.canBeEmpty {
      guard turnCount < Self.turnLimit else {
        throw PatternError(
          position: 0, reason: "more than \(Self.turnLimit) endless repetitions of something that can be empty")
      }
      let bit: UInt32 = 1 << turnCount
      turnCount += 1
      operations.append(.turn(bit))
      try compile(node, isBackward: isBackward)
      operations.append(.turnEnd(bit, head: head))
    } else {
      try compile(node, isBackward: isBackward)
      operations.append(.jump(head))
    }
    operations[head] = fork(head + 1, operations.count)
  }
}
