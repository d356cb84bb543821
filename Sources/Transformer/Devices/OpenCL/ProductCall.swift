import Kernels
import OpenCL

/// A float32 product as its kernels take it.
struct ProductCall {
  let x: OpenCLMemory
  /// Elements from a row of `x` to the next.
  let width: Int
  let rows: Int
  let weights: OpenCLMemory
  let type: WeightType
  let outputs: Int
  let columns: Int
  let bias: OpenCLMemory?
  let y: OpenCLMemory
  /// Elements from a row of `y` to the next.
  let stride: Int
  /// Whether what is in `y` is added to.
  let adding: Bool

  /// Starts it in a shape; does not wait.
  func run(_ shape: ProductShape, _ programs: OpenCLPrograms) throws(OpenCLError) {
    var arguments: [OpenCLArgument] = [
      .memory(x), .memory(weights), .memory(bias ?? x), .memory(y), .int(columns), .int(outputs), .int(rows),
      .int(width), .int(stride), .long(columns / type.blockElementCount * type.blockByteCount),
      .int(bias == nil ? 0 : 1), .int(adding ? 1 : 0),
    ]
    if let byteCount = shape.partByteCount(rows: rows, columns: columns) {
      arguments.append(.local(byteCount: byteCount))
    }
    try programs.queue.run(
      programs.kernel(shape.kernel, .products(type, shape)), arguments,
      groups: shape.groups(rows: rows, outputs: outputs), items: shape.items)
  }
}

extension ProductCall {
  /// A product of made-up numbers, with weights that lie without gaps.
  init(
    rows: Int, outputs: Int, columns: Int, type: WeightType, adding: Bool, on queue: OpenCLQueue
  ) throws(OpenCLError) {
    var state: UInt32 = 1
    let numbers = (0..<Self.period).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return state >> 16
    }
    // Neither zeros nor numbers that are none: as 16 or 32 bits of a float, or as a scale, any two of these bytes are an
    // ordinary number, and the largest are about 1. A scale that is an exponent alone has its 1 elsewhere.
    let floor: UInt8 = type == .mxfp4 ? 0x50 : 0x10
    let bytes = numbers.map { UInt8(truncatingIfNeeded: $0) & 0x3f | floor }
    let byteCount = outputs * (columns / type.blockElementCount * type.blockByteCount)
    x = try queue.makeMemory(
      copying: (0..<rows * columns).map { Float(numbers[$0 % Self.period] % 4096) / 2048 - 1 })
    weights = try queue.makeMemory(copying: (0..<byteCount).map { bytes[$0 % Self.period] })
    y = try queue.makeMemory(byteCount: 4 * rows * outputs)
    bias = adding ? x : nil
    (width, stride) = (columns, outputs)
    (self.rows, self.outputs, self.columns, self.type, self.adding) = (rows, outputs, columns, type, adding)
  }

  /// Numbers before they come again; a prime, so that rows differ.
  private static let period = 65_521
}

/// Whether shapes give a type's products the bits that the standard gives, where no tile divides rows and outputs, no
/// segment the columns, and a bias and what is there are added.
struct ShapeCheck {
  private let call: ProductCall
  private let programs: OpenCLPrograms
  private let wanted: [UInt32]

  init(_ type: WeightType, _ programs: OpenCLPrograms) throws(OpenCLError) {
    let columns =
      switch ProductKind.Storage(type) {
      case .floats: 300
      case .blocks: 416
      case .superblocks: 768
      }
    self.programs = programs
    call = try ProductCall(rows: 67, outputs: 131, columns: columns, type: type, adding: true, on: programs.queue)
    wanted = try Self.bits(call, ProductShape.all(.few)[0], programs)
  }

  func holds(_ shape: ProductShape) throws(OpenCLError) -> Bool { try Self.bits(call, shape, programs) == wanted }

  private static func bits(
    _ call: ProductCall, _ shape: ProductShape, _ programs: OpenCLPrograms
  ) throws(OpenCLError) -> [UInt32] {
    let count = call.rows * call.outputs
    try programs.queue.copy(call.x, at: 0, to: call.y, at: 0, byteCount: 4 * count)
    try call.run(shape, programs)
    return try programs.queue.read(call.y, byteOffset: 0, count: count)
  }
}
