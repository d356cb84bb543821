import Kernels
import OpenCL

/// Float32 values in the device's memory; without memory where there was none, which the device has noted.
final class OpenCLBuffer: DeviceBuffer {
  let count: Int
  let memory: OpenCLMemory?

  init(count: Int, memory: OpenCLMemory?) {
    self.count = count
    self.memory = memory
  }
}

/// A matrix as its file stores it.
final class OpenCLMatrix: DeviceMatrix {
  let rows: Int
  let columns: Int
  let type: WeightType
  let memory: OpenCLMemory?

  init(rows: Int, columns: Int, type: WeightType, memory: OpenCLMemory?) {
    self.rows = rows
    self.columns = columns
    self.type = type
    self.memory = memory
  }

  var rowByteCount: Int { columns / type.blockElementCount * type.blockByteCount }
}

/// Which keys each query sees, and the pairs of rotations that meet.
final class OpenCLRanges: DeviceRanges {
  let rows: Int
  let kindCount: Int
  let pairCount: Int
  /// The query variants that are needed.
  let queryCount: Int
  /// The highest end.
  let end: Int
  let starts: OpenCLMemory?
  let ends: OpenCLMemory?
  /// The pair of each range (-1: masked), then the query variant and the key variant of each pair.
  let plan: OpenCLMemory?

  init(_ ranges: AttentionRanges, _ device: OpenCLDevice) {
    var pairs: [AttentionRanges.Kind] = []
    var pairOf: [Int32] = []
    for kind in ranges.kinds {
      guard !kind.masked else {
        pairOf.append(-1)
        continue
      }
      let index = pairs.firstIndex { $0.query == kind.query && $0.key == kind.key } ?? pairs.count
      if index == pairs.count { pairs.append(kind) }
      pairOf.append(Int32(index))
    }
    rows = ranges.ends.count
    kindCount = ranges.kinds.count
    pairCount = pairs.count
    queryCount = (pairs.map(\.query).max() ?? 0) + 1
    end = Int(ranges.ends.max() ?? 0)
    let plan = pairOf + pairs.map { Int32($0.query) } + pairs.map { Int32($0.key) }
    starts = device.numbers(ranges.starts)
    ends = device.numbers(ranges.ends)
    self.plan = device.numbers(plan)
    guard pairCount <= 8, queryCount <= 4, ranges.starts.count == rows * kindCount else {
      fatalError("OpenCLRanges: \(pairCount) pairs, \(queryCount) queries, \(ranges.starts.count) starts")
    }
  }
}
