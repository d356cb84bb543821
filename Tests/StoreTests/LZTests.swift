import TestSupport
import Testing

@testable import Store

@Suite struct LZTests {
  /// Bytes with as much repetition as the seed says: from noise to one letter.
  private func bytes(_ seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    let alphabet = UInt64(1) << (random.next() % 9)
    let count = Int(random.next() % (seed % 3 == 0 ? 40 : 3000))
    var bytes: [UInt8] = []
    while bytes.count < count {
      if bytes.count > 8, random.next() % 4 == 0 {
        let length = Int(random.next() % 700)
        let start = Int(random.next() % UInt64(bytes.count))
        for offset in 0..<length { bytes.append(bytes[start + offset % (bytes.count - start)]) }
      } else {
        bytes.append(UInt8(truncatingIfNeeded: random.next() % alphabet))
      }
    }
    return bytes
  }

  @Test("what was compressed comes back", arguments: UInt64(0)..<300)
  func roundTrip(seed: UInt64) {
    let original = bytes(seed)
    let packed = LZ.compress(original)
    #expect(LZ.decompress(packed, byteCount: original.count) == original, "seed \(seed), \(original.count) bytes")
    #expect(packed.count <= original.count + original.count / 255 + 16)
  }

  @Test("lengths around the extra length bytes come back", arguments: [0, 1, 3, 4, 5, 14, 15, 16, 18, 19, 20])
  func lengths(small: Int) {
    for count in [small, small + 255, small + 510] {
      for original in [(0..<count).map { UInt8($0 & 0xff) }, [UInt8](repeating: 7, count: count)] {
        #expect(LZ.decompress(LZ.compress(original), byteCount: count) == original, "\(count) bytes")
      }
    }
  }

  @Test("a haystack that repeats itself shrinks to a small part")
  func ratio() {
    let text = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 2000)
    #expect(LZ.compress(Array(text.utf8)).count < 1000)
  }

  @Test("matches farther back than a distance can say are left alone")
  func farMatches() {
    var random = SplitMix64(seed: 9)
    let block = (0..<70_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let original = block + block
    #expect(LZ.decompress(LZ.compress(original), byteCount: original.count) == original)
  }

  @Test("damaged bytes give nil or other bytes, never a trap", arguments: UInt64(0)..<200)
  func damage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let original = bytes(seed &+ 1000)
    var packed = LZ.compress(original)
    let at = Int(random.next() % UInt64(packed.count))
    packed[at] ^= UInt8(truncatingIfNeeded: 1 << (random.next() % 8))
    let read = LZ.decompress(packed, byteCount: original.count)
    #expect(read == nil || read?.count == original.count)
    #expect(LZ.decompress(Array(packed.prefix(at)), byteCount: original.count + 1) == nil)
  }
}
