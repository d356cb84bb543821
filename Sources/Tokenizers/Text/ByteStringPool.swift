/// Byte strings stored back to back and numbered from 0.
struct ByteStringPool: Sendable {
  private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []

  var count: Int { ends.count }

  mutating func reserve(strings: Int, bytes byteCount: Int) {
    ends.reserveCapacity(strings)
    bytes.reserveCapacity(byteCount)
  }

  mutating func append(_ string: Span<UInt8>) {
    for index in string.indices { bytes.append(string[index]) }
    ends.append(bytes.count)
  }

  mutating func append(_ string: [UInt8]) {
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
  }

  /// Where string `index` lies in `bytes`.
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }
}
