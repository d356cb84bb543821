/// What a matcher remembers of long runs of one set in a text; short ones are cheap to go over again.
struct PatternRuns {
  /// Runs of fewer scalars are not remembered.
  private let shortest: Int

  /// By a set's bit, a range of which every scalar is in the set, and which ends where the set ends.
  private var forward: [UInt64: Range<Int>] = [:]
  /// The same for ranges that begin where the set begins.
  private var backward: [UInt64: Range<Int>] = [:]
  /// By the address behind a run, neighbouring places from which that address led nowhere.
  private var failed: [Int: ClosedRange<Int>] = [:]
  private var isWatching = false

  init(shortest: Int) { self.shortest = shortest }

  /// Forgets everything, before another text.
  mutating func forget() {
    if !forward.isEmpty { forward.removeAll(keepingCapacity: true) }
    if !backward.isEmpty { backward.removeAll(keepingCapacity: true) }
    isWatching = false
    forgetFailures()
  }

  /// Forgets the places that led nowhere.
  mutating func forgetFailures() {
    if !failed.isEmpty { failed.removeAll(keepingCapacity: true) }
  }

  // MARK: Ends

  /// Where a run of at most `max` scalars of a set ends.
  mutating func end(
    _ bit: UInt64, _ max: Int, _ masks: Span<UInt64>, _ bounds: Range<Int>, from start: Int, isBackward: Bool
  ) -> Int {
    isBackward ? firstOfRun(bit, max, masks, bounds, start) : endOfRun(bit, max, masks, bounds, start)
  }

  private mutating func endOfRun(
    _ bit: UInt64, _ max: Int, _ masks: Span<UInt64>, _ bounds: Range<Int>, _ start: Int
  ) -> Int {
    let isLimited = max < bounds.upperBound - start
    let limit = isLimited ? start + max : bounds.upperBound
    var position = start
    if !forward.isEmpty, let known = forward[bit], start < known.upperBound, known.lowerBound - start < shortest {
      while position < known.lowerBound, position < limit, masks[position] & bit != 0 { position += 1 }
      if position >= known.lowerBound { position = min(limit, known.upperBound) }
    }
    while position < limit, masks[position] & bit != 0 { position += 1 }
    if !isLimited, position - start >= shortest { forward[bit] = start..<position }
    return position
  }

  private mutating func firstOfRun(
    _ bit: UInt64, _ max: Int, _ masks: Span<UInt64>, _ bounds: Range<Int>, _ start: Int
  ) -> Int {
    let isLimited = max < start - bounds.lowerBound
    let limit = isLimited ? start - max : bounds.lowerBound
    var position = start
    if !backward.isEmpty, let known = backward[bit], start > known.lowerBound, start - known.upperBound < shortest {
      while position > known.upperBound, position > limit, masks[position - 1] & bit != 0 { position -= 1 }
      if position <= known.upperBound { position = Swift.max(limit, known.lowerBound) }
    }
    while position > limit, masks[position - 1] & bit != 0 { position -= 1 }
    if !isLimited, start - position >= shortest { backward[bit] = position..<start }
    return position
  }

  // MARK: Failures

  /// Begins to remember failures once a run is long.
  mutating func watch(_ count: Int) {
    if count >= shortest { isWatching = true }
  }

  /// The places from which an address is known to lead nowhere; nil where none is known.
  func failures(_ address: Int) -> ClosedRange<Int>? { isWatching ? failed[address] : nil }

  /// Notes that an address led nowhere from a place.
  mutating func fail(_ address: Int, at position: Int) {
    guard isWatching else { return }
    guard let known = failed[address] else {
      failed[address] = position...position
      return
    }
    if position == known.lowerBound - 1 {
      failed[address] = position...known.upperBound
    } else if position == known.upperBound + 1 {
      failed[address] = known.lowerBound...position
    } else if !known.contains(position) {
      failed[address] = position...position
    }
  }
}
