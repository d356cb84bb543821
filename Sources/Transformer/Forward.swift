import Checkpoints
import Kernels
import Positions

/// The forward pass: embedding, blocks, logits. One path for all families and devices; what a family lacks is nil in its
/// weights.
extension Session {
  /// Runs a pass through all layers; keys and values are cached, `state.hidden` holds the last layer's output.
  func forward(_ pass: Pass) throws(TransformerError) {
    let tables = measure(.positions) { kinds.indices.map { PositionTables($0, pass: pass, device: device) } }
    measure(.embedding) {
      device.embed(
        pass.parts.flatMap(\.tokens), model.embedding, scale: model.hyperparameters.embeddingScale, into: state.hidden)
    }
    try onLayer?(0, pass)
    for layer in model.layers.indices {
      if isCancelled() { throw .cancelled }
      block(layer, pass, tables: tables[model.kindIndex(layer: layer)])
      try onLayer?(layer + 1, pass)
    }
  }

  /// Logits of rows of `state.hidden`, into the first rows of `state.logits`.
  func computeLogits(firstRow: Int, rows: Int) {
    let h = model.hyperparameters
    let size = h.hiddenSize
    let logits = state.logits(rows: rows)
    device.copy(state.hidden, firstRow * size..<(firstRow + rows) * size, to: state.normed, at: 0)
    norm(state.normed, model.outputNorm, rows: rows, columns: size, into: state.normed)
    measure(.logits) {
      device.multiply(
        state.normed, width: size, rows: rows,
        [product(model.output, into: logits, stride: h.vocabularySize)], compute: options.compute)
      if let cap = h.finalSoftcap { device.softcap(logits, count: rows * h.vocabularySize, cap: cap) }
    }
  }

  private func block(_ index: Int, _ pass: Pass, tables: PositionTables) {
    let weights = model.layers[index]
    let rows = pass.rows
    let h = model.hyperparameters
    norm(state.hidden, weights.attentionNorm, rows: rows, columns: h.hiddenSize, into: state.normed)
    attention(index, pass, tables: tables)
    finish(
      weights.attentionOutput, from: state.query, width: h.headCount * h.headDimension, rows: rows,
      norm: weights.postAttentionNorm)
    if let feedForwardNorm = weights.feedForwardNorm {
      norm(state.hidden, feedForwardNorm, rows: rows, columns: h.hiddenSize, into: state.normed)
    }
    feedForward(weights, rows: rows)
    finish(weights.down, from: state.up, width: h.intermediateSize, rows: rows, norm: weights.postFeedForwardNorm)
  }

  /// Attention of `state.normed`; the heads' outputs, concatenated, end in `state.query`.
  private func attention(_ index: Int, _ pass: Pass, tables: PositionTables) {
    let weights = model.layers[index]
    let rows = pass.rows
    let h = model.hyperparameters
    let queryWidth = h.headCount * h.headDimension
    let keyWidth = h.keyValueHeadCount * h.headDimension
    measure(.products) {
      device.multiply(
        state.normed, width: h.hiddenSize, rows: rows,
        [
          product(weights.query, into: state.query, stride: queryWidth),
          product(weights.key, into: state.key, stride: keyWidth),
          product(weights.value, into: state.value, stride: keyWidth),
        ], compute: options.compute)
    }
    if let queryNorm = weights.queryNorm {
      norm(state.query, queryNorm, rows: rows * h.headCount, columns: h.headDimension, into: state.query)
    }
    if let keyNorm = weights.keyNorm {
      norm(state.key, keyNorm, rows: rows * h.keyValueHeadCount, columns: h.headDimension, into: state.key)
    }
    for (variant, table) in tables.queries.enumerated() {
      rotate(
        state.query, rows: rows, heads: h.headCount, table: table, scale: tables.queryScale,
        into: state.rotatedQueries[variant])
    }
    storeKeys(layer: index, pass, tables: tables.keys)
    for ((part, ranges), keyRotations) in zip(zip(pass.parts, tables.ranges), tables.keyRotations) {
      let cache = part.session.caches[index]
      let count = part.tokens.count
      measure(.cache) {
        device.storeValues(
          state.value, firstRow: part.firstRow, rows: count, in: cache, at: part.positions.lowerBound)
      }
      measure(.attention) {
        device.attend(
          DeviceAttention(
            queries: Array(state.rotatedQueries.prefix(tables.queries.count)), firstRow: part.firstRow, rows: count,
            keyRotations: keyRotations, heads: h.headCount, scale: h.attentionScale, softcap: h.attentionSoftcap,
            compute: options.compute),
          cache: cache, ranges: ranges, into: state.query)
      }
    }
  }

