/// The generator MT19937 of Matsumoto and Nishimura, with both of its ways to be seeded.
///
/// Python's `random` and numpy's `RandomState` are made on it; benchmarks whose samples are drawn by them can be drawn
/// again.
struct MersenneTwister {
  private static let size = 624
  private var state: [UInt32]
  private var index = MersenneTwister.size

  /// `init_genrand`: numpy's way.
  init(seed: UInt32) {
    state = [seed]
    for i in 1..<Self.size {
      let last = state[i - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(i))
    }
  }

  /// `init_by_array`: Python's way; the key is not empty.
  init(key: [UInt32]) {
    self.init(seed: 19_650_218)
    var (i, j) = (1, 0)
    func next() {
      i += 1
      if i >= Self.size { i = 1 }
    }
    func wrap(_ state: inout [UInt32]) { if i == Self.size - 1 { state[0] = state[Self.size - 1] } }
    for _ in 0..<max(Self.size, key.count) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_664_525)) &+ key[j] &+ UInt32(j)
      wrap(&state)
      next()
      j = (j + 1) % key.count
    }
    for _ in 0..<Self.size - 1 {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_566_083_941)) &- UInt32(i)
      wrap(&state)
      next()
    }
    state[0] = 0x8000_0000
  }

  /// The next 32 bits.
  mutating func next() -> UInt32 {
    if index == Self.size { refill() }
    var bits = state[index]
    index += 1
    bits ^= bits >> 11
    bits ^= (bits << 7) & 0x9d2c_5680
    bits ^= (bits << 15) & 0xefc6_0000
    bits ^= bits >> 18
    return bits
  }

  /// A number from 0 up to 1 with 53 bits, of two draws.
  mutating func nextDouble() -> Double {
    let high = next() >> 5
    let low = next() >> 6
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  private mutating func refill() {
    for i in 0..<Self.size {
      let bits = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.size] & 0x7fff_ffff)
      state[i] = state[(i + 397) % Self.size] ^ (bits >> 1) ^ (bits & 1 == 0 ? 0 : 0x9908_b0df)
    }
    index = 0
  }
}
