/// Reads a GGUF header front to back; nothing in the file is believed before it is checked.
struct GGUFParser {
  let file: MappedFile
  /// The next byte to read.
  private var offset = 0

  /// The header of the largest vocabulary in use takes a tenth of this; its values take up to eight times their bytes.
  static let longestHeader = 128 << 20
  /// Keys and tensor names are short; a longer one is a sign of damage.
  private static let longestName = 65_535
  /// Arrays of arrays of arrays of arrays.
  private static let deepestArray = 4

  init(file: MappedFile) { self.file = file }

  mutating func header(_ bytes: Span<UInt8>) throws(CheckpointError) -> GGUFHeader {
    let version = try magicAndVersion(bytes)
    let tensorCount = try uint64(bytes, "tensor count")
    let valueCount = try uint64(bytes, "metadata count")
    // A value takes a key's length, a type and at least one byte; a tensor a length, dimensions, type and offset.
    let metadata = try metadata(bytes, try affordable(valueCount, each: 13, bytes, "metadata count"))
    let tensors = try tensors(bytes, try affordable(tensorCount, each: 32, bytes, "tensor count"))
    let alignment = try alignment(metadata)
    let (padded, overflow) = offset.addingReportingOverflow(alignment - 1)
    guard !overflow else { throw invalid("data offset", "less than \(Int.max)", "\(offset)") }
    return GGUFHeader(
      path: file.path, version: version, metadata: metadata, tensors: tensors, alignment: alignment,
      dataOffset: padded / alignment * alignment)
  }

  private mutating func magicAndVersion(_ bytes: Span<UInt8>) throws(CheckpointError) -> Int {
    let magic = try uint32(bytes, "magic")
    guard magic == 0x4655_4747 else {
      throw .unsupported(
        file: file.path, field: "kind of file", found: "one that begins with bytes \((0..<4).map { bytes[$0] })",
        supported: ["GGUF, which begins with 'GGUF'"])
    }
    let version = try uint32(bytes, "version")
    if version & 0xffff == 0, version != 0 {
      throw .unsupported(
        file: file.path, field: "byte order", found: "big-endian", supported: ["little-endian GGUF"])
    }
    guard version == 2 || version == 3 else {
      throw .unsupported(file: file.path, field: "GGUF version", found: "\(version)", supported: ["2", "3"])
    }
    return Int(version)
  }

  // MARK: Metadata

