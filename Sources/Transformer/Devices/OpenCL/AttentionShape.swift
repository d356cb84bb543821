/// How attention's work is cut into work groups.
struct AttentionShape {
  /// Keys that one softmax begins anew for; as in attention.cl.
  private static let superKeys = 512
  /// The most query rows of a key/value head for which a work group takes few of them.
  private static let fewRowsLimit = 16
  /// Groups that keep a compute unit busy: below, the keys are spread over groups, too.
  private static let groupsPerUnit = 4
  /// The most bytes of states of super tiles.
  private static let stateByteLimit = 256 << 20

  let block: OpenCLPrograms.AttentionBlock
  /// Blocks of rows of a key/value head.
  let blocks: Int
  /// Super tiles of keys.
  let supers: Int
  /// Bytes of the super tiles' states, if each has a work group of its own.
  let stateByteCount: Int
  /// Whether each has.
  let isSplit: Bool
  /// Whether there are too few groups without a split over keys to keep the device busy.
  private let mayBeSplit: Bool

  init(rowsPerHead: Int, heads: Int, dimension: Int, end: Int, usesMatrix: Bool, computeUnits: Int) {
    let isFew = rowsPerHead <= Self.fewRowsLimit
    block = usesMatrix ? (isFew ? .matrixFew : .matrixMany) : isFew ? .few : .many
    blocks = (rowsPerHead + block.rows - 1) / block.rows
    supers = max(1, (end + Self.superKeys - 1) / Self.superKeys)
    stateByteCount = 4 * supers * heads * blocks * block.rows * (dimension + 2)
    mayBeSplit = blocks * heads < Self.groupsPerUnit * computeUnits
    isSplit = supers > 1 && mayBeSplit && stateByteCount <= Self.stateByteLimit
  }

  /// Bytes of the states for the number of rows, up to `rowsPerHead`, and the keys, up to `end`, that need the most: what is
  /// too much to be split at the end of a prompt may be split before.
  static func mostStateByteCount(
    rowsPerHead: Int, heads: Int, dimension: Int, end: Int, usesMatrix: Bool, computeUnits: Int
  ) -> Int {
    func bytes(_ rows: Int) -> Int {
      let shape = AttentionShape(
        rowsPerHead: rows, heads: heads, dimension: dimension, end: end, usesMatrix: usesMatrix,
        computeUnits: computeUnits)
      let perSuper = shape.stateByteCount / shape.supers
      let supers = min(shape.supers, stateByteLimit / perSuper)
      return supers > 1 && shape.mayBeSplit ? perSuper * supers : 0
    }
    // Whole blocks; beyond some number of them none are split.
    func most(of block: OpenCLPrograms.AttentionBlock, _ rows: ClosedRange<Int>) -> Int {
      var most = 0
      var count = (rows.lowerBound + block.rows - 1) / block.rows * block.rows
      while count < rows.upperBound + block.rows {
        let next = bytes(min(count, rows.upperBound))
        if next == 0 { break }
        most = max(most, next)
        count += block.rows
      }
      return most
    }
    let few = most(of: usesMatrix ? .matrixFew : .few, 1...max(1, min(rowsPerHead, fewRowsLimit)))
    guard rowsPerHead > fewRowsLimit else { return few }
    return max(few, most(of: usesMatrix ? .matrixMany : .many, fewRowsLimit + 1...rowsPerHead))
  }
}
