import Glibc
import Kernels
import TestSupport
import Testing

/// A random attention problem: queries and keys in variants, ranges cut at random, masks among them.
struct AttentionProblem {
  var rows: Int
  var position = 0
  var heads = 1
  var keyValueHeads = 1
  var dimension = 16
  var kinds = [AttentionRanges.Kind(query: 0, key: 0)]
  var softcap: Float?
  var type = KeyValueType.float32
  /// Factor of the usual scale: with 200 most weights are far below e^-87.
  var sharpness: Float = 1
  var seed: UInt64 = 1

  var variants: Int { (kinds.map { max($0.query, $0.key) }.max() ?? 0) + 1 }
  var length: Int { position + rows }
  var scale: Float { sharpness / Float(dimension).squareRoot() }

  func queries(_ variant: Int) -> [Float] {
    randomFloats(length * heads * dimension, seed: seed &+ UInt64(variant) &* 7 &+ 100)
  }
  func keys(_ variant: Int) -> [Float] {
    randomFloats(length * keyValueHeads * dimension, seed: seed &+ UInt64(variant) &* 7 &+ 200)
  }
  var values: [Float] { randomFloats(length * keyValueHeads * dimension, seed: seed &+ 300) }

  /// Starts of row `i` (absolute): depend on the row alone, so that any chunking sees the same ranges.
  func starts(_ i: Int) -> [Int32] {
    var random = SplitMix64(seed: seed &+ UInt64(i))
    let cuts = (1..<kinds.count).map { _ in Int32(random.next() % UInt64(i + 2)) }
    return [0] + cuts.sorted()
  }

  func ranges(_ rows: Range<Int>) -> AttentionRanges {
    AttentionRanges(kinds: kinds, starts: rows.flatMap { starts($0) }, ends: rows.map { Int32($0 + 1) })
  }

  /// Output of rows `position ..< length`, the new ones in chunks of `chunk`.
  func solve(_ workers: Workers, chunk: Int) -> [Float] {
    let cache = KeyValueCache(
      keyValueHeads: keyValueHeads, headDimension: dimension, keyVariants: variants, type: type)
    let width = heads * dimension
    let keyWidth = keyValueHeads * dimension
    let allQueries = (0..<variants).map { queries($0) }
    let allKeys = (0..<variants).map { keys($0) }
    let allValues = values
    var result: [Float] = []
    var start = 0
    while start < length {
      // Positions before the first query come at once, then chunk by chunk.
      let end = start < position ? position : min(start + chunk, length)
      for variant in 0..<variants {
        let new = Array(allKeys[variant][start * keyWidth..<end * keyWidth])
        cache.storeKeys(FloatBuffer(new), kStride: keyWidth, rows: end - start, at: start, variant: variant)
      }
      let new = Array(allValues[start * keyWidth..<end * keyWidth])
      cache.storeValues(FloatBuffer(new), vStride: keyWidth, rows: end - start, at: start)
      if start >= position {
        let into = FloatBuffer(count: (end - start) * width)
        workers.attention(
          queries: (0..<variants).map { FloatBuffer(Array(allQueries[$0][start * width..<end * width])) },
          rows: end - start, heads: heads, cache: cache, ranges: ranges(start..<end), scale: scale, softcap: softcap,
          into: into)
        result += into.array
      }
      start = end
    }
    return result
  }

  /// Softmax over all keys at once, in double, for one row in `every`; nil for the others.
  func reference(every: Int) -> [Float?] {
    let group = heads / keyValueHeads
    let queries = (0..<variants).map { self.queries($0) }
    let keys = (0..<variants).map { v in self.keys(v).map { type == .float16 ? Float(Float16($0)) : $0 } }
    let values = values.map { type == .float16 ? Float(Float16($0)) : $0 }
    var result: [Float?] = []
    for i in position..<length {
      guard (length - 1 - i) % every == 0 else {
        result += [Float?](repeating: nil, count: heads * dimension)
        continue
      }
      let starts = starts(i) + [Int32(i + 1)]
      for h in 0..<heads {
        var scores: [(Int, Double)] = []
        for r in kinds.indices where !kinds[r].masked {
          for j in Int(starts[r])..<Int(starts[r + 1]) {
            var dot = 0.0
            for d in 0..<dimension {
              dot +=
                Double(queries[kinds[r].query][(i * heads + h) * dimension + d])
                * Double(keys[kinds[r].key][(j * keyValueHeads + h / group) * dimension + d])
            }
            dot *= Double(scale)
            if let cap = softcap { dot = Double(cap) * tanh(dot / Double(cap)) }
            scores.append((j, dot))
          }
        }
        let top = scores.map(\.1).max() ?? 0
        let weights = scores.map { exp($0.1 - top) }
        let sum = weights.reduce(0, +)
        for d in 0..<dimension {
          let total = zip(scores, weights).reduce(0.0) {
            $0 + $1.1 * Double(values[($1.0.0 * keyValueHeads + h / group) * dimension + d])
          }
          result.append(sum == 0 ? 0 : Float(total / sum))
        }
      }
    }
    return result
  }
}

