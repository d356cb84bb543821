import CKernels

/// Dense products in lane-8 order: lane l of 8 is a chain of fused multiply-adds over x[8j + l] * w[8j + l], j ascending
/// from zero; the result is ((((((s0 + s1) + s2) + s3) + s4) + s5) + s6) + s7.
///
/// The order is the same for one row and for many, so that chunking, batching and threads leave the bits alone. One row
/// reads the stored weights once (a vector along k); many rows use register tiles of 6 x 64 over packed panels, one
/// lane after another, which is also the blocking over k.
extension Workers {
  /// One weight of a product and where its outputs go.
  public struct Product {
    let weights: WeightMatrix
    let into: FloatBuffer
    let offset: Int
    let stride: Int
    let adding: Bool
    let bias: FloatBuffer?

    /// Outputs y[r * stride + offset + o] (+)= sum_k x[r][k] * weights[o][k] (+ bias[o]).
    ///
    /// - Parameters:
    ///   - weights: `[out, in]`.
    ///   - into: receives the outputs.
    ///   - offset: index of the first output of row 0.
    ///   - stride: distance between the outputs of two rows.
    ///   - adding: true adds to what is there.
    ///   - bias: `[out]`, or nil.
    public init(
      weights: WeightMatrix, into: FloatBuffer, offset: Int, stride: Int, adding: Bool, bias: FloatBuffer?
    ) {
      self.weights = weights
      self.into = into
      self.offset = offset
      self.stride = stride
      self.adding = adding
      self.bias = bias
    }
  }

  /// Multiplies rows of activations by several weights that share them.
  ///
  /// - Parameters:
  ///   - x: activations; row r starts at `xOffset + r * xStride`.
  ///   - xOffset: index of row 0.
  ///   - xStride: distance between rows.
  ///   - rows: the number of rows.
  ///   - outputs: weights with equal column counts.
  ///   - compute: the arithmetic.
  public func multiply(
    _ x: FloatBuffer, xOffset: Int = 0, xStride: Int, rows: Int, _ outputs: [Product], compute: Compute = .float32
  ) {
    guard rows > 0, let columns = outputs.first?.weights.columns else { return }
    x.check(xOffset..<xOffset + (rows - 1) * xStride + columns)
    for output in outputs {
      guard output.weights.columns == columns else {
        fatalError("multiply: weights of \(output.weights.columns) columns beside \(columns)")
      }
      output.into.check(output.offset..<output.offset + (rows - 1) * output.stride + output.weights.rows)
      if let bias = output.bias { bias.check(0..<output.weights.rows) }
    }
    let input = unsafe ProductInput(x: x.base + xOffset, stride: xStride, rows: rows, columns: columns)
    if rows < 8 { unsafe multiplyFew(input, outputs) } else { unsafe multiplyMany(input, outputs) }
  }

  /// A few rows: each weight is dequantised once, in blocks that stay in the first-level cache.
  private func multiplyFew(_ input: ProductInput, _ outputs: [Product]) {
    let groups = outputs.map { ($0.weights.rows + 7) / 8 }
    let starts = groups.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let total = starts[starts.count - 1]
    let run = max(1, min(64, total / (threads * 8)))
    let block = 512
    let padded = (input.columns + 7) / 8 * 8
    let buffers = scratch.perThread(8 * block + input.rows * (64 + 8) + 64)
    var source = input
    if padded != input.columns { unsafe source = pad(input, to: padded) }
    let x = unsafe source
    pool.run((total + run - 1) / run) { item, thread in
      for group in item * run..<min(total, (item + 1) * run) {
        let index = (starts.lastIndex { $0 <= group }) ?? 0
        unsafe few(x, outputs[index], first: (group - starts[index]) * 8, block: block, buffers[thread])
      }
    }
  }

