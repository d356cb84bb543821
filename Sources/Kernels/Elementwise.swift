import CKernels

/// An activation function.
public enum Activation: Int32, Sendable {
  /// x / (1 + e^-x)
  case silu
  /// x * (1 + erf(x / sqrt 2)) / 2
  case gelu
  /// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2
  case geluTanh
}

/// How rotated features are paired.
public enum Pairing: Int32, Sendable {
  /// Feature i with feature i + d / 2 (Hugging Face).
  case halves
  /// Feature 2i with feature 2i + 1 (GGUF's `llama`).
  case interleaved
}

extension Workers {
  /// Rows of an embedding, in float32, times a factor.
  ///
  /// - Parameters:
  ///   - ids: row numbers, each below `weights.rows`.
  ///   - weights: `[V, E]`.
  ///   - scale: the factor.
  ///   - into: receives `[ids.count, E]`.
  public func embed(_ ids: [Int], _ weights: WeightMatrix, scale: Float, into y: FloatBuffer) {
    let columns = weights.columns
    y.check(0..<ids.count * columns)
    for (row, id) in ids.enumerated() {
      guard id >= 0, id < weights.rows else { fatalError("embed: row \(id) of \(weights.rows)") }
      let target = unsafe y.base + row * columns
      unsafe table.pointee.dequantize(
        weights.type.rawValue, weights.base + id * weights.rowByteCount, columns, target)
      if scale != 1 { for i in 0..<columns { unsafe target[i] *= scale } }
    }
  }

  /// Each row divided by its root mean square, times a weight; `x` and `into` may be the same.
  public func rmsNorm(
    _ x: FloatBuffer, rows: Int, columns: Int, weight: FloatBuffer, epsilon: Float, into y: FloatBuffer
  ) {
    x.check(0..<rows * columns)
    y.check(0..<rows * columns)
    weight.check(0..<columns)
    forRows(rows, grain: max(1, 16384 / max(1, columns))) { range in
      for row in range {
        unsafe table.pointee.rms_norm(x.base + row * columns, columns, weight.base, epsilon, y.base + row * columns)
      }
    }
  }

  /// Each row less its mean, divided by its standard deviation, times a weight, plus a bias.
  public func layerNorm(
    _ x: FloatBuffer, rows: Int, columns: Int, weight: FloatBuffer, bias: FloatBuffer?, epsilon: Float,
    into y: FloatBuffer
  ) {
    x.check(0..<rows * columns)
    y.check(0..<rows * columns)
    weight.check(0..<columns)
    bias?.check(0..<columns)
    forRows(rows, grain: max(1, 16384 / max(1, columns))) { range in
      for row in range {
        unsafe table.pointee.layer_norm(
          x.base + row * columns, columns, weight.base, bias?.base, epsilon, y.base + row * columns)
      }
    }
  }

  /// Rotates the first `rotaryDimension` features of every head by the angles of its row, and scales the row.
  ///
  /// - Parameters:
  ///   - x: rows of heads; row r starts at `xOffset + r * xStride`.
  ///   - xOffset: index of row 0.
  ///   - xStride: distance between rows.
  ///   - rows: the number of rows.
  ///   - heads: heads per row.
  ///   - headDimension: features per head, D.
  ///   - rotaryDimension: rotated features per head, even.
  ///   - pairing: which features form a pair.
  ///   - cosines: `[rows, rotaryDimension / 2]`.
  ///   - sines: `[rows, rotaryDimension / 2]`.
  ///   - rowScale: `[rows]` factors, or nil.
  ///   - into: receives `[rows, heads * D]`; not `x`.
  public func rotate(
    _ x: FloatBuffer, xOffset: Int, xStride: Int, rows: Int, heads: Int, headDimension: Int, rotaryDimension: Int,
    pairing: Pairing, cosines: FloatBuffer, sines: FloatBuffer, rowScale: FloatBuffer?, into y: FloatBuffer
  ) {
    guard rows > 0 else { return }
    let width = heads * headDimension
    let half = rotaryDimension / 2
    x.check(xOffset..<xOffset + (rows - 1) * xStride + width)
    y.check(0..<rows * width)
    cosines.check(0..<rows * half)
    sines.check(0..<rows * half)
    rowScale?.check(0..<rows)
    forRows(rows, grain: max(1, 8192 / max(1, width))) { range in
      for row in range {
        let scale = unsafe rowScale?.base[row] ?? 1
        for head in 0..<heads {
          unsafe table.pointee.rotate(
            x.base + xOffset + row * xStride + head * headDimension, Int32(headDimension), Int32(rotaryDimension),
            pairing == .interleaved ? 1 : 0, cosines.base + row * half, sines.base + row * half, scale,
            y.base + row * width + head * headDimension)
        }
      }
    }
  }

