import Kernels
import OpenCL
import Synchronization

/// Products of halves (`--compute float16`); their kernels are halves.cl and matrix.cl.
extension OpenCLDevice {
  /// Up to so many rows a product takes `half_few`; the bits are the same.
  private static let fewRowsLimit = 8
  /// Outputs of a group of `half_few`, rows and outputs of one of `half_many`.
  private static let fewOutputs = 8
  private static let tile = 128
  /// Bytes of weights that are brought to halves at once.
  private static let weightByteLimit = 64 << 20

  /// Products of one input, which is brought to halves once.
  func multiplyHalves(
    _ x: OpenCLMemory, width: Int, rows: Int, _ products: [DenseProduct]
  ) throws(OpenCLError) {
    try withScratch { (scratch) throws(OpenCLError) in
      var input: (columns: Int, halves: OpenCLMemory)?
      for product in products {
        let (matrix, y, bias) = try checked(x, width: width, rows: rows, product)
        let depth = Self.depth(of: matrix.columns)
        let source = OpenCLPrograms.Source.halves(matrix.type)
        let halves: OpenCLMemory
        if let input, input.columns == matrix.columns {
          halves = input.halves
        } else {
          halves = try scratch.memory(.input, byteCount: 2 * rows * depth, queue)
          try runPieces(
            "halves_of_rows", source, count: rows * depth / 16,
            [.memory(x), .memory(halves), .int(matrix.columns), .int(depth), .int(rows), .int(width)])
          input = (matrix.columns, halves)
        }
        let tail: [OpenCLArgument] = [.int(bias == nil ? 0 : 1), .int(product.adding ? 1 : 0)]
        let partByteCount = 4 * ((depth + 127) / 128) * rows * Self.fewOutputs
        if rows <= Self.fewRowsLimit, partByteCount <= queue.device.localByteCount / 2 {
          let arguments: [OpenCLArgument] = [
            .memory(halves), .memory(try weights(matrix)), .memory(bias ?? x), .memory(y), .int(matrix.columns),
            .int(depth), .int(matrix.rows), .int(rows), .int(product.stride), .long(matrix.rowByteCount),
          ]
          try queue.run(
            programs.kernel("half_few", source), arguments + tail + [.local(byteCount: partByteCount)],
            groups: [(matrix.rows + Self.fewOutputs - 1) / Self.fewOutputs], items: 128)
          continue
        }
        let slab = Self.slab(depth: depth)
        for first in stride(from: 0, to: matrix.rows, by: slab) {
          let outputs = min(slab, matrix.rows - first)
          let unpacked = try scratch.memory(.weights, byteCount: 2 * outputs * depth, queue)
          try runPieces(
            "halves_of_weights", source, count: outputs * depth / 16,
            [
              .memory(try weights(matrix)), .memory(unpacked), .int(matrix.columns), .int(depth), .int(first),
              .int(outputs), .long(matrix.rowByteCount),
            ])
          let arguments: [OpenCLArgument] = [
            .memory(halves), .memory(unpacked), .memory(bias ?? x), .memory(y), .int(depth), .int(first),
            .int(outputs), .int(rows), .int(product.stride),
          ]
          try queue.run(
            programs.kernel("half_many", source), arguments + tail,
            groups: [(rows + Self.tile - 1) / Self.tile, (outputs + Self.tile - 1) / Self.tile], items: 256)
        }
      }
    }
  }

  /// Columns of a row of halves.
  static func depth(of columns: Int) -> Int { (columns + 63) / 64 * 64 }

  /// Outputs whose weights are brought to halves at once.
  static func slab(depth: Int) -> Int { max(tile, weightByteLimit / (2 * depth) / tile * tile) }

  /// A work item for each of `count` pieces.
  func runPieces(
    _ name: String, _ source: OpenCLPrograms.Source, count: Int, _ arguments: [OpenCLArgument]
  ) throws(OpenCLError) {
    try queue.run(
      programs.kernel(name, source), arguments, groups: [(count + Self.items - 1) / Self.items], items: Self.items)
  }

  /// Work that nothing else may come between, as it uses memory that others use, too.
  func withScratch(_ work: (inout OpenCLScratch) throws(OpenCLError) -> Void) throws(OpenCLError) {
    let result = scratch.withLock { scratch in
      Result { () throws(OpenCLError) in try work(&scratch) }
    }
    try result.get()
  }
}