  private func few(_ x: ProductInput, _ output: Product, first: Int, block: Int, _ buffer: FloatBuffer) {
    let weights = output.weights
    let rows = min(8, weights.rows - first)
    let dequantised = unsafe buffer.base
    let sums = unsafe dequantised + 8 * block
    let results = unsafe sums + 64 * x.rows
    let rowBytes = weights.rowByteCount
    let kernels = unsafe table.pointee
    var k = 0
    while k < weights.columns {
      let count = min(block, weights.columns - k)
      let steps = (count + 7) / 8 * 8
      for row in 0..<rows {
        let source = unsafe weights.base + (first + row) * rowBytes
          + k / weights.type.blockElementCount * weights.type.blockByteCount
        unsafe kernels.dequantize(weights.type.rawValue, source, count, dequantised + row * block)
        for i in count..<max(count, steps) { unsafe dequantised[row * block + i] = 0 }
      }
      unsafe kernels.dots(
        dequantised, block, Int32(rows), steps, x.x + k, x.stride, Int32(x.rows), sums, k == 0 ? 1 : 0,
        k + count == weights.columns ? 1 : 0, results, 8)
      k += count
    }
    for m in 0..<x.rows {
      let y = unsafe output.into.base + output.offset + m * output.stride + first
      for row in 0..<rows {
        let value = unsafe results[m * 8 + row] + (output.bias?.base[first + row] ?? 0)
        unsafe y[row] = output.adding ? y[row] + value : value
      }
    }
  }

  /// Copies rows into zero-padded ones, where the columns are no multiple of 8.
  private func pad(_ input: ProductInput, to padded: Int) -> ProductInput {
    let buffer = scratch.shared(input.rows * padded)
    for row in 0..<input.rows {
      let target = unsafe buffer.base + row * padded
      unsafe target.update(from: input.x + row * input.stride, count: input.columns)
      for k in input.columns..<padded { unsafe target[k] = 0 }
    }
    return unsafe ProductInput(x: UnsafePointer(buffer.base), stride: padded, rows: input.rows, columns: input.columns)
  }

  /// Many rows: the activations are packed once, each panel of 64 outputs is dequantised and packed by one thread.
  private func multiplyMany(_ input: ProductInput, _ outputs: [Product]) {
    let kernels = unsafe table.pointee
    let k = (input.columns + 7) / 8 * 8
    let tiles = (input.rows + 5) / 6
    let packed = scratch.shared(tiles * 6 * k)
    pool.run(tiles) { tile, _ in
      unsafe kernels.pack_rows(
        input.x + tile * 6 * input.stride, input.stride, Int32(min(6, input.rows - tile * 6)), input.columns, k,
        packed.base + tile * 6 * k)
    }
    let panels = outputs.map { ($0.weights.rows + 63) / 64 }
    let starts = panels.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let buffers = scratch.perThread(64 * k + 16 * k + tiles * 6 * 64)
    pool.run(starts[starts.count - 1]) { item, thread in
      let index = (starts.lastIndex { $0 <= item }) ?? 0
      unsafe panel(
        outputs[index], first: (item - starts[index]) * 64, rows: input.rows, k: k, packed: packed.base,
        buffers[thread])
    }
  }

  private func panel(
    _ output: Product, first: Int, rows: Int, k: Int, packed: UnsafeMutablePointer<Float>, _ buffer: FloatBuffer
  ) {
    let kernels = unsafe table.pointee
    let weights = output.weights
    let width = min(64, weights.rows - first)
    let panel = unsafe buffer.base
    let dequantised = unsafe panel + 64 * k
    let sums = unsafe dequantised + 16 * k
    for r0 in stride(from: 0, to: 64, by: 16) {
      let count = max(0, min(16, width - r0))
      for row in 0..<count {
        unsafe kernels.dequantize(
          weights.type.rawValue, weights.base + (first + r0 + row) * weights.rowByteCount, weights.columns,
          dequantised + row * k)
        for i in weights.columns..<k { unsafe dequantised[row * k + i] = 0 }
      }
      unsafe kernels.pack_weights(dequantised, k, Int32(count), k, panel + r0)
    }
    let steps = k / 8
    let tiles = (rows + 5) / 6
    let vectors = Int32((width + 15) / 16)
    for lane in 0..<8 {
      for tile in 0..<tiles {
        unsafe kernels.tile(
          Int32(min(6, rows - tile * 6)), vectors, steps, packed + tile * 6 * k + lane * steps * 6, 1, 6,
          panel + lane * steps * 64, 16, 64, sums + tile * 384, 64,
          Int32(lane == 0 ? ckernels_assign : ckernels_add))
      }
    }
    for row in 0..<rows {
      let y = unsafe output.into.base + output.offset + row * output.stride + first
      let sum = unsafe sums + row * 64
      for column in 0..<width {
        let value = unsafe sum[column] + (output.bias?.base[first + column] ?? 0)
        unsafe y[column] = output.adding ? y[column] + value : value
      }
    }
  }
}

/// The activations of a product.
@unsafe struct ProductInput {
  let x: UnsafePointer<Float>
  let stride: Int
  let rows: Int
  let columns: Int
}
