import Digest

/// Random numbers that depend on nothing but a name: equal for equal coordinates, whatever ran before.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// A generator for a seed and the coordinates of what it is used for.
  init(_ seed: UInt64, _ coordinates: String...) {
    var digest = SHA256()
    digest.update("\(seed)|" + coordinates.joined(separator: "|"))
    state = digest.finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension SeededRandom {
  /// Goes on to numbers that have nothing to do with those under another name.
  mutating func jump(_ name: String) { self = SeededRandom(next(), name) }
}
