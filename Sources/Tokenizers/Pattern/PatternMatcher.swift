/// Runs a pattern over one text after the other, keeping its memory.
///
/// Backtracking can take time that doubles with every scalar of the text. Once a text has cost more failures than an
/// ordinary one, every state that failed is remembered and not tried again: what a state leads to depends on nothing
/// but its address, its place and the turns that have consumed nothing yet. The result stays the same.
struct PatternMatcher {
  /// A place to go on from after a failure: at `position`, or anywhere from there to `floor`.
  private struct Choice {
    let address: Int
    var position: Int
    let floor: Int
    let turns: UInt32
  }

  /// Where a match ends, and the turns that consumed nothing.
  private struct End {
    let position: Int
    let turns: UInt32
  }

  private var choices: [Choice] = []
  /// Failures in this text so far.
  private var failures = 0
  private var failureLimit = Int.max
  private var failed: Set<UInt64> = []
  /// What was put into `failed` since the run began that is going on.
  private var trail: [UInt64] = []

  /// More states than this are forgotten, so that memory stays below 200 MB.
  private static let rememberedLimit = 1 << 22

  /// Forgets what is known of the text before.
  mutating func begin(scalars: Int) {
    failures = 0
    failureLimit = 4096 + 32 * scalars
    failed.removeAll()
    trail.removeAll()
  }

  /// The end of the match that starts at `start`; nil when there is none.
  ///
  /// - Parameters:
  ///   - operations: the compiled pattern.
  ///   - masks: one per scalar of the text that `begin` announced: the sets that it belongs to.
  ///   - start: where to try, inside `bounds` or at its end.
  ///   - bounds: the text that the pattern sees; nothing outside exists for it.
  /// - Returns: the position after the match.
  mutating func match(
    _ operations: [PatternProgram.Operation], _ masks: Span<UInt64>, at start: Int, in bounds: Range<Int>
  ) -> Int? {
    choices.removeAll(keepingCapacity: true)
    trail.removeAll(keepingCapacity: true)
    return run(operations, masks, bounds, from: 0, at: start, turns: 0, isBackward: false)?.position
  }

  private static func has(_ masks: Span<UInt64>, _ bounds: Range<Int>, _ position: Int, _ bit: UInt64) -> Bool {
    bounds ~= position && masks[position] & bit != 0
  }

  private static func holds(
    _ anchor: PatternNode.Anchor, _ bit: UInt64, _ masks: Span<UInt64>, _ bounds: Range<Int>, at position: Int
  ) -> Bool {
    let isBefore = has(masks, bounds, position - 1, bit)
    let isAfter = has(masks, bounds, position, bit)
    return switch anchor {
    case .textStart: position == bounds.lowerBound
    case .textEnd: position == bounds.upperBound
    // No line begins behind the break that ends the text.
    case .lineStart: position == bounds.lowerBound || position != bounds.upperBound && isBefore
    case .lineEnd: position == bounds.upperBound || isAfter
    case .lastLineEnd: position == bounds.upperBound || position == bounds.upperBound - 1 && isAfter
    case .wordBoundary: isBefore != isAfter
    case .insideOrOutsideWord: isBefore == isAfter
    }
  }

  private mutating func run(
    _ operations: [PatternProgram.Operation], _ masks: Span<UInt64>, _ bounds: Range<Int>, from first: Int,
    at start: Int, turns: UInt32, isBackward: Bool
  ) -> End? {
    let base = choices.count
    let remembered = trail.count
    var address = first
    var position = start
    var turns = turns
    while true {
      var isMatching = true
      switch operations[address] {
      case .scalar(let bit):
        if isBackward { position -= 1 }
        isMatching = Self.has(masks, bounds, position, bit)
        if !isBackward { position += 1 }
        turns = 0
        address += 1
      case .run(let bit, let min, let max, let givesBack):
        isMatching = !isKnownToFail(address, position, turns)
        address += 1
        guard isMatching else { break }
        let start = position
        let step = isBackward ? -1 : 1
        position = Self.runEnd(bit, max, masks, bounds, from: start, isBackward: isBackward)
        isMatching = (position - start) * step >= min
        if isMatching, givesBack, (position - start) * step > min {
          choices.append(
            Choice(
              address: address, position: position - step, floor: start + step * min, turns: min == 0 ? turns : 0))
        }
        if position != start { turns = 0 }
      case .fork(let preferred, let other):
        isMatching = !isKnownToFail(address, position, turns)
        if isMatching {
          choices.append(Choice(address: other, position: position, floor: position, turns: turns))
        }
        address = preferred
      case .jump(let target): address = target
      case .turn(let bit):
        turns |= bit
        address += 1
      case .turnEnd(let bit, let head):
        address = turns & bit == 0 ? head : address + 1
        turns &= ~bit
      case .look(let isBehind, let isNegative, let next):
        let found = run(operations, masks, bounds, from: address + 1, at: position, turns: 0, isBackward: isBehind)
        isMatching = (found != nil) != isNegative
        address = next
      case .atomic(let next):
        let found = run(
          operations, masks, bounds, from: address + 1, at: position, turns: turns, isBackward: isBackward)
        isMatching = found != nil
        if let found { (position, turns) = (found.position, found.turns) }
        address = next
      case .anchor(let anchor, let bit):
        isMatching = Self.holds(anchor, bit, masks, bounds, at: position)
        address += 1
      case .fail: isMatching = false
      case .accept:
        choices.removeLast(choices.count - base)
        forget(from: remembered)
        return End(position: position, turns: turns)
      }
      if isMatching { continue }
      guard choices.count > base, let choice = choices.popLast() else { return nil }
      failures += 1
      (address, position) = (choice.address, choice.position)
      guard choice.position != choice.floor else {
        turns = choice.turns
        continue
      }
      // Something was consumed above the floor.
      turns = 0
      choices.append(
        Choice(
          address: choice.address, position: choice.position + (isBackward ? 1 : -1), floor: choice.floor,
          turns: choice.turns))
    }
  }

  /// Where a run of at most `max` scalars of a set ends.
  private static func runEnd(
    _ bit: UInt64, _ max: Int, _ masks: Span<UInt64>, _ bounds: Range<Int>, from start: Int, isBackward: Bool
  ) -> Int {
    var position = start
    if isBackward {
      let limit = max < start - bounds.lowerBound ? start - max : bounds.lowerBound
      while position > limit, masks[position - 1] & bit != 0 { position -= 1 }
    } else {
      let limit = max < bounds.upperBound - start ? start + max : bounds.upperBound
      while position < limit, masks[position] & bit != 0 { position += 1 }
    }
    return position
  }

  // MARK: Memory of failures

  /// Whether a state was tried before and led nowhere; from now on it counts as tried.
  private mutating func isKnownToFail(_ address: Int, _ position: Int, _ turns: UInt32) -> Bool {
    guard failures > failureLimit else { return false }
    let key = UInt64(truncatingIfNeeded: position) << 32 | UInt64(truncatingIfNeeded: address) << 16 | UInt64(turns)
    guard failed.insert(key).inserted else { return true }
    trail.append(key)
    if failed.count > Self.rememberedLimit {
      failed.removeAll()
      trail.removeAll()
    }
    return false
  }

  /// States on the way to a success did not fail.
  private mutating func forget(from count: Int) {
    guard trail.count > count else { return }
    for key in trail[count...] { failed.remove(key) }
    trail.removeLast(trail.count - count)
  }
}
