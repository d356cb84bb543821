public import Kernels

extension CPUDevice {
  /// Rows of the embedding, dequantised.
  public func embed(_ ids: [Int], _ table: any DeviceMatrix, scale: Float, into: any DeviceBuffer) {
    workers.embed(ids, own(table, StoredMatrix.self).matrix, scale: scale, into: floats(into))
  }

  /// Dense products that share their input.
  public func multiply(
    _ x: any DeviceBuffer, width: Int, rows: Int, _ products: [DenseProduct], compute: Compute
  ) {
    workers.multiply(
      floats(x), xStride: width, rows: rows,
      products.map {
        Workers.Product(
          weights: own($0.weights, StoredMatrix.self).matrix, into: floats($0.into), stride: $0.stride,
          adding: $0.adding, bias: $0.bias.map(floats))
      }, compute: compute)
  }

  /// A norm of rows.
  public func norm(_ x: any DeviceBuffer, rows: Int, columns: Int, _ norm: DeviceNorm, into: any DeviceBuffer) {
    switch norm.kind {
    case .rms:
      workers.rmsNorm(
        floats(x), rows: rows, columns: columns, weight: floats(norm.scale), epsilon: norm.epsilon, into: floats(into))
    case .layer:
      workers.layerNorm(
        floats(x), rows: rows, columns: columns, weight: floats(norm.scale), bias: norm.bias.map(floats),
        epsilon: norm.epsilon, into: floats(into))
    }
  }

  /// Rotary embedding.
  public func rotate(_ x: any DeviceBuffer, rows: Int, _ rotation: DeviceRotation, into: any DeviceBuffer) {
    workers.rotate(
      floats(x), xStride: rotation.heads * rotation.headDimension, rows: rows, heads: rotation.heads,
      headDimension: rotation.headDimension, rotaryDimension: rotation.rotaryDimension, pairing: rotation.pairing,
      cosines: floats(rotation.cosines), sines: floats(rotation.sines), rowScale: rotation.rowScale.map(floats),
      into: floats(into))
  }

  /// Keeps keys; a single row is not worth waking threads for.
  public func storeKeys(
    _ keys: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int, variant: Int
  ) {
    let cache = own(cache, KeyValueCache.self)
    let width = cache.keyValueHeads * cache.headDimension
    cache.storeKeys(
      floats(keys), kOffset: firstRow * width, kStride: width, rows: rows, at: position, variant: variant,
      workers: rows > 1 ? workers : nil)
  }

  /// Keeps values.
  public func storeValues(
    _ values: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int
  ) {
    let cache = own(cache, KeyValueCache.self)
    let width = cache.keyValueHeads * cache.headDimension
    cache.storeValues(
      floats(values), vOffset: firstRow * width, vStride: width, rows: rows, at: position,
      workers: rows > 1 ? workers : nil)
  }

  /// Attention of new queries over a cache.
  public func attend(
    _ attention: DeviceAttention, cache: any DeviceCache, ranges: any DeviceRanges, into: any DeviceBuffer
  ) {
    let cache = own(cache, KeyValueCache.self)
    let offset = attention.firstRow * attention.heads * cache.headDimension
    workers.attention(
      queries: attention.queries.map(floats), qOffset: offset, rows: attention.rows, heads: attention.heads,
      cache: cache, keyRotations: attention.keyRotations.map { own($0, KeyRotation.self) },
      ranges: own(ranges, HostRanges.self).ranges, scale: attention.scale, softcap: attention.softcap,
      into: floats(into), intoOffset: offset)
  }

  /// The feed-forward activation, with its gate where there is one.
  public func activate(gate: (any DeviceBuffer)?, up: any DeviceBuffer, count: Int, activation: Activation) {
    let up = floats(up)
    if let gate {
      workers.gate(floats(gate), up, count: count, activation: activation, into: up)
    } else {
      workers.activate(up, count: count, activation: activation)
    }
  }

  /// A residual sum.
  public func add(_ y: any DeviceBuffer, to x: any DeviceBuffer, count: Int) {
    workers.add(floats(x), floats(y), count: count, into: floats(x))
  }

  /// Gemma 2's cap of the logits.
  public func softcap(_ x: any DeviceBuffer, count: Int, cap: Float) {
    workers.softcap(floats(x), count: count, cap: cap)
  }

  /// Log-probabilities of targets.
  public func logProbabilities(_ logits: any DeviceBuffer, rows: Int, columns: Int, targets: [Int]) -> [Float] {
    workers.logProbabilities(floats(logits), rows: rows, columns: columns, targets: targets)
  }

  /// The most likely token of a row.
  public func argmax(_ logits: any DeviceBuffer, row: Int, columns: Int) -> Int? {
    workers.argmax(floats(logits), row: row, columns: columns)
  }
}
