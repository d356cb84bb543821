import Kernels
import Positions

/// Cosines and sines of some rows, `[rows][rotaryDimension / 2]`.
struct RotaryTable {
  let cosines: any DeviceBuffer
  let sines: any DeviceBuffer

  init(_ rotary: RotaryEmbedding, map: PositionMap, pass: Pass, device: any Device) {
    var cosines: [Float] = []
    var sines: [Float] = []
    for part in pass.parts {
      let table = rotary.table(positions: part.positions.map { map($0) }, sequenceLength: part.sequenceLength)
      cosines += table.cosines
      sines += table.sines
    }
    self.cosines = device.makeBuffer(cosines)
    self.sines = device.makeBuffer(sines)
  }
}

/// What the layers of one kind need to know of a pass's positions; the same for all of them.
struct PositionTables {
  /// One table per query variant.
  let queries: [RotaryTable]
  /// One table per key variant, where keys are cached rotated; otherwise none.
  let keys: [RotaryTable]
  /// Per part of the pass: the rotations of all its keys, one per variant, where each key is cached once; otherwise none.
  let keyRotations: [[any DeviceKeyRotation]]
  /// Per part of the pass: which keys each query sees, and with which variants.
  let ranges: [any DeviceRanges]
  /// The logarithmic query scale per row, or nil.
  let queryScale: (any DeviceBuffer)?

  /// The tables of a pass for the layers of the kind with that index.
  init(_ kindIndex: Int, pass: Pass, device: any Device) {
    let kind = pass.parts[0].session.kinds[kindIndex]
    var made: [PositionMap: RotaryTable] = [:]
    func table(_ map: PositionMap) -> RotaryTable {
      if let table = made[map] { return table }
      let table = RotaryTable(kind.rotary, map: map, pass: pass, device: device)
      made[map] = table
      return table
    }
    let layout = kind.layout
    queries = layout.queryMaps.map(table)
    keyRotations = pass.parts.map { part in
      part.session.keyRotations[kindIndex]?.covering(part.positions.upperBound, sequenceLength: part.sequenceLength)
        ?? []
    }
    keys = keyRotations.allSatisfy(\.isEmpty) ? layout.keyMaps.map(table) : []
    let kinds = layout.ranges.map {
      AttentionRanges.Kind(query: $0.query, key: $0.key, masked: $0.isMasked)
    }
    ranges = pass.parts.map { part in
      device.makeRanges(
        AttentionRanges(
          kinds: kinds, starts: part.positions.flatMap { layout.starts(query: $0).map { Int32($0) } },
          ends: part.positions.map { Int32($0 + 1) }))
    }
    let positions = pass.parts.flatMap(\.positions)
    queryScale = layout.logBase == nil ? nil : device.makeBuffer(positions.map { layout.queryScale($0) })
  }
}
