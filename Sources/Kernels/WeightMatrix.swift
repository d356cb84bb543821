import CKernels

/// How weights are stored; the block layouts are those of GGUF.
public enum WeightType: Sendable, CaseIterable {
  /// IEEE single precision.
  case f32
  /// IEEE half precision.
  case f16
  /// The upper half of single precision.
  case bf16
  /// Blocks of 32: a scale, 8-bit quants.
  case q8_0
  /// Blocks of 32: a scale, 4-bit quants around 8.
  case q4_0
  /// Blocks of 32: a scale and a minimum, 4-bit quants.
  case q4_1
  /// Blocks of 32: a scale, 5-bit quants around 16.
  case q5_0
  /// Blocks of 32: a scale and a minimum, 5-bit quants.
  case q5_1
  /// Blocks of 256 with 16 sub-blocks: 2-bit quants, 4-bit scales and minima.
  case q2_K
  /// Blocks of 256 with 16 sub-blocks: 3-bit quants, 6-bit scales.
  case q3_K
  /// Blocks of 256 with 8 sub-blocks: 4-bit quants, 6-bit scales and minima.
  case q4_K
  /// Blocks of 256 with 8 sub-blocks: 5-bit quants, 6-bit scales and minima.
  case q5_K
  /// Blocks of 256 with 16 sub-blocks: 6-bit quants, 8-bit scales.
  case q6_K
  /// Blocks of 32: a scale, 4-bit indices into a table.
  case iq4_NL
  /// Blocks of 256 with 8 sub-blocks: 6-bit scales, 4-bit indices into a table.
  case iq4_XS
  /// Blocks of 32: a power of two, 4-bit floats.
  case mxfp4

  var code: Int32 {
    let code =
      switch self {
      case .f32: ckernels_f32
      case .f16: ckernels_f16
      case .bf16: ckernels_bf16
      case .q8_0: ckernels_q8_0
      case .q4_0: ckernels_q4_0
      case .q4_1: ckernels_q4_1
      case .q5_0: ckernels_q5_0
      case .q5_1: ckernels_q5_1
      case .q2_K: ckernels_q2_k
      case .q3_K: ckernels_q3_k
      case .q4_K: ckernels_q4_k
      case .q5_K: ckernels_q5_k
      case .q6_K: ckernels_q6_k
      case .iq4_NL: ckernels_iq4_nl
      case .iq4_XS: ckernels_iq4_xs
      case .mxfp4: ckernels_mxfp4
      }
    return Int32(code)
  }

  /// Elements in one block; the columns of a matrix are a multiple of it.
  public var blockElementCount: Int { Int(ckernels_block_elements(code)) }
  /// Bytes of one block.
  public var blockByteCount: Int { Int(ckernels_block_bytes(code)) }
}

/// A matrix of weights as a file stores it: `rows` outputs of `columns` inputs, row after row, no padding.
///
/// Keeps the address of the bytes and the owner that keeps them mapped; copies nothing. Any alignment works.
@safe public struct WeightMatrix: @unchecked Sendable {
  /// Number of outputs.
  public let rows: Int
  /// Number of inputs; a multiple of the block size.
  public let columns: Int
  /// Storage type.
  public let type: WeightType
  let owner: any AnyObject & Sendable
  let base: UnsafeRawPointer

  /// Bytes of the whole matrix.
  public var byteCount: Int { rows * rowByteCount }
  var rowByteCount: Int { columns / type.blockElementCount * type.blockByteCount }

  /// Names `bytes` as a matrix; they must stay where they are as long as `owner` lives.
  public init(bytes: Span<UInt8>, owner: any AnyObject & Sendable, type: WeightType, rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    self.type = type
    self.owner = owner
    guard rows > 0, columns > 0, columns % type.blockElementCount == 0,
      bytes.count == rows * (columns / type.blockElementCount * type.blockByteCount)
    else {
      fatalError("WeightMatrix: \(bytes.count) bytes for \(rows) x \(columns) of \(type)")
    }
    // The span ends with this call, the address does not: the owner keeps the memory in place.
    let address = unsafe bytes.withUnsafeBufferPointer { $0.baseAddress }
    guard let address = unsafe address else { fatalError("WeightMatrix: no bytes") }
    unsafe base = UnsafeRawPointer(address)
  }

  /// Row `row` as float32; for tests and inspection.
  public func values(row: Int) -> [Float] {
    guard row >= 0 && row < rows else { fatalError("WeightMatrix: row \(row), expected below \(rows)") }
    return unsafe [Float](unsafeUninitializedCapacity: columns) { buffer, count in
      if let start = buffer.baseAddress {
        unsafe ckernels_dequantize(
          ckernels_best_isa(), type.code, base + row * rowByteCount, 0, Int64(columns), start)
      }
      count = columns
    }
  }
}
