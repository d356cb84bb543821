/// Everything in a GGUF file before the tensor data: metadata and the table of tensors.
///
/// Works for files without tensors (vocabularies). Layout: github.com/ggml-org/ggml, docs/gguf.md, versions 2 and 3.
public struct GGUFHeader: Sendable {
  /// The path of the file.
  public let path: String
  /// The version of the container, 2 or 3.
  public let version: Int
  /// The metadata by key.
  public let metadata: [String: GGUFValue]
  /// The table of tensors, in the order of the file.
  public let tensors: [GGUFTensorInfo]
  /// The alignment of tensor data in bytes: `general.alignment`, by default 32.
  public let alignment: Int
  /// Where the tensor data begins, in bytes from the start of the file.
  public let dataOffset: Int

  /// Reads the header of a GGUF file and checks every count, length, type and name in it.
  ///
  /// - Parameter file: the mapped file.
  /// - Returns: the header.
  /// - Throws: `CheckpointError`, with the field and what was expected of it.
  /// - Complexity: O(bytes of the header); arrays of strings are not copied.
  public static func read(_ file: MappedFile) throws(CheckpointError) -> GGUFHeader {
    try file.withBytes(0..<min(file.byteCount, GGUFParser.longestHeader)) {
      (bytes: Span<UInt8>) throws(CheckpointError) -> GGUFHeader in
      var parser = GGUFParser(file: file)
      return try parser.header(bytes)
    }
  }

  /// Reads the header of the GGUF file at a path.
  ///
  /// - Parameter path: the file.
  /// - Returns: the header.
  /// - Throws: `CheckpointError`, with the field and what was expected of it.
  public static func read(path: String) throws(CheckpointError) -> GGUFHeader {
    try read(MappedFile(path: path))
  }
}

/// One row of the table of tensors of a GGUF file.
public struct GGUFTensorInfo: Sendable, Equatable {
  /// The name of the tensor.
  public let name: String
  /// The extents, outermost first (the file has them innermost first).
  public let shape: [Int]
  /// The number of the element type in the file.
  public let typeNumber: UInt32
  /// Where the elements begin, in bytes from `dataOffset`.
  public let offset: Int

  /// The element type; nil when this program does not read it.
  public var type: TensorType? { Self.types[typeNumber] }

  /// The name of the element type, also of one that this program does not read.
  public var typeName: String { type?.rawValue ?? Self.unreadTypes[typeNumber] ?? "type \(typeNumber)" }

  private static let types: [UInt32: TensorType] = [
    0: .f32, 1: .f16, 2: .q4_0, 3: .q4_1, 6: .q5_0, 7: .q5_1, 8: .q8_0, 10: .q2_K, 11: .q3_K, 12: .q4_K, 13: .q5_K,
    14: .q6_K, 20: .iq4_NL, 23: .iq4_XS, 30: .bf16, 39: .mxfp4,
  ]

  private static let unreadTypes: [UInt32: String] = [
    4: "Q4_2", 5: "Q4_3", 9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
    21: "IQ3_S", 22: "IQ2_S", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
    29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 40: "NVFP4",
  ]
}
