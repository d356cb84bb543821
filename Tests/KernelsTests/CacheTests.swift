import TestSupport
import Testing

@testable import Kernels

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

/// Memory that no cache uses is a fact of the whole process.
///
/// Other tests make and drop caches at the same time, so each of these is tried until it is seen once; what cannot happen
/// is not seen in any number of attempts.
@Suite(.serialized) struct IdleMemoryTests {
  private static let heads = 24
  private static let dimension = 256
  /// 50 MB, more than all blocks of small segments: each is a block of its own.
  private static let segment = heads * 1024 * dimension * 4 * 2

  /// A cache with `count` segments, of one position each.
  private func cache(segments count: Int) -> KeyValueCache {
    let cache = KeyValueCache(
      keyValueHeads: Self.heads, headDimension: Self.dimension, keyVariants: 1, type: .float32)
    let row = FloatBuffer(count: Self.heads * Self.dimension)
    for segment in 0..<count {
      cache.storeValues(row, vStride: Self.heads * Self.dimension, rows: 1, at: segment * 1024)
    }
    return cache
  }

  private func isSeen(_ what: () -> Bool) -> Bool { (0..<100).contains { _ in what() } }
  private var idle: Int { KeyValueCache.idleByteCount }

  @Test("what a cache gives up waits for the next one, until it is asked for")
  func kept() {
    let isKept = isSeen {
      KeyValueCache.releaseIdleMemory()
      _ = cache(segments: 3)
      return idle >= 3 * Self.segment
    }
    #expect(isKept)
    let isReleased = isSeen {
      _ = cache(segments: 3)
      let before = idle
      KeyValueCache.releaseIdleMemory()
      return idle <= before - 3 * Self.segment
    }
    #expect(isReleased)
  }

  @Test("short sequences leave nothing idle beside a long one")
  func shortThenLong() {
    let isGivenBack = isSeen {
      KeyValueCache.releaseIdleMemory()
      var short = (0..<4).map { _ in cache(segments: 1) }
      short.removeAll()
      let before = idle
      let long = cache(segments: 2)
      return before >= 4 * Self.segment && idle < Self.segment && long.byteCount == 2 * Self.segment
    }
    #expect(isGivenBack)
  }
}
