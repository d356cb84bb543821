/// A compiled pre-tokeniser pattern: backtracking over scalars, with the meaning the original expression has
/// (leftmost match, first alternative that leads to a match).
///
/// Every set of the pattern has one bit. A text is first turned into one 64-bit mask per scalar, which says to which
/// sets the scalar belongs; matching then is a few bit tests per scalar.
struct Pattern: Sendable {
  enum Operation {
    /// One scalar out of a set.
    case scalar(UInt64)
    /// As many scalars out of a set as there are, at least `min`, at most `max`, giving back when `givesBack`.
    case run(UInt64, min: Int, max: Int, givesBack: Bool)
    /// Goes on at the first address, on failure at the second.
    case fork(Int, Int)
    case jump(Int)
    /// Tries what follows up to `accept` without consuming, then goes on at `next`.
    case lookahead(isNegative: Bool, next: Int)
    case textStart
    case textEnd
    case accept
  }

  /// A place to go on from after a failure: at `position`, or anywhere from there down to `floor`.
  struct Choice {
    let address: Int
    var position: Int
    let floor: Int
  }

  /// The expression it was compiled from.
  let source: String
  private let operations: [Operation]
  private let sets: [ScalarSet]
  /// The masks of the scalars below U+0800.
  private let lowMasks: [UInt64]
  /// The masks of all other scalars by the number of their category's bit, except for those in `singled`.
  private let categoryMasks: [UInt64]
  /// Ranges that sets name scalar by scalar.
  private let singled: [ClosedRange<UInt32>]
  private let ignoresCase: Bool

  private static let lowCount: UInt32 = 0x800
  /// No pattern in use has more than 40 operations; a repetition count may not blow one up without limit.
  private static let operationLimit = 4096

  init(_ source: String) throws(PatternError) {
    var parser = PatternParser(source)
    let node = try parser.parse()
    guard parser.sets.count <= 64 else {
      throw PatternError(position: 0, reason: "more than 64 different sets of scalars")
    }
    var operations: [Operation] = []
    try Self.compile(node, into: &operations)
    operations.append(.accept)
    self.source = source
    self.operations = operations
    sets = parser.sets
    lowMasks = (0..<Self.lowCount).map { Self.mask($0, parser.sets) }
    singled = Array(Set(parser.sets.flatMap(\.allRanges).filter { $0.upperBound >= Self.lowCount }))
    ignoresCase = parser.sets.contains(where: \.ignoresCase)
    // A scalar above the last one is in no range: its membership is that of its category.
    categoryMasks = (0..<30).map { category in
      var mask: UInt64 = 0
      for (index, set) in parser.sets.enumerated() where set.contains(0x11_0000, 1 << category) {
        mask |= 1 << UInt64(index)
      }
      return mask
    }
  }

  /// The pattern that matches a text literally.
  init(literal: String) throws(PatternError) {
    try self.init(literal.unicodeScalars.map { "\\x{\(String($0.value, radix: 16))}" }.joined())
  }

  // MARK: Masks

  /// The sets a scalar belongs to, one bit each.
  func mask(_ scalar: UInt32) -> UInt64 {
    if scalar < Self.lowCount { return lowMasks[Int(scalar)] }
    guard let properties = Unicode.Scalar(scalar)?.properties else { return 0 }
    let category = ScalarSet.bit(of: properties.generalCategory)
    if ignoresCase && category & ScalarSet.cased != 0 || singled.contains(where: { $0 ~= scalar }) {
      return Self.mask(scalar, sets)
    }
    return categoryMasks[category.trailingZeroBitCount]
  }

  private static func mask(_ value: UInt32, _ sets: [ScalarSet]) -> UInt64 {
    guard let scalar = Unicode.Scalar(value) else { return 0 }
    let category = ScalarSet.bit(of: scalar.properties.generalCategory)
    var mask: UInt64 = 0
    for (index, set) in sets.enumerated() {
      let isMember = set.ignoresCase ? set.contains(scalar) : set.contains(value, category)
      if isMember { mask |= 1 << UInt64(index) }
    }
    return mask
  }

  // MARK: Compilation