@Suite struct AttentionTests {
  static let selfExtend = [
    AttentionRanges.Kind(query: 1, key: 1), AttentionRanges.Kind(query: 0, key: 0),
  ]
  static let sinksAndWindow = [
    AttentionRanges.Kind(query: 0, key: 0), AttentionRanges.Kind(query: 0, key: 0, masked: true),
    AttentionRanges.Kind(query: 0, key: 0),
  ]
  static let problems = [
    AttentionProblem(rows: 1), AttentionProblem(rows: 37, heads: 4, keyValueHeads: 2, dimension: 20),
    AttentionProblem(rows: 300, heads: 3, dimension: 64, kinds: selfExtend),
    AttentionProblem(rows: 70, position: 1000, heads: 2, keyValueHeads: 2, dimension: 8, kinds: selfExtend),
    AttentionProblem(rows: 9, position: 2300, heads: 7, dimension: 36, kinds: sinksAndWindow, type: .float16),
    AttentionProblem(rows: 120, position: 250, heads: 2, dimension: 80, softcap: 2),
    AttentionProblem(rows: 20, position: 300, heads: 2, dimension: 256, kinds: selfExtend + sinksAndWindow),
    AttentionProblem(rows: 5, position: 40, heads: 1, dimension: 3, kinds: [.init(query: 0, key: 0, masked: true)]),
    AttentionProblem(rows: 12, position: 500, heads: 40, dimension: 16, kinds: selfExtend),
    AttentionProblem(rows: 60, position: 700, heads: 2, dimension: 16, sharpness: 200),
  ]

  @Test("agrees with the softmax over all keys", arguments: problems)
  func reference(problem: AttentionProblem) {
    let expected = problem.reference(every: problem.rows > 20 ? 13 : 1)
    let result = problem.solve(Workers(threads: 2), chunk: 100)
    let worst = zip(result, expected).map { abs($0 - ($1 ?? $0)) }.max() ?? 0
    // Values are within -1 ... 1; sums of up to 2,300 float32 weights, whose errors grow with the scores.
    #expect(result.count == expected.count && worst < 2e-6 * problem.sharpness, "\(worst)")
  }

  @Test("equal bits for any chunking, threads and instruction set", arguments: problems)
  func determinism(problem: AttentionProblem) {
    let expected = bits(problem.solve(Workers(threads: 1), chunk: problem.rows))
    for set in InstructionSet.available {
      for (threads, chunk) in [(1, problem.rows), (2, 64), (3, 17), (2, 1)] {
        if set == .portable && chunk == 1 { continue }
        if chunk == 1 && problem.rows > 100 { continue }
        let result = problem.solve(Workers(threads: threads, instructionSet: set), chunk: chunk)
        #expect(bits(result) == expected, "\(set), \(threads) threads, chunks of \(chunk)")
      }
    }
  }

  @Test("releasing and storing again gives the same bits")
  func release() {
    let cache = KeyValueCache(keyValueHeads: 1, headDimension: 16, keyVariants: 1, type: .float16)
    let keys = FloatBuffer(randomFloats(3000 * 16, seed: 4))
    cache.storeKeys(keys, kStride: 16, rows: 3000, at: 0, variant: 0)
    cache.storeValues(keys, vStride: 16, rows: 3000, at: 0)
    let workers = Workers(threads: 2)
    func output() -> [Float] {
      let into = FloatBuffer(count: 16)
      workers.attention(
        queries: [keys], rows: 1, heads: 1, cache: cache, ranges: .causal(rows: 1, at: 2999), scale: 0.25, into: into)
      return into.array
    }
    let before = output()
    let full = cache.byteCount
    cache.releaseBeyond(1025)
    #expect(cache.byteCount == full / 3 * 2)
    let rest = 3000 - 1025
    cache.storeKeys(keys, kOffset: 1025 * 16, kStride: 16, rows: rest, at: 1025, variant: 0)
    cache.storeValues(keys, vOffset: 1025 * 16, vStride: 16, rows: rest, at: 1025)
    #expect(bits(output()) == bits(before))
    cache.releaseBeyond(0)
    #expect(cache.byteCount == 0)
  }

  @Test("values that are not finite beyond the visible keys do no harm")
  func abandonedContinuation() {
    let cache = KeyValueCache(keyValueHeads: 1, headDimension: 16, keyVariants: 1, type: .float32)
    let keys = FloatBuffer(randomFloats(100 * 16, seed: 4))
    let bad = FloatBuffer([Float](repeating: .infinity, count: 16 * 90))
    cache.storeKeys(bad, kStride: 16, rows: 90, at: 10, variant: 0)
    cache.storeValues(bad, vStride: 16, rows: 90, at: 10)
    cache.storeKeys(keys, kStride: 16, rows: 10, at: 0, variant: 0)
    cache.storeValues(keys, vStride: 16, rows: 10, at: 0)
    let into = FloatBuffer(count: 16)
    Workers(threads: 1).attention(
      queries: [keys], rows: 1, heads: 1, cache: cache, ranges: .causal(rows: 1, at: 9), scale: 1, into: into)
    #expect(into.array.allSatisfy { $0.isFinite })
  }

  @Test("memory that an earlier sequence left does no harm", arguments: problems)
  func leftovers(problem: AttentionProblem) {
    let expected = bits(problem.solve(Workers(threads: 1), chunk: problem.rows))
    let rows = problem.length + 1500
    let width = problem.keyValueHeads * problem.dimension
    for bad in [Float.nan, .infinity] {
      var cache: KeyValueCache? = KeyValueCache(
        keyValueHeads: problem.keyValueHeads, headDimension: problem.dimension, keyVariants: problem.variants,
        type: problem.type)
      let poison = FloatBuffer([Float](repeating: bad, count: rows * width))
      for variant in 0..<problem.variants {
        cache?.storeKeys(poison, kStride: width, rows: rows, at: 0, variant: variant)
      }
      cache?.storeValues(poison, vStride: width, rows: rows, at: 0)
      cache = nil
      #expect(bits(problem.solve(Workers(threads: 2), chunk: 50)) == expected)
    }
  }
}