  /// act(gate) * up, element by element; `into` may be one of the inputs.
  public func gate(_ gate: FloatBuffer, _ up: FloatBuffer, count: Int, activation: Activation, into y: FloatBuffer) {
    gate.check(0..<count)
    up.check(0..<count)
    y.check(0..<count)
    forRows((count + 15) / 16, grain: 512) { range in
      let first = range.lowerBound * 16
      let length = min(count, range.upperBound * 16) - first
      unsafe table.pointee.gate(gate.base + first, up.base + first, length, activation.rawValue, y.base + first)
    }
  }

  /// act(x), in place.
  public func activate(_ x: FloatBuffer, count: Int, activation: Activation) {
    x.check(0..<count)
    forRows((count + 15) / 16, grain: 512) { range in
      let first = range.lowerBound * 16
      let length = min(count, range.upperBound * 16) - first
      unsafe table.pointee.gate(x.base + first, nil, length, activation.rawValue, x.base + first)
    }
  }

  /// x + y, element by element; `into` may be one of the inputs.
  public func add(_ x: FloatBuffer, _ y: FloatBuffer, count: Int, into z: FloatBuffer) {
    x.check(0..<count)
    y.check(0..<count)
    z.check(0..<count)
    for i in 0..<count { unsafe z.base[i] = x.base[i] + y.base[i] }
  }

  /// cap * tanh(x / cap), in place.
  public func softcap(_ x: FloatBuffer, count: Int, cap: Float) {
    x.check(0..<count)
    forRows((count + 15) / 16, grain: 512) { range in
      let first = range.lowerBound * 16
      unsafe table.pointee.softcap(x.base + first, min(count, range.upperBound * 16) - first, cap)
    }
  }

  /// Natural log of the softmax of each row at its target.
  ///
  /// - Parameters:
  ///   - logits: `[rows, columns]`.
  ///   - rows: the number of rows.
  ///   - columns: the vocabulary V.
  ///   - targets: one column per row.
  /// - Returns: `[rows]` log-probabilities.
  public func logProbabilities(_ logits: FloatBuffer, rows: Int, columns: Int, targets: [Int]) -> [Float] {
    logits.check(0..<rows * columns)
    let result = FloatBuffer(count: rows)
    forRows(rows, grain: max(1, 65536 / max(1, columns))) { range in
      for row in range {
        var top: Float = 0
        let x = unsafe logits.base + row * columns
        let sum = unsafe table.pointee.log_sum_exp(x, columns, &top)
        let target = targets[row]
        guard target >= 0, target < columns else { fatalError("logProbabilities: target \(target) of \(columns)") }
        unsafe result.base[row] = Float(Double(x[target]) - Double(top) - logarithm(Double(sum)))
      }
    }
    return result.array(0..<rows)
  }

  /// The column of a row's largest logit; the lowest one on a tie.
  public func argmax(_ logits: FloatBuffer, row: Int, columns: Int) -> Int {
    logits.check(row * columns..<(row + 1) * columns)
    let x = unsafe logits.base + row * columns
    var best = 0
    for i in 1..<max(1, columns) where unsafe x[i] > x[best] { best = i }
    return best
  }
}
