/// A binary heap of merges that are waiting: lowest rank first, of equal ranks the leftmost.
struct MergeHeap {
  /// Rank in the high half, index in the low half.
  private var entries: [UInt64] = []

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  mutating func push(_ rank: UInt32, _ index: Int) {
    let entry = UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
    var child = entries.count
    entries.append(entry)
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry < entries[parent] else { break }
      entries[child] = entries[parent]
      child = parent
    }
    entries[child] = entry
  }

  mutating func pop() -> (rank: UInt32, index: Int)? {
    guard let top = entries.first, let last = entries.popLast() else { return nil }
    let count = entries.count
    if count > 0 {
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < count else { break }
        if child + 1 < count, entries[child + 1] < entries[child] { child += 1 }
        guard entries[child] < last else { break }
        entries[parent] = entries[child]
        parent = child
      }
      entries[parent] = last
    }
    return (UInt32(truncatingIfNeeded: top >> 32), Int(top & 0xffff_ffff))
  }
}
