import Checkpoints
import Kernels
import Positions

/// The forward pass: embedding, blocks, logits. One path for all families; what a family lacks is nil in its weights.
extension Session {
  /// Runs a pass through all layers; keys and values are cached, `state.hidden` holds the last layer's output.
  func forward(_ pass: Pass) throws(TransformerError) {
    let tables = measure(.positions) { kinds.map { PositionTables($0, pass: pass) } }
    measure(.embedding) {
      workers.embed(
        pass.parts.flatMap(\.tokens), model.embedding, scale: model.hyperparameters.embeddingScale, into: state.hidden)
    }
    for layer in model.layers.indices {
      if isCancelled() { throw .cancelled }
      block(layer, pass, tables: tables[model.kindIndex(layer: layer)])
    }
  }

  /// Logits of rows of `state.hidden`, into the first rows of `state.logits`.
  func computeLogits(firstRow: Int, rows: Int) {
    let h = model.hyperparameters
    let size = h.hiddenSize
    let logits = state.logits(rows: rows)
    state.normed.store(state.hidden.array(firstRow * size..<(firstRow + rows) * size), at: 0)
    norm(state.normed, model.outputNorm, rows: rows, columns: size, into: state.normed)
    measure(.logits) {
      workers.multiply(
        state.normed, xStride: size, rows: rows,
        [product(model.output, into: logits, stride: h.vocabularySize)], compute: options.compute)
      if let cap = h.finalSoftcap { workers.softcap(logits, count: rows * h.vocabularySize, cap: cap) }
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
      workers.multiply(
        state.normed, xStride: h.hiddenSize, rows: rows,
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
    for (part, ranges) in zip(pass.parts, tables.ranges) {
      let cache = part.session.caches[index]
      let count = part.tokens.count
      measure(.cache) {
        cache.storeValues(
          state.value, vOffset: part.firstRow * keyWidth, vStride: keyWidth, rows: count,
          at: part.positions.lowerBound, workers: count > 1 ? workers : nil)
      }
      measure(.attention) {
        workers.attention(
          queries: Array(state.rotatedQueries.prefix(tables.queries.count)), qOffset: part.firstRow * queryWidth,
          rows: count, heads: h.headCount, cache: cache, ranges: ranges, scale: h.attentionScale,
          softcap: h.attentionSoftcap, into: state.query, intoOffset: part.firstRow * queryWidth)
      }
    }
  }

  /// Rotates `state.key` for every variant and caches the result.
  private func storeKeys(layer: Int, _ pass: Pass, tables: [RotaryTable]) {
    let h = model.hyperparameters
    let width = h.keyValueHeadCount * h.headDimension
    for (variant, table) in tables.enumerated() {
      rotate(
        state.key, rows: pass.rows, heads: h.keyValueHeadCount, table: table, scale: nil, into: state.rotatedKey)
      for part in pass.parts {
        measure(.cache) {
          part.session.caches[layer].storeKeys(
            state.rotatedKey, kOffset: part.firstRow * width, kStride: width, rows: part.tokens.count,
            at: part.positions.lowerBound, variant: variant, workers: part.tokens.count > 1 ? workers : nil)
        }
      }
    }
  }

  /// The feed-forward half up to its last product; the result ends in `state.up`.
  private func feedForward(_ weights: LayerWeights, rows: Int) {
    let h = model.hyperparameters
    var products = [product(weights.up, into: state.up, stride: h.intermediateSize)]
    if let gate = weights.gate { products.append(product(gate, into: state.gate, stride: h.intermediateSize)) }
    measure(.products) {
      workers.multiply(state.normed, xStride: h.hiddenSize, rows: rows, products, compute: options.compute)
    }
    let count = rows * h.intermediateSize
    measure(.activation) {
      if weights.gate != nil {
        workers.gate(state.gate, state.up, count: count, activation: kernel(h.activation), into: state.up)
      } else {
        workers.activate(state.up, count: count, activation: kernel(h.activation))
      }
    }
  }

  /// The last product of a half block, added to the residual stream, through a norm where the family has one.
  private func finish(_ weights: DenseWeights, from x: FloatBuffer, width: Int, rows: Int, norm post: NormWeights?) {
    let size = model.hyperparameters.hiddenSize
    let target = post == nil ? state.hidden : state.branch
    measure(.products) {
      workers.multiply(
        x, xStride: width, rows: rows, [product(weights, into: target, stride: size, adding: post == nil)],
        compute: options.compute)
    }
    guard let post else { return }
    norm(state.branch, post, rows: rows, columns: size, into: state.branch)
    measure(.norms) { workers.add(state.hidden, state.branch, count: rows * size, into: state.hidden) }
  }

  private func product(_ weights: DenseWeights, into y: FloatBuffer, stride: Int, adding: Bool = false)
    -> Workers.Product
  {
    Workers.Product(
      weights: weights.matrix, into: y, offset: 0, stride: stride, adding: adding, bias: weights.bias)
  }

  private func norm(_ x: FloatBuffer, _ weights: NormWeights, rows: Int, columns: Int, into y: FloatBuffer) {
    let h = model.hyperparameters
    measure(.norms) {
      switch h.norm {
      case .rms:
        workers.rmsNorm(x, rows: rows, columns: columns, weight: weights.scale, epsilon: h.normEpsilon, into: y)
      case .layer:
        workers.layerNorm(
          x, rows: rows, columns: columns, weight: weights.scale, bias: weights.bias, epsilon: h.normEpsilon, into: y)
      }
    }
  }

  private func rotate(
    _ x: FloatBuffer, rows: Int, heads: Int, table: RotaryTable, scale: FloatBuffer?, into y: FloatBuffer
  ) {
    let h = model.hyperparameters
    measure(.rotation) {
      workers.rotate(
        x, xOffset: 0, xStride: heads * h.headDimension, rows: rows, heads: heads, headDimension: h.headDimension,
        rotaryDimension: h.rotaryDimension, pairing: h.ropePairing == .halves ? .halves : .interleaved,
        cosines: table.cosines, sines: table.sines, rowScale: scale, into: y)
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
