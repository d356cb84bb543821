import Kernels
import Positions

/// Cosines and sines of some rows, `[rows][rotaryDimension / 2]`.
struct RotaryTable {
  let cosines: FloatBuffer
  let sines: FloatBuffer

  init(_ rotary: RotaryEmbedding, map: PositionMap, positions: Range<Int>, sequenceLength: Int) {
    let (cosines, sines) = rotary.table(positions: positions.map { map($0) }, sequenceLength: sequenceLength)
    self.cosines = FloatBuffer(cosines)
    self.sines = FloatBuffer(sines)
  }
}

/// What the layers of one kind need to know of a chunk's positions; the same for all of them.
struct PositionTables {
  /// One table per query variant.
  let queries: [RotaryTable]
  /// One table per key variant.
  let keys: [RotaryTable]
  /// Which keys each query sees, and with which variants.
  let ranges: AttentionRanges
  /// The logarithmic query scale per row, or nil.
  let queryScale: FloatBuffer?

  init(_ kind: Model.LayerKind, positions: Range<Int>, sequenceLength: Int) {
    var made: [PositionMap: RotaryTable] = [:]
    func table(_ map: PositionMap) -> RotaryTable {
      if let table = made[map] { return table }
      let table = RotaryTable(kind.rotary, map: map, positions: positions, sequenceLength: sequenceLength)
      made[map] = table
      return table
    }
    let layout = kind.layout
    queries = layout.queryMaps.map(table)
    keys = layout.keyMaps.map(table)
    ranges = AttentionRanges(
      kinds: layout.ranges.map { AttentionRanges.Kind(query: $0.query, key: $0.key, masked: $0.isMasked) },
      starts: positions.flatMap { layout.starts(query: $0).map { Int32($0) } },
      ends: positions.map { Int32($0 + 1) })
    queryScale = layout.logBase == nil ? nil : FloatBuffer(positions.map { layout.queryScale($0) })
  }
}
