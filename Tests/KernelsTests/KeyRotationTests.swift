import Kernels
import TestSupport
import Testing

/// Keys that are kept once and turned when they are looked at, against keys that are kept in two rotations.
@Suite struct KeyRotationTests {
  struct Case: Sendable {
    var dimension: Int
    var rotary: Int
    var pairing: Pairing
    var heads = 4
    var keyValueHeads = 2
    var length = 1400
  }

  static let cases = [
    Case(dimension: 64, rotary: 64, pairing: .halves), Case(dimension: 64, rotary: 64, pairing: .interleaved),
    Case(dimension: 80, rotary: 32, pairing: .halves), Case(dimension: 20, rotary: 10, pairing: .interleaved),
    Case(dimension: 256, rotary: 256, pairing: .halves, heads: 3, keyValueHeads: 1, length: 300),
    Case(dimension: 8, rotary: 0, pairing: .halves, length: 90),
    Case(dimension: 16, rotary: 16, pairing: .halves, heads: 1, keyValueHeads: 1, length: 200),
    Case(dimension: 16, rotary: 8, pairing: .interleaved, heads: 10, keyValueHeads: 2, length: 200),
  ]

  /// Attention of the tokens from `position` on, in chunks, with the far keys in the second rotation.
  private func attend(_ wanted: Case, _ workers: Workers, from position: Int, chunk: Int, keepsOnce: Bool) -> [Float] {
    let d = wanted.dimension
    let half = wanted.rotary / 2
    let width = wanted.heads * d
    let keyWidth = wanted.keyValueHeads * d
    let count = wanted.length
    let keys = randomFloats(count * keyWidth, seed: 5)
    let tables = [1, 2].map {
      (cosines: randomFloats(count * half, seed: 10 + $0), sines: randomFloats(count * half, seed: 20 + $0))
    }
    let cache = KeyValueCache(
      keyValueHeads: wanted.keyValueHeads, headDimension: d, keyVariants: keepsOnce ? 1 : 2, type: .float32)
    let rotations = tables.map { _ in KeyRotation(rotaryDimension: wanted.rotary, pairing: wanted.pairing) }
    let queries = [3, 4].map { randomFloats(count * width, seed: $0) }
    cache.storeValues(FloatBuffer(randomFloats(count * keyWidth, seed: 6)), vStride: keyWidth, rows: count, at: 0)
    var result: [Float] = []
    var start = 0
    while start < count {
      let end = start < position ? position : min(start + chunk, count)
      let new = FloatBuffer(Array(keys[start * keyWidth..<end * keyWidth]))
      if keepsOnce { cache.storeKeys(new, kStride: keyWidth, rows: end - start, at: start, variant: 0) }
      for (variant, table) in tables.enumerated() {
        let cosines = Array(table.cosines[start * half..<end * half])
        let sines = Array(table.sines[start * half..<end * half])
        if keepsOnce {
          rotations[variant].append(cosines: cosines, sines: sines, rows: end - start)
          continue
        }
        let rotated = FloatBuffer(count: (end - start) * keyWidth)
        workers.rotate(
          new, xStride: keyWidth, rows: end - start, heads: wanted.keyValueHeads, headDimension: d,
          rotaryDimension: wanted.rotary, pairing: wanted.pairing, cosines: FloatBuffer(cosines),
          sines: FloatBuffer(sines), into: rotated)
        cache.storeKeys(rotated, kStride: keyWidth, rows: end - start, at: start, variant: variant)
      }
      if start >= position {
        let into = FloatBuffer(count: (end - start) * width)
        let ranges = AttentionRanges(
          kinds: AttentionTests.selfExtend, starts: (start..<end).flatMap { [0, Int32(max(0, $0 - 60))] },
          ends: (start..<end).map { Int32($0 + 1) })
        workers.attention(
          queries: queries.map { FloatBuffer(Array($0[start * width..<end * width])) }, rows: end - start,
          heads: wanted.heads, cache: cache, keyRotations: keepsOnce ? rotations : [], ranges: ranges, scale: 0.1,
          into: into)
        result += into.array
      }
      start = end
    }
    return result
  }

  @Test("the bits are those of keys that were rotated before they were kept", arguments: cases)
  func equalBits(wanted: Case) {
    let position = wanted.length - 70
    let expected = bits(
      attend(wanted, Workers(threads: 1), from: position, chunk: wanted.length, keepsOnce: false))
    for set in InstructionSet.available {
      for (threads, chunk) in [(1, 70), (2, 33), (2, 3), (1, 2), (2, 1)] {
        let workers = Workers(threads: threads, instructionSet: set)
        let result = attend(wanted, workers, from: position, chunk: chunk, keepsOnce: true)
        #expect(bits(result) == expected, "\(set), \(threads) threads, chunks of \(chunk)")
      }
    }
  }
}
