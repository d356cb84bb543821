import CKernels

/// Cosines and sines of one rotation of keys, by position: what attention turns the keys of a cache with that keeps each
/// of them once, as it is.
///
/// A method under which a key has several positions (Self-Extend: its own and its group's) needs one of these per
/// position instead of a copy of all keys: one table of `rotaryDimension` numbers per token serves all heads and layers.
/// `Sendable` without a lock for the reason `FloatBuffer` gives.
@safe public final class KeyRotation: @unchecked Sendable {
  let handle: OpaquePointer
  /// Elements of a head that turn.
  public let rotaryDimension: Int

  /// A rotation without positions.
  ///
  /// - Parameters:
  ///   - rotaryDimension: elements of a head that turn, even.
  ///   - pairing: which of them turn together.
  public init(rotaryDimension: Int, pairing: Pairing) {
    guard (0...256).contains(rotaryDimension), rotaryDimension % 2 == 0,
      let handle = unsafe ckernels_key_rotation_create(Int64(rotaryDimension), pairing == .interleaved ? 1 : 0)
    else { fatalError("KeyRotation: \(rotaryDimension) elements") }
    unsafe self.handle = handle
    self.rotaryDimension = rotaryDimension
  }

  deinit { unsafe ckernels_key_rotation_destroy(handle) }

  /// The positions that are there: 0 ..< count.
  public var count: Int { unsafe Int(ckernels_key_rotation_count(handle)) }

  /// Takes the memory of the positions below `positions`, so that appending them cannot fail.
  ///
  /// - Returns: false where the system has no more of it; what was there before stays.
  public func reserve(_ positions: Int) -> Bool {
    unsafe ckernels_key_rotation_reserve(handle, Int64(positions)) != 0
  }

  /// Adds the next positions.
  ///
  /// - Parameters:
  ///   - cosines: `[rows, rotaryDimension / 2]`.
  ///   - sines: `[rows, rotaryDimension / 2]`.
  ///   - rows: how many positions.
  public func append(cosines: [Float], sines: [Float], rows: Int) {
    guard rows >= 0, cosines.count == rows * rotaryDimension / 2, sines.count == cosines.count else {
      fatalError("KeyRotation: \(cosines.count) cosines and \(sines.count) sines for \(rows) positions")
    }
    let isStored = unsafe cosines.withUnsafeBufferPointer { cosines in
      unsafe sines.withUnsafeBufferPointer { sines in
        unsafe ckernels_key_rotation_append(handle, cosines.baseAddress, sines.baseAddress, Int64(rows))
      }
    }
    guard isStored != 0 else { fatalError("KeyRotation: no memory for position \(count + rows)") }
  }
}
