import Checkpoints
import TestSupport
import Testing

@Suite struct GGUFHeaderTests {
  private func header(_ file: GGUFFile) throws -> GGUFHeader {
    let folder = try TemporaryFolder()
    return try GGUFHeader.read(path: folder.write(file.encoded(), to: "test.gguf"))
  }

  @Test("every scalar type is read with its sign and width")
  func scalars() throws {
    var file = GGUFFile()
    file.set("u8", 0) { $0.add(UInt8(250)) }
    file.set("i8", 1) { $0.add(Int8(-5)) }
    file.set("u16", 2) { $0.add(UInt16(65_000)) }
    file.set("i16", 3) { $0.add(Int16(-30_000)) }
    file.set("u32", 4) { $0.add(UInt32(4_000_000_000)) }
    file.set("i32", 5) { $0.add(Int32(-2_000_000_000)) }
    file.set("f32", 6) { $0.add(Float(0.1).bitPattern) }
    file.set("yes", 7) { $0.add(UInt8(1)) }
    file.set("text", 8) { $0.add("Größe") }
    file.set("u64", 10) { $0.add(UInt64.max) }
    file.set("i64", 11) { $0.add(Int64.min) }
    file.set("f64", 12) { $0.add((0.1).bitPattern) }
    let header = try header(file)
    #expect(header.version == 3)
    #expect(header.metadata.count == 12)
    #expect(try header.integer("u8") == 250)
    #expect(try header.integer("i8") == -5)
    #expect(try header.integer("u16") == 65_000)
    #expect(try header.integer("i16") == -30_000)
    #expect(try header.integer("u32") == 4_000_000_000)
    #expect(try header.integer("i32") == -2_000_000_000)
    #expect(try header.number("f32") == Double(Float(0.1)))
    #expect(try header.bool("yes") == true)
    #expect(try header.string("text") == "Größe")
    #expect(header.metadata["u64"] == .unsigned(.max))
    #expect(try header.integer("i64") == .min)
    #expect(try header.number("f64") == 0.1)
    #expect(try header.number("i8") == -5)
    #expect(try header.integer("absent") == nil)
  }

  @Test("every array type is read, nested arrays included")
  func arrays() throws {
    var file = GGUFFile()
    file.set("strings", 9) { value in
      value.add(UInt32(8))
      value.add(UInt64(4))
      for element in [Array("a".utf8), [], [0xff, 0x00, 0xc3], Array("▁the".utf8)] { value.add(element) }
    }
    file.set("signed", 9) { value in
      value.add(UInt32(5))
      value.add(UInt64(3))
      for element in [-1, 0, 7] as [Int32] { value.add(element) }
    }
    file.set("unsigned", 9) { value in
      value.add(UInt32(0))
      value.add(UInt64(2))
      for element in [1, 255] as [UInt8] { value.add(element) }
    }
    file.set("reals", 9) { value in
      value.add(UInt32(6))
      value.add(UInt64(2))
      for element in [1.5, -1000] as [Float] { value.add(element.bitPattern) }
    }
    file.set("flags", 9) { value in
      value.add(UInt32(7))
      value.add(UInt64(2))
      for element in [1, 0] as [UInt8] { value.add(element) }
    }
    file.set("nested", 9) { value in
      value.add(UInt32(9))
      value.add(UInt64(2))
      for element in [3, 4] as [Int64] {
        value.add(UInt32(11))
        value.add(UInt64(1))
        value.add(element)
      }
    }
    let folder = try TemporaryFolder()
    let header = try GGUFHeader.read(path: folder.write(file.encoded(), to: "test.gguf"))
    let strings = try #require(try header.strings("strings"))
    #expect(Array(strings) == [Array("a".utf8), [], [0xff, 0x00, 0xc3], Array("▁the".utf8)])
    #expect(strings.text(at: 3) == "▁the")
    #expect(strings.text(at: 2) == "\u{fffd}\0\u{fffd}")
    #expect(strings.withBytes(at: 2) { $0.count } == 3)
    #expect(try header.integers("signed") == [-1, 0, 7])
    #expect(try header.integers("unsigned") == [1, 255])
    #expect(try header.floats("reals") == [1.5, -1000])
    #expect(try header.bools("flags") == [true, false])
    #expect(header.metadata["nested"] == .arrays([.signedArray([3]), .signedArray([4])]))
  }

  @Test("a value of another type than asked for is an error that names the key")
  func wrongType() throws {
    var file = GGUFFile()
    file.set("text", "ten")
    file.set("great", 10) { $0.add(UInt64.max) }
    let header = try header(file)
    let error = CheckpointError.invalid(
      file: header.path, field: "metadata 'text'", expected: "an integer", found: "a string")
    #expect(throws: error) { try header.integer("text") }
    #expect(throws: CheckpointError.self) { try header.integer("great") }
    #expect(throws: CheckpointError.self) { try header.bool("text") }
    #expect(throws: CheckpointError.self) { try header.strings("text") }
    #expect(throws: CheckpointError.self) { try header.floats("text") }
    #expect(throws: CheckpointError.self) { try header.string("great") }
  }

  @Test("version 2 and a vocabulary without tensors are read")
  func vocabulary() throws {
    var file = GGUFFile()
    file.version = 2
    file.set("general.architecture", "anything")
    let header = try header(file)
    #expect(header.version == 2)
    #expect(header.tensors.isEmpty)
  }

  @Test("the table of tensors gives shapes outermost first, also of types that are not read")
  func tensors() throws {
    var file = GGUFFile()
    file.tensors = [
      .init(name: "a", dimensions: [64, 3, 2], type: 2, offset: 0),
      .init(name: "b", dimensions: [256], type: 16, offset: 224),
    ]
    let header = try header(file)
    #expect(header.tensors.map(\.shape) == [[2, 3, 64], [256]])
    #expect(header.tensors.map(\.type) == [.q4_0, nil])
    #expect(header.tensors.map(\.typeName) == ["Q4_0", "IQ2_XXS"])
    #expect(header.dataOffset % 32 == 0)
  }
}
