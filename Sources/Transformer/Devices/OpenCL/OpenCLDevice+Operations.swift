public import Kernels
import OpenCL

extension OpenCLDevice {
  /// Work items of a group where the kernel does not say.
  static let items = 64
  /// Work items of a group that shares sums; as in elements.cl.
  private static let sumItems = 128

  /// Starts a kernel of `elements.cl` with a work item for each of `count` elements, or a group for each of `rows`.
  private func run(
    _ name: String, count: Int, _ arguments: () throws(OpenCLError) -> [OpenCLArgument]
  ) {
    attempt(()) { () throws(OpenCLError) in
      let groups = (count + Self.items - 1) / Self.items
      try queue.run(programs.kernel(name, .elements), arguments(), groups: [groups], items: Self.items)
    }
  }

  private func runRows(
    _ name: String, rows: Int, _ arguments: () throws(OpenCLError) -> [OpenCLArgument]
  ) throws(OpenCLError) {
    try queue.run(programs.kernel(name, .elements), arguments(), groups: [rows], items: Self.sumItems)
  }

  /// Rows of the embedding, dequantised.
  public func embed(_ ids: [Int], _ table: any DeviceMatrix, scale: Float, into: any DeviceBuffer) {
    attempt(()) { () throws(OpenCLError) in
      let table = owned(table, OpenCLMatrix.self)
      let count = ids.count * ((table.columns + 15) / 16)
      try queue.run(
        programs.kernel("embed_rows", .embedding(table.type)),
        [
          .memory(try queue.makeMemory(copying: ids.map { Int32($0) })), .memory(try weights(table)),
          .memory(try memory(into)), .int(table.columns), .long(table.rowByteCount), .float(scale), .int(ids.count),
        ], groups: [(count + Self.items - 1) / Self.items], items: Self.items)
    }
  }

  func weights(_ matrix: OpenCLMatrix) throws(OpenCLError) -> OpenCLMemory {
    try present(matrix.memory, byteCount: matrix.rows * matrix.rowByteCount)
  }

  /// Dense products in float32 or of halves.
  public func multiply(
    _ x: any DeviceBuffer, width: Int, rows: Int, _ products: [DenseProduct], compute: Compute
  ) {
    guard canCompute(in: compute) else { fatalError("OpenCLDevice: products in \(compute.rawValue)") }
    guard rows > 0 else { return }
    if compute == .float16 {
      attempt(()) { () throws(OpenCLError) in try multiplyHalves(memory(x), width: width, rows: rows, products) }
      return
    }
    for product in products {
      attempt(()) { () throws(OpenCLError) in try multiply(memory(x), width: width, rows: rows, product) }
    }
  }

  /// The objects of a product; sizes that do not fit stop the program.
  func checked(
    _ x: OpenCLMemory, width: Int, rows: Int, _ product: DenseProduct
  ) throws(OpenCLError) -> (matrix: OpenCLMatrix, into: OpenCLMemory, bias: OpenCLMemory?) {
    let matrix = owned(product.weights, OpenCLMatrix.self)
    let y = try memory(product.into)
    let bias = try product.bias.map { (bias) throws(OpenCLError) in try memory(bias) }
    guard x.byteCount >= 4 * ((rows - 1) * width + matrix.columns), matrix.columns <= width,
      y.byteCount >= 4 * ((rows - 1) * product.stride + matrix.rows), product.stride >= matrix.rows,
      bias.map({ $0.byteCount >= 4 * matrix.rows }) ?? true
    else {
      fatalError(
        "OpenCLDevice: \(rows) rows of \(width) by \(matrix.rows) x \(matrix.columns) into \(y.byteCount) bytes")
    }
    return (matrix, y, bias)
  }

  private func multiply(
    _ x: OpenCLMemory, width: Int, rows: Int, _ product: DenseProduct
  ) throws(OpenCLError) {
    let (matrix, y, bias) = try checked(x, width: width, rows: rows, product)
    // With few rows a shape whose sums fit the memory of a group, or else that of more rows.
    let fitting = shapes.shape(ProductKind.Rows(rows), matrix.type)
      .fitting(rows: rows, columns: matrix.columns, localByteCount: queue.device.localByteCount)
    try ProductCall(
      x: x, width: width, rows: rows, weights: weights(matrix), type: matrix.type, outputs: matrix.rows,
      columns: matrix.columns, bias: bias, y: y, stride: product.stride, adding: product.adding
    ).run(fitting ?? shapes.shape(.some, matrix.type), programs)
  }

  /// Shapes are chosen, and their kernels compiled and run once: some drivers compile no sooner.
  public func prepareProducts(with types: Set<WeightType>, compute: Compute) {
    guard compute == .float32 else { return }
    for type in types {
      attempt(()) { () throws(OpenCLError) in
        do throws(OpenCLError) {
          let check = try ShapeCheck(type, programs)
          for rows in ProductKind.Rows.allCases { _ = try check.holds(shapes.shape(rows, type)) }
        } catch {
          // Where there is no memory for so little, what needs it says so.
          guard case .noMemory = error else { throw error }
        }
      }
    }
  }

