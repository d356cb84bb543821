import Kernels
import OpenCL

extension OpenCLDevice {
  /// Keys that one softmax begins anew for; as in attention.cl.
  private static let superKeys = 1024
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
    let block = rowsPerHead <= Self.fewRowsLimit ? OpenCLPrograms.AttentionBlock.few : .many
    let blocks = (rowsPerHead + block.rows - 1) / block.rows
    let supers = max(1, (ranges.end + Self.superKeys - 1) / Self.superKeys)
    let stateByteCount = 4 * supers * heads * blocks * block.rows * (dimension + 2)
    let isSplit =
      supers > 1 && blocks * heads < Self.groupsPerUnit * queue.device.computeUnits
      && stateByteCount <= Self.partialByteLimit
    let source = OpenCLPrograms.Source.attention(headDimension: dimension, type: cache.type)
    let partial = isSplit ? try queue.makeMemory(byteCount: stateByteCount) : into
    var arguments: [OpenCLArgument] = []
    for index in 0..<4 { arguments.append(.memory(try memory(a.queries[min(index, a.queries.count - 1)]))) }
    arguments += [.int(a.firstRow), .int(a.rows), .int(a.heads), .int(heads)]
    arguments += [.memory(try present(pieces.keys, byteCount: 0)), .memory(try present(pieces.values, byteCount: 0))]
    arguments.append(.int(cache.keyVariants))
    for numbers in [ranges.starts, ranges.ends, ranges.plan] {
      arguments.append(.memory(try present(numbers, byteCount: 0)))
    }
    arguments += [.int(ranges.kindCount), .int(ranges.pairCount), .float(a.scale), .float(a.softcap ?? 0)]
    arguments += [.memory(into), .memory(partial), .int(isSplit ? 1 : 0)]
    try queue.run(
      programs.kernel(block.kernel, source), arguments, groups: [blocks, heads, isSplit ? supers : 1],
      items: block.items)
    guard isSplit else { return }
    try queue.run(
      programs.kernel("merge_supers", source),
      [
        .memory(partial), .memory(into), .int(a.firstRow), .int(a.rows), .int(a.heads), .int(heads), .int(supers),
        .int(block.rows), .int(blocks),
      ], groups: [rowsPerHead, heads], items: (dimension + 31) / 32 * 32)
  }
}
