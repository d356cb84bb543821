/// A tensor inside a mapped file: a value that keeps the mapping alive.
public struct Tensor: Sendable {
  /// The canonical name, which is GGUF's: `blk.0.attn_q.weight`.
  public let name: String
  /// The name in the file.
  public let storedName: String
  /// The element type.
  public let type: TensorType
  /// The extents, outermost first: a weight is `[rows (out), columns (in)]`.
  public let shape: [Int]
  /// The file that holds the elements.
  public let file: MappedFile
  /// Where the elements are, in bytes from the start of the file.
  ///
  /// The start may have any alignment in a safetensors file; in a GGUF file it is a multiple of `general.alignment`.
  public let byteRange: Range<Int>

  /// The number of elements.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The bytes of one row: everything below the outermost extent.
  public var rowByteCount: Int { shape[0] == 0 ? 0 : byteRange.count / shape[0] }

  /// A tensor over bytes of a file.
  ///
  /// - Parameters:
  ///   - name: the canonical name.
  ///   - storedName: the name in the file.
  ///   - type: the element type.
  ///   - shape: extents, outermost first, at least one.
  ///   - file: the mapped file.
  ///   - byteOffset: where the elements begin.
  /// - Throws: `CheckpointError.invalid` when the sizes overflow or a row is not made of whole blocks, and
  ///   `CheckpointError.truncated` when the elements reach beyond the end of the file.
  public init(
    name: String, storedName: String, type: TensorType, shape: [Int], file: MappedFile, byteOffset: Int
  ) throws(CheckpointError) {
    guard let byteCount = type.byteCount(shape: shape) else {
      throw .invalid(
        file: file.path, field: "shape of tensor '\(storedName)'",
        expected: "rows of a multiple of \(type.blockElementCount) elements for type \(type.rawValue)",
        found: "\(shape)")
    }
    guard byteOffset >= 0, byteOffset <= file.byteCount, byteCount <= file.byteCount - byteOffset else {
      throw .truncated(
        file: file.path, field: "tensor '\(storedName)'", offset: byteOffset, needed: UInt64(byteCount),
        available: max(0, file.byteCount - max(0, byteOffset)))
    }
    self.init(
      unchecked: name, storedName, type, shape, file, byteOffset..<byteOffset + byteCount)
  }

  private init(
    unchecked name: String, _ storedName: String, _ type: TensorType, _ shape: [Int], _ file: MappedFile,
    _ byteRange: Range<Int>
  ) {
    self.name = name
    self.storedName = storedName
    self.type = type
    self.shape = shape
    self.file = file
    self.byteRange = byteRange
  }

  /// Some rows of this tensor as a tensor of its own, without copying: the parts of a fused weight.
  ///
  /// - Parameter range: rows inside `0..<shape[0]`, for a vector its elements; callers have checked it.
  /// - Returns: a tensor with the same name whose outermost extent is `range.count`.
  public func rows(_ range: Range<Int>) -> Tensor {
    guard range.lowerBound >= 0, range.upperBound <= shape[0], shape.count > 1 || type.isFloatingPoint else {
      fatalError("Tensor.rows: rows \(range) of '\(name)' with shape \(shape) and type \(type.rawValue)")
    }
    let start = byteRange.lowerBound + range.lowerBound * rowByteCount
    return Tensor(
      unchecked: name, storedName, type, [range.count] + shape.dropFirst(), file,
      start..<start + range.count * rowByteCount)
  }

  /// Lends the bytes of the tensor.
  ///
  /// - Parameter body: is given the bytes; the span does not outlive the call.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    try file.withBytes(byteRange, body)
  }

  /// The elements of a small float tensor, widened to 32 bits; nil for a quantised type.
  public func floats() -> [Float]? {
    guard type.isFloatingPoint else { return nil }
    let (type, count) = (type, elementCount)
    return withBytes { bytes in
      (0..<count).map { index in
        guard type == .f32 else {
          let bits = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
          return type == .bf16 ? Float(bitPattern: UInt32(bits) << 16) : float(halfPrecision: bits)
        }
        return Float(bitPattern: littleEndian32(bytes, at: 4 * index))
      }
    }
  }
}

/// Four bytes as a number, least significant first.
func littleEndian32(_ bytes: Span<UInt8>, at offset: Int) -> UInt32 {
  UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
    | UInt32(bytes[offset + 3]) << 24
}

/// Eight bytes as a number, least significant first.
func littleEndian64(_ bytes: Span<UInt8>, at offset: Int) -> UInt64 {
  UInt64(littleEndian32(bytes, at: offset)) | UInt64(littleEndian32(bytes, at: offset + 4)) << 32
}

/// An IEEE half-precision number, widened without loss.
private func float(halfPrecision bits: UInt16) -> Float {
  let magnitude = bits & 0x7fff
  let sign = UInt32(bits & 0x8000) << 16
  if magnitude >= 0x7c00 { return Float(bitPattern: sign | 0x7f80_0000 | UInt32(magnitude & 0x3ff) << 13) }
  // Shifting exponent and fraction into place leaves the exponent 112 too low; one exact product corrects it, also
  // for subnormal numbers.
  let scaled = Float(bitPattern: UInt32(magnitude) << 13) * 0x1p112
  return Float(bitPattern: scaled.bitPattern | sign)
}
