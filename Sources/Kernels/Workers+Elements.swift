import CKernels

/// Which elements of a head turn together in rotary embedding.
public enum Pairing: Sendable {
  /// Element i with i + rotaryDimension / 2 (Hugging Face, "NeoX").
  case halves
  /// Element 2i with 2i + 1 (the original Llama order, GGUF's llama).
  case interleaved
}

/// Activation of the feed-forward block.
public enum Activation: Sendable {
  /// x / (1 + exp(-x)).
  case silu
  /// x Phi(x), by the error function; within 1e-6.
  case gelu
  /// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))); within 1e-6.
  case geluTanh

  var code: Int32 {
    switch self {
    case .silu: Int32(ckernels_silu)
    case .gelu: Int32(ckernels_gelu)
    case .geluTanh: Int32(ckernels_gelu_tanh)
    }
  }
}

extension Workers {
  /// Copies rows `ids` of the embedding, dequantised and multiplied by `scale`, to `[ids.count, columns]`.
  public func embed(_ ids: [Int], _ w: WeightMatrix, scale: Float, into: FloatBuffer) {
    if let bad = ids.first(where: { $0 < 0 || $0 >= w.rows }) {
      fatalError("embed: id \(bad), expected below \(w.rows)")
    }
    let to = unsafe into.rows(ids.count, columns: w.columns, stride: w.columns, "embed: into")
    unsafe ckernels_embed(
      handle, ids.map(Int64.init), Int64(ids.count), w.base, Int64(w.rowByteCount), w.type.code, Int64(w.columns),
      scale, to)
  }

  /// Root-mean-square norm: `x / sqrt(mean(x^2) + epsilon) * weight` for each of `rows` rows of `columns`.
  ///
  /// The mean is taken in double, in 16 lanes and a fixed tree. Also for norms per head (rows = T * heads, columns = D).
  /// `into` may be `x`.
  public func rmsNorm(
    _ x: FloatBuffer, rows: Int, columns: Int, weight: FloatBuffer, epsilon: Float, into: FloatBuffer
  ) {
    norm(x, rows, columns, weight, nil, epsilon, centred: false, into)
  }

  /// Layer norm: `(x - mean) / sqrt(variance + epsilon) * weight + bias`, sums as in `rmsNorm`.
  public func layerNorm(
    _ x: FloatBuffer, rows: Int, columns: Int, weight: FloatBuffer, bias: FloatBuffer?, epsilon: Float,
    into: FloatBuffer
  ) {
    norm(x, rows, columns, weight, bias, epsilon, centred: true, into)
  }

  private func norm(
    _ x: FloatBuffer, _ rows: Int, _ columns: Int, _ weight: FloatBuffer, _ bias: FloatBuffer?, _ epsilon: Float,
    centred: Bool, _ into: FloatBuffer
  ) {
    guard weight.count >= columns, (bias?.count ?? columns) >= columns else {
      fatalError("norm: weight of \(weight.count), expected \(columns)")
    }
    let from = unsafe x.rows(rows, columns: columns, stride: columns, "norm: x")
    let to = unsafe into.rows(rows, columns: columns, stride: columns, "norm: into")
    unsafe ckernels_norm(
      handle, from, Int64(rows), Int64(columns), weight.base, bias.map { unsafe UnsafePointer($0.base) }, epsilon,
      centred ? 1 : 0, to)
  }

