import Digest
import Evaluation
import Metrics

/// Random numbers that depend on nothing but a name: equal for equal coordinates, whatever ran before.
struct SeededRandom: RandomNumberGenerator {
  private var generator: SeededGenerator

  /// A generator for a seed and the coordinates of what it is used for.
  init(_ seed: UInt64, _ coordinates: String...) {
    var digest = SHA256()
    digest.update("\(seed)|" + coordinates.joined(separator: "|"))
    generator = SeededGenerator(seed: digest.finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  mutating func next() -> UInt64 { generator.next() }
}

extension SeededRandom {
  /// Goes on to numbers that have nothing to do with those under another name.
  mutating func jump(_ name: String) { self = SeededRandom(next(), name) }
}
