/// numpy's `default_rng(seed)`, number for number: PCG64 seeded by a `SeedSequence`; and what Hugging Face's
/// `Dataset.shuffle(seed=)` draws with it.
struct PCG64 {
  private var state: UInt128
  private let increment: UInt128
  private var half: UInt32?

  private static let multiplier: UInt128 = 2_549_297_995_355_413_924 << 64 | 4_865_540_595_714_422_341

  /// `default_rng(seed)`.
  init(seed: UInt64) {
    let words = SeedSequence(seed).words(8)
    func word(_ index: Int) -> UInt128 { UInt128(words[2 * index + 1]) << 32 | UInt128(words[2 * index]) }
    increment = (word(2) << 64 | word(3)) << 1 | 1
    state = 0
    step()
    state &+= word(0) << 64 | word(1)
    step()
  }

  private mutating func step() { state = state &* Self.multiplier &+ increment }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    step()
    let mixed = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return mixed >> turn | mixed << ((64 - turn) & 63)
  }

  /// The next 32 bits: the lower half of 64, then the upper one.
  private mutating func next32() -> UInt32 {
    if let half {
      self.half = nil
      return half
    }
    let bits = next()
    half = UInt32(truncatingIfNeeded: bits >> 32)
    return UInt32(truncatingIfNeeded: bits)
  }

  /// A number from 0 to `most`: draws of as many bits as it has, until one is not above it.
  private mutating func below(orEqual most: UInt32) -> Int {
    guard most > 0 else { return 0 }
    let mask = UInt32.max >> UInt32(most.leadingZeroBitCount)
    var value = next32() & mask
    while value > most { value = next32() & mask }
    return Int(value)
  }

  /// `permutation(count)`.
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.dropFirst().reversed() {
      order.swapAt(index, below(orEqual: UInt32(truncatingIfNeeded: index)))
    }
    return order
  }

  /// `default_rng(seed).permutation(count)`: the order in which `Dataset.shuffle(seed=)` leaves rows.
  static func permutation(seed: UInt64, count: Int) -> [Int] {
    var generator = PCG64(seed: seed)
    return generator.permutation(count)
  }
}

/// numpy's `SeedSequence` of one number.
private struct SeedSequence {
  private var pool: [UInt32] = []

  init(_ seed: UInt64) {
    var entropy = [UInt32(truncatingIfNeeded: seed)]
    if seed >> 32 != 0 { entropy.append(UInt32(truncatingIfNeeded: seed >> 32)) }
    var constant: UInt32 = 0x43b0_d7e5
    func hashed(_ value: UInt32) -> UInt32 {
      var value = value ^ constant
      constant = constant &* 0x931e_8875
      value = value &* constant
      return value ^ value >> 16
    }
    func mixed(_ x: UInt32, _ y: UInt32) -> UInt32 {
      let result = 0xca01_f9dd &* x &- 0x4973_f715 &* y
      return result ^ result >> 16
    }
    pool = (0..<4).map { hashed($0 < entropy.count ? entropy[$0] : 0) }
    for source in 0..<4 {
      for target in 0..<4 where source != target { pool[target] = mixed(pool[target], hashed(pool[source])) }
    }
  }

  /// `generate_state(count)` in words of 32 bits.
  func words(_ count: Int) -> [UInt32] {
    var constant: UInt32 = 0x8b51_f9dd
    return (0..<count).map { index in
      var value = pool[index % 4] ^ constant
      constant = constant &* 0x58f3_8ded
      value = value &* constant
      return value ^ value >> 16
    }
  }
}
