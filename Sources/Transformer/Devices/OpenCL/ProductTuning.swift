/// How the shapes of products are chosen on a device; none changes bits.
public enum ProductTuning: Hashable, Sendable {
  /// The same on every device.
  case standard
  /// The fastest of what is measured at first use; kept in a folder, where there is one.
  case measured(folder: String?)
  /// These, unchecked, and else the standard's.
  case forced([ProductShape])

  /// "standard", or a tile, a shape for few rows, or both with a comma between them; nil for anything else.
  public init?(_ text: String) {
    guard text != "standard" else {
      self = .standard
      return
    }
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    let shapes = words.compactMap { ProductShape($0) }
    guard shapes.count == words.count, Set(shapes.map(\.kernel)).count == shapes.count else { return nil }
    self = .forced(shapes)
  }
}
