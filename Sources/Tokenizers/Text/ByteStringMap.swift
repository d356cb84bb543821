/// A map from byte strings to numbers: open addressing over a pool; looking up a slice of a text copies nothing.
struct ByteStringMap: Sendable {
  private var keys = ByteStringPool()
  private var values: [Int32] = []
  /// Index of the key plus one, 0 for a free slot; the count is a power of two.
  private var slots: [UInt32]

  var count: Int { values.count }

  init(capacity: Int = 0) {
    var slotCount = 16
    while slotCount < capacity * 2 { slotCount *= 2 }
    slots = [UInt32](repeating: 0, count: slotCount)
    keys.reserve(strings: capacity, bytes: capacity * 8)
    values.reserveCapacity(capacity)
  }

  /// The value of the key that lies at `range` in `bytes`; nil when there is none.
  func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let slot = slot(bytes, range)
    let index = slots[slot]
    return index == 0 ? nil : Int(values[Int(index) - 1])
  }

  func value(_ key: [UInt8]) -> Int? { value(key.span, 0..<key.count) }

  func value(_ key: String) -> Int? {
    let bytes = key.utf8.span
    return value(bytes, 0..<bytes.count)
  }

  /// Sets the value of a key and returns the one it had.
  @discardableResult
  mutating func update(_ bytes: Span<UInt8>, _ range: Range<Int>, to value: Int) -> Int? {
    var slot = slot(bytes, range)
    if slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      defer { values[index] = Int32(truncatingIfNeeded: value) }
      return Int(values[index])
    }
    if (values.count + 1) * 2 > slots.count {
      grow()
      slot = self.slot(bytes, range)
    }
    keys.append(bytes.extracting(range))
    values.append(Int32(truncatingIfNeeded: value))
    slots[slot] = UInt32(values.count)
    return nil
  }

  @discardableResult
  mutating func update(_ key: [UInt8], to value: Int) -> Int? { update(key.span, 0..<key.count, to: value) }

  /// The slot that holds the key, or the free one where it belongs.
  private func slot(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    let mask = slots.count - 1
    var slot = Self.hash(bytes, range) & mask
    while slots[slot] != 0, !equal(Int(slots[slot]) - 1, bytes, range) { slot = (slot + 1) & mask }
    return slot
  }

  private func equal(_ index: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let own = keys.range(index)
    guard own.count == range.count else { return false }
    let pool = keys.bytes.span
    for offset in 0..<range.count where pool[own.lowerBound + offset] != bytes[range.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    let slotCount = slots.count * 2
    var grown = [UInt32](repeating: 0, count: slotCount)
    let mask = slotCount - 1
    for index in 0..<values.count {
      var slot = Self.hash(keys.bytes.span, keys.range(index)) & mask
      while grown[slot] != 0 { slot = (slot + 1) & mask }
      grown[slot] = UInt32(index + 1)
    }
    slots = grown
  }

  /// FNV-1a over the bytes, with its high half folded in because the low bits choose the slot.
  private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
    hash ^= hash >> 32
    return Int(truncatingIfNeeded: hash &* 0x9e37_79b9_7f4a_7c15 >> 20)
  }
}
