import Kernels
import OpenCL

extension OpenCLDevice {
  /// Keys that one softmax begins anew for; as in attention.cl.
  private static let superKeys = 512
  /// The most query rows of a key/value head for which a work group takes few of them.
  private static let fewRowsLimit = 16
  /// Groups that keep a compute unit busy: below, the keys are spread over groups, too.
  private static let groupsPerUnit = 4
  /// The most bytes of states of super tiles.
  private static let partialByteLimit = 256 << 20

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
    // Few rows, few of them per work group; matrix instructions take 16 at a time.
    let usesMatrix =
      a.compute == .float16 && cache.type == .float16 && dimension % 16 == 0 && programs.matrixForm != .none
    let isFew = rowsPerHead <= Self.fewRowsLimit
    let block: OpenCLPrograms.AttentionBlock =
      usesMatrix ? (isFew ? .matrixFew : .matrixMany) : isFew ? .few : .many
    let blocks = (rowsPerHead + block.rows - 1) / block.rows
    let supers = max(1, (ranges.end + Self.superKeys - 1) / Self.superKeys)
    let stateByteCount = 4 * supers * heads * blocks * block.rows * (dimension + 2)
    let isSplit =
      supers > 1 && blocks * heads < Self.groupsPerUnit * queue.device.computeUnits
      && stateByteCount <= Self.partialByteLimit
    let source: OpenCLPrograms.Source =
      usesMatrix
      ? .matrixAttention(headDimension: dimension) : .attention(headDimension: dimension, type: cache.type)
    let partial = isSplit ? try queue.makeMemory(byteCount: stateByteCount) : into
    var arguments: [OpenCLArgument] = [.int(a.firstRow), .int(a.rows), .int(a.heads), .int(heads)]
    arguments += [.memory(try present(pieces.keys, byteCount: 0)), .memory(try present(pieces.values, byteCount: 0))]
    arguments.append(.int(cache.keyVariants))
    for numbers in [ranges.starts, ranges.ends, ranges.plan] {
      arguments.append(.memory(try present(numbers, byteCount: 0)))
    }
    arguments += [.int(ranges.kindCount), .int(ranges.pairCount)]
    if !usesMatrix { arguments.append(.float(a.scale)) }
    arguments += [.float(a.softcap ?? 0), .memory(into), .memory(partial), .int(isSplit ? 1 : 0)]
    let kernel = try programs.kernel(block.kernel, source)
    try withScratch { (scratch) throws(OpenCLError) in
      var queries: [OpenCLMemory] = []
      for (variant, query) in a.queries.prefix(4).enumerated() {
        queries.append(
          try usesMatrix
            ? halves(of: memory(query), variant, a, dimension: dimension, &scratch) : memory(query))
      }
      let padded = (0..<4).map { OpenCLArgument.memory(queries[min($0, queries.count - 1)]) }
      try queue.run(
        kernel, padded + arguments, groups: [blocks, heads, isSplit ? supers : 1], items: block.items)
    }
    guard isSplit else { return }
    try queue.run(
      programs.kernel("merge_supers", source),
      [
        .memory(partial), .memory(into), .int(a.firstRow), .int(a.rows), .int(a.heads), .int(heads), .int(supers),
        .int(block.rows), .int(blocks),
      ], groups: [rowsPerHead, heads], items: (dimension + 31) / 32 * 32)
  }

  /// Scaled queries of the new tokens as halves.
  private func halves(
    of query: OpenCLMemory, _ variant: Int, _ a: DeviceAttention, dimension: Int, _ scratch: inout OpenCLScratch
  ) throws(OpenCLError) -> OpenCLMemory {
    let depth = (dimension + 63) / 64 * 64
    let into = try scratch.memory(.query(variant), byteCount: 2 * a.rows * a.heads * depth, queue)
    try runPieces(
      "halves_of_queries", .matrixAttention(headDimension: dimension), count: a.rows * a.heads * depth / 16,
      [.memory(query), .memory(into), .int(a.firstRow), .int(a.rows), .int(a.heads), .float(a.scale)])
    return into
  }
}
