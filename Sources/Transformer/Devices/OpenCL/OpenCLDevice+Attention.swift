import Kernels
import OpenCL

extension OpenCLDevice {
  /// Attention of new queries over a cache.
  public func attend(
    _ attention: DeviceAttention, cache: any DeviceCache, ranges: any DeviceRanges, into: any DeviceBuffer
  ) {
    let cache = owned(cache, OpenCLCache.self)
    let ranges = owned(ranges, OpenCLRanges.self)
    guard attention.rows > 0 else { return }
    attempt(()) { () throws(OpenCLError) in try attend(attention, cache, ranges, memory(into)) }
  }

  private func attend(
    _ a: DeviceAttention, _ cache: OpenCLCache, _ ranges: OpenCLRanges, _ into: OpenCLMemory
  ) throws(OpenCLError) {
    let pieces = cache.current
    let heads = cache.keyValueHeads
    let dimension = cache.headDimension
    guard a.heads % heads == 0, ranges.rows == a.rows, ranges.end <= pieces.capacity,
      ranges.queryCount <= a.queries.count,
      into.byteCount >= 4 * (a.firstRow + a.rows) * a.heads * dimension
    else {
      fatalError(
        "OpenCLDevice: \(a.rows) rows, \(a.heads) heads over \(heads), end \(ranges.end) of \(pieces.capacity)")
    }
    let rowsPerHead = a.rows * (a.heads / heads)
    let usesMatrix = attendsByMatrix(a.compute, cache.type, dimension: dimension)
    let shape = AttentionShape(
      rowsPerHead: rowsPerHead, heads: heads, dimension: dimension, end: ranges.end, usesMatrix: usesMatrix,
      computeUnits: queue.device.computeUnits)
    let (block, blocks, supers, isSplit) = (shape.block, shape.blocks, shape.supers, shape.isSplit)
    let source: OpenCLPrograms.Source =
      usesMatrix
      ? .matrixAttention(headDimension: dimension) : .attention(headDimension: dimension, type: cache.type)
    var arguments: [OpenCLArgument] = [.int(a.firstRow), .int(a.rows), .int(a.heads), .int(heads)]
    arguments += [.memory(try present(pieces.keys, byteCount: 0)), .memory(try present(pieces.values, byteCount: 0))]
    arguments.append(.int(cache.keyVariants))
    for numbers in [ranges.starts, ranges.ends, ranges.plan] {
      arguments.append(.memory(try present(numbers, byteCount: 0)))
    }
    arguments += [.int(ranges.kindCount), .int(ranges.pairCount)]
    if !usesMatrix { arguments.append(.float(a.scale)) }
    arguments += [.float(a.softcap ?? 0), .memory(into)]
    let kernel = try programs.kernel(block.kernel, source)
    try withScratch { (scratch) throws(OpenCLError) in
      var queries: [OpenCLMemory] = []
      for (variant, query) in a.queries.prefix(4).enumerated() {
        queries.append(
          try usesMatrix
            ? halves(of: memory(query), variant, a, dimension: dimension, &scratch) : memory(query))
      }
      // The same memory for every layer: a device that works later than it is asked would hold one for each.
      let states = isSplit ? try scratch.memory(.states, byteCount: shape.stateByteCount, queue) : into
      arguments += [.memory(states), .int(isSplit ? 1 : 0)]
      let padded = (0..<4).map { OpenCLArgument.memory(queries[min($0, queries.count - 1)]) }
      try queue.run(
        kernel, padded + arguments, groups: [blocks, heads, isSplit ? supers : 1], items: block.items)
      guard isSplit else { return }
      try queue.run(
        programs.kernel("merge_supers", source),
        [
          .memory(states), .memory(into), .int(a.firstRow), .int(a.rows), .int(a.heads), .int(heads), .int(supers),
          .int(block.rows), .int(blocks),
        ], groups: [rowsPerHead, heads], items: (dimension + 31) / 32 * 32)
    }
  }

  /// Matrix instructions take halves, 16 columns of them at a time.
  func attendsByMatrix(_ compute: Compute, _ type: KeyValueType, dimension: Int) -> Bool {
    compute == .float16 && type == .float16 && dimension % 16 == 0 && programs.matrixForm != .none
  }

  /// Scaled queries of the new tokens as halves.
  private func halves(
    of query: OpenCLMemory, _ variant: Int, _ a: DeviceAttention, dimension: Int, _ scratch: inout OpenCLScratch
  ) throws(OpenCLError) -> OpenCLMemory {
    let depth = Self.depth(of: dimension)
    let into = try scratch.memory(.query(variant), byteCount: 2 * a.rows * a.heads * depth, queue)
    try runPieces(
      "halves_of_queries", .matrixAttention(headDimension: dimension), count: a.rows * a.heads * depth / 16,
      [.memory(query), .memory(into), .int(a.firstRow), .int(a.rows), .int(a.heads), .float(a.scale)])
    return into
  }
}
