import Checkpoints
import Kernels
import Positions

/// The rotations of a sequence's keys, for caches that keep each key once and not rotated.
///
/// They belong to positions, not to tokens: what was made stays when a cache is cut back, until the sequence's length
/// changes the rotary frequencies.
final class KeyRotations {
  private let kind: Model.LayerKind
  private let make: () -> any DeviceKeyRotation
  private var tables: [any DeviceKeyRotation] = []
  private var lengthClass: Int?

  /// Nil where the device caches keys rotated: always where there is one rotation.
  init?(_ kind: Model.LayerKind, pairing: RopePairing, device: any Device, _ type: KeyValueType) {
    let variants = kind.layout.keyMaps.count
    guard device.keyCopyCount(variants: variants, type: type) < variants else { return nil }
    self.kind = kind
    make = { device.makeKeyRotation(rotaryDimension: kind.rotary.dimension, pairing: Pairing(pairing)) }
  }

  /// Takes the memory for a sequence of so many tokens; false where there is none.
  func reserve(_ sequenceLength: Int) -> Bool {
    prepare(for: sequenceLength)
    return tables.allSatisfy { $0.reserve(sequenceLength) }
  }

  /// One rotation per key variant, for a sequence of so many tokens, with at least the positions 0 ..< count.
  func covering(_ count: Int, sequenceLength: Int) -> [any DeviceKeyRotation] {
    prepare(for: sequenceLength)
    for (map, table) in zip(kind.layout.keyMaps, tables) where table.count < count {
      let positions = (table.count..<count).map { map($0) }
      let (cosines, sines) = kind.rotary.table(positions: positions, sequenceLength: sequenceLength)
      table.append(cosines: cosines, sines: sines, rows: positions.count)
    }
    return tables
  }

  private func prepare(for sequenceLength: Int) {
    let wanted = kind.rotary.scaling.lengthClass(sequenceLength)
    guard wanted != lengthClass else { return }
    tables = kind.layout.keyMaps.map { _ in make() }
    lengthClass = wanted
  }
}

extension Pairing {
  /// The kernels' name of a checkpoint's pairing.
  init(_ pairing: RopePairing) { self = pairing == .halves ? .halves : .interleaved }
}
