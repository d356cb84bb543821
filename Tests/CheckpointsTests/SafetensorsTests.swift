import Checkpoints
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { "\(folder.path)/test.safetensors" }

  private func failure(_ bytes: [UInt8]) throws -> CheckpointError? {
    try folder.write(bytes, to: "test.safetensors")
    do throws(CheckpointError) {
      _ = try SafetensorsFile(path: path)
      return nil
    } catch {
      return error
    }
  }

  private func failure(_ header: String, dataCount: Int = 8) throws -> CheckpointError? {
    try failure(SafetensorsBuilder.encoded(header: header, data: [UInt8](repeating: 0, count: dataCount)))
  }

  private func entry(_ fields: String) -> String { "{\"a\":{\(fields)}}" }

  @Test("tensors are read with name, type, shape and bytes; metadata is passed over")
  func reading() throws {
    let header = """
      {"__metadata__":{"format":"pt"},"b\\u00e9":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},
       "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}, "c":{"dtype":"I64","shape":[],"data_offsets":[12,20]}}
      """
    var data = Bytes()
    for number in [1.5, -2] as [Float] { data.add(number.bitPattern) }
    for bits in [0x3f80, 0xc000] as [UInt16] { data.add(bits) }
    data.add(Int64(7))
    try folder.write(SafetensorsBuilder.encoded(header: header, data: data.bytes), to: "test.safetensors")
    let file = try SafetensorsFile(path: path)
    #expect(file.entries.map(\.name) == ["a", "bé", "c"])
    #expect(file.entries.map(\.shape) == [[2, 1], [2], []])
    #expect(try file.tensor("a").floats() == [1.5, -2])
    #expect(try file.tensor("bé", as: "x").floats() == [1, -2])
    #expect(try file.tensor("bé", as: "x").name == "x")
    #expect(throws: CheckpointError.missingTensor(file: path, tensor: "d")) { try file.tensor("d") }
    #expect(
      throws: CheckpointError.unsupported(
        file: path, field: "dtype of tensor 'c'", found: "I64", supported: ["F32", "F16", "BF16"])
    ) { try file.tensor("c") }
  }

  @Test("half precision is widened without loss")
  func halfPrecision() throws {
    var data = Bytes()
    // 1, -2, greatest, smallest normal, smallest subnormal, -0, infinity.
    for bits in [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00] as [UInt16] { data.add(bits) }
    let header = "{\"a\":{\"dtype\":\"F16\",\"shape\":[7],\"data_offsets\":[0,14]}}"
    try folder.write(SafetensorsBuilder.encoded(header: header, data: data.bytes), to: "test.safetensors")
    let floats = try #require(try SafetensorsFile(path: path).tensor("a").floats())
    #expect(floats == [1, -2, 65504, 0x1p-14, 0x1p-24, -0.0, .infinity])
    #expect(floats[5].sign == .minus)
  }

  @Test("a file cut at any byte is an error")
  func truncation() throws {
    var file = SafetensorsBuilder()
    file.add("weight", [2, 3])
    file.add("bias", [3], type: "F16", elementByteCount: 2)
    let whole = file.encoded()
    #expect(try failure(whole) == nil)
    for count in 0..<whole.count where try failure(Array(whole[..<count])) == nil {
      Issue.record("cut at \(count) of \(whole.count)")
    }
    #expect(
      try failure(whole + [0])
        == .invalid(
          file: path, field: "size of the file", expected: "\(whole.count) bytes, where the last tensor ends",
          found: "\(whole.count + 1)"))
  }

  @Test("changed bytes never stop the program", arguments: 0..<8)
  func noise(seed: UInt64) throws {
    var file = SafetensorsBuilder()
    file.add("weight", [2, 3])
    file.add("bias", [3], type: "F16", elementByteCount: 2)
    let whole = file.encoded()
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = try failure(bytes)
    }
  }

  @Test("a header length beyond the limit or the file is refused", arguments: [0, 1, 50_000_001, 1 << 63, .max])
  func headerLength(length: UInt64) throws {
    var file = Bytes()
    file.add(length)
    file.bytes += Array("{}".utf8)
    #expect(
      try failure(file.bytes)
        == .invalid(file: path, field: "header length", expected: "2 to 50000000 bytes", found: "\(length)"))
    var longer = Bytes()
    longer.add(UInt64(3))
    longer.bytes += Array("{}".utf8)
    #expect(try failure(longer.bytes) == .truncated(file: path, field: "header", offset: 8, needed: 3, available: 2))
  }

  @Test("headers that are no JSON object of objects are refused")
  func notJSON() throws {
    for header in ["[]", "{\"a\":1}", "{\"a\"}", "{\"a\":}", "{,}", "{\"a\":{}", "nonsense", "{} {}", "{\"\u{1}\":{}}"]
    {
      #expect(try failure(header) != nil, "\(header)")
    }
    let deep = String(repeating: "[", count: 10_000)
    #expect(try failure(deep) != nil)
  }

  @Test("a tensor that appears twice is refused")
  func duplicates() throws {
    let tensor = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"
    #expect(try failure("{\(tensor),\(tensor)}") == .duplicate(file: path, name: "a"))
    #expect(
      try failure(entry("\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"))
        == .duplicate(file: path, name: "dtype"))
  }

  @Test("fields that are missing or of the wrong kind are named")
  func fields() throws {
    #expect(
      try failure(entry("\"shape\":[2],\"data_offsets\":[0,8]")) == .missingField(file: path, field: "a.dtype"))
    #expect(
      try failure(entry("\"dtype\":\"F32\",\"data_offsets\":[0,8]")) == .missingField(file: path, field: "a.shape"))
    #expect(
      try failure(entry("\"dtype\":\"F32\",\"shape\":[2]")) == .missingField(file: path, field: "a.data_offsets"))
    #expect(
      try failure(entry("\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]"))
        == .unsupported(
          file: path, field: "dtype of tensor 'a'", found: "Q4", supported: ["F32", "F16", "BF16"]))
    #expect(
      try failure(entry("\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]"))
        == .invalid(file: path, field: "'a.shape'", expected: "integers from 0", found: "-2"))
    #expect(
      try failure(entry("\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]"))
        == .invalid(file: path, field: "'a.shape'", expected: "integers from 0", found: "2.5"))
  }

  @Test("offsets must cover the data exactly, and fit the shape")
  func offsets() throws {
    func twoTensors(_ first: String, _ second: String) -> String {
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":\(first)},"
        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":\(second)}}"
    }
    #expect(try failure(twoTensors("[0,4]", "[4,8]")) == nil)
    #expect(try failure(twoTensors("[4,8]", "[0,4]")) == nil)
    #expect(
      try failure(twoTensors("[0,4]", "[0,4]"), dataCount: 4)
        == .invalid(
          file: path, field: "data_offsets of tensor 'b'",
          expected: "a begin of 4, where the tensor before it ends", found: "0"))
    #expect(
      try failure(twoTensors("[0,4]", "[8,12]"), dataCount: 12)
        == .invalid(
          file: path, field: "data_offsets of tensor 'b'",
          expected: "a begin of 4, where the tensor before it ends", found: "8"))
    let shape = "\"dtype\":\"F32\",\"shape\":[3]"
    #expect(
      try failure(entry("\(shape),\"data_offsets\":[0,8]"))
        == .invalid(
          file: path, field: "data_offsets of tensor 'a'", expected: "12 bytes for F32 [3]", found: "8 bytes"))
    #expect(
      try failure(entry("\(shape),\"data_offsets\":[8,0]"))
        == .invalid(file: path, field: "data_offsets of tensor 'a'", expected: "begin and end", found: "[8, 0]"))
    for end in [9, Int.max] {
      #expect(
        try failure(entry("\(shape),\"data_offsets\":[0,\(end)]"))
          == .truncated(
            file: path, field: "tensor 'a'", offset: 8 + entry("\(shape),\"data_offsets\":[0,\(end)]").utf8.count,
            needed: UInt64(end), available: 8))
    }
    #expect(
      try failure(entry("\"dtype\":\"F32\",\"shape\":[\(Int.max),\(Int.max)],\"data_offsets\":[0,8]"))
        == .invalid(
          file: path, field: "shape of tensor 'a'", expected: "a product below 2^63",
          found: "[\(Int.max), \(Int.max)]"))
  }
}
