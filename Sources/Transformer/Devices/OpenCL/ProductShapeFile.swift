import Kernels
import OpenCL
import Text

/// The shapes that were measured on a device, in a file of its own in the user's cache folder.
///
/// Lines of text: what it is, measured how, which device with which driver and which kernels, then a kind and its shape each. A file
/// that is not exactly that is as good as none, and so is a folder that cannot be written.
struct ProductShapeFile: Sendable {
  let path: String
  private let heading: [String]
  private static let byteLimit = 1 << 16

  init(folder: String, _ device: OpenCLDeviceInfo) {
    // Two processors of one name may have more or fewer cores.
    let name = "\(device.name), \(device.computeUnits) units"
    let driver = "\(device.platform) \(device.driver)"
    heading = [
      "se-eval shapes of products \(ShapeMeasurement.version)", "device \(name)", "driver \(driver)",
      "kernels \(Self.kernels)",
    ]
    // Two versions of the program that are used in turn have a file each.
    path = "\(folder)/shapes-\(Self.digest(Array(heading.joined(separator: "\n").utf8))).txt"
  }

  /// What the file holds for this device, driver and kernels.
  func read() -> [ProductKind: ProductShape] {
    guard let bytes = CacheFolder.read(path, byteLimit: Self.byteLimit),
      let text = String(validating: bytes, as: UTF8.self)
    else { return [:] }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // The last line has an end, too.
    guard lines.count > heading.count, lines.last == "", lines.prefix(heading.count).elementsEqual(heading, by: ==)
    else { return [:] }
    var shapes: [ProductKind: ProductShape] = [:]
    for line in lines.dropFirst(heading.count).dropLast() {
      guard let (kind, shape) = entry(line), shapes.updateValue(shape, forKey: kind) == nil else { return [:] }
    }
    return shapes
  }

  private func entry(_ line: Substring) -> (ProductKind, ProductShape)? {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, let rows = ProductKind.Rows(rawValue: String(words[0])),
      let storage = ProductKind.Storage(rawValue: String(words[1])), let shape = ProductShape(words[2]),
      ProductShape.all(rows).contains(shape)
    else { return nil }
    return (ProductKind(rows: rows, storage: storage), shape)
  }

  /// Adds a shape to what is there by now.
  func add(_ shape: ProductShape, for kind: ProductKind) {
    var shapes = read()
    shapes[kind] = shape
    let lines = heading + shapes.map { "\($0.key) \($0.value)" }.sorted()
    CacheFolder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
  }

  /// Other kernels, or shapes to choose from, are measured anew.
  private static let kernels: String = {
    let shapes = ProductShape.all(.few) + ProductShape.all(.many)
    let texts = [ProductShape.all(.few)[0], ProductShape.all(.many)[0]].map {
      OpenCLPrograms.Source.products(.f32, $0).text
    }
    return digest(Array(shapes.map(\.description).joined(separator: " ").utf8) + texts.joined())
  }()

  /// FNV-1a, to tell texts apart.
  private static func digest(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
