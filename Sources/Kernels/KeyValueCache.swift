import CKernels

/// The type in which keys and values are kept.
public enum KeyValueType: String, Sendable, CaseIterable {
  case float32
  case float16
}

/// Keys and values of one layer, in segments of 1024 positions; memory grows with the positions held.
///
/// Keys lie in panels of 16 positions, `[variant][head][panel][D][16]`, so that a score is a chain over features with
/// one lane per key; values lie row by row, `[head][position][D]`. D is padded to a multiple of 16 with zeros.
@safe public final class KeyValueCache: @unchecked Sendable {  // one writer at a time, as its session has one caller
  /// Positions per segment; also the super tile of attention.
  public static let segmentLength = 1024
  let heads: Int
  let dimension: Int
  let padded: Int
  let variants: Int
  let type: KeyValueType
  private(set) var keys: [UnsafeMutableRawPointer] = []
  private(set) var values: [UnsafeMutableRawPointer] = []

  /// An empty cache.
  ///
  /// - Parameters:
  ///   - keyValueHeads: K.
  ///   - headDimension: D.
  ///   - keyVariants: rotated copies of the keys.
  ///   - type: the stored type.
  public init(keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType) {
    heads = keyValueHeads
    dimension = headDimension
    padded = (headDimension + 15) / 16 * 16
    variants = keyVariants
    self.type = type
  }

  deinit { releaseBeyond(0) }

  /// Bytes held.
  public var byteCount: Int { keys.count * (keySegmentBytes + valueSegmentBytes) }

  /// Frees the segments that lie wholly at or beyond a position.
  public func releaseBeyond(_ position: Int) {
    let kept = (position + Self.segmentLength - 1) / Self.segmentLength
    while keys.count > kept {
      unsafe keys.removeLast().deallocate()
      unsafe values.removeLast().deallocate()
    }
  }

  /// Stores rotated keys `[rows, K * D]` of one variant.
  ///
  /// - Parameters:
  ///   - k: the keys; row r starts at `kOffset + r * kStride`.
  ///   - kOffset: index of row 0.
  ///   - kStride: distance between rows.
  ///   - rows: the number of rows.
  ///   - position: the position of row 0.
  ///   - variant: which rotated copy.
  public func storeKeys(
    _ k: FloatBuffer, kOffset: Int = 0, kStride: Int, rows: Int, at position: Int, variant: Int
  ) {
    guard rows > 0 else { return }
    k.check(kOffset..<kOffset + (rows - 1) * kStride + heads * dimension)
    grow(to: position + rows)
    for row in 0..<rows {
      let place = position + row
      let slot = place % Self.segmentLength
      for head in 0..<heads {
        let source = unsafe k.base + kOffset + row * kStride + head * dimension
        let start = ((variant * heads + head) * (Self.segmentLength / 16) + slot / 16) * padded * 16 + slot % 16
        let segment = unsafe keys[place / Self.segmentLength]
        switch type {
        case .float32:
          let target = unsafe segment.assumingMemoryBound(to: Float.self) + start
          for d in 0..<dimension { unsafe target[16 * d] = source[d] }
        case .float16:
          let target = unsafe segment.assumingMemoryBound(to: UInt16.self) + start
          for d in 0..<dimension { unsafe target[16 * d] = ckernels_half(source[d]) }
        }
      }
    }
  }

  /// Stores values `[rows, K * D]`.
  ///
  /// - Parameters:
  ///   - v: the values; row r starts at `vOffset + r * vStride`.
  ///   - vOffset: index of row 0.
  ///   - vStride: distance between rows.
  ///   - rows: the number of rows.
  ///   - position: the position of row 0.
  public func storeValues(_ v: FloatBuffer, vOffset: Int = 0, vStride: Int, rows: Int, at position: Int) {
    guard rows > 0 else { return }
    v.check(vOffset..<vOffset + (rows - 1) * vStride + heads * dimension)
    grow(to: position + rows)
    for row in 0..<rows {
      let place = position + row
      for head in 0..<heads {
        let source = unsafe v.base + vOffset + row * vStride + head * dimension
        let start = (head * Self.segmentLength + place % Self.segmentLength) * padded
        let segment = unsafe values[place / Self.segmentLength]
        switch type {
        case .float32:
          unsafe (segment.assumingMemoryBound(to: Float.self) + start).update(from: source, count: dimension)
        case .float16:
          let target = unsafe segment.assumingMemoryBound(to: UInt16.self) + start
          for d in 0..<dimension { unsafe target[d] = ckernels_half(source[d]) }
        }
      }
    }
  }

  private var elementBytes: Int { type == .float32 ? 4 : 2 }
  private var keySegmentBytes: Int { variants * heads * Self.segmentLength * padded * elementBytes }
  private var valueSegmentBytes: Int { heads * Self.segmentLength * padded * elementBytes }

  private func grow(to count: Int) {
    while keys.count * Self.segmentLength < count {
      unsafe keys.append(zeroed(keySegmentBytes))
      unsafe values.append(zeroed(valueSegmentBytes))
    }
  }

  private func zeroed(_ count: Int) -> UnsafeMutableRawPointer {
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    unsafe pointer.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    return unsafe pointer
  }
}
