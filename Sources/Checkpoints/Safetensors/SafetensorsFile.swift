import JSON

/// The table of tensors of one safetensors file: an 8-byte length, a JSON header, then the data.
///
/// Format: github.com/huggingface/safetensors, README. The data must be covered by the tensors without holes and
/// overlaps, as the format demands.
public struct SafetensorsFile: Sendable {
  /// The mapped file.
  public let file: MappedFile
  /// The tensors, ordered by name.
  public let entries: [Entry]

  /// One tensor of the table.
  public struct Entry: Sendable, Equatable {
    /// The name of the tensor.
    public let name: String
    /// The name of the element type in the file: `F32`, `BF16`, `I64`, ...
    public let typeName: String
    /// Extents, outermost first; none for a scalar.
    public let shape: [Int]
    /// Where the elements are, from the start of the file.
    public let byteRange: Range<Int>

    /// The element type; nil when this program does not read it.
    public var type: TensorType? {
      switch typeName {
      case "F32": .f32
      case "F16": .f16
      case "BF16": .bf16
      default: nil
      }
    }
  }

  /// Half of the format's own limit for the header, three times what the largest models need: a header takes ten times
  /// its bytes once it is read.
  static let longestHeader = 50_000_000

  private static let elementByteCounts = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
  ]

  /// Maps a file, reads its header and checks every field of it.
  ///
  /// Throws `CheckpointError` with the field and what was expected of it.
  public init(path: String, pages: MappedFile.Pages = .mapped) throws(CheckpointError) {
    try self.init(MappedFile(path: path, pages: pages))
  }

  /// The tensor of a name.
  ///
  /// - Parameters:
  ///   - name: the name in the file.
  ///   - canonicalName: the name that the tensor gets; by default the same.
  /// - Returns: the tensor.
  /// - Throws: `CheckpointError.missingTensor` when the file has none, `unsupported` when its elements are not F32,
  ///   F16 or BF16, and `invalid` when it has no or more than four extents or an extent of zero.
  public func tensor(_ name: String, as canonicalName: String? = nil) throws(CheckpointError) -> Tensor {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw .missingTensor(file: file.path, tensor: name)
    }
    return try tensor(entry, as: canonicalName ?? name)
  }

  /// An entry as a tensor under its canonical name.
  func tensor(_ entry: Entry, as canonicalName: String) throws(CheckpointError) -> Tensor {
    guard let type = entry.type else {
      throw .unsupported(
        file: file.path, field: "dtype of tensor '\(entry.name)'", found: entry.typeName,
        supported: ["F32", "F16", "BF16"])
    }
    guard (1...4).contains(entry.shape.count), entry.shape.allSatisfy({ $0 > 0 }) else {
      throw .invalid(
        file: file.path, field: "shape of tensor '\(entry.name)'", expected: "1 to 4 positive extents",
        found: "\(entry.shape)")
    }
    return try Tensor(
      name: canonicalName, storedName: entry.name, type: type, shape: entry.shape, file: file,
      byteOffset: entry.byteRange.lowerBound)
  }

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let (header, dataStart) = try file.withBytes(0..<file.byteCount) { (bytes) throws(CheckpointError) in
      try Self.header(bytes, file)
    }
    var entries: [Entry] = []
    for name in header.values.keys.sorted() where name != "__metadata__" {
      guard let object = try header.object(name) else { throw header.mismatch(name, "an object", .null) }
      entries.append(try Self.entry(name, object, dataStart: dataStart, file))
    }
    try Self.checkCoverage(entries, dataStart: dataStart, file)
    self.entries = entries
  }

  /// The header's members and where the data begins.
  private static func header(
    _ bytes: Span<UInt8>, _ file: MappedFile
  ) throws(CheckpointError) -> (JSONObject, dataStart: Int) {
    guard bytes.count >= 8 else {
      throw .truncated(file: file.path, field: "header length", offset: 0, needed: 8, available: bytes.count)
    }
    let length = littleEndian64(bytes, at: 0)
    guard length >= 2, length <= UInt64(longestHeader) else {
      throw .invalid(
        file: file.path, field: "header length", expected: "2 to \(longestHeader) bytes", found: "\(length)")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw .truncated(file: file.path, field: "header", offset: 8, needed: length, available: bytes.count - 8)
    }
    let end = 8 + Int(length)
    let value = try JSONValue.parse(bytes.extracting(8..<end), file: file.path, base: 8)
    guard case .object(let members) = value else {
      throw .invalid(file: file.path, field: "header", expected: "a JSON object", found: value.kind)
    }
    return (JSONObject(file: file.path, members), end)
  }

  private static func entry(
    _ name: String, _ object: JSONObject, dataStart: Int, _ file: MappedFile
  ) throws(CheckpointError) -> Entry {
    guard let typeName = try object.text("dtype") else { throw object.missing("dtype") }
    guard let elementByteCount = elementByteCounts[typeName] else {
      throw .unsupported(
        file: file.path, field: "dtype of tensor '\(name)'", found: typeName, supported: ["F32", "F16", "BF16"])
    }
    let shape = try extents(object, "shape")
    let offsets = try extents(object, "data_offsets")
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .invalid(
        file: file.path, field: "data_offsets of tensor '\(name)'", expected: "begin and end", found: "\(offsets)")
    }
    let available = file.byteCount - dataStart
    guard offsets[1] <= available else {
      throw .truncated(
        file: file.path, field: "tensor '\(name)'", offset: dataStart, needed: UInt64(offsets[1]),
        available: available)
    }
    var byteCount = elementByteCount
    for extent in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw .invalid(
          file: file.path, field: "shape of tensor '\(name)'", expected: "a product below 2^63", found: "\(shape)")
      }
      byteCount = product
    }
    guard byteCount == offsets[1] - offsets[0] else {
      throw .invalid(
        file: file.path, field: "data_offsets of tensor '\(name)'",
        expected: "\(byteCount) bytes for \(typeName) \(shape)", found: "\(offsets[1] - offsets[0]) bytes")
    }
    return Entry(
      name: name, typeName: typeName, shape: shape, byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func extents(_ object: JSONObject, _ key: String) throws(CheckpointError) -> [Int] {
    guard let value = object[key] else { throw object.missing(key) }
    guard case .array(let elements) = value else { throw object.mismatch(key, "an array of integers", value) }
    var extents: [Int] = []
    for element in elements {
      guard case .integer(let extent) = element, extent >= 0 else {
        throw object.mismatch(key, "integers from 0", element)
      }
      extents.append(extent)
    }
    return extents
  }

  private static func checkCoverage(
    _ entries: [Entry], dataStart: Int, _ file: MappedFile
  ) throws(CheckpointError) {
    var end = dataStart
    let ordered = entries.sorted {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    for entry in ordered {
      guard entry.byteRange.lowerBound == end else {
        throw .invalid(
          file: file.path, field: "data_offsets of tensor '\(entry.name)'",
          expected: "a begin of \(end - dataStart), where the tensor before it ends",
          found: "\(entry.byteRange.lowerBound - dataStart)")
      }
      end = entry.byteRange.upperBound
    }
    guard end == file.byteCount else {
      throw .invalid(
        file: file.path, field: "size of the file", expected: "\(end) bytes, where the last tensor ends",
        found: "\(file.byteCount)")
    }
  }
}
