import CKernels

/// For every query row, the keys 0 ..< end are cut into consecutive ranges; range r begins at
/// `starts[row * kinds.count + r]` and ends where the next one begins, the last one at `ends[row]`.
public struct AttentionRanges: Sendable {
  /// How the keys of a range are seen.
  public struct Kind: Sendable {
    let query: Int
    let key: Int
    let masked: Bool

    /// A kind of range.
    ///
    /// - Parameters:
    ///   - query: the query variant.
    ///   - key: the key variant.
    ///   - masked: true hides the keys.
    public init(query: Int, key: Int, masked: Bool) {
      self.query = query
      self.key = key
      self.masked = masked
    }
  }

  let kinds: [Kind]
  let starts: [Int32]
  let ends: [Int32]

  /// Ranges of some rows.
  ///
  /// - Parameters:
  ///   - kinds: one per range, at most 31.
  ///   - starts: `[rows, kinds.count]`, ascending in each row.
  ///   - ends: `[rows]`.
  public init(kinds: [Kind], starts: [Int32], ends: [Int32]) {
    self.kinds = kinds
    self.starts = starts
    self.ends = ends
  }
}

extension Workers {
  /// Softmax attention over cached keys, blockwise: memory does not grow with the number of pairs.
  ///
  /// A query's keys are taken in super tiles of 1024 at absolute positions, each from a fresh online softmax, merged in
  /// ascending order; so the bits depend neither on chunks nor on threads.
  ///
  /// - Parameters:
  ///   - queries: per query variant `[rows, heads * D]`, rotated.
  ///   - rows: query tokens T.
  ///   - heads: query heads H, a multiple of the cache's.
  ///   - cache: keys and values, those of the query tokens included.
  ///   - ranges: which keys each row sees, and how.
  ///   - scale: the factor on scores.
  ///   - softcap: the cap on scaled scores, or nil.
  ///   - into: receives `[rows, heads * D]`.
  public func attention(
    queries: [FloatBuffer], rows: Int, heads: Int, cache: KeyValueCache, ranges: AttentionRanges, scale: Float,
    softcap: Float?, into output: FloatBuffer
  ) {
    guard rows > 0 else { return }
    let width = heads * cache.dimension
    for query in queries { query.check(0..<rows * width) }
    output.check(0..<rows * width)
    let held = cache.keys.count * KeyValueCache.segmentLength
    guard ranges.ends.count == rows, ranges.starts.count == rows * ranges.kinds.count,
      ranges.ends.allSatisfy({ $0 >= 1 && $0 <= held }),
      ranges.kinds.allSatisfy({ $0.query < queries.count && $0.key < cache.variants })
    else { fatalError("attention: ranges of \(ranges.ends.count) rows for \(rows), \(held) positions held") }
    let job = AttentionJob(
      queries: queries, heads: heads, cache: cache, ranges: ranges, scale: scale, softcap: softcap ?? 0,
      output: output)
    let supers = (Int(ranges.ends.max() ?? 1) + KeyValueCache.segmentLength - 1) / KeyValueCache.segmentLength
    let blockTokens = max(1, 192 / job.group)
    if rows * cache.heads < 2 * blockTokens * threads, supers > 1 {
      attendBySuperTile(job, rows: rows, supers: supers, blockTokens: blockTokens)
    } else {
      attendByBlock(job, rows: rows, blockTokens: blockTokens)
    }
  }

