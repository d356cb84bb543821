/// Builds a file byte by byte, numbers least significant byte first.
struct Bytes {
  var bytes: [UInt8] = []

  mutating func add(_ number: some FixedWidthInteger) {
    for shift in 0..<number.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  /// A GGUF string: length, then bytes.
  mutating func add(_ string: [UInt8]) {
    add(UInt64(string.count))
    bytes += string
  }
}

/// A GGUF file under construction.
///
/// Every part can be made wrong.
struct GGUFFile {
  var magic: [UInt8] = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var valueCount: UInt64?
  /// Keys with the bytes of type and value.
  var values: [(key: String, bytes: [UInt8])] = []
  var tensors: [TensorEntry] = []
  var alignment = 32
  /// Bytes that follow the padded header.
  var data: [UInt8] = []

  struct TensorEntry {
    var name: String
    /// Innermost first, as in the file.
    var dimensions: [UInt64]
    var type: UInt32 = 0
    var offset: UInt64
    var dimensionCount: UInt32?
  }

  /// Adds a metadata value: a type number, then what the closure writes.
  mutating func set(_ key: String, _ type: UInt32, _ write: (inout Bytes) -> Void) {
    var value = Bytes()
    value.add(type)
    write(&value)
    values.removeAll { $0.key == key }
    values.append((key, value.bytes))
  }

  mutating func set(_ key: String, _ text: String) { set(key, 8) { $0.add(text) } }
  mutating func set(_ key: String, _ number: UInt32) { set(key, 4) { $0.add(number) } }
  mutating func set(_ key: String, _ number: Float) { set(key, 6) { $0.add(number.bitPattern) } }

  /// Adds a float32 tensor of this shape (outermost first) with its data behind the ones before.
  mutating func addTensor(_ name: String, _ shape: [Int], first: Float = 0.5) {
    while data.count % alignment != 0 { data.append(0) }
    tensors.append(
      TensorEntry(name: name, dimensions: shape.reversed().map { UInt64($0) }, offset: UInt64(data.count)))
    var elements = Bytes()
    for index in 0..<shape.reduce(1, *) { elements.add((first + Float(index)).bitPattern) }
    data += elements.bytes
  }

  func encoded() -> [UInt8] {
    var file = Bytes(bytes: magic)
    file.add(version)
    file.add(tensorCount ?? UInt64(tensors.count))
    file.add(valueCount ?? UInt64(values.count))
    for value in values {
      file.add(value.key)
      file.bytes += value.bytes
    }
    for tensor in tensors {
      file.add(tensor.name)
      file.add(tensor.dimensionCount ?? UInt32(tensor.dimensions.count))
      for extent in tensor.dimensions { file.add(extent) }
      file.add(tensor.type)
      file.add(tensor.offset)
    }
    if !data.isEmpty {
      while file.bytes.count % alignment != 0 { file.bytes.append(0) }
      file.bytes += data
    }
    return file.bytes
  }
}

/// A safetensors file under construction: a header text and the bytes behind it.
struct SafetensorsBuilder {
  private var entries: [String] = []
  private var data: [UInt8] = []

  /// Adds a tensor of this shape whose elements have `elementByteCount` bytes of zero.
  mutating func add(_ name: String, _ shape: [Int], type: String = "F32", elementByteCount: Int = 4) {
    let count = shape.reduce(elementByteCount, *)
    entries.append(
      "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(data.count),\(data.count + count)]}")
    data += [UInt8](repeating: 0, count: count)
  }

  func encoded() -> [UInt8] { Self.encoded(header: "{\(entries.joined(separator: ","))}", data: data) }

  /// A file with any header.
  static func encoded(header: String, data: [UInt8]) -> [UInt8] {
    var file = Bytes()
    file.add(UInt64(header.utf8.count))
    file.bytes += Array(header.utf8) + data
    return file.bytes
  }
}
