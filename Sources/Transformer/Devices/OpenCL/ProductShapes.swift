import Kernels
import OpenCL
import Synchronization

/// The shapes of a device's products: each is measured when a product of its kind is first asked for, and kept.
final class ProductShapes: Sendable {
  private struct State {
    /// Nil for a kind that could not be measured, which this process does not try again.
    var measured: [ProductKind: ProductShape?] = [:]
    var chosen: [Product: ProductShape] = [:]
  }
  private struct Product: Hashable {
    let rows: ProductKind.Rows
    let type: WeightType
  }
  private let programs: OpenCLPrograms
  private let tuning: ProductTuning
  private let file: ProductShapeFile?
  private let state = Mutex(State())

  init(_ programs: OpenCLPrograms, _ tuning: ProductTuning) {
    self.programs = programs
    self.tuning = tuning
    file = Self.file(programs.queue.device, tuning)
  }

  /// The shape for products of so many rows with weights of a type.
  func shape(_ rows: ProductKind.Rows, _ type: WeightType) -> ProductShape {
    let all = ProductShape.all(rows)
    switch tuning {
    case .standard: return all[0]
    case .forced(let shapes): return shapes.first(where: all.contains) ?? all[0]
    case .measured:
      return state.withLock { state in
        let product = Product(rows: rows, type: type)
        if let shape = state.chosen[product] { return shape }
        var shape = fastest(rows, type, &state.measured) ?? all[0]
        // Others of the kind were measured, in another context, or by another process.
        if shape != all[0], (try? ShapeCheck(type, programs).holds(shape)) != true { shape = all[0] }
        state.chosen[product] = shape
        return shape
      }
    }
  }

  private func fastest(
    _ rows: ProductKind.Rows, _ type: WeightType, _ measured: inout [ProductKind: ProductShape?]
  ) -> ProductShape? {
    let kind = ProductKind(rows: rows, storage: ProductKind.Storage(type))
    if let known = measured[kind] { return known }
    let kept = file?.read()[kind]
    let shape = kept ?? (try? ShapeMeasurement.fastest(rows, type, on: programs.queue))
    // What could not be measured now may be later.
    if kept == nil, let shape { file?.add(shape, for: kind) }
    measured.updateValue(shape, forKey: kind)
    return shape
  }

  /// What was measured so far, by this process or an earlier one: "many blocks" and "64x128/8x8".
  var measured: [String: String] {
    let own = state.withLock { $0.measured.compactMapValues { $0 } }
    return Self.texts((file?.read() ?? [:]).merging(own) { $1 })
  }

  /// What earlier processes measured.
  static func measured(_ device: OpenCLDeviceInfo, _ tuning: ProductTuning) -> [String: String] {
    texts(file(device, tuning)?.read() ?? [:])
  }

  private static func file(_ device: OpenCLDeviceInfo, _ tuning: ProductTuning) -> ProductShapeFile? {
    guard case .measured(let folder?) = tuning else { return nil }
    return ProductShapeFile(folder: folder, device)
  }

  private static func texts(_ shapes: [ProductKind: ProductShape]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: shapes.map { ("\($0.key)", "\($0.value)") })
  }
}