  private static func compile(_ node: PatternNode, into code: inout [Operation]) throws(PatternError) {
    guard code.count < operationLimit else {
      throw PatternError(position: 0, reason: "a pattern of more than \(operationLimit) operations")
    }
    switch node {
    case .empty: break
    case .scalar(let set): code.append(.scalar(bit(set)))
    case .textStart: code.append(.textStart)
    case .textEnd: code.append(.textEnd)
    case .sequence(let nodes):
      for node in nodes { try compile(node, into: &code) }
    case .alternatives(let nodes): try compile(alternatives: nodes, into: &code)
    case .lookahead(let node, let isNegative):
      let address = code.count
      code.append(.accept)
      try compile(node, into: &code)
      code.append(.accept)
      code[address] = .lookahead(isNegative: isNegative, next: code.count)
    case .repetition(.scalar(let set), let min, let max, let mode) where mode != .lazy:
      code.append(.run(bit(set), min: min, max: max ?? .max, givesBack: mode == .greedy))
    case .repetition(let node, let min, let max, let mode):
      guard mode != .possessive else {
        throw PatternError(position: 0, reason: "a possessive repetition of a group")
      }
      for _ in 0..<min { try compile(node, into: &code) }
      try compile(optional: node, count: max.map { $0 - min }, isLazy: mode == .lazy, into: &code)
    }
  }

  private static func bit(_ set: Int) -> UInt64 { set < 64 ? 1 << UInt64(set) : 0 }

  private static func compile(alternatives nodes: [PatternNode], into code: inout [Operation]) throws(PatternError) {
    var exits: [Int] = []
    for (index, node) in nodes.enumerated() {
      let address = code.count
      if index < nodes.count - 1 { code.append(.accept) }
      try compile(node, into: &code)
      guard index < nodes.count - 1 else { break }
      exits.append(code.count)
      code.append(.accept)
      code[address] = .fork(address + 1, code.count)
    }
    for exit in exits { code[exit] = .jump(code.count) }
  }

  /// Up to `count` further times, without limit when nil.
  private static func compile(
    optional node: PatternNode, count: Int?, isLazy: Bool, into code: inout [Operation]
  ) throws(PatternError) {
    func fork(_ inside: Int, _ after: Int) -> Operation { isLazy ? .fork(after, inside) : .fork(inside, after) }
    guard let count else {
      let address = code.count
      code.append(.accept)
      try compile(node, into: &code)
      code.append(.jump(address))
      code[address] = fork(address + 1, code.count)
      return
    }
    var forks: [Int] = []
    for _ in 0..<count {
      forks.append(code.count)
      code.append(.accept)
      try compile(node, into: &code)
    }
    for address in forks { code[address] = fork(address + 1, code.count) }
  }

  // MARK: Matching

  /// The end of the match that starts at `start`; nil when there is none.
  ///
  /// - Parameters:
  ///   - masks: one per scalar, from `mask(_:)`.
  ///   - start: where to try, inside `bounds`.
  ///   - bounds: the text that the pattern sees; nothing outside exists for it.
  ///   - choices: scratch memory, any content.
  /// - Returns: the position after the match.
  /// - Complexity: O(length of the match) for the patterns of known tokenizers.
  func match(_ masks: Span<UInt64>, at start: Int, in bounds: Range<Int>, _ choices: inout [Choice]) -> Int? {
    choices.removeAll(keepingCapacity: true)
    return run(masks, from: 0, at: start, in: bounds, &choices)
  }

  private func run(
    _ masks: Span<UInt64>, from first: Int, at start: Int, in bounds: Range<Int>, _ choices: inout [Choice]
  ) -> Int? {
    let base = choices.count
    var address = first
    var position = start
    while true {
      var isMatching = true
      switch operations[address] {
      case .scalar(let bit):
        isMatching = position < bounds.upperBound && masks[position] & bit != 0
        position += 1
        address += 1
      case .run(let bit, let min, let max, let givesBack):
        let start = position
        let limit = max < bounds.upperBound - position ? position + max : bounds.upperBound
        while position < limit, masks[position] & bit != 0 { position += 1 }
        isMatching = position - start >= min
        address += 1
        if isMatching, givesBack, position > start + min {
          choices.append(Choice(address: address, position: position - 1, floor: start + min))
        }
      case .fork(let preferred, let other):
        choices.append(Choice(address: other, position: position, floor: position))
        address = preferred
      case .jump(let target): address = target
      case .lookahead(let isNegative, let next):
        let found = run(masks, from: address + 1, at: position, in: bounds, &choices)
        isMatching = (found != nil) != isNegative
        address = next
      case .textStart:
        isMatching = position == bounds.lowerBound
        address += 1
      case .textEnd:
        isMatching = position == bounds.upperBound
        address += 1
      case .accept:
        choices.removeLast(choices.count - base)
        return position
      }
      if isMatching { continue }
      guard choices.count > base, let choice = choices.popLast() else { return nil }
      (address, position) = (choice.address, choice.position)
      if choice.position > choice.floor {
        choices.append(Choice(address: choice.address, position: choice.position - 1, floor: choice.floor))
      }
    }
  }
}
