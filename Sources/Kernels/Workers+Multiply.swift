import CKernels

extension Workers {
  /// One product of a call of `multiply`: the weights, and where the result goes.
  public struct Product {
    /// O x K weights.
    public var weights: WeightMatrix
    /// Receives `[rows, O]`; not the input.
    public var into: FloatBuffer
    /// Element of `into` where row 0 begins.
    public var offset: Int
    /// Elements from one row of `into` to the next.
    public var stride: Int
    /// Whether the result is added to what is there (a residual) instead of replacing it.
    public var adding: Bool
    /// `[O]`, added to each row.
    public var bias: FloatBuffer?

    /// Describes a product; rows follow each other without gaps unless a stride is given.
    public init(
      weights: WeightMatrix, into: FloatBuffer, offset: Int = 0, stride: Int? = nil, adding: Bool = false,
      bias: FloatBuffer? = nil
    ) {
      self.weights = weights
      self.into = into
      self.offset = offset
      self.stride = stride ?? weights.rows
      self.adding = adding
      self.bias = bias
    }
  }

  /// Multiplies rows of activations with one or more weight matrices of the same number of columns.
  ///
  /// `y[r, o] (+)= sum over k of x[r, k] * w[o, k] (+ bias[o])`. Several weights share the preparation of `x`
  /// (query/key/value; gate/up). Precision of `.float32`: lane l = k mod 8 sums its terms in ascending order by fused
  /// multiply-adds, then the lanes are added in order; weights are exactly the dequantised ones.
  public func multiply(
    _ x: FloatBuffer, xOffset: Int = 0, xStride: Int, rows: Int, _ outputs: [Product], compute: Compute = .float32
  ) {
    multiply(x, xOffset: xOffset, xStride: xStride, rows: rows, outputs, compute: compute, path: .automatic)
  }

  /// Which loops compute a product; the bits are equal, so this is for tests and measurements.
  public enum Path: Int32, Sendable {
    /// By the number of rows.
    case automatic = 0
    /// Straight from the stored weights, for few rows.
    case vectors = 1
    /// Register tiles over unpacked panels, for many rows.
    case tiles = 2
  }

  /// The same with a forced path.
  public func multiply(
    _ x: FloatBuffer, xOffset: Int = 0, xStride: Int, rows: Int, _ outputs: [Product], compute: Compute, path: Path
  ) {
    guard let columns = outputs.first?.weights.columns, rows > 0 else { return }
    let input = unsafe x.rows(rows, columns: columns, stride: xStride, offset: xOffset, "multiply: x")
    for product in outputs { check(product, rows: rows, columns: columns) }
    if compute == .openBLAS {
      for product in outputs { unsafe multiplyWithOpenBLAS(input, xStride, rows, product) }
      return
    }
    guard compute != .float16 else { fatalError("Workers: products in float16 are not the processor's") }
    let described = unsafe outputs.map { unsafe describe($0) }
    let mode =
      switch compute {
      case .int8: ckernels_compute_int8
      case .int16: ckernels_compute_int16
      case .float32, .float16, .openBLAS: ckernels_compute_float32
      }
    withExtendedLifetime(outputs) {
      unsafe ckernels_multiply(
        handle, input, Int64(xStride), Int64(rows), Int64(columns), described, Int32(described.count),
        Int32(mode), path.rawValue)
    }
  }

  private func check(_ product: Product, rows: Int, columns: Int) {
    let weights = product.weights
    guard weights.columns == columns else {
      fatalError("multiply: weights of \(weights.columns) columns beside weights of \(columns)")
    }
    unsafe _ = product.into.rows(
      rows, columns: weights.rows, stride: product.stride, offset: product.offset, "multiply: y")
    if let bias = product.bias, bias.count < weights.rows {
      fatalError("multiply: bias of \(bias.count), expected \(weights.rows)")
    }
  }

  private func describe(_ product: Product) -> ckernels_product {
    unsafe ckernels_product(
      weights: product.weights.base, row_bytes: Int64(product.weights.rowByteCount),
      outputs: Int64(product.weights.rows), y: product.into.base + product.offset, y_stride: Int64(product.stride),
      bias: product.bias.map { unsafe UnsafePointer($0.base) }, type: product.weights.type.code,
      adding: product.adding ? 1 : 0)
  }
}
