/// numpy's legacy `RandomState`, number for number: what `numpy.random.seed` and the functions beside it draw.
struct NumPyRandom {
  private var twister: MersenneTwister

  /// `numpy.random.seed(seed)`.
  init(seed: UInt32) { twister = MersenneTwister(seed: seed) }

  /// `randint(lower, upper)`: the upper end is left out; ranges of at most 2^32 numbers.
  mutating func integer(in range: Range<Int>) -> Int {
    let largest = range.count - 1
    guard largest > 0 else { return range.lowerBound }
    // The smallest number of one bits only that is not below the largest.
    let mask = UInt32.max >> UInt32(UInt32(clamping: largest).leadingZeroBitCount)
    var value = Int(twister.next() & mask)
    while value > largest { value = Int(twister.next() & mask) }
    return range.lowerBound + value
  }

  /// `choice(list)`, as an index into a list of that size.
  mutating func choice(of size: Int) -> Int { integer(in: 0..<size) }

  /// `uniform(lower, upper)`.
  mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * twister.nextDouble()
  }
}
