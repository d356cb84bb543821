import CKernels

/// The stored type of a weight.
public enum WeightType: Int32, Sendable, CaseIterable {
  case f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q2_K, q3_K, q4_K, q5_K, q6_K

  /// Weights per block.
  public var blockElementCount: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Bytes per block.
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
    }
  }
}

/// A matrix `[rows, columns]` of weights in their stored type, in memory that someone else owns.
@safe public struct WeightMatrix: @unchecked Sendable {  // read-only memory, kept alive by `owner`
  /// Outputs.
  public let rows: Int
  /// Inputs.
  public let columns: Int
  /// The stored type.
  public let type: WeightType
  let base: UnsafePointer<UInt8>
  private let owner: any AnyObject & Sendable

  /// A matrix over stored bytes, which may lie at any address.
  ///
  /// - Parameters:
  ///   - bytes: rows one after another; must stay mapped while `owner` lives.
  ///   - owner: what keeps the bytes mapped.
  ///   - type: the stored type; `columns` is a multiple of its block.
  ///   - rows: outputs.
  ///   - columns: inputs.
  public init(bytes: Span<UInt8>, owner: any AnyObject & Sendable, type: WeightType, rows: Int, columns: Int) {
    let needed = columns / type.blockElementCount * type.blockByteCount * rows
    guard columns % type.blockElementCount == 0, needed <= bytes.count else {
      fatalError("WeightMatrix: \(bytes.count) bytes for \(rows) x \(columns) of \(type), expected \(needed)")
    }
    self.rows = rows
    self.columns = columns
    self.type = type
    self.owner = owner
    unsafe base = bytes.withUnsafeBufferPointer { buffer in
      // An empty matrix has no address; it is never read.
      unsafe buffer.baseAddress ?? UnsafePointer(bitPattern: 64).unsafelyUnwrapped
    }
  }

  /// Bytes of one row.
  public var rowByteCount: Int { columns / type.blockElementCount * type.blockByteCount }

  /// Bytes of all rows.
  public var byteCount: Int { rowByteCount * rows }
}
