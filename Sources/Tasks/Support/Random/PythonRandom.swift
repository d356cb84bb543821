import Foundation

/// Python's `random.Random`, number for number (CPython 3.11; the same since 3.2, `sample` of lists included).
struct PythonRandom {
  private var twister: MersenneTwister

  /// `random.seed(seed)` for a whole number, whose sign does not count.
  init(seed: Int) {
    let magnitude = UInt64(seed.magnitude)
    let (low, high) = (UInt32(truncatingIfNeeded: magnitude), UInt32(truncatingIfNeeded: magnitude >> 32))
    twister = MersenneTwister(key: high == 0 ? [low] : [low, high])
  }

  /// `random()`: from 0 up to 1.
  mutating func random() -> Double { twister.nextDouble() }

  /// `randrange(count)`, which is also what `choice` draws; 0 for a count of 0.
  mutating func below(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    let width = Int.bitWidth - count.leadingZeroBitCount
    var value = bits(width)
    while value >= count { value = bits(width) }
    return value
  }

  /// `randint(lower, upper)`, both ends included.
  mutating func integer(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  private mutating func bits(_ count: Int) -> Int {
    if count <= 32 { return Int(twister.next() >> UInt32(32 - count)) }
    let low = Int(twister.next())
    return low | bits(count - 32) << 32
  }

  /// `choices(population, k=count)`, as indices into a population of that size.
  mutating func choices(of size: Int, count: Int) -> [Int] {
    (0..<count).map { _ in Int(random() * Double(size)) }
  }

  /// `sample(range(size), count)`; `count` is at most `size`.
  mutating func sample(of size: Int, count: Int) -> [Int] {
    var limit = 21
    if count > 5 { limit += 1 << (2 * Int(ceil(log(Double(count * 3)) / log(4.0)))) }
    if size <= limit {
      var pool = Array(0..<size)
      return (0..<count).map { index in
        let place = below(size - index)
        let chosen = pool[place]
        pool[place] = pool[size - index - 1]
        return chosen
      }
    }
    var taken: Set<Int> = []
    return (0..<count).map { _ in
      var place = below(size)
      while !taken.insert(place).inserted { place = below(size) }
      return place
    }
  }

  /// `shuffle(elements)`.
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    for index in elements.indices.dropFirst().reversed() { elements.swapAt(index, below(index + 1)) }
  }

  /// The elements as `Random(seed).shuffle` leaves them.
  static func shuffled<Element>(_ elements: [Element], seed: Int) -> [Element] {
    var generator = PythonRandom(seed: seed)
    var elements = elements
    generator.shuffle(&elements)
    return elements
  }
}
