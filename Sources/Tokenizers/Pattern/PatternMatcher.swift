/// Runs a pattern over one text after the other, keeping its memory.
///
/// Backtracking can take time that doubles with every scalar of the text. Once a text has cost more failures than an
/// ordinary one, every state that failed is remembered and not tried again: what a state leads to depends on nothing
/// but its address, its place and the turns that have consumed nothing yet. Of long runs of one set it is remembered at
/// once where they end and which places in them led nowhere (`PatternRuns`), so that a text of one letter takes time in
/// proportion to its length. The result stays the same.
struct PatternMatcher {
  /// A place to go on from after a failure: at `position`, or anywhere from there to `floor`.
  private struct Choice {
    let address: Int
    var position: Int
    let floor: Int
    let turns: UInt32
    /// Whether it gives back what a run took, so that the place tried before it is the next one of that run.
    var isOfRun = false
  }

  /// Where the machine is: the next operation, the place in the text, and the turns that have consumed nothing yet.
  private struct Place {
    var address: Int
    var position: Int
    var turns: UInt32
  }

  private var choices: [Choice] = []
  /// Failures in this text so far.
  private(set) var failures = 0
  private var failureLimit = Int.max
  private var failed: Set<UInt64> = []
  /// What was put into `failed` since the run began that is going on.
  private var trail: [UInt64] = []

  private var runs: PatternRuns

  /// More states than this are forgotten, so that memory stays below 200 MB.
  private static let rememberedLimit = 1 << 22

  /// A matcher that has seen no text.
  ///
  /// - Parameter shortestRun: runs of fewer scalars are gone over again each time.
  init(shortestRun: Int = 64) { runs = PatternRuns(shortest: shortestRun) }

  /// Forgets what is known of the text before.
  mutating func begin(scalars: Int) {
    failures = 0
    failureLimit = 4096 + 32 * scalars
    if !failed.isEmpty { failed.removeAll() }
    runs.forget()
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
    let place = Place(address: 0, position: start, turns: 0)
    return run(operations, masks, bounds, from: place, isBackward: false)?.position
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
    _ operations: [PatternProgram.Operation], _ masks: Span<UInt64>, _ bounds: Range<Int>, from start: Place,
    isBackward: Bool
  ) -> Place? {
    let base = choices.count
    let remembered = trail.count
    var place = start
    while true {
      if case .accept = operations[place.address] {
        choices.removeLast(choices.count - base)
        forget(from: remembered)
        // A state that leads to one that is under way counts as failed meanwhile, wrongly where that one succeeds.
        if failures > failureLimit { runs.forgetFailures() }
        return place
      }
      if step(operations, masks, bounds, &place, isBackward: isBackward) { continue }
      guard choices.count > base, let choice = choices.popLast() else { return nil }
      goBack(to: choice, &place, isBackward: isBackward)
    }
  }

  /// Does one operation; false when it does not match here.
  @inline(__always)
  private mutating func step(
    _ operations: [PatternProgram.Operation], _ masks: Span<UInt64>, _ bounds: Range<Int>, _ place: inout Place,
    isBackward: Bool
  ) -> Bool {
    let operation = operations[place.address]
    place.address += 1
    switch operation {
    case .scalar(let bit):
      let position = isBackward ? place.position - 1 : place.position
      place.position += isBackward ? -1 : 1
      place.turns = 0
      return Self.has(masks, bounds, position, bit)
    case .run(let bit, let min, let max, let givesBack):
      guard !isKnownToFail(place) else { return false }
      let end = runs.end(bit, max, masks, bounds, from: place.position, isBackward: isBackward)
      return take(min, to: end, givesBack: givesBack, &place, isBackward: isBackward)
    case .fork(let preferred, let other):
      guard !isKnownToFail(place) else { return false }
      choices.append(Choice(address: other, position: place.position, floor: place.position, turns: place.turns))
      place.address = preferred
    case .jump(let target): place.address = target
    case .turn(let bit): place.turns |= bit
    case .turnEnd(let bit, let head):
      if place.turns & bit == 0 { place.address = head }
      place.turns &= ~bit
    case .look(let isBehind, let isNegative, let next):
      let start = Place(address: place.address, position: place.position, turns: 0)
      place.address = next
      return (run(operations, masks, bounds, from: start, isBackward: isBehind) != nil) != isNegative
    case .atomic(let next):
      guard let end = run(operations, masks, bounds, from: place, isBackward: isBackward) else { return false }
      place = Place(address: next, position: end.position, turns: end.turns)
    case .anchor(let anchor, let bit): return Self.holds(anchor, bit, masks, bounds, at: place.position)
    case .fail, .accept: return false
    }
    return true
  }

  /// Moves to the end of a run, and remembers to give some of it back; what is known to lead nowhere is passed over.
  private mutating func take(
    _ min: Int, to end: Int, givesBack: Bool, _ place: inout Place, isBackward: Bool
  ) -> Bool {
    let step = isBackward ? -1 : 1
    let count = (end - place.position) * step
    guard count >= min else { return false }
    let floor = place.position + step * min
    let floorTurns = min == 0 ? place.turns : 0
    guard givesBack, count > min else {
      place.position = end
      if count > 0 { place.turns = 0 }
      return true
    }
    runs.watch(count)
    var first = end
    if let failed = runs.failures(place.address) {
      // Above the floor, and on it where turns do not count, a place is a state of its own.
      if failed.contains(first) { first = isBackward ? failed.upperBound + 1 : failed.lowerBound - 1 }
      if (floor - first) * step > 0 {
        guard floorTurns != 0 else { return false }
        first = floor
      }
    }
    if first != floor {
      choices.append(
        Choice(address: place.address, position: first - step, floor: floor, turns: floorTurns, isOfRun: true))
    }
    place.turns = first == floor ? floorTurns : 0
    place.position = first
    return true
  }

  private mutating func goBack(to choice: Choice, _ place: inout Place, isBackward: Bool) {
    failures += 1
    let isFloor = choice.position == choice.floor
    if choice.isOfRun { runs.fail(choice.address, at: choice.position + (isBackward ? -1 : 1)) }
    // Above the floor something was consumed.
    place = Place(address: choice.address, position: choice.position, turns: isFloor ? choice.turns : 0)
    guard !isFloor else { return }
    choices.append(
      Choice(
        address: choice.address, position: choice.position + (isBackward ? 1 : -1), floor: choice.floor,
        turns: choice.turns, isOfRun: choice.isOfRun))
  }

  // MARK: Memory of failures

  /// Whether a state was tried before and led nowhere; from now on it counts as tried.
  private mutating func isKnownToFail(_ place: Place) -> Bool {
    guard failures > failureLimit else { return false }
    let key =
      UInt64(truncatingIfNeeded: place.position) << 32 | UInt64(truncatingIfNeeded: place.address) << 16
      | UInt64(place.turns)
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