  /// A norm of rows.
  public func norm(_ x: any DeviceBuffer, rows: Int, columns: Int, _ norm: DeviceNorm, into: any DeviceBuffer) {
    attempt(()) { () throws(OpenCLError) in
      try runRows("norm_rows", rows: rows) { () throws(OpenCLError) in
        [
          .memory(try memory(x)), .memory(try memory(norm.scale)), .memory(try memory(norm.bias ?? norm.scale)),
          .memory(try memory(into)), .int(columns), .float(norm.epsilon), .int(norm.kind == .layer ? 1 : 0),
          .int(norm.bias == nil ? 0 : 1),
        ]
      }
    }
  }

  /// Rotary embedding.
  public func rotate(_ x: any DeviceBuffer, rows: Int, _ rotation: DeviceRotation, into: any DeviceBuffer) {
    let count = rows * rotation.heads * rotation.headDimension
    run("rotate_heads", count: count) { () throws(OpenCLError) in
      [
        .memory(try memory(x)), .memory(try memory(rotation.cosines)), .memory(try memory(rotation.sines)),
        .memory(try memory(rotation.rowScale ?? rotation.cosines)), .memory(try memory(into)), .int(count),
        .int(rotation.heads), .int(rotation.headDimension), .int(rotation.rotaryDimension),
        .int(rotation.pairing == .interleaved ? 1 : 0), .int(rotation.rowScale == nil ? 0 : 1),
      ]
    }
  }

  /// Keeps rotated keys.
  public func storeKeys(
    _ keys: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int, variant: Int
  ) {
    let cache = owned(cache, OpenCLCache.self)
    store(
      keys, firstRow: firstRow, rows: rows, cache, position, stride: cache.width * cache.keyVariants,
      offset: variant * cache.width
    ) { $0.keys }
  }

  /// Keeps values.
  public func storeValues(
    _ values: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int
  ) {
    let cache = owned(cache, OpenCLCache.self)
    store(values, firstRow: firstRow, rows: rows, cache, position, stride: cache.width, offset: 0) { $0.values }
  }

  private func store(
    _ rowsOfX: any DeviceBuffer, firstRow: Int, rows: Int, _ cache: OpenCLCache, _ position: Int, stride: Int,
    offset: Int, _ piece: (OpenCLCache.Pieces) -> OpenCLMemory?
  ) {
    guard cache.reserve(position + rows) else {
      attempt(()) { () throws(OpenCLError) in _ = try present(nil, byteCount: 4 * (position + rows) * stride) }
      return
    }
    let into = piece(cache.current)
    run(cache.type == .float16 ? "store_half" : "store_float", count: rows * cache.width) { () throws(OpenCLError) in
      [
        .memory(try memory(rowsOfX)), .long(firstRow * cache.width), .memory(try present(into, byteCount: 0)),
        .long(position * stride + offset), .int(stride), .int(cache.width), .int(rows * cache.width),
      ]
    }
  }

  /// The feed-forward activation, with its gate where there is one.
  public func activate(gate: (any DeviceBuffer)?, up: any DeviceBuffer, count: Int, activation: Activation) {
    let kind =
      switch activation {
      case .silu: 0
      case .gelu: 1
      case .geluTanh: 2
      }
    run("activate", count: count) { () throws(OpenCLError) in
      [
        .memory(try memory(gate ?? up)), .memory(try memory(up)), .int(count), .int(kind), .int(gate == nil ? 0 : 1),
      ]
    }
  }

  /// A residual sum.
  public func add(_ y: any DeviceBuffer, to x: any DeviceBuffer, count: Int) {
    run("add", count: count) { () throws(OpenCLError) in
      [.memory(try memory(x)), .memory(try memory(y)), .int(count)]
    }
  }

  /// Gemma 2's cap of the logits.
  public func softcap(_ x: any DeviceBuffer, count: Int, cap: Float) {
    run("soft_cap", count: count) { () throws(OpenCLError) in [.memory(try memory(x)), .int(count), .float(cap)] }
  }

  /// Log-probabilities of targets.
  public func logProbabilities(_ logits: any DeviceBuffer, rows: Int, columns: Int, targets: [Int]) -> [Float] {
    attempt([Float](repeating: 0, count: rows)) { () throws(OpenCLError) in
      let into = try queue.makeMemory(byteCount: 4 * rows)
      try runRows("log_probabilities", rows: rows) { () throws(OpenCLError) in
        [
          .memory(try memory(logits)), .memory(try queue.makeMemory(copying: targets.map { Int32($0) })),
          .memory(into), .int(columns),
        ]
      }
      return try queue.read(into, byteOffset: 0, count: rows)
    }
  }

  /// The most likely token of a row.
  public func argmax(_ logits: any DeviceBuffer, row: Int, columns: Int) -> Int? {
    attempt(0) { () throws(OpenCLError) -> Int? in
      let into = try queue.makeMemory(byteCount: 4)
      try runRows("arg_max", rows: 1) { () throws(OpenCLError) in
        [.memory(try memory(logits)), .long(row * columns), .memory(into), .int(columns)]
      }
      let found: [Int32] = try queue.read(into, byteOffset: 0, count: 1)
      return found[0] < 0 ? nil : Int(found[0])
    }
  }
}
