import Kernels
import OpenCL
import Synchronization

/// The shapes of a device's products: each is measured when a product of its kind is first asked for, and kept.
final class ProductShapes: Sendable {
  private let queue: OpenCLQueue
  private let tuning: ProductTuning
  private let file: ProductShapeFile?
  /// Nil until the file was read.
  private let known = Mutex<[ProductKind: ProductShape]?>(nil)

  init(_ queue: OpenCLQueue, _ tuning: ProductTuning) {
    self.queue = queue
    self.tuning = tuning
    file = Self.file(queue.device, tuning)
  }

  /// The shape for products of so many rows with weights of a type.
  func shape(_ rows: ProductKind.Rows, _ type: WeightType) -> ProductShape {
    let all = ProductShape.all(rows)
    switch tuning {
    case .standard: return all[0]
    case .forced(let shapes): return shapes.map(\.shape).first(where: all.contains) ?? all[0]
    case .measured:
      let kind = ProductKind(rows: rows, storage: ProductKind.Storage(type))
      return known.withLock { known in
        var shapes = known ?? file?.read() ?? [:]
        defer { known = shapes }
        if let shape = shapes[kind] { return shape }
        let measured = ShapeMeasurement.fastest(rows, type, on: queue)
        let shape = measured ?? all[0]
        shapes[kind] = shape
        // What could not be measured, as there was no memory for it, may be later.
        if measured != nil { file?.add(shape, for: kind) }
        return shape
      }
    }
  }

  /// What was measured so far, by this process or an earlier one: "many blocks" and "64x128/8x8".
  var measured: [String: String] { Self.texts(known.withLock { $0 } ?? file?.read() ?? [:]) }

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
