import Checkpoints
import TestSupport
import Testing

@Suite struct HostileGGUFTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func failure(_ bytes: [UInt8]) throws -> CheckpointError? {
    let path = try folder.write(bytes, to: "test.gguf")
    do throws(CheckpointError) {
      _ = try Checkpoint.open(path)
      return nil
    } catch {
      return error
    }
  }

  private func failure(_ change: (inout GGUFFile) -> Void) throws -> CheckpointError? {
    var file = TinyLlama.gguf()
    change(&file)
    return try failure(file.encoded())
  }

  private var path: String { "\(folder.path)/test.gguf" }

  @Test("a file cut at any byte is an error")
  func truncation() throws {
    var file = TinyLlama.gguf()
    file.set("general.tags", 9) { value in
      value.add(UInt32(8))
      value.add(UInt64(2))
      value.add("one")
      value.add("two")
    }
    let whole = file.encoded()
    #expect(try failure(whole) == nil)
    for count in 0..<whole.count {
      guard let error = try failure(Array(whole[..<count])) else {
        Issue.record("cut at \(count) of \(whole.count)")
        return
      }
      guard case .truncated = error else {
        Issue.record("cut at \(count): \(error)")
        return
      }
    }
  }

  @Test("changed bytes never stop the program", arguments: 0..<16)
  func noise(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let whole = TinyLlama.gguf().encoded()
    let headerCount = 1200
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<headerCount, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      // Whatever comes out, an error or a checkpoint, it came out.
      if try failure(bytes) == nil { _ = try Checkpoint.open(path).contentHash() }
    }
  }

  @Test("other magic, version 1, version 4 and big-endian files are refused by name")
  func container() throws {
    #expect(
      try failure { $0.magic = Array("GGML".utf8) }
        == .unsupported(
          file: path, field: "kind of file", found: "one that begins with bytes [71, 71, 77, 76]",
          supported: ["a GGUF file", "the folder that holds config.json and the weights"]))
    for version in [0, 1, 4] as [UInt32] {
      #expect(
        try failure { $0.version = version }
          == .unsupported(file: path, field: "GGUF version", found: "\(version)", supported: ["2", "3"]))
    }
    #expect(
      try failure { $0.version = UInt32(3).byteSwapped }
        == .unsupported(file: path, field: "byte order", found: "big-endian", supported: ["little-endian GGUF"]))
  }

  @Test("counts beyond the file are refused before anything is allocated", arguments: [1 << 63, .max, 1 << 40])
  func counts(count: UInt64) throws {
    guard case .truncated = try failure({ $0.tensorCount = count }) else {
      Issue.record("tensor count")
      return
    }
    guard case .truncated = try failure({ $0.valueCount = count }) else {
      Issue.record("metadata count")
      return
    }
    for type in 0...12 as ClosedRange<UInt32> {
      let error = try failure { file in
        file.set("array", 9) { value in
          value.add(type)
          value.add(count)
        }
      }
      guard case .truncated = error else {
        Issue.record("array of type \(type): \(String(describing: error))")
        return
      }
    }
    let error = try failure { file in file.set("text", 8) { $0.add(count) } }
    guard case .truncated = error else {
      Issue.record("string: \(String(describing: error))")
      return
    }
  }

  @Test("unknown value types, booleans other than 0 and 1 and deep arrays are refused")
  func values() throws {
    #expect(
      try failure { file in file.set("odd", 13) { $0.add(UInt64(0)) } }
        == .invalid(file: path, field: "type of metadata 'odd'", expected: "0 to 12", found: "13"))
    #expect(
      try failure { file in file.set("flag", 7) { $0.add(UInt8(2)) } }
        == .invalid(file: path, field: "metadata 'flag'", expected: "0 or 1 for a boolean", found: "2"))
    let error = try failure { file in
      file.set("deep", 9) { value in
        for _ in 0..<100 {
          value.add(UInt32(9))
          value.add(UInt64(1))
        }
      }
    }
    #expect(
      error
        == .invalid(
          file: path, field: "metadata 'deep'", expected: "arrays nested at most 4 deep", found: "a deeper array"))
  }

  @Test("duplicate keys and tensors are refused")
  func duplicates() throws {
    #expect(try failure { $0.values.append($0.values[0]) } == .duplicate(file: path, name: "general.architecture"))
    #expect(try failure { $0.tensors.append($0.tensors[0]) } == .duplicate(file: path, name: "token_embd.weight"))
  }

  @Test("keys must be UTF-8 and not empty")
  func keys() throws {
    #expect(
      try failure { $0.values[0].key = "" }
        == .invalid(file: path, field: "key of metadata 0", expected: "1 to 65535 bytes", found: "0 bytes"))
    var bytes = TinyLlama.gguf().encoded()
    bytes[32] = 0xff
    #expect(
      try failure(bytes)
        == .invalid(file: path, field: "key of metadata 0", expected: "UTF-8", found: "other bytes at offset 32"))
  }

  @Test("an alignment that is no power of two is refused", arguments: [0, 3, 48, 1 << 25] as [UInt32])
  func alignment(value: UInt32) throws {
    #expect(
      try failure { $0.set("general.alignment", value) }
        == .invalid(
          file: path, field: "metadata 'general.alignment'", expected: "a power of two up to 16777216",
          found: "\(value)"))
  }

  @Test("another alignment is honoured")
  func otherAlignment() throws {
    var file = GGUFFile()
    file.alignment = 64
    let tiny = TinyLlama.gguf()
    file.values = tiny.values
    file.set("general.alignment", UInt32(64))
    for (name, _, shape) in TinyLlama.tensors { file.addTensor(name, shape, first: 3) }
    let checkpoint = try Checkpoint.open(folder.write(file.encoded(), to: "test.gguf"))
    #expect(checkpoint.tensors.values.allSatisfy { $0.byteRange.lowerBound % 64 == 0 })
    #expect(try checkpoint.tensor("blk.0.ffn_norm.weight").floats() == [3, 4, 5, 6, 7, 8, 9, 10])
  }

  @Test("dimensions: none, five, zero, or a product beyond 63 bits")
  func dimensions() throws {
    for count in [0, 5, .max] as [UInt32] {
      #expect(
        try failure { $0.tensors[0].dimensionCount = count }
          == .invalid(
            file: path, field: "dimension count of tensor 'token_embd.weight'", expected: "1 to 4",
            found: "\(count)"))
    }
    for extent in [0, 1 << 63, UInt64.max] {
      #expect(
        try failure { $0.tensors[0].dimensions = [8, extent] }
          == .invalid(
            file: path, field: "dimensions of tensor 'token_embd.weight'", expected: "positive 63-bit numbers",
            found: "\(extent)"))
    }
    #expect(
      try failure { $0.tensors[0].dimensions = [1 << 40, 1 << 40] }
        == .invalid(
          file: path, field: "dimensions of tensor 'token_embd.weight'", expected: "a product below 2^63",
          found: "\([1 << 40, 1 << 40])"))
  }

  @Test("tensor data must be aligned, inside the file and not over other data")
  func offsets() throws {
    #expect(
      try failure { $0.tensors[0].offset = 4 }
        == .invalid(
          file: path, field: "offset of tensor 'token_embd.weight'", expected: "a multiple of 32", found: "4"))
    for offset in [1 << 63, UInt64.max] {
      #expect(
        try failure { $0.tensors[0].offset = offset }
          == .invalid(
            file: path, field: "offset of tensor 'token_embd.weight'", expected: "less than the size of the file",
            found: "\(offset)"))
    }
    for offset in [1 << 62, UInt64(Int.max) / 32 * 32, 1 << 30] {
      let error = try failure { $0.tensors[0].offset = offset }
      switch error {
      case .truncated, .invalid: break
      default: Issue.record("offset \(offset): \(String(describing: error))")
      }
    }
    let overlap = try failure { $0.tensors[1].offset = 0 }
    guard case .invalid(_, "offset of tensor 'token_embd.weight'", _, "0") = overlap else {
      Issue.record("\(String(describing: overlap))")
      return
    }
  }

  @Test("element types that are not read are named")
  func types() throws {
    for (number, name) in [(16, "IQ2_XXS"), (28, "F64"), (24, "I8"), (4711, "type 4711")] as [(UInt32, String)] {
      #expect(
        try failure { $0.tensors[0].type = number }
          == .unsupported(
            file: path, field: "type of tensor 'token_embd.weight'", found: name,
            supported: TensorType.allCases.map(\.rawValue)))
    }
    // 8 columns are not whole blocks of 32.
    #expect(
      try failure { $0.tensors[0].type = 8 }
        == .invalid(
          file: path, field: "shape of tensor 'token_embd.weight'",
          expected: "rows of a multiple of 32 elements for type Q8_0", found: "[6, 8]"))
  }

  @Test("an empty file, a folder and a missing file are errors")
  func noFile() throws {
    #expect(try failure([]) == .truncated(file: path, field: "magic", offset: 0, needed: 4, available: 0))
    #expect(throws: CheckpointError.notFound(path: "/nowhere/x.gguf", lookedFor: ["/nowhere/x.gguf"], present: [])) {
      try Checkpoint.open("/nowhere/x.gguf")
    }
    #expect(throws: CheckpointError.cannotRead(file: folder.path, reason: "it is not a regular file")) {
      try MappedFile(path: folder.path)
    }
  }
}