  /// Many rows: an item is a block of query tokens of one key/value head.
  private func attendByBlock(_ job: AttentionJob, rows: Int, blockTokens: Int) {
    // Small blocks where there are few, so that every thread has some.
    let wanted = max(1, rows * job.cache.heads / (threads * 4))
    let tokens = min(blockTokens, wanted)
    let blocks = (rows + tokens - 1) / tokens
    let buffers = scratch.perThread(job.scratchCount(tokens: tokens) + 2 * job.stateCount(tokens: tokens))
    pool.run(blocks * job.cache.heads) { item, thread in
      // The last blocks see the most keys: they go first.
      let first = (blocks - 1 - item / job.cache.heads) * tokens
      let block = first..<min(rows, first + tokens)
      let head = item % job.cache.heads
      let supers = job.superCount(block)
      let base = buffers[thread].base
      let total = unsafe AttentionState(base, rows: block.count * job.group, dimension: job.cache.padded)
      let part = unsafe AttentionState(total.end, rows: block.count * job.group, dimension: job.cache.padded)
      unsafe total.reset()
      unsafe job.withItem(block, head: head, scratch: part.end) { item in
        for index in 0..<supers {
          unsafe table.pointee.attention_super(item, Int32(index), part.m, part.l, part.o)
          unsafe total.merge(part, table)
        }
      }
      unsafe job.write(total, block, head: head)
    }
  }

  /// Few rows, many keys: an item is one super tile of one key/value head; the states are merged in order afterwards.
  private func attendBySuperTile(_ job: AttentionJob, rows: Int, supers: Int, blockTokens: Int) {
    let state = job.stateCount(tokens: min(rows, blockTokens))
    let buffers = scratch.perThread(job.scratchCount(tokens: min(rows, blockTokens)) + state)
    let states = scratch.shared(state * supers * job.cache.heads)
    for first in stride(from: 0, to: rows, by: blockTokens) {
      let block = first..<min(rows, first + blockTokens)
      let count = job.superCount(block)
      pool.run(count * job.cache.heads) { item, thread in
        let head = item / count
        let part = unsafe AttentionState(
          states.base + item * state, rows: block.count * job.group, dimension: job.cache.padded)
        unsafe job.withItem(block, head: head, scratch: buffers[thread].base) { pointer in
          unsafe table.pointee.attention_super(pointer, Int32(item % count), part.m, part.l, part.o)
        }
      }
      pool.run(job.cache.heads) { head, thread in
        let total = unsafe AttentionState(
          buffers[thread].base, rows: block.count * job.group, dimension: job.cache.padded)
        unsafe total.reset()
        for index in 0..<count {
          let part = unsafe AttentionState(
            states.base + (head * count + index) * state, rows: block.count * job.group, dimension: job.cache.padded)
          unsafe total.merge(part, table)
        }
        unsafe job.write(total, block, head: head)
      }
    }
  }
}

/// Running maximum, sum and output of some query rows.
@unsafe private struct AttentionState {
  let m: UnsafeMutablePointer<Float>
  let l: UnsafeMutablePointer<Float>
  let o: UnsafeMutablePointer<Float>
  let rows: Int
  let dimension: Int

  init(_ base: UnsafeMutablePointer<Float>, rows: Int, dimension: Int) {
    let padded = (rows + 15) / 16 * 16
    m = base
    l = base + padded
    o = base + 2 * padded
    self.rows = rows
    self.dimension = dimension
  }

  var end: UnsafeMutablePointer<Float> { o + rows * dimension }

  func reset() {
    for row in 0..<rows {
      m[row] = -.infinity
      l[row] = 0
    }
    o.update(repeating: 0, count: rows * dimension)
  }

  func merge(_ part: AttentionState, _ table: UnsafePointer<ckernels_table>) {
    table.pointee.attention_merge(Int32(rows), Int32(dimension), m, l, o, part.m, part.l, part.o)
  }
}

/// What all items of one attention call share.
private struct AttentionJob {
  let queries: [FloatBuffer]
  let heads: Int
  let cache: KeyValueCache
  let ranges: AttentionRanges
  let scale: Float
  let softcap: Float
  let output: FloatBuffer

  /// Query heads per key/value head.
  var group: Int { heads / cache.heads }

  func superCount(_ block: Range<Int>) -> Int {
    let last = block.reduce(0) { max($0, Int(ranges.ends[$1])) }
    return (last + KeyValueCache.segmentLength - 1) / KeyValueCache.segmentLength
  }

