/// A set of Unicode scalars as patterns write it: categories, ranges, properties, nested, intersected, negated sets.
struct ScalarSet: Sendable, Equatable {
  /// Bits by `ScalarSet.bit(of:)`.
  var categories: UInt32 = 0
  var ranges: [ClosedRange<UInt32>] = []
  var properties: [ScalarProperty] = []
  var nested: [ScalarSet] = []
  /// Sets of which a scalar must be in all (`&&`).
  var intersected: [ScalarSet] = []
  var isNegated = false
  /// Whether letters match regardless of case, by simple case folding (U+017F folds to s, U+212A to k).
  var ignoresCase = false

  /// The ranges of the set and of those inside it.
  var allRanges: [ClosedRange<UInt32>] { ranges + (nested + intersected).flatMap(\.allRanges) }

  /// Whether the general category and the ranges do not say everything.
  var usesProperties: Bool { !properties.isEmpty || (nested + intersected).contains(where: \.usesProperties) }

  static let all: UInt32 = (1 << 30) - 1

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let category = UnicodeFacts.category(of: scalar)
    guard ignoresCase, UnicodeFacts.isCased(category) else { return contains(scalar.value, category) }
    return holdsAnyCase(scalar, category) != isNegated
  }

  /// Membership of a scalar whose category bit is known, the case as it is.
  func contains(_ scalar: UInt32, _ category: UInt32) -> Bool { holds(scalar, category) != isNegated }

  /// Membership before the negation.
  private func holds(_ scalar: UInt32, _ category: UInt32) -> Bool {
    let isInside =
      categories & category != 0 || ranges.contains { $0 ~= scalar } || properties.contains { $0.holds(scalar) }
      || nested.contains { $0.contains(scalar, category) }
    return isInside || !intersected.isEmpty && intersected.allSatisfy { $0.contains(scalar, category) }
  }

  /// Whether the scalar or one that differs in case only is inside, before the negation.
  private func holdsAnyCase(_ scalar: Unicode.Scalar, _ category: UInt32) -> Bool {
    if holds(scalar.value, category) { return true }
    let fold = UnicodeFacts.folded(scalar)
    if isOneScalar, let own = ranges.first.flatMap({ Unicode.Scalar($0.lowerBound) }) {
      return UnicodeFacts.folded(own) == fold
    }
    return (UnicodeFacts.equals[fold.value] ?? [fold.value]).contains {
      $0 != scalar.value && Unicode.Scalar($0).map { holds($0.value, UnicodeFacts.category(of: $0)) } ?? false
    }
  }

  /// Whether the set is a scalar written as such, which needs no table of cases.
  private var isOneScalar: Bool {
    categories == 0 && properties.isEmpty && nested.isEmpty && intersected.isEmpty && ranges.count == 1
      && ranges[0].count == 1
  }

  static func bit(of category: Unicode.GeneralCategory) -> UInt32 {
    let index: UInt32 =
      switch category {
      case .uppercaseLetter: 0
      case .lowercaseLetter: 1
      case .titlecaseLetter: 2
      case .modifierLetter: 3
      case .otherLetter: 4
      case .nonspacingMark: 5
      case .spacingMark: 6
      case .enclosingMark: 7
      case .decimalNumber: 8
      case .letterNumber: 9
      case .otherNumber: 10
      case .connectorPunctuation: 11
      case .dashPunctuation: 12
      case .openPunctuation: 13
      case .closePunctuation: 14
      case .initialPunctuation: 15
      case .finalPunctuation: 16
      case .otherPunctuation: 17
      case .mathSymbol: 18
      case .currencySymbol: 19
      case .modifierSymbol: 20
      case .otherSymbol: 21
      case .spaceSeparator: 22
      case .lineSeparator: 23
      case .paragraphSeparator: 24
      case .control: 25
      case .format: 26
      case .surrogate: 27
      case .privateUse: 28
      case .unassigned: 29
      @unknown default: 29
      }
    return 1 << index
  }
}
