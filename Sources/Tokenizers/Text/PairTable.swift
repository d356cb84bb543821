/// A map from pairs of 32-bit numbers to 64-bit values: open addressing, written once while loading.
struct PairTable: Sendable {
  /// Left number in the high half, right number in the low half; all ones is a free slot.
  private var keys: [UInt64]
  private var values: [UInt64]
  private(set) var count = 0

  private static let free = UInt64.max

  init(capacity: Int = 0) {
    var slotCount = 16
    while slotCount < capacity * 2 { slotCount *= 2 }
    keys = [UInt64](repeating: Self.free, count: slotCount)
    values = [UInt64](repeating: 0, count: slotCount)
  }

  /// The value of a pair of numbers below 2^31; nil when there is none.
  func value(_ left: Int32, _ right: Int32) -> UInt64? {
    let slot = slot(Self.key(left, right))
    return keys[slot] == Self.free ? nil : values[slot]
  }

  /// Sets the value of a pair that has none; a pair that has one keeps it and the result is false.
  @discardableResult
  mutating func insert(_ left: Int32, _ right: Int32, _ value: UInt64) -> Bool {
    if (count + 1) * 2 > keys.count { grow() }
    let key = Self.key(left, right)
    let slot = slot(key)
    guard keys[slot] == Self.free else { return false }
    keys[slot] = key
    values[slot] = value
    count += 1
    return true
  }

  /// Sets the value of a pair, also when it has one.
  mutating func set(_ left: Int32, _ right: Int32, _ value: UInt64) {
    guard !insert(left, right, value) else { return }
    values[slot(Self.key(left, right))] = value
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key ^ key >> 29) &* 0x9e37_79b9_7f4a_7c15 >> 24) & mask
    while keys[slot] != key, keys[slot] != Self.free { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = (keys, values)
    keys = [UInt64](repeating: Self.free, count: old.0.count * 2)
    values = [UInt64](repeating: 0, count: old.0.count * 2)
    for (key, value) in zip(old.0, old.1) where key != Self.free {
      let slot = slot(key)
      keys[slot] = key
      values[slot] = value
    }
  }
}