  /// Floats of a state for that many tokens.
  func stateCount(tokens: Int) -> Int {
    let rows = tokens * group
    return 2 * ((rows + 15) / 16 * 16) + rows * cache.padded
  }

  /// Floats of an item's scratch for that many tokens: gathered queries and the kernel's own.
  func scratchCount(tokens: Int) -> Int {
    let rows = tokens * group
    return queries.count * rows * cache.padded + ckernels_attention_scratch(Int32(rows), Int32(cache.padded)) + 64
  }

  /// Gathers the scaled queries of a block and a head, row = token * group + member, and describes the item.
  func withItem(
    _ block: Range<Int>, head: Int, scratch: UnsafeMutablePointer<Float>,
    _ body: (UnsafePointer<ckernels_attention_item>) -> Void
  ) {
    let rows = block.count * group
    let padded = cache.padded
    let width = heads * cache.dimension
    var pointers: [UnsafePointer<Float>?] = []
    var next = unsafe scratch
    for query in queries {
      unsafe pointers.append(UnsafePointer(next))
      for token in block {
        for member in 0..<group {
          let source = unsafe query.base + token * width + (head * group + member) * cache.dimension
          for d in 0..<cache.dimension { unsafe next[d] = source[d] * scale }
          for d in cache.dimension..<padded { unsafe next[d] = 0 }
          unsafe next += padded
        }
      }
    }
    let count = ranges.kinds.count
    let starts = block.flatMap { token in
      (0..<group).flatMap { _ in ranges.starts[token * count..<(token + 1) * count] }
    }
    let ends = block.flatMap { token in Array(repeating: ranges.ends[token], count: group) }
    let element = cache.type == .float32 ? 4 : 2
    let segment = KeyValueCache.segmentLength
    let keys: [UnsafeRawPointer?] = unsafe cache.keys.flatMap { base in
      (0..<cache.variants).map { unsafe UnsafeRawPointer(base + ($0 * cache.heads + head) * segment * padded * element) }
    }
    let values: [UnsafeRawPointer?] = unsafe cache.values.map {
      unsafe UnsafeRawPointer($0 + head * segment * padded * element)
    }
    let queryOf = ranges.kinds.map { Int32($0.query) }
    let keyOf = ranges.kinds.map { Int32($0.key) }
    let maskedOf = ranges.kinds.map { Int32($0.masked ? 1 : 0) }
    unsafe pointers.withUnsafeBufferPointer { pointers in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe ends.withUnsafeBufferPointer { ends in
          unsafe keys.withUnsafeBufferPointer { keys in
            unsafe values.withUnsafeBufferPointer { values in
              unsafe queryOf.withUnsafeBufferPointer { queryOf in
                unsafe keyOf.withUnsafeBufferPointer { keyOf in
                  unsafe maskedOf.withUnsafeBufferPointer { maskedOf in
                    var item = unsafe ckernels_attention_item(
                      rows: Int32(rows), dimension: Int32(padded), range_count: Int32(count),
                      query_variants: Int32(queries.count), half: cache.type == .float16 ? 1 : 0,
                      range_query: queryOf.baseAddress, range_key: keyOf.baseAddress,
                      range_masked: maskedOf.baseAddress, starts: starts.baseAddress, ends: ends.baseAddress,
                      queries: pointers.baseAddress, keys: keys.baseAddress, key_variants: Int32(cache.variants),
                      values: values.baseAddress, softcap: softcap, scratch: next)
                    unsafe body(&item)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Writes o / l to the heads of a block.
  func write(_ state: AttentionState, _ block: Range<Int>, head: Int) {
    let width = heads * cache.dimension
    for (index, token) in block.enumerated() {
      for member in 0..<group {
        let row = index * group + member
        let target = unsafe output.base + token * width + (head * group + member) * cache.dimension
        let factor = unsafe state.l[row] > 0 ? 1 / state.l[row] : 0
        for d in 0..<cache.dimension { unsafe target[d] = state.o[row * cache.padded + d] * factor }
      }
    }
  }
}
