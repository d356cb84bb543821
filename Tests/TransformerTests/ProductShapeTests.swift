import Foundation
import Kernels
import OpenCL
import Positions
import TestSupport
import Testing
import Text

@testable import Transformer

/// The shapes of products on an OpenCL device: equal bits, and how they are chosen and kept.
@Suite(.enabled(if: OpenCLTestDevice.isThere, OpenCLTestDevice.skip), .serialized) struct ProductShapeTests {
  private static let tiles = ProductShape.all(.many)
  private static let vectors = ProductShape.all(.few)
  /// One of each storage, and of each way to load it.
  private static let types: [WeightType] = [.f32, .f16, .bf16, .q8_0, .q4_1, .mxfp4, .q4_K]

  @Test("every shape gives the same bits, with rows and outputs that no tile divides", arguments: types)
  func bits(type: WeightType) throws {
    let columns = type.blockElementCount == 1 ? 300 : type.blockElementCount == 32 ? 416 : 768
    let outputs = 133
    let matrix = WeightBytes(type, rows: outputs, columns: columns)
    var random = SplitMix64(seed: 3)
    let x = (0..<131 * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let bias = (0..<outputs).map { _ in Float.random(in: -1...1, using: &random) }
    func product(_ shape: ProductShape?, rows: Int) throws -> [UInt32] {
      let tuning = shape.map { ProductTuning.forced([$0]) } ?? .standard
      let device = try OpenCLDevice(tuning: tuning)
      // What is there is added to, in rows that are wider than the outputs.
      let stride = outputs + 3
      let y = device.makeBuffer((0..<rows * stride).map { Float($0 % 5) })
      device.multiply(
        device.makeBuffer(Array(x.prefix(rows * columns))), width: columns, rows: rows,
        [
          DenseProduct(
            weights: matrix.matrix(on: device), bias: device.makeBuffer(bias), into: y, stride: stride, adding: true)
        ], compute: .float32)
      let values = device.read(y, 0..<rows * stride).map(\.bitPattern)
      #expect(device.takeFailure() == nil)
      return values
    }
    let wanted = try product(nil, rows: 131)
    #expect(Set(wanted).count > 1000)
    for shape in Self.tiles {
      #expect(try product(shape, rows: 131) == wanted, "\(shape)")
      #expect(try product(shape, rows: 17) == Array(wanted.prefix(17 * (outputs + 3))), "\(shape), 17 rows")
    }
    for shape in Self.vectors {
      for rows in [1, 6] {
        #expect(try product(shape, rows: rows) == Array(wanted.prefix(rows * (outputs + 3))), "\(shape), \(rows) rows")
      }
    }
  }

  @Test("a product of so many columns that no sums of few rows fit a group's memory")
  func wide() throws {
    let columns = 1 << 19
    let x = (0..<columns).map { Float($0 % 3) - 1 }
    let weights = (0..<2 * columns).map { Float($0 % 5) - 2 }
    let bytes = weights.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    let device = try OpenCLDevice(tuning: .forced([Self.vectors[3]]))
    let matrix = device.makeMatrix(bytes: bytes.span, owner: device, type: .f32, rows: 2, columns: columns)
    let y = device.makeBuffer(count: 2)
    device.multiply(
      device.makeBuffer(x), width: columns, rows: 1,
      [DenseProduct(weights: matrix, bias: nil, into: y, stride: 2, adding: false)], compute: .float32)
    let wanted = (0..<2).map { o in (0..<columns).reduce(Float(0)) { $0 + x[$1] * weights[o * columns + $1] } }
    #expect(device.read(y, 0..<2) == wanted)
    #expect(device.takeFailure() == nil)
  }

  @Test("a shape is held to the bits of the standard, for every type", arguments: WeightType.allCases)
  func check(type: WeightType) throws {
    let device = try OpenCLDevice()
    let check = try ShapeCheck(type, device.programs)
    for shape in [Self.vectors[2], Self.tiles[0], Self.tiles[3]] { #expect(try check.holds(shape), "\(shape)") }
  }

  @Test("what was measured is kept, read again, and measured anew where the file is damaged, foreign or old")
  func kept() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("shapes-\(UInt64.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let tuning = ProductTuning.measured(folder: folder.appendingPathComponent("new/se-eval").path)
    let device = try OpenCLDevice(tuning: tuning)
    #expect(device.productShapes.isEmpty)
    let shape = device.shapes.shape(.many, .q8_0)
    #expect(Self.tiles.contains(shape))
    #expect(device.productShapes == ["many blocks": "\(shape)"])
    #expect(try OpenCLDevice.available(tuning: tuning)[0].productShapes == device.productShapes)
    let file = ProductShapeFile(folder: folder.appendingPathComponent("new/se-eval").path, device.queue.device)
    let written = try String(contentsOfFile: file.path, encoding: .utf8)
    #expect(written.contains(device.queue.device.name))

    // Another process takes the choice as it stands, whatever it is, and adds its own.
    let other = try #require(Self.tiles.first { $0 != shape })
    try written.replacingOccurrences(of: "\(shape)", with: "\(other)")
      .write(toFile: file.path, atomically: true, encoding: .utf8)
    let second = try OpenCLDevice(tuning: tuning)
    #expect(second.shapes.shape(.many, .mxfp4) == other)
    let few = second.shapes.shape(.few, .q8_0)
    #expect(Self.vectors.contains(few))
    #expect(try OpenCLDevice(tuning: tuning).productShapes == ["many blocks": "\(other)", "few blocks": "\(few)"])

    let whole = try String(contentsOfFile: file.path, encoding: .utf8)
    let damaged = [
      "", "\n", String(whole.dropLast(1)), String(whole.dropLast(30)), whole + "many", whole + "many blocks 1x1/1x1\n",
      whole + "many blocks \(few)\n", whole + "many blocks \(other)\n",
      whole + "most blocks \(other)\n", whole + "\u{0}\n",
      whole.replacingOccurrences(of: "kernels ", with: "kernels 0"),
      whole.replacingOccurrences(of: "driver ", with: "driver another "),
      whole.replacingOccurrences(of: "device ", with: "device another "), String(repeating: whole, count: 1000),
    ]
    for text in damaged {
      try text.write(toFile: file.path, atomically: true, encoding: .utf8)
      #expect(file.read().isEmpty, "\(text)")
    }
    try Data([0xff, 0xfe, 0x00]).write(to: URL(fileURLWithPath: file.path))
    let third = try OpenCLDevice(tuning: tuning)
    #expect(third.productShapes.isEmpty)
    let again = third.shapes.shape(.many, .q8_0)
    #expect(try OpenCLDevice(tuning: tuning).productShapes == ["many blocks": "\(again)"])

    // A process that has begun takes what another one measured since; nobody waits for the writer of a pipe.
    let fourth = try OpenCLDevice(tuning: tuning)
    _ = fourth.shapes.shape(.many, .q8_0)
    let meanwhile = Self.vectors.first { $0 != few } ?? few
    file.add(meanwhile, for: ProductKind(rows: .few, storage: .blocks))
    #expect(fourth.shapes.shape(.few, .q8_0) == meanwhile)
    try FileManager.default.removeItem(atPath: file.path)
    #expect(unsafe mkfifo(file.path, 0o600) == 0)
    #expect(file.read().isEmpty)
  }

  @Test("a folder that cannot be written is no error, and neither is memory that there is not")
  func unkept() throws {
    let device = try OpenCLDevice(tuning: .measured(folder: "/proc/se-eval"))
    let shape = device.shapes.shape(.many, .f16)
    #expect(Self.tiles.contains(shape) && device.productShapes == ["many floats": "\(shape)"])
    // Of the device at work there is only what the choice is held to the standard by.
    #expect(device.queue.mostHeldByteCount < 1 << 20 && device.queue.heldByteCount == 0)
    let tight = try OpenCLDevice(byteLimit: 1000, tuning: .measured(folder: nil))
    #expect(tight.shapes.shape(.many, .f16) == Self.tiles[0])
    // What was not measured is not said to be.
    #expect(tight.takeFailure() == nil && tight.productShapes.isEmpty)
  }

  @Test("what a model's products need is chosen and compiled before the first of them")
  func prepared() throws {
    let device = try OpenCLDevice(tuning: .measured(folder: nil))
    let model = try Model.load(path: OpenCLTestDevice.model("families/llama-3.1"), device: device)
    try model.prepareProducts(in: .float16)
    #expect(device.productShapes.isEmpty)
    try model.prepareProducts(in: .float32)
    let shapes = device.productShapes
    #expect(shapes.count % 3 == 0 && !shapes.isEmpty)
    _ = try Session(model: model, method: .plain, options: SessionOptions(chunkSize: 67))
      .logits((0..<90).map { $0 % 90 })
    #expect(device.productShapes == shapes)
  }

  @Test("a model gives the same bits with shapes that were measured, and the same identity")
  func model() throws {
    let tokens = (0..<90).map { ($0 * 37 + 11) % 90 }
    func logits(_ tuning: ProductTuning) throws -> [UInt32] {
      let device = try OpenCLDevice(tuning: tuning)
      #expect(device.numericsIdentity(.float32) == OpenCLTestDevice.shared?.numericsIdentity(.float32))
      let model = try Model.load(path: OpenCLTestDevice.model("families/llama-3.1"), device: device)
      return try Session(model: model, method: .plain, options: SessionOptions(chunkSize: 67)).logits(tokens)
        .map(\.bitPattern)
    }
    let wanted = try logits(.standard)
    #expect(try logits(.measured(folder: nil)) == wanted)
    #expect(try logits(.forced([Self.tiles[4], Self.vectors[3]])) == wanted)
  }
}

/// What of shapes needs no device.
@Suite struct ProductShapeArithmeticTests {
  private static let tiles = ProductShape.all(.many)
  private static let vectors = ProductShape.all(.few)

  @Test("work items of each shape bring whole rounds of both factors, and every device can take it")
  func rounds() {
    for shape in Self.tiles {
      guard case .tile(let rows, let outputs, let itemRows, let itemOutputs) = shape else { continue }
      #expect(itemRows % 4 == 0 && itemOutputs % 4 == 0 && rows % itemRows == 0 && outputs % itemOutputs == 0)
      #expect(2 * rows % shape.items == 0 && 2 * outputs % shape.items == 0, "\(shape)")
      // What `OpenCLDevice` asks of a device.
      #expect(shape.items <= 256 && 4 * 32 * (rows + 4 + outputs + 4) <= 36 << 10, "\(shape)")
    }
    for shape in Self.tiles + Self.vectors { #expect(ProductShape(shape.description) == shape) }
    #expect(ProductShape("7x7/1x1") == nil)
  }

  @Test(
    "sums that do not fit a group's memory take a smaller shape, and then tiles",
    arguments: [
      // 512 segments: 32 KiB of sums for 16 outputs, 8 KiB for 4; half of the memory may be taken.
      (16 << 10, 1 << 16, "4/64"), (64 << 10, 1 << 16, "16/128"), (1 << 20, 1 << 16, "16/128"),
      (16 << 10, 1 << 19, nil), (64 << 10, 1 << 19, nil), (1 << 20, 1 << 19, "16/128"),
    ] as [(Int, Int, String?)])
  func fitting(localByteCount: Int, columns: Int, wanted: String?) {
    let shape = Self.vectors[3].fitting(rows: 1, columns: columns, localByteCount: localByteCount)
    #expect(shape?.description == wanted)
  }
}
