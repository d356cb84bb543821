/// How the shapes of products are chosen on a device; none changes bits.
public enum ProductTuning: Hashable, Sendable {
  /// The same on every device.
  case standard
  /// The fastest of what is measured at first use; kept in a folder, where there is one.
  case measured(folder: String?)
  /// These, by their names, and else the standard's.
  case forced([Shape])

  /// A shape of the work groups of products.
  public struct Shape: Hashable, Sendable {
    let shape: ProductShape

    /// The shape of a spelling such as "64x128/8x8"; nil for one that there is not.
    public init?(_ text: some StringProtocol) {
      guard let shape = ProductShape(text) else { return nil }
      self.shape = shape
    }

    init(_ shape: ProductShape) { self.shape = shape }

    /// All spellings.
    public static var spellings: [String] {
      (ProductShape.all(.many) + ProductShape.all(.few)).map(\.description)
    }
  }
}
