import Kernels
import TestSupport
import Testing

@Suite struct CacheTests {
  private let workers = Workers(threads: 1)

  /// Attention of one query over the first `count` positions of a cache whose keys and values are made from `seed`.
  private func attention(_ cache: KeyValueCache, count: Int) -> [Float] {
    let width = cache.keyValueHeads * cache.headDimension
    let query = FloatBuffer((0..<width).map { Float($0 % 7) / 7 })
    let output = FloatBuffer(count: width)
    workers.attention(
      queries: [query], rows: 1, heads: cache.keyValueHeads, cache: cache,
      ranges: .causal(rows: 1, at: count - 1), scale: 0.3, into: output)
    return output.array
  }

  private func fill(_ cache: KeyValueCache, from: Int, count: Int, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let width = cache.keyValueHeads * cache.headDimension
    let rows = FloatBuffer((0..<count * width).map { _ in Float.random(in: -1...1, using: &random) })
    cache.storeKeys(rows, kStride: width, rows: count, at: from, variant: 0)
    cache.storeValues(rows, vStride: width, rows: count, at: from)
  }

  @Test("caches of several shapes that grow, shrink and end in any order keep what is theirs")
  func shapes() {
    let shapes: [(heads: Int, dimension: Int, type: KeyValueType)] = [
      (1, 16, .float32), (3, 64, .float16), (2, 128, .float32), (1, 20, .float16), (8, 64, .float32),
    ]
    func cache(_ index: Int) -> KeyValueCache {
      let shape = shapes[index % shapes.count]
      return KeyValueCache(
        keyValueHeads: shape.heads, headDimension: shape.dimension, keyVariants: 1, type: shape.type)
    }
    let alone = shapes.indices.map { index in
      let one = cache(index)
      fill(one, from: 0, count: 2100, seed: UInt64(index))
      return attention(one, count: 2100)
    }
    var random = SplitMix64(seed: 9)
    var caches = (0..<15).map { cache($0) }
    for (index, one) in caches.enumerated() { fill(one, from: 0, count: 3000, seed: 100 + UInt64(index)) }
    for round in 0..<60 {
      let index = Int.random(in: 0..<caches.count, using: &random)
      if round % 3 == 0 {
        caches[index] = cache(index)
      } else {
        caches[index].releaseBeyond(Int.random(in: 0..<2000, using: &random))
      }
      fill(caches[index], from: 0, count: 2100, seed: UInt64(index % shapes.count))
      #expect(attention(caches[index], count: 2100) == alone[index % shapes.count], "round \(round)")
    }
    // Those that were never touched again still have their own.
    for (index, one) in caches.enumerated() {
      fill(one, from: 0, count: 2100, seed: UInt64(index % shapes.count))
      #expect(attention(one, count: 2100) == alone[index % shapes.count])
    }
  }
}