  private mutating func metadata(
    _ bytes: Span<UInt8>, _ count: Int
  ) throws(CheckpointError) -> [String: GGUFValue] {
    var metadata: [String: GGUFValue] = [:]
    for index in 0..<count {
      let key = try name(bytes, "key of metadata \(index)")
      let type = try valueType(bytes, "type of metadata '\(key)'")
      let value = try value(bytes, type, key, depth: 0)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw .duplicate(file: file.path, name: key)
      }
    }
    return metadata
  }

  private mutating func value(
    _ bytes: Span<UInt8>, _ type: GGUFValueType, _ key: String, depth: Int
  ) throws(CheckpointError) -> GGUFValue {
    switch type {
    case .string:
      let range = try stringRange(bytes, "metadata '\(key)'")
      return .string(range.map { bytes[$0] })
    case .array: return try array(bytes, key, depth: depth)
    case .bool: return .bool(try bool(bytes, key))
    case .float32, .float64: return .real(try real(bytes, type, key))
    case .int8, .int16, .int32, .int64: return .signed(try signed(bytes, type, key))
    case .uint8, .uint16, .uint32, .uint64: return .unsigned(try unsigned(bytes, type, key))
    }
  }

  private mutating func array(
    _ bytes: Span<UInt8>, _ key: String, depth: Int
  ) throws(CheckpointError) -> GGUFValue {
    guard depth < Self.deepestArray else {
      throw invalid("metadata '\(key)'", "arrays nested at most \(Self.deepestArray) deep", "a deeper array")
    }
    let type = try valueType(bytes, "element type of metadata '\(key)'")
    let stored = try uint64(bytes, "element count of metadata '\(key)'")
    let count = try affordable(stored, each: type.minimumByteCount, bytes, "element count of metadata '\(key)'")
    switch type {
    case .string: return .strings(try strings(bytes, count, key))
    case .array:
      var elements: [GGUFValue] = []
      for _ in 0..<count { elements.append(try array(bytes, key, depth: depth + 1)) }
      return .arrays(elements)
    case .bool:
      var elements: [Bool] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(try bool(bytes, key)) }
      return .boolArray(elements)
    case .float32, .float64:
      var elements: [Double] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(try real(bytes, type, key)) }
      return .realArray(elements)
    case .int8, .int16, .int32, .int64:
      var elements: [Int64] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(try signed(bytes, type, key)) }
      return .signedArray(elements)
    case .uint8, .uint16, .uint32, .uint64:
      var elements: [UInt64] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(try unsigned(bytes, type, key)) }
      return .unsignedArray(elements)
    }
  }

  /// Notes where each string of an array begins.
  ///
  /// The entry after the last one is where the next would begin.
  private mutating func strings(
    _ bytes: Span<UInt8>, _ count: Int, _ key: String
  ) throws(CheckpointError) -> GGUFStrings {
    var starts: [Int] = []
    starts.reserveCapacity(count + 1)
    for _ in 0..<count { starts.append(try stringRange(bytes, "metadata '\(key)'").lowerBound) }
    starts.append(offset + 8)
    return GGUFStrings(file: file, starts: starts)
  }

  private func alignment(_ metadata: [String: GGUFValue]) throws(CheckpointError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    let field = "metadata 'general.alignment'"
    guard case .unsigned(let alignment) = value else {
      throw invalid(field, "an unsigned integer", value.kind)
    }
    guard alignment >= 1, alignment <= 1 << 24, alignment & (alignment - 1) == 0 else {
      throw invalid(field, "a power of two up to \(1 << 24)", "\(alignment)")
    }
    return Int(alignment)
  }

  // MARK: Tensors

  private mutating func tensors(
    _ bytes: Span<UInt8>, _ count: Int
  ) throws(CheckpointError) -> [GGUFTensorInfo] {
    var tensors: [GGUFTensorInfo] = []
    var names: Set<String> = []
    tensors.reserveCapacity(count)
    for index in 0..<count {
      let name = try name(bytes, "name of tensor \(index)")
      guard names.insert(name).inserted else { throw .duplicate(file: file.path, name: name) }
      let shape = try shape(bytes, name)
      let type = try uint32(bytes, "type of tensor '\(name)'")
      let position = try uint64(bytes, "offset of tensor '\(name)'")
      guard let position = Int(exactly: position) else {
        throw invalid("offset of tensor '\(name)'", "less than the size of the file", "\(position)")
      }
      tensors.append(GGUFTensorInfo(name: name, shape: shape, typeNumber: type, offset: position))
    }
    return tensors
  }

  private mutating func shape(_ bytes: Span<UInt8>, _ name: String) throws(CheckpointError) -> [Int] {
    let count = try uint32(bytes, "dimension count of tensor '\(name)'")
    guard (1...4).contains(count) else {
      throw invalid("dimension count of tensor '\(name)'", "1 to 4", "\(count)")
    }
    var shape: [Int] = []
    var elementCount = 1
    for _ in 0..<count {
      let stored = try uint64(bytes, "dimensions of tensor '\(name)'")
      guard let extent = Int(exactly: stored), extent > 0 else {
        throw invalid("dimensions of tensor '\(name)'", "positive 63-bit numbers", "\(stored)")
      }
      let (product, overflow) = elementCount.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw invalid("dimensions of tensor '\(name)'", "a product below 2^63", "\(shape + [extent])")
      }
      elementCount = product
      shape.append(extent)
    }
    return shape.reversed()
  }

  // MARK: Primitives

  /// A count, checked against what the rest of the file could hold.
  private func affordable(
    _ count: UInt64, each minimum: Int, _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> Int {
    let available = bytes.count - offset
    guard count <= UInt64(available / minimum) else {
      try checkLength(bytes, field())
      let (needed, overflow) = count.multipliedReportingOverflow(by: UInt64(minimum))
      throw .truncated(
        file: file.path, field: "\(field()) \(count)", offset: offset, needed: overflow ? .max : needed,
        available: available)
    }
    return Int(count)
  }

  /// Refuses a header that ends neither with the file nor within the longest length.
  private func checkLength(_ bytes: Span<UInt8>, _ field: String) throws(CheckpointError) {
    guard bytes.count < file.byteCount else { return }
    throw invalid("the header, which holds \(field),", "at most \(Self.longestHeader) bytes", "longer")
  }

  /// Moves past `count` bytes and returns where they begin.
  private mutating func take(
    _ count: Int, _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> Int {
    let start = offset
    guard count <= bytes.count - start else {
      try checkLength(bytes, field())
      throw .truncated(
        file: file.path, field: field(), offset: start, needed: UInt64(count), available: bytes.count - start)
    }
    offset = start + count
    return start
  }

  private mutating func uint32(
    _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> UInt32 {
    littleEndian32(bytes, at: try take(4, bytes, field()))
  }

  private mutating func uint64(
    _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> UInt64 {
    littleEndian64(bytes, at: try take(8, bytes, field()))
  }

  private mutating func unsigned(
    _ bytes: Span<UInt8>, _ type: GGUFValueType, _ key: String
  ) throws(CheckpointError) -> UInt64 {
    let start = try take(type.minimumByteCount, bytes, "metadata '\(key)'")
    var value: UInt64 = 0
    for index in 0..<type.minimumByteCount { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
    return value
  }

  private mutating func signed(
    _ bytes: Span<UInt8>, _ type: GGUFValueType, _ key: String
  ) throws(CheckpointError) -> Int64 {
    let spare = UInt64(64 - 8 * type.minimumByteCount)
    return Int64(bitPattern: try unsigned(bytes, type, key) << spare) >> Int64(spare)
  }

  private mutating func real(
    _ bytes: Span<UInt8>, _ type: GGUFValueType, _ key: String
  ) throws(CheckpointError) -> Double {
    let bits = try unsigned(bytes, type, key)
    return type == .float64
      ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
  }

  private mutating func bool(_ bytes: Span<UInt8>, _ key: String) throws(CheckpointError) -> Bool {
    let byte = bytes[try take(1, bytes, "metadata '\(key)'")]
    guard byte <= 1 else { throw invalid("metadata '\(key)'", "0 or 1 for a boolean", "\(byte)") }
    return byte == 1
  }

  private mutating func stringRange(
    _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> Range<Int> {
    let length = try uint64(bytes, field())
    let available = bytes.count - offset
    guard length <= UInt64(available) else {
      try checkLength(bytes, field())
      throw .truncated(file: file.path, field: field(), offset: offset, needed: length, available: available)
    }
    let start = offset
    offset += Int(length)
    return start..<offset
  }

  private mutating func name(
    _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> String {
    let range = try stringRange(bytes, field())
    guard !range.isEmpty, range.count <= Self.longestName else {
      throw invalid(field(), "1 to \(Self.longestName) bytes", "\(range.count) bytes")
    }
    guard let name = String(validating: range.map { bytes[$0] }, as: UTF8.self) else {
      throw invalid(field(), "UTF-8", "other bytes at offset \(range.lowerBound)")
    }
    return name
  }

  private mutating func valueType(
    _ bytes: Span<UInt8>, _ field: @autoclosure () -> String
  ) throws(CheckpointError) -> GGUFValueType {
    let number = try uint32(bytes, field())
    guard let type = GGUFValueType(rawValue: number) else { throw invalid(field(), "0 to 12", "\(number)") }
    return type
  }

  private func invalid(_ field: String, _ expected: String, _ found: String) -> CheckpointError {
    .invalid(file: file.path, field: field, expected: expected, found: found)
  }
}