  /// Caches `state.key`: rotated for every variant, or as it is where there are no tables.
  private func storeKeys(layer: Int, _ pass: Pass, tables: [RotaryTable]) {
    let h = model.hyperparameters
    func store(_ keys: any DeviceBuffer, variant: Int) {
      for part in pass.parts {
        measure(.cache) {
          device.storeKeys(
            keys, firstRow: part.firstRow, rows: part.tokens.count, in: part.session.caches[layer],
            at: part.positions.lowerBound, variant: variant)
        }
      }
    }
    if tables.isEmpty { store(state.key, variant: 0) }
    for (variant, table) in tables.enumerated() {
      rotate(
        state.key, rows: pass.rows, heads: h.keyValueHeadCount, table: table, scale: nil, into: state.rotatedKey)
      store(state.rotatedKey, variant: variant)
    }
  }

  /// The feed-forward half up to its last product; the result ends in `state.up`.
  private func feedForward(_ weights: LayerWeights, rows: Int) {
    let h = model.hyperparameters
    var products = [product(weights.up, into: state.up, stride: h.intermediateSize)]
    if let gate = weights.gate { products.append(product(gate, into: state.gate, stride: h.intermediateSize)) }
    measure(.products) {
      device.multiply(state.normed, width: h.hiddenSize, rows: rows, products, compute: options.compute)
    }
    let count = rows * h.intermediateSize
    measure(.activation) {
      device.activate(
        gate: weights.gate == nil ? nil : state.gate, up: state.up, count: count, activation: kernel(h.activation))
    }
  }

  /// The last product of a half block, added to the residual stream, through a norm where the family has one.
  private func finish(_ weights: DenseWeights, from x: any DeviceBuffer, width: Int, rows: Int, norm post: NormWeights?)
  {
    let size = model.hyperparameters.hiddenSize
    let target = post == nil ? state.hidden : state.branch
    measure(.products) {
      device.multiply(
        x, width: width, rows: rows, [product(weights, into: target, stride: size, adding: post == nil)],
        compute: options.compute)
    }
    guard let post else { return }
    norm(state.branch, post, rows: rows, columns: size, into: state.branch)
    measure(.norms) { device.add(state.branch, to: state.hidden, count: rows * size) }
  }

  private func product(
    _ weights: DenseWeights, into y: any DeviceBuffer, stride: Int, adding: Bool = false
  ) -> DenseProduct {
    DenseProduct(weights: weights.matrix, bias: weights.bias, into: y, stride: stride, adding: adding)
  }

  private func norm(
    _ x: any DeviceBuffer, _ weights: NormWeights, rows: Int, columns: Int, into y: any DeviceBuffer
  ) {
    let h = model.hyperparameters
    let norm = DeviceNorm(
      kind: h.norm == .rms ? .rms : .layer, scale: weights.scale, bias: weights.bias, epsilon: h.normEpsilon)
    measure(.norms) { device.norm(x, rows: rows, columns: columns, norm, into: y) }
  }

  private func rotate(
    _ x: any DeviceBuffer, rows: Int, heads: Int, table: RotaryTable, scale: (any DeviceBuffer)?,
    into y: any DeviceBuffer
  ) {
    let h = model.hyperparameters
    measure(.rotation) {
      device.rotate(
        x, rows: rows,
        DeviceRotation(
          heads: heads, headDimension: h.headDimension, rotaryDimension: h.rotaryDimension,
          pairing: Pairing(h.ropePairing), cosines: table.cosines, sines: table.sines,
          rowScale: scale), into: y)
    }
  }
}

/// The kernel of a family's activation.
private func kernel(_ activation: Checkpoints.Activation) -> Kernels.Activation {
  switch activation {
  case .silu: .silu
  case .gelu: .gelu
  case .geluTanh: .geluTanh
  }
}
