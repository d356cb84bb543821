import Checkpoints
import Kernels
import OpenCL

/// What operations take beside the buffers of a pass, so that a plan can say it.
extension OpenCLDevice {
  /// Halves of `--compute float16`, and states of attention whose keys are spread over work groups.
  ///
  /// - Parameters:
  ///   - model: what is computed.
  ///   - rows: the most tokens of a pass.
  ///   - length: the tokens of the sequence.
  ///   - options: arithmetic and types.
  /// - Returns: the bytes.
  public func operationByteCount(
    _ model: ModelDescription, rows: Int, length: Int, options: SessionOptions
  ) -> Int {
    let h = model.hyperparameters
    let width = h.headCount * h.headDimension
    let usesMatrix = attendsByMatrix(options.compute, options.keyValueType, dimension: h.headDimension)
    let states = AttentionShape.mostStateByteCount(
      rowsPerHead: rows * (h.headCount / h.keyValueHeadCount), heads: h.keyValueHeadCount, dimension: h.headDimension,
      end: length, usesMatrix: usesMatrix, computeUnits: queue.device.computeUnits)
    guard options.compute == .float16 else { return states }
    let products: [(outputs: Int, columns: Int)] = [
      (max(width, h.intermediateSize), columns: h.hiddenSize), (h.hiddenSize, width),
      (h.hiddenSize, h.intermediateSize), (h.vocabularySize, h.hiddenSize),
    ]
    let input = products.map { 2 * rows * Self.depth(of: $0.columns) }.max() ?? 0
    let weights =
      products.map { product in
        let depth = Self.depth(of: product.columns)
        return 2 * depth * min(product.outputs, Self.slab(depth: depth))
      }.max() ?? 0
    let queries = usesMatrix ? Self.queryVariants * 2 * rows * h.headCount * Self.depth(of: h.headDimension) : 0
    return states + input + weights + queries
  }

  /// Rotations of the queries that a plan counts, as in `ModelDescription.activationByteCount`.
  private static let queryVariants = 3
}
