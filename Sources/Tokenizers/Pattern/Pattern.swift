/// A compiled pre-tokeniser pattern: backtracking over scalars, with the meaning the original expression has
/// (leftmost match, first alternative that leads to a match).
///
/// Every set of the pattern has one bit. A text is first turned into one 64-bit mask per scalar, which says to which
/// sets the scalar belongs; matching then is a few bit tests per scalar.
struct Pattern: Sendable {
  /// The expression it was compiled from.
  let source: String
  /// The fewest scalars that a match has; 0 for a pattern that matches between scalars.
  let minimumLength: Int
  /// The sets one of which holds the first scalar of every match that is not empty.
  let firstSets: UInt64
  let operations: [PatternProgram.Operation]
  private let sets: [ScalarSet]
  /// The masks of the scalars below U+0800.
  private let lowMasks: [UInt64]
  /// The masks of all other scalars by the number of their category's bit, except for those in `singled`.
  private let categoryMasks: [UInt64]
  /// Ranges that sets name scalar by scalar, sorted and apart.
  private let singled: [ClosedRange<UInt32>]
  private let ignoresCase: Bool
  private let usesProperties: Bool

  private static let lowCount: UInt32 = 0x800
  /// More than any pattern in use has (the longest known has 1 100).
  private static let longestSource = 1 << 16

  init(_ source: String) throws(PatternError) {
    guard source.utf8.count <= Self.longestSource else {
      throw PatternError(position: 0, reason: "a pattern of more than \(Self.longestSource) bytes")
    }
    var parser = PatternParser(source)
    let node = try parser.parse()
    guard parser.sets.count <= 64 else {
      throw PatternError(position: 0, reason: "more than 64 different sets of scalars")
    }
    self.source = source
    minimumLength = node.minimumLength
    firstSets = node.firstSets
    operations = try PatternProgram(node).operations
    sets = parser.sets
    lowMasks = (0..<Self.lowCount).map { Self.mask($0, parser.sets) }
    singled = parser.sets.flatMap(\.allRanges).filter { $0.upperBound >= Self.lowCount }.merged
    ignoresCase = parser.sets.contains(where: \.ignoresCase)
    usesProperties = parser.sets.contains(where: \.usesProperties)
    // A scalar above the last one is in no range: its membership is that of its category.
    categoryMasks = (0..<30).map { category in
      var mask: UInt64 = 0
      for (index, set) in parser.sets.enumerated() where set.contains(0x11_0000, 1 << category) {
        mask |= 1 << UInt64(index)
      }
      return mask
    }
  }

  /// The pattern that matches a text literally.
  init(literal: String) throws(PatternError) {
    try self.init(literal.unicodeScalars.map { "\\x{\(String($0.value, radix: 16))}" }.joined())
  }

  // MARK: Masks

  /// The sets a scalar belongs to, one bit each.
  func mask(_ scalar: UInt32) -> UInt64 {
    if scalar < Self.lowCount { return lowMasks[Int(scalar)] }
    guard let known = Unicode.Scalar(scalar) else { return 0 }
    let category = UnicodeFacts.category(of: known)
    if usesProperties || ignoresCase && UnicodeFacts.isCased(category) || singled.holds(scalar) {
      return Self.mask(scalar, sets)
    }
    return categoryMasks[category.trailingZeroBitCount]
  }

  private static func mask(_ value: UInt32, _ sets: [ScalarSet]) -> UInt64 {
    guard let scalar = Unicode.Scalar(value) else { return 0 }
    let category = UnicodeFacts.category(of: scalar)
    var mask: UInt64 = 0
    for (index, set) in sets.enumerated() {
      let isMember = set.ignoresCase ? set.contains(scalar) : set.contains(value, category)
      if isMember { mask |= 1 << UInt64(index) }
    }
    return mask
  }
}
