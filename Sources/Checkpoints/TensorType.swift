/// The element types of tensors that the engine reads.
public enum TensorType: String, Sendable, CaseIterable {
  /// 32-bit floating point.
  case f32 = "F32"
  /// IEEE 16-bit floating point.
  case f16 = "F16"
  /// The upper 16 bits of a 32-bit floating point number.
  case bf16 = "BF16"
  /// Blocks of 32: one f16 scale, 32 signed bytes.
  case q8_0 = "Q8_0"
  /// Blocks of 32: one f16 scale, 32 four-bit numbers around 8.
  case q4_0 = "Q4_0"
  /// Blocks of 32: f16 scale and minimum, 32 four-bit numbers.
  case q4_1 = "Q4_1"
  /// Blocks of 32: one f16 scale, 32 five-bit numbers around 16.
  case q5_0 = "Q5_0"
  /// Blocks of 32: f16 scale and minimum, 32 five-bit numbers.
  case q5_1 = "Q5_1"
  /// Blocks of 256: 16 groups with four-bit scales and minima, two-bit numbers.
  case q2_K = "Q2_K"
  /// Blocks of 256: 16 groups with six-bit scales, three-bit numbers.
  case q3_K = "Q3_K"
  /// Blocks of 256: 8 groups with six-bit scales and minima, four-bit numbers.
  case q4_K = "Q4_K"
  /// Blocks of 256: 8 groups with six-bit scales and minima, five-bit numbers.
  case q5_K = "Q5_K"
  /// Blocks of 256: 16 groups with eight-bit scales, six-bit numbers.
  case q6_K = "Q6_K"
  /// Blocks of 32: one f16 scale, 32 four-bit indices into a table of 16 values.
  case iq4_NL = "IQ4_NL"
  /// Blocks of 256: 8 groups with six-bit scales, four-bit indices into the same table.
  case iq4_XS = "IQ4_XS"
  /// Blocks of 32: one power of two, 32 four-bit floats.
  case mxfp4 = "MXFP4"

  /// The number of elements that are stored together; every row is a whole number of blocks.
  public var blockElementCount: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .iq4_NL, .mxfp4: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_XS: 256
    }
  }

  /// The number of bytes of one block.
  public var blockByteCount: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q8_0: 34
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    case .iq4_NL: 18
    case .iq4_XS: 136
    case .mxfp4: 17
    }
  }

  /// Whether an element has bits of its own, without blocks and scales.
  public var isFloatingPoint: Bool { blockElementCount == 1 }

  /// The bytes of a tensor of this shape (outermost first); nil when the sizes overflow or a row is not made of
  /// whole blocks.
  public func byteCount(shape: [Int]) -> Int? {
    guard let columns = shape.last, columns >= 0, columns % blockElementCount == 0 else { return nil }
    var total = columns / blockElementCount
    for extent in shape.dropLast() + [blockByteCount] {
      guard extent >= 0 else { return nil }
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      total = product
    }
    return total
  }
}
