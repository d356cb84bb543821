import CKernels

/// Precision in which keys and values are kept.
public enum KeyValueType: String, Sendable, CaseIterable {
  /// 4 bytes per element.
  case float32
  /// 2 bytes per element, rounded to nearest even.
  case float16
}

/// Keys and values of one layer, by position.
///
/// Memory comes in segments of 1024 positions, never moved or copied; pages are taken when they are first written. What
/// a cache gives up stays with the process for the next one, which need not take pages again (`releaseIdleMemory`). For
/// methods under which one key has more than one position, keys can be held in several variants (rotations), or once and
/// not rotated (`KeyRotation`).
/// `Sendable` without a lock for the reason `FloatBuffer` gives.
@safe public final class KeyValueCache: @unchecked Sendable {
  let handle: OpaquePointer
  /// Key/value heads.
  public let keyValueHeads: Int
  /// Elements per head.
  public let headDimension: Int
  /// Copies of each key: its rotations, or one that is not rotated.
  public let keyVariants: Int
  /// Precision.
  public let type: KeyValueType

  /// Makes an empty cache.
  public init(keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType) {
    guard keyValueHeads > 0, (1...256).contains(headDimension), (1...8).contains(keyVariants),
      let handle = unsafe ckernels_cache_create(
        Int64(keyValueHeads), Int64(headDimension), Int64(keyVariants), type == .float16 ? 1 : 0)
    else {
      fatalError("KeyValueCache: \(keyValueHeads) heads of \(headDimension) in \(keyVariants) variants")
    }
    unsafe self.handle = handle
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.keyVariants = keyVariants
    self.type = type
  }

  deinit { unsafe ckernels_cache_destroy(handle) }

  /// Keeps rows of keys `[rows, K * D]` as the positions from `position` on, of one variant.
  public func storeKeys(
    _ k: FloatBuffer, kOffset: Int = 0, kStride: Int, rows: Int, at position: Int, variant: Int,
    workers: Workers? = nil
  ) {
    guard position >= 0, (0..<keyVariants).contains(variant) else {
      fatalError("storeKeys: position \(position), variant \(variant) of \(keyVariants)")
    }
    let x = unsafe k.rows(
      rows, columns: keyValueHeads * headDimension, stride: kStride, offset: kOffset, "storeKeys: k")
    let pool = workers ?? Self.caller
    let stored = unsafe ckernels_cache_store_keys(
      pool.handle, handle, x, Int64(kStride), Int64(rows), Int64(position), Int64(variant))
    guard stored != 0 else { fatalError("KeyValueCache: no memory for position \(position + rows)") }
  }

  /// Keeps rows of values `[rows, K * D]` as the positions from `position` on.
  public func storeValues(
    _ v: FloatBuffer, vOffset: Int = 0, vStride: Int, rows: Int, at position: Int, workers: Workers? = nil
  ) {
    guard position >= 0 else { fatalError("storeValues: position \(position)") }
    let x = unsafe v.rows(
      rows, columns: keyValueHeads * headDimension, stride: vStride, offset: vOffset, "storeValues: v")
    let pool = workers ?? Self.caller
    let stored = unsafe ckernels_cache_store_values(
      pool.handle, handle, x, Int64(vStride), Int64(rows), Int64(position))
    guard stored != 0 else { fatalError("KeyValueCache: no memory for position \(position + rows)") }
  }

  /// For stores that are given no pool: the calling thread alone.
  private static let caller = Workers(threads: 1)

  /// Takes the memory of the positions below `positions`, so that storing them cannot fail.
  ///
  /// - Returns: false where the system has no more of it; what was there before stays.
  public func reserve(_ positions: Int) -> Bool { unsafe ckernels_cache_reserve(handle, Int64(positions)) != 0 }

  /// Gives up the segments that lie wholly at or beyond `position`; what is below stays.
  public func releaseBeyond(_ position: Int) {
    unsafe ckernels_cache_release(handle, Int64(max(0, position)))
  }

  /// Gives the memory that no cache of this process uses back to the system; for the end of a model's work, as the next
  /// one's weights may need it.
  public static func releaseIdleMemory() { ckernels_cache_drop_idle() }
  /// Bytes that `releaseIdleMemory` would give back.
  public static var idleByteCount: Int { Int(ckernels_cache_idle_bytes()) }

  /// Bytes of the segments held.
  public var byteCount: Int { unsafe Int(ckernels_cache_bytes(handle)) }
  /// Positions of the segments held.
  public var heldPositionCount: Int { unsafe Int(ckernels_cache_capacity(handle)) }
}
