import Kernels

/// A kind of product, which has a shape of its own on each device.
struct ProductKind: Hashable, Sendable, CustomStringConvertible {
  /// How many rows there are.
  enum Rows: String, CaseIterable, Sendable {
    /// Decoding: a work item for each segment of a sum.
    case few
    /// A short prompt, or the end of a long one.
    case some
    /// Prefill.
    case many

    /// - Parameter count: the rows of a product.
    init(_ count: Int) { self = count < 16 ? .few : count <= 64 ? .some : .many }
  }
  /// How weights are stored: what unpacking them costs is alike within each.
  enum Storage: String, CaseIterable, Sendable {
    /// Numbers.
    case floats
    /// Blocks of 32 quants.
    case blocks
    /// Blocks of 256.
    case superblocks

    init(_ type: WeightType) {
      self = type.blockElementCount == 1 ? .floats : type.blockElementCount < 256 ? .blocks : .superblocks
    }
  }
  let rows: Rows
  let storage: Storage

  /// "many blocks".
  var description: String { "\(rows.rawValue) \(storage.rawValue)" }
}

/// How the work of a product is cut into work groups.
///
/// Every shape gives the same bits: the order of a sum knows nothing of it.
public enum ProductShape: Hashable, Sendable, CustomStringConvertible {
  /// Outputs and work items of a group of `multiply_few`.
  case vector(outputs: Int, items: Int)
  /// Rows and outputs of a group of `multiply_many`, and of a work item in it.
  case tile(rows: Int, outputs: Int, itemRows: Int, itemOutputs: Int)

  /// All spellings.
  public static var spellings: [String] { (tiles + vectors).map(\.description) }

  /// What a device can choose from for a kind of product; where nothing is measured it is the first.
  static func all(_ rows: ProductKind.Rows) -> [ProductShape] { rows == .few ? vectors : tiles }

  private static let vectors: [ProductShape] = [
    .vector(outputs: 4, items: 64), .vector(outputs: 2, items: 64), .vector(outputs: 8, items: 64),
    .vector(outputs: 16, items: 128),
  ]

  private static let tiles: [ProductShape] = [
    .tile(rows: 128, outputs: 128, itemRows: 8, itemOutputs: 8),
    .tile(rows: 64, outputs: 128, itemRows: 8, itemOutputs: 8),
    .tile(rows: 64, outputs: 64, itemRows: 8, itemOutputs: 8),
    .tile(rows: 64, outputs: 64, itemRows: 4, itemOutputs: 8),
    .tile(rows: 32, outputs: 64, itemRows: 4, itemOutputs: 8),
  ]

  /// The shape of a spelling; nil for one that there is not.
  public init?(_ text: some StringProtocol) {
    guard let shape = (Self.vectors + Self.tiles).first(where: { $0.description == text }) else { return nil }
    self = shape
  }

  /// "128x128/8x8" (rows and outputs of a tile, and of a work item), "4/64" (outputs and work items).
  public var description: String {
    switch self {
    case .vector(let outputs, let items): "\(outputs)/\(items)"
    case .tile(let rows, let outputs, let itemRows, let itemOutputs): "\(rows)x\(outputs)/\(itemRows)x\(itemOutputs)"
    }
  }

  /// Those of the compiler.
  var options: String {
    switch self {
    case .vector(let outputs, let items): "-D FEW_OUTPUTS=\(outputs) -D FEW_ITEMS=\(items)"
    case .tile(let rows, let outputs, let itemRows, let itemOutputs):
      "-D TILE_ROWS=\(rows) -D TILE_OUTPUTS=\(outputs) -D ITEM_ROWS=\(itemRows) -D ITEM_OUTPUTS=\(itemOutputs)"
    }
  }

  /// The kernel that has it.
  var kernel: String {
    switch self {
    case .vector: "multiply_few"
    case .tile: "multiply_many"
    }
  }

  /// Work items of a group.
  var items: Int {
    switch self {
    case .vector(_, let items): items
    case .tile(let rows, let outputs, let itemRows, let itemOutputs): rows / itemRows * (outputs / itemOutputs)
    }
  }

  /// Rows of a group of `multiply_few`; as in vectors.cl.
  private static let few = 4

  /// Groups for a product.
  func groups(rows: Int, outputs: Int) -> [Int] {
    func count(_ whole: Int, _ side: Int) -> Int { (whole + side - 1) / side }
    return switch self {
    case .vector(let side, _): [count(outputs, side), count(rows, Self.few)]
    case .tile(let tileRows, let tileOutputs, _, _): [count(rows, tileRows), count(outputs, tileOutputs)]
    }
  }

  /// Bytes that the kernel is given for its partial sums; a tile has its own.
  func partByteCount(rows: Int, columns: Int) -> Int? {
    guard case .vector(let outputs, _) = self else { return nil }
    return 4 * min(rows, Self.few) * outputs * ((columns + 127) / 128)
  }

  /// This shape, or with few rows the standard, where its partial sums fit the memory of a group; nil where tiles have to
  /// compute few rows, too.
  func fitting(rows: Int, columns: Int, localByteCount: Int) -> ProductShape? {
    [self, Self.all(.few)[0]].first {
      $0.partByteCount(rows: rows, columns: columns) ?? 0 <= localByteCount / 2
    }
  }
}