  /// Rotary embedding of `[rows, heads * headDimension]`.
  ///
  /// - Parameters:
  ///   - x: row r begins at `xOffset + r * xStride`.
  ///   - xOffset: first element of row 0.
  ///   - xStride: elements from row to row.
  ///   - rows: number of tokens.
  ///   - heads: heads per row.
  ///   - headDimension: D.
  ///   - rotaryDimension: the first elements of each head that turn, even; the rest is copied.
  ///   - pairing: which elements turn together.
  ///   - cosines: `[rows, rotaryDimension / 2]`.
  ///   - sines: `[rows, rotaryDimension / 2]`.
  ///   - rowScale: `[rows]`, a factor of the whole row, or nil.
  ///   - into: `[rows, heads * headDimension]`.
  public func rotate(
    _ x: FloatBuffer, xOffset: Int = 0, xStride: Int, rows: Int, heads: Int, headDimension: Int, rotaryDimension: Int,
    pairing: Pairing, cosines: FloatBuffer, sines: FloatBuffer, rowScale: FloatBuffer? = nil, into: FloatBuffer
  ) {
    let width = heads * headDimension
    guard rotaryDimension % 2 == 0, rotaryDimension <= headDimension, (rowScale?.count ?? rows) >= rows else {
      fatalError("rotate: \(rotaryDimension) of \(headDimension), row factors \(rowScale?.count ?? 0) of \(rows)")
    }
    let half = rotaryDimension / 2
    var rotation = unsafe ckernels_rotation(
      x: x.rows(rows, columns: width, stride: xStride, offset: xOffset, "rotate: x"), x_stride: Int64(xStride),
      rows: Int64(rows), heads: Int64(heads), head_dimension: Int64(headDimension),
      rotary_dimension: Int64(rotaryDimension),
      cosines: cosines.rows(rows, columns: half, stride: half, "rotate: cosines"),
      sines: sines.rows(rows, columns: half, stride: half, "rotate: sines"),
      row_scale: rowScale.map { unsafe UnsafePointer($0.base) },
      into: into.rows(rows, columns: width, stride: width, "rotate: into"), interleaved: pairing == .interleaved ? 1 : 0
    )
    unsafe ckernels_rotate(handle, &rotation)
  }

  /// `into = activation(gate) * up` for `count` elements; `into` may be either input.
  public func gate(_ gate: FloatBuffer, _ up: FloatBuffer, count: Int, activation: Activation, into: FloatBuffer) {
    let x = unsafe gate.rows(1, columns: count, stride: count, "gate: gate")
    let y = unsafe up.rows(1, columns: count, stride: count, "gate: up")
    let to = unsafe into.rows(1, columns: count, stride: count, "gate: into")
    unsafe ckernels_gate(handle, x, y, Int64(count), activation.code, to)
  }

  /// Applies the activation to `count` elements in place.
  public func activate(_ x: FloatBuffer, count: Int, activation: Activation) {
    let to = unsafe x.rows(1, columns: count, stride: count, "activate: x")
    unsafe ckernels_gate(handle, to, nil, Int64(count), activation.code, to)
  }

  /// `into = x + y` for `count` elements; `into` may be either input.
  public func add(_ x: FloatBuffer, _ y: FloatBuffer, count: Int, into: FloatBuffer) {
    let a = unsafe x.rows(1, columns: count, stride: count, "add: x")
    let b = unsafe y.rows(1, columns: count, stride: count, "add: y")
    let to = unsafe into.rows(1, columns: count, stride: count, "add: into")
    unsafe ckernels_add(handle, a, b, Int64(count), to)
  }

  /// `x = cap * tanh(x / cap)` for `count` elements in place (Gemma 2's logits).
  public func softcap(_ x: FloatBuffer, count: Int, cap: Float) {
    let to = unsafe x.rows(1, columns: count, stride: count, "softcap: x")
    unsafe ckernels_softcap(handle, to, Int64(count), cap)
  }

  /// Natural logarithm of the softmax of each row of `[rows, columns]` at its target, NaN where a logit of the row is NaN
  /// or positive infinity; sums in double.
  public func logProbabilities(_ logits: FloatBuffer, rows: Int, columns: Int, targets: [Int]) -> [Float] {
    guard targets.count == rows, targets.allSatisfy({ $0 >= 0 && $0 < columns }) else {
      fatalError("logProbabilities: \(targets.count) targets below \(columns), expected \(rows)")
    }
    let x = unsafe logits.rows(rows, columns: columns, stride: columns, "logProbabilities: logits")
    return unsafe [Float](unsafeUninitializedCapacity: rows) { buffer, count in
      if let start = buffer.baseAddress {
        unsafe ckernels_log_probabilities(handle, x, Int64(rows), Int64(columns), targets.map(Int64.init), start)
      }
      count = rows
    }
  }

  /// Index of the largest of `columns` logits of row `row`, the lowest on ties; nil where one is NaN or
  /// positive infinity.
  public func argmax(_ logits: FloatBuffer, row: Int, columns: Int) -> Int? {
    guard columns > 0 else { fatalError("argmax: no columns") }
    let x = unsafe logits.rows(1, columns: columns, stride: columns, offset: row * columns, "argmax: logits")
    let index = unsafe Int(ckernels_argmax(handle, x, Int64(columns)))
    return index < 0 ? nil : index
  }
}
