import CKernels

/// Which rotation of queries and keys meet at which positions.
///
/// For every query row the keys are cut into `kinds.count` consecutive ranges, ascending; range r goes from
/// `starts[row * kinds.count + r]` to the start of range r + 1, the last one to `ends[row]` (exclusive). A range may be
/// empty. Keys before the first range are masked.
public struct AttentionRanges: Sendable {
  /// What happens in a range.
  public struct Kind: Sendable, Equatable {
    /// Query variant: index into the buffers given to `attention`.
    public var query: Int
    /// Key variant of the cache.
    public var key: Int
    /// Whether the keys of this range are not seen at all.
    public var masked: Bool

    /// Describes a range.
    public init(query: Int, key: Int, masked: Bool = false) {
      self.query = query
      self.key = key
      self.masked = masked
    }
  }
  /// One per range.
  public var kinds: [Kind]
  /// `[rows, kinds.count]`.
  public var starts: [Int32]
  /// `[rows]`.
  public var ends: [Int32]

  /// Collects ranges; the sizes are checked by `attention`.
  public init(kinds: [Kind], starts: [Int32], ends: [Int32]) {
    self.kinds = kinds
    self.starts = starts
    self.ends = ends
  }

  /// Plain causal attention: row r sees the positions up to `position + r`.
  public static func causal(rows: Int, at position: Int) -> AttentionRanges {
    AttentionRanges(
      kinds: [Kind(query: 0, key: 0)], starts: Array(repeating: 0, count: rows),
      ends: (0..<rows).map { Int32(position + $0 + 1) })
  }
}

extension Workers {
  /// Attention of new queries over a cache: softmax of scaled scores, applied to the values.
  ///
  /// Letters: T rows, H query heads, K key/value heads (H % K == 0; head h reads head h / (H / K)), D head dimension.
  /// Keys are taken in tiles of 256 within super tiles of 1024 absolute positions, so the bits of a row do not depend on
  /// the other rows, the chunking or the threads. Memory besides the result: fixed per thread, and where the rows are too
  /// few for all threads a state of H * (D + 2) floats per row and 1024 keys.
  ///
  /// - Parameters:
  ///   - queries: per query variant `[T, H * D]`, rotated.
  ///   - qOffset: element where row 0 begins.
  ///   - qStride: elements from row to row; H * D if nil.
  ///   - rows: T.
  ///   - heads: H.
  ///   - cache: keys of all positions that the ranges name, and values of all positions below the highest end.
  ///   - keyRotations: per key variant, with every position below the highest end: the cache, in float32, keeps each key
  ///     once and not rotated, and a key has the bits that `rotate` gives it. Empty: the cache keeps every variant,
  ///     rotated.
  ///   - ranges: for each row what it sees.
  ///   - scale: factor of the scores.
  ///   - softcap: `cap * tanh(score / cap)` before the mask, or nil.
  ///   - into: `[T, H * D]`; zeros for a row that sees nothing.
  ///   - intoOffset: element of `into` where row 0 begins.
  public func attention(
    queries: [FloatBuffer], qOffset: Int = 0, qStride: Int? = nil, rows: Int, heads: Int, cache: KeyValueCache,
    keyRotations: [KeyRotation] = [], ranges: AttentionRanges, scale: Float, softcap: Float? = nil, into: FloatBuffer,
    intoOffset: Int = 0
  ) {
    let width = heads * cache.headDimension
    let stride = qStride ?? width
    check(ranges, rows: rows, heads: heads, queries: queries.count, cache: cache, keyRotations: keyRotations)
    let output = unsafe into.rows(rows, columns: width, stride: width, offset: intoOffset, "attention: into")
    let inputs: [UnsafePointer<Float>?] = unsafe queries.map {
      unsafe UnsafePointer($0.rows(rows, columns: width, stride: stride, offset: qOffset, "attention: queries"))
    }
    let kinds = ranges.kinds.map {
      ckernels_kind(query: Int32($0.query), key: Int32($0.key), masked: $0.masked ? 1 : 0)
    }
    let rotations: [OpaquePointer?] = unsafe keyRotations.map { unsafe $0.handle }
    unsafe inputs.withUnsafeBufferPointer { inputs in
      unsafe rotations.withUnsafeBufferPointer { rotations in
        unsafe kinds.withUnsafeBufferPointer { kinds in
          unsafe ranges.starts.withUnsafeBufferPointer { starts in
            unsafe ranges.ends.withUnsafeBufferPointer { ends in
              var call = unsafe ckernels_attention(
                queries: inputs.baseAddress, query_stride: Int64(stride), rows: Int64(rows), heads: Int64(heads),
                cache: cache.handle, rotations: rotations.isEmpty ? nil : rotations.baseAddress,
                kinds: kinds.baseAddress, kind_count: Int64(kinds.count),
                starts: starts.baseAddress, ends: ends.baseAddress, scale: scale, softcap: softcap ?? 0, into: output)
              unsafe ckernels_attend(handle, &call)
            }
          }
        }
      }
    }
    withExtendedLifetime(keyRotations) {}
  }

  private func check(
    _ ranges: AttentionRanges, rows: Int, heads: Int, queries: Int, cache: KeyValueCache, keyRotations: [KeyRotation]
  ) {
    let kinds = ranges.kinds
    guard heads % cache.keyValueHeads == 0, heads / cache.keyValueHeads <= 256 else {
      fatalError("attention: \(heads) heads over \(cache.keyValueHeads)")
    }
    guard !kinds.isEmpty, kinds.count <= 64, ranges.starts.count == rows * kinds.count, ranges.ends.count == rows else {
      fatalError("attention: \(ranges.starts.count) starts, \(ranges.ends.count) ends, \(rows) rows x \(kinds.count)")
    }
    let variants = keyRotations.isEmpty ? cache.keyVariants : keyRotations.count
    for kind in kinds where !kind.masked {
      guard (0..<queries).contains(kind.query), (0..<variants).contains(kind.key) else {
        fatalError("attention: query \(kind.query) of \(queries), key \(kind.key) of \(variants)")
      }
    }
    for rotation in keyRotations {
      guard cache.type == .float32, cache.keyVariants == 1, rotation.rotaryDimension <= cache.headDimension,
        rotation.count >= Int(ranges.ends.max() ?? 0)
      else {
        fatalError(
          "attention: \(rotation.count) positions of \(rotation.rotaryDimension) elements over \(cache.type) keys in "
            + "\(cache.keyVariants) variants of \(cache.headDimension), end \(ranges.ends.max() ?? 0)")
      }
    }
    let pairs = Set(kinds.filter { !$0.masked }.map { [$0.query, $0.key] })
    guard pairs.count <= 8 else { fatalError("attention: \(pairs.count) pairs of rotations, at most 8") }
    let held = cache.heldPositionCount
    guard queries <= 8, Int(ranges.ends.max() ?? 0) <= held else {
      fatalError("attention: \(queries) queries, end \(ranges.ends.max() ?? 0) of \(held) cached positions")
    }
    var previous: Int32 = 0
    for (index, start) in ranges.starts.enumerated() {
      if index % kinds.count == 0 { previous = 0 }
      guard start >= previous else { fatalError("attention: range \(index) begins at \(start), before \(previous)") }
      previous = start
    }
  }
}
